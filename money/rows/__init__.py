"""What rows are because of the rows beside them."""

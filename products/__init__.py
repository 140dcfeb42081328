"""The price list, the copy of the target's products, and the links between them."""

"""What became of every cent, proved from the raw rows and from the target's invoices."""

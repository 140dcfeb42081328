"""The distributor's invoices: the list, one invoice and its account."""

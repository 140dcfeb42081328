"""The distributor's invoices: detect, import, store, overlaps."""

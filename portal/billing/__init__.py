"""Billing of a program: the list, the mapping dialog, many mappings at once."""

"""Copies of the source's and the target's customers, and who maps to whom."""

"""Answers for people and machines, one function each: no HTML, no write, no call to a vendor."""

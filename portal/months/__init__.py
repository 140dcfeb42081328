"""The usage months of a program: what became of each, and closing it."""

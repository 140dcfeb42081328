"""The runs of a program: the list, and one run with every change."""

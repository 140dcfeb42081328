"""One customer of a program."""

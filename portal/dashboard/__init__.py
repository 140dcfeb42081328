"""The partner's dashboard and the overview of a program."""

"""Runs move on: one file per state of a run, a slice of work at a time."""

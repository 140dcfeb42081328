"""A rehearsal of docs/operations.md on a Debian host: installed, backed up, restored, rotated and upgraded for real.

It drives the product from outside, by its commands, its pages and its processes, and imports nothing of it.
"""

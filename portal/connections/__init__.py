"""Configurations > Connections."""

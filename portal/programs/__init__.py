"""Configurations > Programs."""

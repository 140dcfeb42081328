"""Clients of the vendors' systems: plain Python that never imports Django."""

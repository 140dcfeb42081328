"""Credentials of sources and targets: seal, test, open a client."""

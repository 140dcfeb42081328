"""Fixtures of a partner whose program reads from PRISM."""

from tests.invoices.prism_wire import world

__all__ = ["world"]

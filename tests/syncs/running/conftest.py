"""Fixtures of a partner whose program reads from PRISM, and of another one."""

from tests.invoices.prism_wire import world
from tests.onboarding import partner, stranger

__all__ = ["partner", "stranger", "world"]

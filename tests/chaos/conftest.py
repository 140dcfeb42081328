"""An office on imitated vendors, as the end-to-end tests have it."""

from tests.end_to_end.conftest import first_month, kept_database, office

__all__ = ["first_month", "kept_database", "office"]

"""Fixtures of a partner and its vendors, and of the people of two partners."""

from __future__ import annotations

import pytest

from tests.onboarding import connected, partner, stranger, vendors
from tests.portal.cast import Cast, make_cast

__all__ = ["connected", "partner", "stranger", "vendors"]


@pytest.fixture
def cast(db: None) -> Cast:
    """Alice, adam, bob, vera, charlie and olga."""
    return make_cast()

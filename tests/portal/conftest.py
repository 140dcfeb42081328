"""Fixtures of portal tests."""

from __future__ import annotations

import pytest

from core.scope import partner_scope
from tests.onboarding import partner
from tests.portal.cast import Cast, Shop, make_cast, stock_shop

__all__ = ["cast", "partner", "shop"]


@pytest.fixture
def cast(db: None) -> Cast:
    """Alice, adam, bob, vera, charlie and olga."""
    return make_cast()


@pytest.fixture
def shop(cast: Cast) -> Shop:
    """Northwind with one row of everything."""
    with partner_scope(cast.northwind.pk):
        return stock_shop()

"""Symbols against codes."""

from __future__ import annotations

import pytest

from connectors.syncro.currency import symbol_fits


@pytest.mark.parametrize(
    ("symbol", "currency", "fits"),
    [
        ("$", "USD", True),
        ("$", "AUD", True),
        ("$", "NZD", True),
        ("$", "EUR", False),
        ("€", "EUR", True),
        ("€", "USD", False),
        ("£", "gbp", True),
        ("kr", "NOK", True),
        ("kr.", "DKK", True),
        ("A$", "AUD", True),
        ("A$", "USD", False),
        ("USD", "USD", True),
        ("", "USD", None),
        ("¤", "USD", None),
        ("$", "", None),
    ],
)
def test_symbol_fits_currency(symbol: str, currency: str, fits: bool | None) -> None:
    assert symbol_fits(symbol, currency) is fits

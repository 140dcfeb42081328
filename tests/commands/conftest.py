"""Fixtures of a partner and its vendors."""

from tests.onboarding import connected, partner, stranger, vendors

__all__ = ["connected", "partner", "stranger", "vendors"]

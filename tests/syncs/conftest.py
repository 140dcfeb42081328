"""Fixtures of a partner and its vendors."""

from tests.onboarding import partner

__all__ = ["partner"]

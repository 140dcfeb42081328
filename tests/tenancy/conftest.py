"""Fixtures of the walks over addresses and models."""

from tests.portal.conftest import cast, shop

__all__ = ["cast", "shop"]

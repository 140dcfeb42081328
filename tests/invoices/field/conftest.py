"""What the rules do not get right yet is expected to fail: see ``tests/money/field/not_yet.toml``."""

from tests.money.field.not_yet import pytest_pyfunc_call

__all__ = ["pytest_pyfunc_call"]

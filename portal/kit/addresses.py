"""Addresses that are asked for once and used for many rows."""

from __future__ import annotations

PLACE = 4_611_686_018_427_387_904  # stands for a row's id in an address

"""How a month begins: steps that several tests have in common."""

from __future__ import annotations

# September stands on the template with 8 seats and was billed; October has 10.
STANDING = """
        invoice I1 for Sep 2026
          | seats
          | 8
        sync
          line             | seats | total
          Business Premium |     8 | 96.00
        generate
        sync
"""
TEN = """
        invoice I2 for Oct 2026
          | seats
          | 10
"""

# January, planned and written.
USAGE = """
        subscription a1: cycle usage
        invoice I1 for Jan 2026
          subscription | cost amount | amount
          a1           |       40.00 |  50.00
        sync
          done  | line             | kind | total
          added | Business Premium | once | 50.00
          charged 50.00 = synced 50.00
"""
MORE_USAGE = """
        invoice I2 for Jan 2026
          subscription | cost amount | amount
          a1           |       40.00 |   7.00
"""
SEATS = """
        invoice I1 for Jan 2026
          | seats
          | 10
        sync
          done  | line             | kind      | seats | total
          added | Business Premium | recurring |    10 | 120.00
"""

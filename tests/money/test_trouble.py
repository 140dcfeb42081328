"""Trouble with a mapping, a template that is paused or ran early, and settings that change."""

from __future__ import annotations

from tests.bookkeeping.proving import prove
from tests.money.beginnings import STANDING, TEN


def test_trouble_holds_every_amount_and_writes_nothing() -> None:
    prove(f"""
        {STANDING}
        mapping monthly: trouble currency
        {TEN}
        sync
          nothing is written
          charged of Oct 2026 120.00 = held 120.00
          held because Trouble with the currency.
          says currency: Northwind: Trouble with the currency.
    """)


def test_template_that_is_gone_holds_every_amount_and_writes_nothing() -> None:
    prove(f"""
        {STANDING}
        template monthly: gone
        {TEN}
        sync
          nothing is written
          no lines
          charged of Oct 2026 120.00 = held 120.00
          held because The invoice template no longer exists. Choose another one.
          says template gone
    """)


def test_paused_template_is_warned_about_when_something_is_written() -> None:
    prove(f"""
        {TEN}
        template monthly: paused yes
        sync
          line             | total
          Business Premium | 120.00
          says paused
    """)


def test_paused_template_is_warned_about_as_long_as_a_line_of_ours_stands_on_it() -> None:
    prove(f"""
        {STANDING}
        template monthly: paused yes
        sync
          nothing is written
          says paused
        invoice I2 for Oct 2026
          | seats
          |     8
          |    -8
        sync
          done    | line             | total
          removed | Business Premium | 96.00
          says paused
        sync
          nothing is written
          says nothing
    """)


def test_template_that_ran_before_the_invoice_came_is_warned_about() -> None:
    prove(f"""
        template monthly: next run 1 Dec 2026
        {TEN}
        sync
          line             | total
          Business Premium | 120.00
          says ran early
    """)


def test_template_that_ran_early_is_only_reminded_of_when_nothing_is_written() -> None:
    prove(f"""
        template monthly: next run 1 Dec 2026
        {TEN}
        sync
          says ran early
          reminds nothing
        sync
          nothing is written
          says nothing
          reminds ran early
    """)


def test_changed_setting_reaches_the_newest_month_and_no_billed_one() -> None:
    month = prove("""
        invoice I1 for Sep 2026
          from   | seats | ratio
          1 Sep  |     8 |
          16 Sep |     2 |   0.5
        sync
        generate
        sync
        invoice I2 for Oct 2026
          from   | seats | ratio
          1 Oct  |    10 |
          16 Oct |     2 |   0.5
        sync
          line                                    | kind      | seats | total
          Business Premium (adjustment, Oct 2026) | once      |     1 | -12.00
          Business Premium                        | recurring |    12 | 144.00
        settings: prorations warn
        sync
          done    | line                                    | kind      | seats | total
          removed | Business Premium (adjustment, Oct 2026) | once      |     1 | -12.00
          stays   | Business Premium                        | recurring |    12 | 144.00
          charged of Sep 2026 108.00 = billed 108.00
          charged of Oct 2026 132.00 = synced 144.00 - excluded 12.00
          says excluded
    """)
    assert month.last is not None
    assert [posting.period for posting in month.last.plan.postings] == ["2026-10"]

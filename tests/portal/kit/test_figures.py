"""How amounts are written for people."""

from __future__ import annotations

import datetime as dt
import re
import zoneinfo
from decimal import Decimal

import pytest
from django.utils import timezone
from django.utils.safestring import mark_safe

from portal.kit.badges import badge_html
from portal.kit.figures import pair_html, use_locale, when_html, write_money, write_price, write_quantity


@pytest.mark.parametrize(
    ("amount", "written"),
    [("0", "0.00"), ("-0.00", "0.00"), ("1234.5", "1,234.50"), ("-1234.565", "−1,234.56"), ("1E+3", "1,000.00")],
)
def test_money_has_two_decimals_and_a_true_minus(amount: str, written: str) -> None:
    assert write_money(Decimal(amount)) == written


def test_equal_numbers_are_written_alike_however_many_zeros_they_carry() -> None:
    assert [write_price(Decimal(text)) for text in ("2.5", "2.50", "2.5000")] == ["2.50"] * 3
    assert [write_quantity(Decimal(text)) for text in ("3", "3.0", "3.000")] == ["3"] * 3


def test_each_locale_writes_its_own_way_one_after_the_other() -> None:
    with use_locale("de-CH"):
        swiss = write_money(Decimal("1234.50"))
    with use_locale("de-DE"):
        german = write_money(Decimal("1234.50"))

    assert (swiss, german, write_money(Decimal("1234.50"))) == ("1’234.50", "1.234,50", "1,234.50")


def test_what_goes_away_is_struck_through() -> None:
    assert pair_html(Decimal(5), None) == '<s class="was">5</s>'
    assert pair_html(None, Decimal(5)) == "5"
    assert pair_html(Decimal(5), Decimal("5.0")) == "5"
    assert pair_html(None, None) == "–"
    assert '<s class="was">9.00</s>' in pair_html(Decimal(9), Decimal(10), money=True)


def test_badge_of_a_safe_text_makes_no_other_text_safe() -> None:
    safe = mark_safe("<b>Held</b>")  # what the test is about

    assert "<b>Held</b>" in badge_html("held", safe)
    assert "&lt;b&gt;Held&lt;/b&gt;" in badge_html("held", "<b>Held</b>")


def test_time_is_written_for_the_zone_and_the_locale_at_hand() -> None:
    moment = dt.datetime(2025, 9, 5, 22, 30, tzinfo=dt.UTC)
    told = []
    for zone, locale in (("UTC", "en_US"), ("Europe/Oslo", "en_US"), ("Europe/Oslo", "de_DE"), ("UTC", "en_US")):
        with timezone.override(zoneinfo.ZoneInfo(zone)), use_locale(locale):
            told.append(re.sub(r"<[^>]*>", "", when_html(moment)))

    assert told == ["5 Sep 2025 22:30", "6 Sep 2025 00:30", "6 Sept. 2025 00:30", "5 Sep 2025 22:30"]

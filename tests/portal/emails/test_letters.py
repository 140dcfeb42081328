"""What e-mails say."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from typing import Any

import pytest

from accounts.models import Partner
from devservers.places import CHECKOUT
from notifications.letters import Rendered, Why
from portal.emails.messages import MESSAGES, write_message
from portal.emails.rendering import render

PARTNER = Partner(slug="northwind", name="Northwind IT", time_zone="Europe/Oslo", currency="USD", locale="en_US")
RUN: dict[str, Any] = {
    "program": "Microsoft CSP",
    "kind": "billing",
    "status": "warning",
    "counts": {"created": 30, "updated": 10, "removed": 1, "unchanged": 5, "held": 3, "failed": 0, "skipped": 0},
    "findings": [
        {
            "text": "Subscription cost unit price changed from 10.00 to 11.00 on 01 Oct 2026",
            "cure": "Look at it.",
            "retail": Decimal("1204.5"),
        }
    ],
    "money": {"synced": Decimal("98765.4"), "not_mapped": Decimal(5)},
    "link": "https://billing.example.com/p/northwind/runs/17/",
}
CONNECTION = {
    "system": "Syncro",
    "problem": "Syncro refused the token. Create a new one.",
    "since": dt.datetime(2026, 10, 5, 6, 0, tzinfo=dt.UTC),
    "days": 0,
    "link": "https://billing.example.com/p/northwind/connections/",
}
LINK = {"link": "https://billing.example.com/x/"}
EVERY_KIND: dict[str, dict[str, Any]] = {
    "run_finished": RUN,
    "connection_broken": CONNECTION,
    "connection_works": CONNECTION,
    "target_requested": {"who": "owner@northwind.example", "target": "Syncro", **LINK},
    "target_enabled": {"target": "Syncro", **LINK},
    "invitation": {"role": "Support", "invited_by": "Kim", "expires_at": CONNECTION["since"], **LINK},
    "unmapped_customers": {
        "program": "Microsoft CSP",
        "customers": [
            ("Fabrikam", "Seat Based Monthly", Decimal(10), "https://billing.example.com/fabrikam/"),
            ("Contoso", "Azure Plan", Decimal("99.5"), "https://billing.example.com/contoso/"),
        ],
        **LINK,
    },
}


def write(kind: str, /, **changed: Any) -> Rendered:
    return render(write_message(kind, {**EVERY_KIND[kind], **changed}, PARTNER))


def subject(**changed: Any) -> str:
    return write("run_finished", **changed).subject


def test_every_kind_is_tried_here() -> None:
    assert set(EVERY_KIND) == set(MESSAGES)


@pytest.mark.parametrize("kind", sorted(EVERY_KIND))
def test_every_letter_says_the_same_as_text_and_html(kind: str) -> None:
    letter = write(kind)
    assert "Northwind IT" in letter.subject
    assert EVERY_KIND[kind]["link"] in letter.text
    assert f'href="{EVERY_KIND[kind]["link"]}"' in letter.html
    assert letter.text.splitlines()[0] in letter.html
    assert "{{" not in letter.text + letter.html
    assert "\n\n\n" not in letter.text
    assert 'name="color-scheme" content="light dark"' in letter.html


@pytest.mark.parametrize("kind", sorted(EVERY_KIND))
def test_every_letter_says_why_it_came_and_where_that_is_changed(kind: str) -> None:
    why = Why("You get this <because>.", "https://billing.example.com/why/", "Change it")
    letter = render(write_message(kind, EVERY_KIND[kind], PARTNER), why)
    assert letter.text.endswith("\nYou get this <because>. Change it:\nhttps://billing.example.com/why/\n")
    assert "You get this &lt;because&gt;." in letter.html
    assert 'href="https://billing.example.com/why/"' in letter.html
    assert letter.html.count(">Billing Sync<") == 1
    assert "\nBilling Sync\n" in letter.text


def test_items_lead_to_their_places() -> None:
    letter = write("unmapped_customers")
    assert "- Contoso (Azure Plan) ($99.50)\n  https://billing.example.com/contoso/\n" in letter.text
    assert 'href="https://billing.example.com/contoso/"' in letter.html


def test_subject_of_a_run_carries_the_verdict() -> None:
    assert subject() == "Microsoft CSP: 41 lines written, 3 need you - Northwind IT"


@pytest.mark.parametrize(
    ("changed", "verdict"),
    [
        ({"counts": {"created": 1}}, "1 line written"),
        ({"counts": {"created": 1}, "kind": "products"}, "1 product written"),
        ({"counts": {"updated": 2, "failed": 1}, "status": "error"}, "2 lines written, 1 line not written"),
        ({"counts": {"held": 1}}, "1 needs you"),
        ({"counts": {}, "findings": [], "status": "no_change"}, "no change"),
        ({"counts": {}, "findings": [], "status": "error"}, "the billing sync failed"),
        ({"counts": {}}, "nothing written, 1 warning"),
        ({"waiting_for": "Approval is required."}, "a plan waits for you"),
    ],
)
def test_verdicts(changed: dict[str, Any], verdict: str) -> None:
    assert subject(**changed) == f"Microsoft CSP: {verdict} - Northwind IT"


def test_money_is_written_as_the_partner_writes_it() -> None:
    text = write("run_finished").text
    assert "Synced, retail       $98,765.40\n  Not mapped, retail   $5.00" in text
    assert "$1,204.50" in text
    assert "€1,204.50" in write("run_finished", currency="EUR").text


def test_button_has_the_accent_of_the_portal() -> None:
    accent = re.search(r"--accent: light-dark\((#\w{6}),", (CHECKOUT / "static/css/tokens.css").read_text())
    assert accent
    assert f"background:{accent[1]};color:#ffffff" in write("run_finished").html


def test_unmapped_customers_come_with_the_most_money_first() -> None:
    letter = write("unmapped_customers")
    assert letter.subject == "Microsoft CSP: 2 customers not mapped, $109.50 at risk - Northwind IT"
    assert letter.text.index("Contoso") < letter.text.index("Fabrikam")


def test_reminder_says_for_how_long() -> None:
    assert write("connection_broken", days=3).subject == "Syncro still does not work after 3 days - Northwind IT"
    assert "5 Oct 2026, 08:00 (Europe/Oslo)" in write("connection_broken").text


def test_names_cannot_become_markup_or_headers() -> None:
    letter = write("run_finished", program="<b>CSP</b>\r\nBcc: everybody@example.com", error="<b>CSP</b>")
    assert "<b>" not in letter.html
    assert "&lt;b&gt;" in letter.html
    assert "<b>CSP</b>" in letter.text
    assert "\n" not in letter.subject
    assert "\r" not in letter.subject


def test_long_lists_are_cut_and_say_so() -> None:
    letter = write("run_finished", findings=[{"text": f"finding {number}"} for number in range(33)])
    assert "finding 19" in letter.text
    assert "finding 20" not in letter.text
    assert "and 13 more" in letter.text


def test_missing_fact_is_an_error() -> None:
    with pytest.raises(KeyError):
        write_message("target_enabled", {"target": "Syncro"}, PARTNER)

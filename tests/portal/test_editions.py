"""Every form that edits something says what it was drawn from; one that does not is not saved."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse

from accounts.models import Membership, Partner, User
from connections.models import Connection
from core.scope import partner_scope
from customers.models import Mapping
from devservers.places import CHECKOUT
from products.models import Product, ProductLink
from programs.models import Program
from syncs.models import Decision
from tests.portal.billing.test_billing import answer
from tests.portal.cast import Cast, Shop
from tests.portal.drawing import ELSEWHERE, OWN_PAGE
from tests.portal.programs.test_programs import SETTINGS
from tests.portal.test_two_at_once import COMPANY

TEMPLATES = CHECKOUT / "templates" / "portal"
FORM = re.compile(r'<form\b[^>]*method="post".*?</form>', re.DOTALL)
# Forms without an edition, by the template: how many, and why nothing of anybody's is overwritten by them unseen.
NOTHING_TO_OVERWRITE = {
    "account/invitation.html": (3, "joins, once"),
    "billing/batch.html": (2, "a batch is compared with what stands when it is applied or undone"),
    "billing/billing.html": (1, "reads the target's lists"),
    "billing/billing_list.html": (
        2,
        "proposes a batch; the other is carried by the buttons of its rows, with an edition each",
    ),
    "billing/import.html": (1, "proposes a batch"),
    "billing/suggestions.html": (1, "proposes a batch"),
    "connections/card.html": (2, "tests the credentials, or asks for the target"),
    "frame/notices.html": (1, "marks one's own notices as read"),
    "frame/shell/account.html": (1, "signs out"),
    "history/change.html": (1, "answers a question that still waits, else it is refused"),
    "history/changes.html": (1, "the same, of many"),
    "history/progress.html": (1, "cancels the run that is shown"),
    "history/run.html": (3, "a run in a state of its own: another state refuses it"),
    "inbox/inbox_body.html": (8, "answers what still waits, else it is refused; or marks warnings as seen"),
    "kit/item.html": (1, "answers what still waits, else it is refused"),
    "kit/lists/body.html": (1, "one's own columns"),
    "kit/lists/page_sizes.html": (1, "one's own pages"),
    "kit/sync_alone.html": (2, "starts a sync"),
    "kit/sync_buttons.html": (2, "starts a sync"),
    "months/month.html": (2, "closes what is open, opens what is closed: else it is refused"),
    "operator/operator.html": (1, "enables a target, once"),
    "search/hit.html": (1, "starts a sync"),
    "users/invitation_actions.html": (2, "sends again, or withdraws, an invitation that is open"),
    "users/member_actions.html": (1, "ends the sessions of a member"),
}
KEPT = (Connection, Decision, Mapping, Membership, Partner, Product, ProductLink, Program, User)


def test_every_form_carries_its_edition_or_overwrites_nothing() -> None:
    found: dict[str, int] = {}
    for file in sorted(TEMPLATES.rglob("*.html")):
        without = [form for form in FORM.findall(file.read_text()) if "drawn" not in form]
        if without:
            found[str(file.relative_to(TEMPLATES))] = len(without)

    assert found == {name: number for name, (number, _) in NOTHING_TO_OVERWRITE.items()}


# What a form of each route changes: who sends it, its places behind the partner, and its fields.
Sent = tuple[str, list[Any], dict[str, Any]]
SENT: dict[str, Callable[[Cast, Shop], Sent]] = {
    "change_role": lambda cast, _shop: ("alice", [member_of(cast, "vera")], {"role": "support"}),
    "detach_product": lambda _cast, shop: ("bob", [shop.program.pk, shop.product.pk], {}),
    "disconnect": lambda _cast, _shop: ("alice", ["syncro"], {}),
    "edit_program": lambda _cast, shop: ("adam", [shop.program.pk], {**SETTINGS, "rounding_tolerance": "0.25"}),
    "mapping": lambda _cast, shop: (
        "bob", [shop.program.pk, shop.customer.pk, "seat_monthly"], answer(shop, sync_on=""),
    ),
    "partner_settings": lambda _cast, _shop: ("alice", [], {**COMPANY, "name": "Northwind Ltd"}),
    "profile": lambda _cast, _shop: ("vera", [], {"name": "Vera", "time_zone": "Europe/Oslo"}),
    "remove_member": lambda cast, _shop: ("alice", [member_of(cast, "vera")], {}),
    "switch_sync": lambda _cast, shop: ("bob", [shop.program.pk, shop.mapping.pk], {}),
    "undo_decision": lambda _cast, shop: ("bob", [], {"program": shop.program.pk, "at": decided(shop)}),
    "unmap": lambda _cast, shop: ("bob", [shop.program.pk, shop.mapping.pk], {}),
}  # fmt: skip
TRIED_ELSEWHERE = {  # in test_two_at_once, test_connections and test_products: an older edition is refused there
    "adopt_product", "connect", "follow_product", "mail_preferences", "set_up_program",
}  # fmt: skip


def member_of(cast: Cast, name: str) -> int:
    return int(Membership.objects.get(partner=cast.northwind, user=cast.users[name]).pk)


def decided(shop: Shop) -> str:
    given = Decision.objects.create(program=shop.program, subject=shop.credit.subject, choice="dismiss")
    return given.decided_at.isoformat()


def rows(cast: Cast) -> list[Any]:
    with partner_scope(cast.northwind.pk):
        return [list(model.objects.order_by("pk").values()) for model in KEPT]


@pytest.mark.parametrize("route", sorted(SENT))
def test_form_without_an_edition_is_refused(cast: Cast, shop: Shop, route: str) -> None:
    with partner_scope(cast.northwind.pk):
        name, places, fields = SENT[route](cast, shop)
    path = reverse(route, args=places if route == "profile" else ["northwind", *places])
    browser = cast.sure(name)
    before = rows(cast)

    refused = browser.post(path, fields, undrawn=True)

    assert refused.status_code in (302, 409)
    assert rows(cast) == before
    browser.post(path, fields)
    assert rows(cast) != before


def test_every_route_with_an_edition_is_tried() -> None:
    assert set(SENT) | TRIED_ELSEWHERE == set(ELSEWHERE) | OWN_PAGE

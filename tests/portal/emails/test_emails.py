"""E-mails about runs, who gets them, and that their links land on the exact place after sign-in."""

from __future__ import annotations

import re
from decimal import Decimal
from urllib.parse import urlsplit

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.html import escape

from core.scope import partner_scope
from notifications.models import Message
from notifications.news import MailWishes, read_wishes
from syncs.deciding.findings import new_findings
from syncs.models import Finding, Run
from syncs.running.telling import tell_of_run
from tests import factories as make
from tests.portal.cast import PASSWORD, Cast, Shop


def finish(cast: Cast, shop: Shop, status: str) -> Run:
    """A run that ended like this, and told of it."""
    with partner_scope(cast.northwind.pk):
        Message.objects.all().delete()
        run: Run = make.RunFactory(program=shop.program, status=status)
        tell_of_run(run, [])
    return run


def told(cast: Cast) -> list[list[str]]:
    with partner_scope(cast.northwind.pk):
        return list(Message.objects.order_by("pk").values_list("to", flat=True))


def test_preferences_are_saved_for_oneself(cast: Cast) -> None:
    vera = cast.client("vera")

    page = vera.post("/p/northwind/email-preferences/", {"unmapped": "on", "connections": "on"}, follow=True)

    with partner_scope(cast.northwind.pk):
        saved = [read_wishes(cast.users[name].pk) for name in ("vera", "bob")]
    assert saved == [MailWishes(unmapped=True, connections=True), MailWishes()]
    assert "Saved." in page.content.decode()
    assert vera.get("/p/northwind/email-preferences/").content.decode().count(" checked") == 2


def test_everything_can_be_switched_off_again(cast: Cast) -> None:
    vera = cast.client("vera")
    vera.post("/p/northwind/email-preferences/", {"unmapped": "on"})

    vera.post("/p/northwind/email-preferences/", {})

    with partner_scope(cast.northwind.pk):
        assert read_wishes(cast.users["vera"].pk) == MailWishes()


@pytest.mark.parametrize(
    ("status", "program_wants_all", "receivers"),
    [
        ("success", False, [["vera@northwind.example"]]),
        ("success", True, [["billing@northwind.example"], ["vera@northwind.example"]]),
        ("warning", False, [["billing@northwind.example"], ["bob@northwind.example"], ["vera@northwind.example"]]),
    ],
)
def test_run_is_told_to_who_wants_such_runs(
    cast: Cast, shop: Shop, status: str, program_wants_all: bool, receivers: list[list[str]]
) -> None:
    shop.program.mail_every_run = program_wants_all
    cast.client("bob").post("/p/northwind/email-preferences/", {"run_problems": "on"})
    cast.client("vera").post("/p/northwind/email-preferences/", {"every_run": "on"})

    finish(cast, shop, status)

    assert sorted(told(cast)) == sorted(receivers)


def test_unmapped_customers_lead_to_the_list_and_to_each_mapping(cast: Cast, shop: Shop) -> None:
    with partner_scope(cast.northwind.pk):
        Message.objects.all().delete()
        found: Finding = make.FindingFactory(
            last_run=shop.run,
            code="not_mapped",
            facts={"motion": "azure_plan"},
            severity="info",
            customer=shop.customer,
            retail=Decimal("99.50"),
        )
        tell_of_run(shop.run, [found])
        text = Message.objects.get(kind="unmapped_customers").text

    paths = [urlsplit(address) for address in re.findall(r"https?://\S+", text)]
    program = f"/p/northwind/programs/{shop.program.pk}"
    assert [f"{path.path}?{path.query}" for path in paths] == [
        f"{program}/billing/{shop.customer.pk}/azure_plan/?",
        f"{program}/billing/?tab=not_mapped",
        f"{program}/edit/?",
    ]
    assert "Contoso, Ltd. (Azure Plan)" in text


def test_customer_with_two_motions_that_nobody_mapped_counts_once(cast: Cast, shop: Shop) -> None:
    with partner_scope(cast.northwind.pk):
        Message.objects.all().delete()
        found: list[Finding] = [
            make.FindingFactory(
                last_run=shop.run, code="not_mapped", facts={"motion": motion},
                severity="info", customer=shop.customer, retail=Decimal("10.00"),
            )
            for motion in ("azure_plan", "seat_annual")
        ]  # fmt: skip
        tell_of_run(shop.run, found)
        message = Message.objects.get(kind="unmapped_customers")

    assert message.subject == "Microsoft CSP: 1 customer not mapped, $20.00 at risk - Northwind IT"
    assert "belongs to 1 customer that nobody mapped" in message.text


def test_customers_of_any_number_are_told_of_with_as_many_queries(cast: Cast, shop: Shop) -> None:
    def queries_for(number: int) -> int:
        run = make.RunFactory(program=shop.program, status="warning")
        for _ in range(number):
            make.FindingFactory(
                last_run=run, code="not_mapped", customer=make.CustomerFactory(source=shop.program.source)
            )
        with CaptureQueriesContext(connection) as queries:
            tell_of_run(run, new_findings(run))
        return len(queries)

    with partner_scope(cast.northwind.pk):
        queries_for(1)  # the first e-mail of a process asks for more
        assert queries_for(1) == queries_for(12)


def test_link_of_an_email_lands_on_its_place_after_sign_in(cast: Cast, shop: Shop) -> None:
    place = f"/p/northwind/programs/{shop.program.pk}/billing/?tab=not_mapped"
    client = Client()

    sign_in = client.get(place, follow=True)
    form = sign_in.content.decode()
    next_url = re.search(r'name="next" value="([^"]*)"', form)
    assert next_url
    assert next_url[1] == escape(place)
    response = client.post(
        "/accounts/login/", {"login": "alice@northwind.example", "password": PASSWORD, "next": place}, follow=True
    )

    assert response.redirect_chain == [(place, 302)]
    assert response.status_code == 200


def test_sign_in_leads_to_no_foreign_place(cast: Cast) -> None:
    form = {"login": "alice@northwind.example", "password": PASSWORD, "next": "https://evil.example.com/p/"}

    assert Client().post("/accounts/login/", form)["Location"] == "/"

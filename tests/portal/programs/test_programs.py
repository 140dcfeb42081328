"""The Program Edit screen."""

from __future__ import annotations

from typing import Any

import pytest

from core.scope import partner_scope
from programs.models import Program
from tests import factories as make
from tests.portal.cast import Cast, Shop

SETTINGS: dict[str, Any] = {
    "enabled": "on",
    "notification_emails": "billing@northwind.example, desk@northwind.example",
    "billing_enabled": "on",
    "motions": ["seat_monthly", "azure_plan"],
    "start": "next",
    "approval": "required",
    "prorations": "quantity",
    "credits": "apply",
    "rounding_tolerance": "0.10",
    "products_enabled": "on",
    "product_mode": "all",
    "sync_azure": "on",
    "daily_at": "04:30",
}


def test_program_is_set_up_and_joins_the_menu(cast: Cast) -> None:
    with partner_scope(cast.northwind.pk):
        make.ConnectionFactory()
        make.TargetFactory()
    adam = cast.client("adam")

    adam.post("/p/northwind/programs/microsoft-csp/prism-to-syncro/set-up/", SETTINGS)

    with partner_scope(cast.northwind.pk):
        program = Program.objects.get()
    assert (program.start, program.approval, program.prorations, program.credits) == (
        "next",
        "required",
        "quantity",
        "apply",
    )
    assert program.motions == ["seat_monthly", "azure_plan"]
    assert program.notification_emails == ["billing@northwind.example", "desk@northwind.example"]
    assert program.sync_annual is False
    assert f'href="/p/northwind/programs/{program.pk}/billing/"' in adam.get("/p/northwind/").content.decode()


def test_program_needs_its_connections_first(cast: Cast) -> None:
    response = cast.client("adam").get("/p/northwind/programs/microsoft-csp/prism-to-syncro/set-up/", follow=True)

    assert "Connect the source and the target first." in response.content.decode()


def test_billing_without_a_motion_is_refused_and_nothing_typed_is_lost(cast: Cast, shop: Shop) -> None:
    path = f"/p/northwind/programs/{shop.program.pk}/edit/"

    response = cast.client("adam").post(path, {**SETTINGS, "motions": [], "rounding_tolerance": "0.25"})

    page = response.content.decode()
    assert response.status_code == 422
    assert "choose at least one billing motion" in page
    assert 'value="0.25"' in page
    with partner_scope(cast.northwind.pk):
        assert Program.objects.get().start == "latest"


@pytest.mark.parametrize(
    ("entered", "named"),
    [("no address", "no, address"), ("a@\ufdfa\ufdfa\ufdfa\ufdfa.com", "a@\ufdfa\ufdfa\ufdfa\ufdfa.com")],
)
def test_bad_address_is_named_at_its_field(cast: Cast, shop: Shop, entered: str, named: str) -> None:
    path = f"/p/northwind/programs/{shop.program.pk}/edit/"

    page = cast.client("adam").post(path, {**SETTINGS, "notification_emails": entered}).content.decode()

    assert f"Not an e-mail address: {named}." in page


def test_saving_the_same_again_changes_nothing(cast: Cast, shop: Shop) -> None:
    path = f"/p/northwind/programs/{shop.program.pk}/edit/"
    adam = cast.client("adam")
    first = adam.post(path, SETTINGS, follow=True).content.decode()

    page = adam.post(path, SETTINGS, follow=True).content.decode()

    assert ("Nothing was changed." in first, "Nothing was changed." in page) == (False, True)


SET_UP = "/p/northwind/programs/microsoft-csp/prism-to-syncro/set-up/"


@pytest.fixture
def connected(cast: Cast) -> Cast:
    with partner_scope(cast.northwind.pk):
        make.ConnectionFactory()
        make.TargetFactory()
    return cast


def test_set_up_opens_with_billing_products_and_all_motions_on(connected: Cast) -> None:
    form = connected.client("adam").get(SET_UP).context["form"]

    assert [form[name].value() for name in ("enabled", "billing_enabled", "products_enabled")] == [True, True, True]
    assert form["motions"].value() == ["seat_monthly", "azure_plan", "seat_annual"]


def test_all_errors_of_the_form_come_at_once(connected: Cast) -> None:
    wrong = SETTINGS | {"motions": [], "notification_emails": "nobody", "daily_at": "noon", "rounding_tolerance": "-1"}

    errors = connected.client("adam").post(SET_UP, wrong).context["form"].errors

    assert set(errors) == {"motions", "notification_emails", "daily_at", "rounding_tolerance"}
    assert all(len(texts) == 1 for texts in errors.values())
    with partner_scope(connected.northwind.pk):
        assert not Program.objects.exists()


@pytest.mark.parametrize(
    ("off", "told"),
    [(("billing_enabled", "products_enabled"), "both switched off"), (("enabled",), "until you switch it on")],
)
def test_saved_with_everything_off_it_says_so(connected: Cast, off: tuple[str, ...], told: str) -> None:
    settings = {name: value for name, value in SETTINGS.items() if name not in off}

    page = connected.client("adam").post(SET_UP, settings, follow=True).content.decode()

    assert told in page

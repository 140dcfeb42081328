"""``configure``: makes a partner look like the file, again changes nothing, and is all or nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.utils import timezone

from accounts.identity import person_of
from accounts.models import Membership, Partner
from accounts.services import create_user, ensure_member, find_partner, list_partners
from connections.models import Connection, ConnectionStatus
from core.audit import COMMAND
from core.models import AuditEntry
from core.scope import partner_scope
from customers.models import Mapping
from programs.models import Program
from tests.billingsync.commands.conftest import Outcome, Run
from tests.billingsync.commands.files import HEAD, entry, mapped
from tests.onboarding import PASSWORD, Vendors, history

Configure = Callable[[str], Outcome]


def partner_id() -> int:
    found = find_partner("northwind")
    assert found is not None
    return found


def snapshot() -> dict[str, Any]:
    with partner_scope(partner_id()):
        return {
            "audit": AuditEntry.objects.count(),
            "connections": list(Connection.objects.order_by("pk").values()),
            "programs": list(Program.objects.values()),
            "mappings": list(Mapping.objects.order_by("pk").values()),
            "history": history("customers.MappingEvent").count() + history("programs.ProgramEvent").count(),
            "user": person_of("admin@northwind.example").password,
        }


def test_file_makes_a_partner(configure: Configure, vendors: Vendors) -> None:
    outcome = configure(mapped(vendors.mapping()))
    assert (outcome.code, outcome.out) == (0, "")
    user = person_of("admin@northwind.example")
    assert user is not None
    assert user.check_password(PASSWORD)
    with partner_scope(partner_id()):
        partner = Partner.objects.get()
        assert (partner.name, partner.time_zone, partner.currency) == ("Northwind IT", "Europe/Oslo", "USD")
        assert Membership.objects.get().role == "admin"
        assert set(Connection.objects.values_list("system", "status")) == {
            ("prism", ConnectionStatus.CONNECTED),
            ("syncro", ConnectionStatus.CONNECTED),
        }
        program = Program.objects.get()
        assert program.enabled
        assert program.motions == ["seat_monthly", "azure_plan", "seat_annual"]
        assert program.next_due_at is not None
        wanted = {(one["customer"], one["motion"], str(one["invoice_template"])) for one in vendors.mapping()}
        stored = Mapping.objects.values_list("customer__external_id", "motion", "template__external_id")
        assert set(stored) == wanted
        assert set(Mapping.objects.values_list("pricing", "sync_on")) == {("cost_and_retail", True)}


def test_second_time_changes_nothing_and_calls_nobody(configure: Configure, vendors: Vendors) -> None:
    file = mapped(vendors.mapping())
    configure(file)
    before, calls = snapshot(), vendors.calls()
    assert "Nothing changed." in configure(file).told
    assert snapshot() == before
    assert vendors.calls() == calls


def test_customer_may_be_named_by_domain_in_any_case(configure: Configure, vendors: Vendors) -> None:
    unique = [one | {"domain": one["domain"].upper()} for one in vendors.mapping()]
    assert configure(mapped(unique[:3], by="domain")).code == 0
    with partner_scope(partner_id()):
        assert Mapping.objects.count() == 3


def test_what_the_file_omits_is_left_as_it_is(configure: Configure, vendors: Vendors) -> None:
    configure(mapped(vendors.mapping()[:4]))
    outcome = configure("partner: {slug: northwind, currency: EUR}\n")
    assert outcome.code == 0
    with partner_scope(partner_id()):
        assert (Partner.objects.get().name, Partner.objects.get().currency) == ("Northwind IT", "EUR")
        assert (Mapping.objects.count(), Program.objects.count(), Connection.objects.count()) == (4, 1, 2)


def test_changed_setting_is_the_only_change(configure: Configure, vendors: Vendors) -> None:
    file = mapped(vendors.mapping()[:2])
    configure(file)
    calls = vendors.calls()
    outcome = configure(file.replace("credits: hold", "credits: apply, approval: required"))
    assert outcome.told.strip() == "Program microsoft-csp: approval, credits"
    assert vendors.calls() == calls


def test_mappings_are_added_long_after_the_account_was_asked_for_its_settings(
    configure: Configure, vendors: Vendors
) -> None:
    configure(mapped(vendors.mapping()[:1]))
    with partner_scope(partner_id()):
        Connection.objects.update(settings_read_at=timezone.now() - dt.timedelta(days=8))

    assert "Mappings made: 1" in configure(mapped(vendors.mapping()[:2])).told


def test_mapping_can_be_switched_off_and_priced_without_a_call(configure: Configure, vendors: Vendors) -> None:
    one = vendors.mapping()[0]
    configure(mapped([one]))
    calls = vendors.calls()
    changed = mapped([one]).rstrip().removesuffix("}") + ", pricing: quantity_only, sync: false}\n"
    assert "Mappings changed: 1" in configure(changed).told
    assert configure(mapped([one])).told.strip() == "Nothing changed."
    assert vendors.calls() == calls
    with partner_scope(partner_id()):
        assert set(Mapping.objects.values_list("pricing", "sync_on")) == {("quantity_only", False)}


def test_changed_secret_is_tested_again(
    configure: Configure, vendors: Vendors, monkeypatch: pytest.MonkeyPatch
) -> None:
    configure(HEAD)
    monkeypatch.setenv("SYNCRO_TOKEN", "T0-wrong")
    outcome = configure(HEAD)
    assert outcome.code == 2
    assert "northwind.yaml:6:5: Syncro does not accept the API token" in outcome.told
    monkeypatch.setenv("SYNCRO_TOKEN", vendors.syncro["api_token"])
    assert configure(HEAD).told.strip() == "Nothing changed."


def test_changed_password_is_set(configure: Configure, monkeypatch: pytest.MonkeyPatch) -> None:
    configure(HEAD)
    monkeypatch.setenv("NORTHWIND_PASSWORD", "quite another sentence")
    assert "User admin@northwind.example changed" in configure(HEAD).told
    user = person_of("admin@northwind.example")
    assert user is not None
    assert user.check_password("quite another sentence")


@pytest.mark.parametrize("somebody", ["member of another partner", "operator", "member of nobody"])
def test_password_of_a_person_who_is_not_this_partners_alone_stays(
    configure: Configure, stranger: Partner, monkeypatch: pytest.MonkeyPatch, somebody: str
) -> None:
    user = create_user(email="admin@northwind.example", password=PASSWORD, is_operator=somebody == "operator")
    if somebody == "member of another partner":
        with partner_scope(stranger.pk):
            ensure_member(user=user, role="owner", actor=COMMAND)
    monkeypatch.setenv("NORTHWIND_PASSWORD", "quite another sentence")

    outcome = configure(HEAD)

    assert outcome.code == 2
    assert "northwind.yaml:3:" in outcome.told
    assert "admin@northwind.example has an account that is not this partner's alone" in outcome.told
    user.refresh_from_db()
    assert user.check_password(PASSWORD)
    assert [one.slug for one in list_partners()] == ["tailwind"]


def test_person_of_another_partner_is_made_a_member_without_a_password(configure: Configure, stranger: Partner) -> None:
    user = create_user(email="admin@northwind.example", password=PASSWORD)
    with partner_scope(stranger.pk):
        ensure_member(user=user, role="owner", actor=COMMAND)

    outcome = configure(HEAD.replace(", password_env: NORTHWIND_PASSWORD", ""))

    assert outcome.code == 0
    with partner_scope(partner_id()):
        assert Membership.objects.get().user == user


def test_address_that_waits_for_its_proof_is_a_new_person(configure: Configure) -> None:
    other = create_user(email="mallory@attack.example", password=PASSWORD)
    EmailAddress.objects.create(user=other, email="admin@northwind.example")

    assert configure(HEAD).code == 0

    with partner_scope(partner_id()):
        assert Membership.objects.get().user not in (None, other)


def test_addresses_get_their_one_spelling(configure: Configure) -> None:
    written = HEAD.replace("admin@northwind", '"Admin@north\\u200bwind').replace(".example, role", '.example", role')

    assert configure(written.replace("billing@northwind", "Billing@NORTHWIND")).code == 0

    with partner_scope(partner_id()):
        assert Membership.objects.get().user == person_of("admin@northwind.example")
        assert Program.objects.get().notification_emails == ["billing@northwind.example"]


def test_refused_credentials_leave_nothing_behind(configure: Configure) -> None:
    outcome = configure(HEAD.replace("SYNCRO_TOKEN", "WRONG_SECRET"))
    assert outcome.code == 2
    assert "northwind.yaml:6:5:" in outcome.told
    assert "nobody-knows-this-one" not in outcome.told
    assert list_partners() == []
    assert person_of("admin@northwind.example") is None


def test_unknown_names_of_mappings_are_errors_with_their_lines(configure: Configure, vendors: Vendors) -> None:
    first, other = vendors.mapping()[0], vendors.mapping()[3]
    right = {"motion": "seat_monthly", "syncro_customer": first["syncro_customer"]}
    file = (
        f"{HEAD}mappings:\n"
        + entry(customer="nobody.example", invoice_template=first["invoice_template"], **right)
        + entry(customer=first["domain"], invoice_template=999999, **right)
        + entry(customer=other["domain"], invoice_template=other["invoice_template"], **right)
        + entry(customer=other["domain"], motion="azure_plan", syncro_customer=999, invoice_template=1)
    )
    told = configure(file).told.splitlines()
    assert [line.partition("northwind.yaml:")[2].partition(":")[0] for line in told if "northwind.yaml" in line] == [
        "17", "18", "19", "20",
    ]  # fmt: skip
    assert "no customer with the tenant id or domain “nobody.example”" in "".join(told)
    assert "no invoice template 999999" in "".join(told)
    assert "belongs to" in "".join(told)
    assert "Syncro has no customer 999" in "".join(told)
    assert list_partners() == []


def test_one_customer_by_id_and_by_domain_is_an_error(configure: Configure, vendors: Vendors) -> None:
    one = vendors.mapping()[0]
    right = {name: one[name] for name in ("motion", "syncro_customer", "invoice_template")}
    file = (
        f"{HEAD}mappings:\n" + entry(customer=f'"{one["customer"]}"', **right) + entry(customer=one["domain"], **right)
    )
    outcome = configure(file)
    assert outcome.code == 2
    assert "stands twice, first in line 17" in outcome.told


def test_poor_template_is_mapped_with_a_warning(configure: Configure, vendors: Vendors) -> None:
    poor = next(one for one in vendors.mapping() if not one["fits"])
    outcome = configure(mapped([poor]))
    assert outcome.code == 0
    assert "Warning: line 17:" in outcome.told


def test_program_without_motion_is_refused_at_its_line(configure: Configure) -> None:
    outcome = configure(HEAD.replace("[seat_monthly, azure_plan, seat_annual]", "[]"))
    assert outcome.code == 2
    assert "northwind.yaml:13:" in outcome.told
    assert "at least one billing motion" in outcome.told
    assert list_partners() == []


def test_last_owner_stays_owner(configure: Configure) -> None:
    owner = HEAD.replace("role: admin", "role: owner")
    configure(owner)
    outcome = configure(HEAD)
    assert outcome.code == 2
    assert "northwind.yaml:3:5: A partner needs an owner" in outcome.told


def test_file_that_is_not_there(run: Run) -> None:
    outcome = run("configure", "/nowhere/northwind.yaml")
    assert outcome.code == 2
    assert "No such file" in outcome.told


def test_json_goes_to_stdout_alone(run: Run, configure: Configure, tmp_path: Any) -> None:
    configure(HEAD)
    outcome = run("configure", str(tmp_path / "northwind.yaml"), "--json")
    assert outcome.out.startswith('{"partner": "northwind", "changes": []')

"""Mapping a customer's motion to an invoice template."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from core.audit import COMMAND
from core.models import AuditEntry
from core.scope import partner_scope
from customers.mapping_batches import Wish, apply_batch, propose_batch
from customers.models import Customer, Mapping, TargetCustomer, Template
from customers.selectors import choosable_target_customers, suggestions_for, templates_of
from customers.services import MappingRefused, MappingUnconfirmed, remove_mapping, save_mapping
from tests.invoices.prism_wire import World

TODAY = dt.date(2026, 10, 2)
PAST, NEXT_YEAR = dt.date(2026, 9, 5), dt.date(2027, 9, 5)


class Cast:
    """A customer of the source, and what there is in the target."""

    def __init__(self, world: World) -> None:
        target = {"target_id": world.program.target_id}
        self.program = world.program
        self.customer = Customer.objects.get()
        self.contoso = TargetCustomer.objects.create(
            **target, external_id="1", name="Contoso Ltd", email="it@contoso.example"
        )
        self.fabrikam = TargetCustomer.objects.create(**target, external_id="2", name="Fabrikam")
        world.program.target.target_day = TODAY
        common = {**target, "customer_external_id": "1", "read_at": timezone.now(), "next_run": TODAY}
        self.monthly = Template.objects.create(**common, external_id="50", name="Monthly", frequency="Monthly")
        self.yearly = Template.objects.create(
            **common | {"next_run": NEXT_YEAR}, external_id="51", name="Yearly", frequency="Annually"
        )
        self.ended = Template.objects.create(
            **common | {"next_run": None}, external_id="53", name="Ended", frequency="Monthly"
        )
        self.past = Template.objects.create(
            **common | {"next_run": PAST}, external_id="54", name="Past", frequency="Monthly"
        )
        self.paused = Template.objects.create(
            **common, external_id="52", name="Paused", frequency="Monthly", paused=True
        )

    def save(self, **values) -> Mapping:
        """Map the seats by month, unless said otherwise."""
        standard = {
            "program": self.program, "customer": self.customer, "motion": "seat_monthly", "pricing": "cost_and_retail",
            "target_customer": self.contoso, "template": self.monthly, "sync_on": True, "actor": COMMAND,
        }  # fmt: skip
        return save_mapping(**(standard | values))


@pytest.fixture
def cast(world: World):
    """Inside the partner's scope."""
    world.prism.tenant("Contoso")
    world.refresh()
    with partner_scope(world.partner.pk):
        yield Cast(world)


def told() -> list[str]:
    """The audit log, oldest first."""
    return list(AuditEntry.objects.filter(action__startswith="mapping").order_by("id").values_list("text", flat=True))


def test_mapping_is_made_and_told(cast):
    mapping = cast.save()

    assert Mapping.objects.get() == mapping
    assert (mapping.target_customer, mapping.template, mapping.sync_on) == (cast.contoso, cast.monthly, True)
    assert told() == ["Contoso / Seat Based Monthly mapped to Contoso Ltd / Monthly (cost and retail, sync on)"]


def test_same_mapping_again_changes_and_tells_nothing(cast):
    first = cast.save()

    again = cast.save()

    assert (again.pk, again.updated_at, len(told())) == (first.pk, first.updated_at, 1)


def test_each_motion_has_a_mapping_of_its_own(cast):
    cast.save()
    cast.save(motion="seat_annual")
    assert Mapping.objects.count() == 2


@pytest.mark.parametrize(
    ("values", "codes"),
    [
        ({"template": "yearly"}, ["frequency"]),
        ({"template": "yearly", "motion": "seat_annual"}, ["waits_long"]),
        ({"template": "yearly", "motion": "azure_plan"}, ["waits_long"]),
        ({"template": "ended"}, ["template_ended"]),
        ({"template": "past"}, ["run_in_the_past"]),
        ({"template": "paused"}, ["paused"]),
        ({"template": "paused", "motion": "seat_annual"}, ["paused"]),
    ],
)
def test_unfit_template_is_chosen_only_after_a_warning(cast, values, codes):
    values = values | {"template": getattr(cast, values["template"])}

    with pytest.raises(MappingUnconfirmed) as refused:
        cast.save(**values)
    assert [warning.code for warning in refused.value.warnings] == codes
    assert not Mapping.objects.exists()

    assert cast.save(**values, confirm=True).template == values["template"]


def test_template_that_was_confirmed_once_is_not_warned_of_again(cast):
    cast.save(template=cast.paused, confirm=True)
    assert cast.save(template=cast.paused, pricing="cost_only").pricing == "cost_only"


def test_template_of_another_customer_is_refused(cast):
    with pytest.raises(MappingRefused, match="belongs to another customer") as refused:
        cast.save(target_customer=cast.fabrikam)
    assert refused.value.field == "template"


@pytest.mark.parametrize(("row", "field"), [("contoso", "target_customer"), ("monthly", "template")])
def test_what_is_gone_from_the_target_is_refused(cast, row, field):
    getattr(cast, row).gone = True
    with pytest.raises(MappingRefused, match="no longer in the target") as refused:
        cast.save()
    assert refused.value.field == field


@pytest.mark.parametrize(("name", "value"), [("motion", "seat_weekly"), ("pricing", "free")])
def test_unknown_words_are_refused(cast, name, value):
    with pytest.raises(MappingRefused) as refused:
        cast.save(**{name: value})
    assert refused.value.field == name


@pytest.mark.parametrize("name", ["customer", "target_customer", "template"])
def test_parts_of_another_connection_are_refused(cast, name):
    stranger = getattr(cast, {"customer": "customer", "target_customer": "contoso", "template": "monthly"}[name])
    if name == "customer":
        stranger.source_id = cast.program.target_id
    else:
        stranger.target_id = cast.program.source_id
    with pytest.raises(MappingRefused) as refused:
        cast.save()
    assert refused.value.field == name


def switch(mapping: Mapping, *, on: bool) -> None:
    wish = Wish(mapping.customer_id, mapping.motion, sync_on=on)
    kind = "sync_on" if on else "sync_off"
    batch = propose_batch(program=mapping.program, kind=kind, wishes=[wish], actor=COMMAND)
    assert apply_batch(batch=batch, actor=COMMAND)


def test_start_is_forgotten_when_the_sync_goes_off(cast):
    mapping = cast.save()
    mapping.first_month = dt.date(2026, 9, 1)
    mapping.save()

    switch(mapping, on=False)
    assert (Mapping.objects.get().sync_on, Mapping.objects.get().first_month) == (False, None)

    switch(mapping, on=True)
    assert [text for text in told() if text.startswith("Sync of")] == [
        "Sync of Contoso / Seat Based Monthly switched off",
        "Sync of Contoso / Seat Based Monthly switched on",
    ]


def test_start_is_forgotten_when_the_dialog_switches_the_sync_off(cast):
    mapping = cast.save()
    mapping.first_month = dt.date(2026, 9, 1)
    mapping.save()

    assert cast.save(sync_on=False).first_month is None


def test_start_is_kept_when_the_mapping_moves(cast):
    mapping = cast.save()
    mapping.first_month = dt.date(2026, 9, 1)
    mapping.save()

    assert cast.save(template=cast.paused, confirm=True).first_month == dt.date(2026, 9, 1)


def test_mapping_is_taken_away_and_told(cast):
    remove_mapping(mapping=cast.save(), actor=COMMAND)
    assert not Mapping.objects.exists()
    assert told()[-1].startswith("Contoso / Seat Based Monthly is no longer mapped to Contoso Ltd / Monthly")


def test_dialog_offers_what_can_be_chosen(cast):
    cast.fabrikam.gone = True
    cast.fabrikam.save()
    assert list(choosable_target_customers(cast.program)) == [cast.contoso]
    assert list(choosable_target_customers(cast.program, "contoso.EX")) == [cast.contoso]
    assert [template.name for template in templates_of(cast.contoso)] == [
        "Ended", "Monthly", "Past", "Paused", "Yearly",
    ]  # fmt: skip


def test_dialog_suggests_likely_customers(cast):
    (suggestion,) = suggestions_for(cast.program, cast.customer)
    assert (suggestion.candidate, suggestion.reasons) == (cast.contoso, ("same name", "same domain"))


def test_suggestions_leave_strangers_unread_and_keep_who_shares_a_domain_alone(cast):
    cast.contoso.name = "Something else"
    cast.contoso.save()

    assert [found.candidate for found in suggestions_for(cast.program, cast.customer)] == [cast.contoso]

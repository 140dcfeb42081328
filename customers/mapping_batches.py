"""Many mappings changed together: proposed and shown, applied whole or not at all, undone together.

A batch's entries are ``{"customer", "motion", "line", "before", "after", "warnings"}``: ids, the line
of the file that asks for it (0 without a file), the mapping as it is and as it shall be. A mapping is
``{"template", "target_customer", "pricing", "sync_on"}``; no mapping is ``None``. What was applied
also holds ``first_month``, the month from which the mapping had billed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.utils import timezone

from core.audit import Actor, Fact, record_all
from core.bulk_saving import BATCH, fit
from core.enums import About
from core.scope import scoped_partner_id
from customers.models import BatchState, Customer, Mapping, MappingBatch, Pricing, TargetCustomer, Template
from customers.services import MappingRefused, check_template, destination_of, lock_mappings, mapping_warnings
from programs.models import Program

PROPOSALS_LAST = dt.timedelta(days=1)

# One statement: of ten thousand mappings, Django's bulk_update would take half a minute.
_UPDATE = """
UPDATE customers_mapping mapping
SET template_id = new.template, target_customer_id = new.owner, pricing = new.pricing, sync_on = new.sync_on,
    first_month = new.first_month, updated_at = %s
FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::text[], %s::boolean[], %s::date[])
    AS new (id, template, owner, pricing, sync_on, first_month)
WHERE mapping.id = new.id AND mapping.partner_id = %s
"""

Entry = dict[str, Any]
State = dict[str, Any]


class BatchRefused(Exception):
    """The batch cannot be applied or undone; ``str(error)`` says why and what to do."""


@dataclass(frozen=True, slots=True)
class Wish:
    """How one customer's motion shall be mapped; what is not named stays as it is.

    A new mapping takes cost and retail, and is synced, unless the wish says otherwise. ``line`` is
    that of the file.
    """

    customer_id: int
    motion: str
    template: Template | None = None
    target_customer: TargetCustomer | None = None
    pricing: str = ""
    sync_on: bool | None = None
    line: int = 0


def propose_batch(
    *,
    program: Program,
    kind: str,
    wishes: Sequence[Wish],
    actor: Actor,
    problems: Sequence[dict[str, Any]] = (),
    notes: Sequence[str] = (),
    file_name: str = "",
) -> MappingBatch:
    """Work out what the wishes would change, and store it to be looked at. Changes no mapping."""
    MappingBatch.objects.filter(
        program=program, state=BatchState.PROPOSED, created_at__lt=timezone.now() - PROPOSALS_LAST
    ).delete()
    batch = MappingBatch(program=program, kind=kind, made_by=actor.name, file_name=fit(file_name, 200))
    batch.problems, batch.notes = list(problems), list(notes)
    standing = _Standing(program, {wish.customer_id for wish in wishes})
    wanted = [_wanted(wish, standing.state_of(wish.customer_id, wish.motion)) for wish in wishes]
    standing.know(after for after in wanted if after)
    for wish, after in zip(wishes, wanted, strict=True):
        if after is None:
            batch.skipped += 1
        elif after == standing.state_of(wish.customer_id, wish.motion):
            batch.unchanged += 1
        else:
            batch.entries.append(standing.entry(wish.customer_id, wish.motion, after, wish.line))
    batch.save()
    return batch


def has_warnings(batch: MappingBatch) -> bool:
    """True when a template is chosen that asks for a second thought."""
    return any(entry["warnings"] for entry in batch.entries)


def apply_batch(*, batch: MappingBatch, actor: Actor, confirm: bool = False) -> bool:
    """Make all changes of the batch, in the open transaction.

    False, and nothing was changed, when mappings or templates have changed since the batch was
    shown: it then holds what it would do now. Raises ``BatchRefused``.
    """
    lock_mappings(batch.program_id)
    batch.refresh_from_db(from_queryset=MappingBatch.objects.select_for_update(no_key=True))
    if batch.state != BatchState.PROPOSED:
        raise BatchRefused("These changes were applied already.")
    if batch.problems:
        raise BatchRefused("The file has errors. Correct it and import it again.")
    standing = _standing_of(batch)
    if not _still_true(batch, standing):
        return False
    if has_warnings(batch) and not confirm:
        raise BatchRefused("Tick the box beside the warnings first, or choose other templates.")
    _write(batch, standing, [(entry, entry["after"]) for entry in batch.entries], actor)
    batch.state, batch.applied_at, batch.made_by = BatchState.APPLIED, timezone.now(), actor.name
    batch.save()
    return True


def undo_batch(*, batch: MappingBatch, actor: Actor, keep_months: bool) -> int:
    """Bring the batch's mappings back to what they were; how many.

    A mapping that was changed since is left alone and named in ``left_alone``. What syncs wrote
    meanwhile stays in the target. With ``keep_months`` a sync that comes on again bills from the
    month from which it had billed; otherwise from the newest one, as if it were switched on by hand,
    so that what came meanwhile is offered and not billed unasked. Raises ``BatchRefused``.
    """
    lock_mappings(batch.program_id)
    batch.refresh_from_db(from_queryset=MappingBatch.objects.select_for_update(no_key=True))
    if batch.state != BatchState.APPLIED:
        raise BatchRefused("There is nothing to undo: these changes are not in force.")
    standing = _standing_of(batch)
    own: list[Entry] = []
    changed_since: list[Entry] = []
    for entry in batch.entries:
        (own if standing.now(entry) == entry["after"] else changed_since).append(entry)
    if not keep_months:
        for entry in own:
            entry["first_month"] = None
    batch.left_alone = [standing.title(entry) for entry in changed_since]
    _write(batch, standing, [(entry, entry["before"]) for entry in own], actor)
    batch.state, batch.undone_at = BatchState.UNDONE, timezone.now()
    batch.save()
    return len(own)


@dataclass(frozen=True, slots=True)
class Shown:
    """One change of a batch with everything that a page says of it."""

    line: int
    customer: Customer
    motion: str
    before: Mapping | None
    after: Mapping
    warnings: list[str]


def show_entries(batch: MappingBatch, entries: Sequence[Entry]) -> list[Shown]:
    """Entries of the batch as mappings that are not saved. Three queries, whatever their number."""
    standing = _Standing(batch.program, {entry["customer"] for entry in entries}, mappings=False)
    standing.know(_states(entries))
    return [
        Shown(
            entry["line"],
            standing.customers[entry["customer"]],
            entry["motion"],
            standing.build(entry, entry["before"]) if entry["before"] else None,
            standing.build(entry, entry["after"]),
            entry["warnings"],
        )
        for entry in entries
    ]


# --- What stands --------------------------------------------------------------------------------


class _Standing:
    """The customers of a batch, their mappings as they are, and the templates that it names."""

    def __init__(self, program: Program, customer_ids: Iterable[int], *, mappings: bool = True) -> None:
        self.program = program
        ids = list(customer_ids)
        self.customers = Customer.objects.filter(source_id=program.source_id).in_bulk(ids)
        found = Mapping.objects.filter(program=program, customer_id__in=ids) if mappings else ()
        self.mappings = {(mapping.customer_id, mapping.motion): mapping for mapping in found}
        self.templates: dict[int, Template] = {}
        self.target_customers: dict[int, TargetCustomer] = {}

    def know(self, states: Iterable[State]) -> None:
        """Read the templates and their owners that these states and the present mappings name."""
        named = [*states, *map(_state, self.mappings.values())]
        self.templates = Template.objects.defer("lines").in_bulk({state["template"] for state in named})
        self.target_customers = TargetCustomer.objects.in_bulk({state["target_customer"] for state in named})

    def state_of(self, customer_id: int, motion: str) -> State | None:
        """The mapping as it is."""
        mapping = self.mappings.get((customer_id, motion))
        return None if mapping is None else _state(mapping)

    def now(self, entry: Entry) -> State | None:
        """The mapping of the entry as it is."""
        return self.state_of(entry["customer"], entry["motion"])

    def entry(self, customer_id: int, motion: str, after: State, line: int) -> Entry:
        """The change from what is to ``after``, with what speaks against a newly chosen template."""
        before = self.state_of(customer_id, motion)
        warnings = []
        if before is None or before["template"] != after["template"]:
            template = self.templates[after["template"]]
            found = mapping_warnings(program=self.program, template=template, motion=motion)
            warnings = [warning.text for warning in found]
        return {
            "customer": customer_id, "motion": motion, "line": line,
            "before": before, "after": after, "warnings": warnings,
        }  # fmt: skip

    def build(self, entry: Entry, state: State) -> Mapping:
        """A mapping in that state, not saved."""
        made = Mapping(program=self.program, customer=self.customers[entry["customer"]], motion=entry["motion"])
        self.assign(made, state)
        return made

    def assign(self, mapping: Mapping, state: State) -> None:
        """Bring a mapping to that state, not saved."""
        mapping.program, mapping.customer = self.program, self.customers[mapping.customer_id]
        mapping.template = self.templates[state["template"]]
        mapping.target_customer = self.target_customers[state["target_customer"]]
        mapping.pricing, mapping.sync_on = state["pricing"], state["sync_on"]

    def title(self, entry: Entry) -> str:
        """Whom and what the entry is about."""
        return str(Mapping(customer=self.customers[entry["customer"]], motion=entry["motion"]))


def _standing_of(batch: MappingBatch) -> _Standing:
    standing = _Standing(batch.program, {entry["customer"] for entry in batch.entries})
    standing.know(_states(batch.entries))
    return standing


def _states(entries: Sequence[Entry]) -> list[State]:
    return [state for entry in entries for state in (entry["before"], entry["after"]) if state]


def _still_true(batch: MappingBatch, standing: _Standing) -> bool:
    """False when the batch had to be made anew, or names a template that cannot be chosen any more."""
    fresh = [standing.entry(old["customer"], old["motion"], old["after"], old["line"]) for old in batch.entries]
    fresh = [entry for entry in fresh if entry["before"] != entry["after"]]
    problems = [problem for entry in fresh if (problem := _refusal(entry, standing))]
    if fresh == batch.entries and not problems:
        return True
    batch.unchanged += len(batch.entries) - len(fresh)
    batch.entries, batch.problems = fresh, problems
    batch.save()
    return False


def _refusal(entry: Entry, standing: _Standing) -> dict[str, Any] | None:
    before, after = entry["before"], entry["after"]
    if before and before["template"] == after["template"]:
        return None
    owner, template = standing.target_customers[after["target_customer"]], standing.templates[after["template"]]
    try:
        check_template(standing.program, owner, template)
    except MappingRefused as refusal:
        return {"line": entry["line"], "text": str(refusal), "cure": "Choose another template."}
    return None


def _wanted(wish: Wish, present: State | None) -> State | None:
    """The state that the wish asks for; none where there is no template to map to."""
    if wish.template is not None and wish.target_customer is not None:
        destination = {"template": wish.template.pk, "target_customer": wish.target_customer.pk}
    elif present is None:
        return None
    else:
        destination = {"template": present["template"], "target_customer": present["target_customer"]}
    usual = present or {"pricing": Pricing.COST_AND_RETAIL.value, "sync_on": True}
    sync_on = usual["sync_on"] if wish.sync_on is None else wish.sync_on
    return {**destination, "pricing": wish.pricing or usual["pricing"], "sync_on": sync_on}


def _state(mapping: Mapping) -> State:
    return {
        "template": mapping.template_id,
        "target_customer": mapping.target_customer_id,
        "pricing": str(mapping.pricing),
        "sync_on": mapping.sync_on,
    }


# --- What is written ----------------------------------------------------------------------------


def _write(
    batch: MappingBatch, standing: _Standing, changes: Sequence[tuple[Entry, State | None]], actor: Actor
) -> None:
    """Bring each entry's mapping to the state beside it, and tell each change to the audit log."""
    made, changed, removed, facts = [], [], [], []
    for entry, state in changes:
        mapping = standing.mappings.get((entry["customer"], entry["motion"]))
        if mapping is None:
            assert state is not None  # nothing becomes nothing in no batch
            made.append(standing.build(entry, state))
            facts.append(_fact("mapping.made", made[-1], f"{made[-1]} mapped to {destination_of(made[-1])}"))
        elif state is None:
            standing.assign(mapping, entry["after"])
            removed.append(mapping.pk)
            text = f"{mapping} is no longer mapped to {destination_of(mapping)}"
            facts.append(_fact("mapping.removed", mapping, text))
        else:
            facts.append(_change(standing, mapping, entry, state))
            changed.append(mapping)
    Mapping.objects.bulk_create(made, batch_size=BATCH)
    _update(changed)
    Mapping.objects.filter(pk__in=removed).delete()
    record_all(actor, [*facts, Fact("mapping.batch", _summary(batch, len(changes)))])


def _update(mappings: Sequence[Mapping]) -> None:
    """Save these mappings."""
    columns = ("pk", "template_id", "target_customer_id", "pricing", "sync_on", "first_month")
    values = [[getattr(mapping, column) for mapping in mappings] for column in columns]
    with connection.cursor() as cursor:
        cursor.execute(_UPDATE, [timezone.now(), *values, scoped_partner_id()])


def _change(standing: _Standing, mapping: Mapping, entry: Entry, state: State) -> Fact:
    """Bring a mapping to a state; the fact for the audit log."""
    was_on, month = mapping.sync_on, mapping.first_month
    only_sync = {**_state(mapping), "sync_on": state["sync_on"]} == state
    standing.assign(mapping, state)
    remembered = entry.get("first_month")
    if not mapping.sync_on:
        mapping.first_month = None
    elif not was_on and remembered and state == entry["before"]:
        mapping.first_month = dt.date.fromisoformat(remembered)
    entry["first_month"] = month.isoformat() if month else None
    if only_sync:
        return _fact("mapping.sync", mapping, f"Sync of {mapping} switched {'on' if mapping.sync_on else 'off'}")
    return _fact("mapping.changed", mapping, f"{mapping} is now mapped to {destination_of(mapping)}")


def _fact(action: str, mapping: Mapping, text: str) -> Fact:
    return Fact(action, text, (About.CUSTOMER, mapping.customer_id))


def _summary(batch: MappingBatch, number: int) -> str:
    mappings = f"{number:,} mapping{'' if number == 1 else 's'}"
    return f"{'Undone: ' if batch.state == BatchState.APPLIED else ''}{batch}, {mappings}"

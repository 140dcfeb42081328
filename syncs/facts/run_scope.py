"""What a run is about that is not about everything: items that failed, or one customer. Kept in the run's basis."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any, Self

from connectors.records import id_order
from customers.models import Mapping
from money.enums import LineState
from money.plan import Note
from programs.models import Program
from syncs.enums import ChangeAbout
from syncs.facts.mappings import active_mappings
from syncs.models import Change, Line, Run

SCOPE = "retry"  # in the basis of a run, named by its first use; absent from one that is about everything


@dataclass(frozen=True, slots=True)
class RunScope:
    """Nothing else is read from the target, planned or written. Numbers are ids of ours unless said otherwise."""

    run: int | None = None  # in which the items failed
    items: int = 0
    customer: int | None = None  # about whom alone the run is
    templates: tuple[str, ...] = ()  # the target's ids
    mappings: tuple[int, ...] = ()
    marks: tuple[str, ...] = ()  # of our lines that these mappings have, or that have no mapping any more
    products: tuple[int, ...] = ()
    findings: tuple[str, ...] = ()  # fingerprints of what was said about the failures

    @classmethod
    def from_basis(cls, stored: dict[str, Any]) -> Self:
        """As ``to_basis`` wrote it."""
        read: dict[str, Any] = {n: tuple(value) if isinstance(value, list) else value for n, value in stored.items()}
        return cls(**read)

    def to_basis(self) -> dict[str, Any]:
        """For the run's basis; to try failed items again the source is not read again."""
        return {SCOPE: asdict(self)} | ({"source": True} if self.customer is None else {})

    def tells(self, note: Note) -> bool:
        """Whether the run has to say it: not what it learned of other customers by the way."""
        return self.customer is None or note.customer_id in {None, self.customer}


def run_scope(run: Run) -> RunScope | None:
    """None for a run that is about everything."""
    stored = run.basis.get(SCOPE)
    return None if stored is None else RunScope.from_basis(stored)


def scope_of_failed(run: Run, failed: Iterable[Change], findings: Iterable[str]) -> RunScope:
    """What must be read and planned to try these changes of a run again. Inside the partner's scope."""
    changes = list(failed)
    mappings = _mappings_of(run, changes)
    marks = Line.objects.filter(program=run.program_id, customer__in={m.customer_id for m in mappings})
    templates = {c.template_id for c in changes if c.template_id} | {m.template.external_id for m in mappings}
    return RunScope(
        run=run.pk,
        items=len(changes),
        templates=tuple(sorted(templates, key=id_order)),
        mappings=tuple(sorted(mapping.pk for mapping in mappings)),
        marks=tuple(sorted({*marks.values_list("mark", flat=True), *(c.mark for c in changes)} - {""})),
        products=tuple(sorted({c.product_id for c in changes if c.product_id and c.about == ChangeAbout.PRODUCT})),
        findings=tuple(findings),
    )


def scope_of_customer(program: Program, customer_id: int) -> RunScope:
    """What must be read and planned to bill one customer, and no other. Inside the partner's scope."""
    mappings = list(active_mappings(program).filter(customer=customer_id).select_related("template"))
    lines = Line.objects.filter(program=program, customer=customer_id)
    standing = lines.filter(state=LineState.STANDING).values_list("template_id", flat=True)
    templates = {*standing, *(mapping.template.external_id for mapping in mappings)}
    return RunScope(
        customer=customer_id,
        templates=tuple(sorted(templates, key=id_order)),
        mappings=tuple(sorted(mapping.pk for mapping in mappings)),
        marks=tuple(sorted(set(lines.values_list("mark", flat=True)))),
    )


def _mappings_of(run: Run, changes: Iterable[Change]) -> list[Mapping]:
    wanted = {(change.customer_id, change.motion) for change in changes if change.about == ChangeAbout.LINE}
    found = Mapping.objects.filter(program=run.program_id, customer__in={customer for customer, _ in wanted})
    return [m for m in found.select_related("template") if (m.customer_id, m.motion) in wanted]

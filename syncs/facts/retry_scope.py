"""What a run is about that tries failed items again. Kept in the run's basis."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any, Self

from connectors.records import id_order
from customers.models import Mapping
from syncs.enums import ChangeAbout
from syncs.models import Change, Line, Run

RETRY = "retry"  # in the basis of a run; absent from one that is about everything


@dataclass(frozen=True, slots=True)
class RetryScope:
    """Nothing else is read from the target, planned or written. Numbers are ids of ours unless said otherwise."""

    run: int  # in which the items failed
    items: int
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
        """For the run's basis; the source is not read again."""
        return {RETRY: asdict(self), "source": True}


def retry_scope(run: Run) -> RetryScope | None:
    """None for a run that is about everything."""
    stored = run.basis.get(RETRY)
    return None if stored is None else RetryScope.from_basis(stored)


def scope_of(run: Run, failed: Iterable[Change], findings: Iterable[str]) -> RetryScope:
    """What must be read and planned to try these changes of a run again. Inside the partner's scope."""
    changes = list(failed)
    mappings = _mappings_of(run, changes)
    marks = Line.objects.filter(program=run.program_id, customer__in={m.customer_id for m in mappings})
    templates = {c.template_id for c in changes if c.template_id} | {m.template.external_id for m in mappings}
    return RetryScope(
        run=run.pk,
        items=len(changes),
        templates=tuple(sorted(templates, key=id_order)),
        mappings=tuple(sorted(mapping.pk for mapping in mappings)),
        marks=tuple(sorted({*marks.values_list("mark", flat=True), *(c.mark for c in changes)} - {""})),
        products=tuple(sorted({c.product_id for c in changes if c.product_id and c.about == ChangeAbout.PRODUCT})),
        findings=tuple(findings),
    )


def _mappings_of(run: Run, changes: Iterable[Change]) -> list[Mapping]:
    wanted = {(change.customer_id, change.motion) for change in changes if change.about == ChangeAbout.LINE}
    found = Mapping.objects.filter(program=run.program_id, customer__in={customer for customer, _ in wanted})
    return [m for m in found.select_related("template") if (m.customer_id, m.motion) in wanted]

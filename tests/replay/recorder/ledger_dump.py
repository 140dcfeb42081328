"""From the product's own tables to the plain form: lines, posted amounts, answers. Inside the partner's scope."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import chain, combinations, product
from typing import Any

from connectors.records import InvoiceTemplate
from customers.models import Mapping as CustomerMapping
from invoices.models import Charge
from money.fingerprints import charges_digest, digest
from money.words import from_cents
from syncs.models import Change, Decision, Line, Part, Posting
from tests.replay import form
from tests.replay.words import LINE_STATES, PART_STATES, PRICINGS, ROLES, days_of

_ROLES = {role: word for word, role in ROLES.items()}
_PART_STATES = {state: word for word, state in PART_STATES.items()}
_LINE_STATES = {state: word for word, state in LINE_STATES.items()}
_ABOUT = {
    "conflict": "already on the template",
    "credit": "credit",
    "catch_up": "not billed yet",
    "quantity": "quantity",
    "adjustment": "refused adjustment",
    "usage": "refused usage",
    "charge": "refused annual charge",
    "lost": "line gone",
    "unproven": "not proven",
    "left_behind": "line left behind",
    "older": "months before the start",
}
_MARK = len("BS:") + 10  # characters


@dataclass(frozen=True)
class Ledger:
    """Some customers' part of the ledger. ``customer_ids``: the source's id by our row."""

    customer_ids: Mapping[int, str]
    charges: Sequence[Charge]
    mappings: Sequence[CustomerMapping]
    lines: Sequence[Line]
    templates: Sequence[InvoiceTemplate]
    written_on: Mapping[tuple[int, dt.datetime], dt.date]  # line as written -> the sandbox's day

    def written(self) -> Iterator[form.Written]:
        """Lines that stand or were lost; the others are history, unless they stand all the same."""
        standing = {line.line_id for template in self.templates for line in template.lines}
        for row in self.lines:
            if _LINE_STATES[row.state] in ("stands", "gone") or row.line_id in standing:
                yield self._written(row)

    def posted(self) -> Iterator[form.Posted]:
        """What each period came to."""
        rows = Posting.objects.filter(customer__in=self.customer_ids).select_related("subscription")
        return (self._posted(row) for row in rows.order_by("pk"))

    def decisions(self) -> Iterator[form.Decision]:
        """What people answered about these customers."""
        told = (self._decision(row) for row in Decision.objects.order_by("pk"))
        return (one for one in told if one is not None)

    def _written(self, row: Line) -> form.Written:
        return form.Written(
            mark=row.mark,
            template=row.template_id,
            line=row.line_id,
            customer=self.customer_ids[row.customer_id],
            subscription=row.subscription.external_id,
            motion=row.motion,
            what=_ROLES[row.role],
            days=days_of(row.period),
            quantity=plain(row.quantity),
            retail=money(from_cents(row.retail_cents)),
            cost=money(from_cents(row.cost_cents)),
            product=row.target_product_id,
            next_run=row.next_run,
            written_on=self.written_on[row.pk, row.written_at],
            seen_on=row.billed_on,
            state=_LINE_STATES[row.state],
        )

    def _posted(self, row: Posting) -> form.Posted:
        charges = self._planned_from(row)
        template, pricing, prorations = _settings_then(row)
        rows: dict[str, tuple[int, ...]] = defaultdict(tuple)
        for one in charges:
            rows[one.invoice.external_id] += (one.line,)
        return form.Posted(
            customer=self.customer_ids[row.customer_id],
            subscription=row.subscription.external_id,
            motion=row.motion,
            days=days_of(row.period),
            template=template,
            rows=dict(rows),
            pricing=pricing,
            prorations=prorations,
            unit_retail=money(row.unit_retail),
            unit_cost=money(row.unit_cost),
            rounding_retail=money(row.rounding_retail),
            rounding_cost=money(row.rounding_cost),
            run=row.next_run,
            parts=tuple(map(_part, Part.objects.filter(posting=row).order_by("mark"))),
        )

    def _planned_from(self, row: Posting) -> list[Charge]:
        """The rows whose digest the posting has: those of some of the invoices that charge the period."""
        key = (row.subscription_id, row.motion, row.period)
        rows = [one for one in self.charges if (one.subscription_id, one.motion, one.period) == key]
        invoices = sorted({one.invoice_id for one in rows})
        wanted = row.fingerprint.partition(":")[0]
        for chosen in chain.from_iterable(combinations(invoices, size) for size in range(len(invoices), -1, -1)):
            found = [one for one in rows if one.invoice_id in chosen]
            if charges_digest(found) == wanted:
                return found
        raise LookupError(f"nobody knows what {row} was planned from")

    def _decision(self, row: Decision) -> form.Decision | None:
        kind, _, rest = row.subject.partition(":")
        told: dict[str, Any] = {"about": _ABOUT[kind], "answer": row.choice, "line": row.line_id}
        told |= {"retail": money(row.retail), "cost": money(row.cost)}
        if kind == "older":
            found = self._about_mapping(int(rest.partition(":")[0]))
        elif kind in ("lost", "unproven", "left_behind"):
            found = self._about_line(kind, rest)
        else:
            found = self._about_change(kind, row.subject)
        return None if found is None else form.Decision(**told | found)

    def _about_mapping(self, number: int) -> dict[str, Any] | None:
        mapping = next((one for one in self.mappings if one.pk == number), None)
        return {"customer": mapping.customer.external_id, "motion": mapping.motion} if mapping else None

    def _about_line(self, kind: str, rest: str) -> dict[str, Any] | None:
        mark, more = rest[:_MARK], rest[_MARK + 1 :]
        line = next((one for one in self.lines if one.mark == mark), None)
        if line is None:
            return None
        told: dict[str, Any] = {"mark": mark, "subscription": line.subscription.external_id, "motion": line.motion}
        if kind == "lost":
            told["line"] = more
        return told | ({"days": days_of(more)} if kind == "unproven" else {})

    def _about_change(self, kind: str, subject: str) -> dict[str, Any] | None:
        change = Change.objects.filter(subject=subject, customer__in=self.customer_ids).order_by("-pk").first()
        if change is None or change.subscription is None:
            return None
        told: dict[str, Any] = {"subscription": change.subscription.external_id, "motion": change.motion}
        if kind != "conflict":
            told["days"] = days_of(change.period)
        if kind == "credit":
            told["invoice"] = Charge.objects.get(pk=change.charge_ids[0]).invoice.external_id
        return told


def _settings_then(row: Posting) -> tuple[str, str, str]:
    wanted = row.fingerprint.partition(":")[2]
    for pricing, prorations in product(PRICINGS, ("line", "quantity", "warn")):
        if digest((row.template_id, *PRICINGS[pricing], prorations)) == wanted:
            return row.template_id, pricing, prorations
    raise LookupError(f"nobody knows by which settings {row} was planned")


def _part(row: Part) -> form.PostedPart:
    return form.PostedPart(
        what=_ROLES[row.role],
        mark=row.mark,
        state=_PART_STATES[row.state],
        retail=money(row.retail),
        cost=money(row.cost),
        rules_retail=money(row.rules_retail),
        rules_cost=money(row.rules_cost),
    )


def plain(number: Decimal) -> Decimal:
    """Without the zeros that only a column adds."""
    whole = number.normalize()
    return whole.quantize(Decimal(1)) if whole == whole.to_integral_value() else whole


def money(amount: Decimal | None) -> Decimal | None:
    """The same, with two digits behind the point at least."""
    if amount is None:
        return None
    return amount.quantize(Decimal("0.01")) if amount == amount.quantize(Decimal("0.01")) else amount.normalize()

"""What the page of all suggestions shows: whom nobody mapped, and where each would likely go; templates on offer."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from connectors.records import MONTHLY, Cadence, TemplateLine
from connectors.registry import get_target
from customers.mapping_batches import Wish
from customers.matching import Suggestion
from customers.models import TargetCustomer, Template
from customers.selectors import best_suggestions
from customers.services import MappingWarning, mapping_warnings
from customers.target_copy import template_record
from invoices.models import BillingItem
from money.enums import Motion
from money.motions import MOTIONS
from programs.models import Program


@dataclass(frozen=True, slots=True)
class TemplateOffer:
    """A template with what tells two alike apart."""

    template: Template
    lines: Sequence[TemplateLine]
    warnings: list[MappingWarning]


def offer_template(
    program: Program, row: Template, motion: Motion, *, disabled: bool = False, retail: Decimal | None = None
) -> TemplateOffer:
    """The template with its lines, and what speaks against it for the motion.

    ``disabled``: its customer is; ``retail``: what the newest month charges, in currency units.
    """
    warnings = mapping_warnings(program=program, template=row, motion=motion.value, disabled=disabled, retail=retail)
    return TemplateOffer(row, template_record(row).lines, warnings)


@dataclass(slots=True)
class Proposal:
    """A customer's motion that nobody mapped. ``template_id`` is the template that is chosen, 0 for none."""

    item: BillingItem
    suggestion: Suggestion | None
    offers: list[TemplateOffer]
    template_id: int
    ticked: bool

    @property
    def name(self) -> str:
        """What the form calls the row."""
        return f"{self.item.customer_id}-{self.item.motion}"

    def wish(self) -> Wish | None:
        """The mapping that is chosen; none without one of the offered templates."""
        chosen = next((offer.template for offer in self.offers if offer.template.pk == self.template_id), None)
        owner = self.suggestion.candidate if self.suggestion else None
        if chosen is None or not isinstance(owner, TargetCustomer):
            return None
        return Wish(self.item.customer_id, self.item.motion, chosen, owner)


def propose_mappings(program: Program, items: Sequence[Any], least: int) -> list[Proposal]:
    """A proposal for each item, ticked where the score reaches ``least`` and just one template fits. Four queries."""
    best = best_suggestions(program, {item.customer_id: item.customer for item in items}.values())
    templates = _templates(program, best)
    made = []
    for item in items:
        suggestion = best.get(item.customer_id)
        rows = templates[suggestion.candidate.external_id] if suggestion else []  # type: ignore[attr-defined]  # see best_suggestions
        offers = [offer_template(program, row, Motion(item.motion), retail=item.retail) for row in rows]
        template_id = _only_fitting(program, item.motion, offers)
        ticked = bool(template_id and suggestion and suggestion.score >= least)
        made.append(Proposal(item, suggestion, offers, template_id, ticked))
    return made


def _only_fitting(program: Program, motion: str, offers: Sequence[TemplateOffer]) -> int:
    """The one template that fits, of several the one in the rhythm of the charges; 0 where that is not one."""
    fitting = [offer.template for offer in offers if not offer.warnings]
    if len(fitting) > 1:
        yearly = MOTIONS[motion].cadence is Cadence.ANNUAL
        interval_of = get_target(program.target.system).interval_of
        rhythms = [(template, interval_of(template.frequency)) for template in fitting]
        fitting = [
            template for template, every in rhythms if every and (every.months >= 12 if yearly else every == MONTHLY)
        ]
    return fitting[0].pk if len(fitting) == 1 else 0


def fill_in(proposals: Sequence[Proposal], ticked: Sequence[str], chosen: Mapping[str, str]) -> None:
    """Bring ticks and templates to what somebody has entered; ``chosen`` is the form's data."""
    for proposal in proposals:
        word = chosen.get(f"template-{proposal.name}", "")
        proposal.template_id = int(word) if word.isascii() and word.isdecimal() else 0
        proposal.ticked = proposal.name in ticked


def _templates(program: Program, best: Mapping[int, Suggestion]) -> dict[str, list[Template]]:
    owners = {suggestion.candidate.external_id for suggestion in best.values()}  # type: ignore[attr-defined]  # as above
    found: dict[str, list[Template]] = defaultdict(list)
    rows = Template.objects.filter(target_id=program.target_id, customer_external_id__in=owners, gone=False)
    for row in rows.order_by("name", "external_id"):
        found[row.customer_external_id].append(row)
    return found

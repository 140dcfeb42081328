"""The facts of a program's billing, whole. Call inside the partner's scope.

A program's mappings are loaded in chunks, so that memory does not grow with their number.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from collections.abc import Mapping as MappingOf
from dataclasses import dataclass, field
from types import MappingProxyType

from django.db.models import Exists, OuterRef, Q

from connectors.records import InvoiceTemplate
from connectors.registry import get_target
from customers.models import Mapping
from money.enums import Chosen, LineState, Prorations
from money.facts import Choice, MappingFacts, OwnLine, Rules, RunAhead
from money.month.months import Months
from money.motions import REGULAR
from money.words import Money
from programs.models import Credits, Program
from syncs.facts.lines import foreign_ids, load_own_lines, load_standing_ids
from syncs.facts.mappings import active_mappings, mapping_fact
from syncs.facts.months import load_months, month_to_bill
from syncs.facts.open_periods import PeriodKey, find_open_periods
from syncs.facts.periods import load_periods, uncertain_subscriptions
from syncs.facts.posted import load_posted
from syncs.facts.target import load_templates
from syncs.models import Decision


@dataclass(slots=True)
class BillingFacts:
    """Facts of some mappings of a program, ready for ``plan_billing``."""

    mappings: list[MappingFacts] = field(default_factory=list)
    left_behind: list[OwnLine] = field(default_factory=list)
    templates: dict[str, InvoiceTemplate] = field(default_factory=dict)
    choices: dict[str, Choice] = field(default_factory=dict)

    @property
    def own_lines(self) -> list[OwnLine]:
        """Ours on the templates of all mappings."""
        return [own for one in self.mappings for own in one.own_lines]


def load_billing(
    program: Program,
    mapping_ids: Collection[int],
    *,
    months: Months | None = None,
    choices: MappingOf[str, Choice] | None = None,
    carried: Collection[str] = (),
    billed_before: MappingOf[str, Money] = MappingProxyType({}),
    ahead: Sequence[RunAhead] = (),
    again: Collection[tuple[int, str]] = (),
) -> BillingFacts:
    """Everything that the plan of these mappings depends on.

    ``months`` and ``choices``: what the newest months say, and what people decided, where that was read already.
    ``carried`` are the marks that a generated invoice is known to carry, ``billed_before`` what it has of them where it
    came before their last change; ``again`` the subscriptions and periods that were planned in this run and must be
    looked at once more.
    """
    rows = active_mappings(program).filter(pk__in=mapping_ids)
    mappings = list(rows.select_related("customer", "template", "target_customer").defer("template__lines"))
    months = months or load_months(program)
    newest = month_to_bill(program, months)
    own_lines = load_own_lines(program, Q(customer__in={mapping.customer_id for mapping in mappings}))
    facts = BillingFacts(choices=load_choices(program) if choices is None else dict(choices))
    template_ids = {line.template_id for line in own_lines} | {m.template.external_id for m in mappings}
    facts.templates = load_templates(program, template_ids)
    if newest:
        facts.mappings = _mapping_facts(
            program,
            mappings,
            facts,
            own_lines=own_lines,
            carried=frozenset(carried),
            billed_before=billed_before,
            ahead=tuple(ahead),
            again=frozenset(again),
            months=months,
            newest=newest,
        )
    return facts


def load_left_behind(program: Program, only: Collection[str] | None = None) -> BillingFacts:
    """Lines of ours that stand although their mapping was removed or switched off (of ``only`` these marks)."""
    active = active_mappings(program).filter(customer=OuterRef("customer"), motion=OuterRef("motion"))
    which = ~Exists(active) & Q(state=LineState.STANDING)
    lines = load_own_lines(program, which if only is None else which & Q(mark__in=only))
    templates = load_templates(program, {line.template_id for line in lines})
    return BillingFacts(left_behind=lines, templates=templates, choices=load_choices(program))


def load_choices(program: Program) -> dict[str, Choice]:
    """What people decided, by subject."""
    return {
        decision.subject: Choice(Chosen(decision.choice), decision.line_id, decision.retail, decision.cost)
        for decision in Decision.objects.filter(program=program)
    }


def _mapping_facts(
    program: Program,
    mappings: list[Mapping],
    facts: BillingFacts,
    *,
    own_lines: list[OwnLine],
    carried: frozenset[str],
    billed_before: MappingOf[str, Money],
    ahead: tuple[RunAhead, ...],
    again: frozenset[tuple[int, str]],
    months: Months,
    newest: str,
) -> list[MappingFacts]:
    wanted, withdrawn = find_open_periods(program, {mapping.pk: mapping.customer_id for mapping in mappings}, newest)
    wanted |= _billed_once_more(own_lines, ahead, months)
    begun = {(mapping.customer_id, mapping.motion): mapping.first_month for mapping in mappings}
    loaded = load_periods(program, wanted, withdrawn, months, begun)
    owners = {
        (period.subscription_id, motion, period.period): customer_id
        for (customer_id, motion), periods in loaded.items()
        for period in periods
    }
    posted = load_posted(program, {mapping.customer_id for mapping in mappings}, owners)
    uncertain = uncertain_subscriptions(program, newest, own_lines)
    own_by_mapping = defaultdict(list)
    for line in own_lines:
        own_by_mapping[line.customer_id, line.motion].append(line)
    standing = load_standing_ids(program, facts.templates)
    rules = _rules(program)
    gone: dict[int, set[int]] = defaultdict(set)
    for one in months.gone:
        gone[one.holder.customer].add(one.holder.subscription)
    elsewhere = frozenset(one.holder.subscription for one in months.gone if one.elsewhere)
    made = []
    for mapping in mappings:
        key = (mapping.customer_id, mapping.motion)
        template = facts.templates.get(mapping.template.external_id)
        made.append(
            MappingFacts(
                mapping=mapping_fact(program, mapping, template),
                template=template,
                periods=tuple(loaded.get(key, ())),
                newest=newest,
                gone=frozenset(gone[mapping.customer_id] if mapping.motion in REGULAR else ()),
                elsewhere=elsewhere,
                own_lines=tuple(own_by_mapping[key]),
                posted=tuple(posted.get(key, ())),
                foreign_ids=foreign_ids(template, standing),
                other_templates=facts.templates,
                carried=carried,
                billed_before=billed_before,
                ahead=ahead,
                uncertain=uncertain,
                choices=facts.choices,
                rules=rules,
                first=not posted.get(key),
                again=again,
            )
        )
    return made


def _billed_once_more(own_lines: Iterable[OwnLine], ahead: Sequence[RunAhead], months: Months) -> frozenset[PeriodKey]:
    """The last periods of subscriptions that nobody charges any more, and whose line a run billed all the same."""
    marks, gone = {run.mark for run in ahead}, {one.holder.subscription for one in months.gone}
    lines = [own for own in own_lines if own.mark in marks and own.subscription_id in gone and own.period]
    return frozenset((own.subscription_id, own.motion, own.period) for own in lines)


def _rules(program: Program) -> Rules:
    target = program.target
    return Rules(
        prorations=Prorations(program.prorations),
        apply_credits=program.credits == Credits.APPLY,
        tolerance=program.rounding_tolerance,
        negative_lines=target.negative_lines and not get_target(target.system).can.refuses_negative_amounts,
        target=target.label,
    )

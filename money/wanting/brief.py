"""One period to be planned, and what its lines depend on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from connectors.records import TemplateLine
from money.enums import Chosen, PartRole
from money.facts import Choice, MappingFact, PeriodFact, PostingPart, Rules, chosen
from money.holds import conflict_subject
from money.marks import PeriodMarks
from money.present import PresentLines
from money.steps.amounts import Terms
from money.words import NOTHING, Money


@dataclass(frozen=True, slots=True)
class PeriodBrief:
    """A period of a mapping; ``settled`` are its parts that nothing can change any more."""

    period: PeriodFact
    mapping: MappingFact
    rules: Rules
    present: PresentLines
    choices: Mapping[str, Choice]
    settled: tuple[PostingPart, ...] = ()
    stood: bool = False  # on a recurring line of ours, once
    proposed: bool = False  # to be billed by a one-time line in its place
    early: bool = False  # only months charge it that are not regular yet
    newest: bool = False  # of the month by which it is told whose line goes
    ahead: bool = False  # runs ahead of it billed it: what they billed beyond it is given back

    @property
    def marks(self) -> PeriodMarks:
        """Marks of its lines."""
        return PeriodMarks(self.period.subscription, self.mapping.motion, self.period.period)

    @property
    def conflict(self) -> str:
        """Subject of *already on the template*."""
        return conflict_subject(self.mapping.motion, self.period.subscription)

    def chosen(self, subject: str) -> Chosen | None:
        """What a person chose about a subject, None where nobody did."""
        return chosen(self.choices, subject)

    def settled_as(self, *roles: PartRole) -> list[PostingPart]:
        """The settled parts of these roles."""
        return [part for part in self.settled if part.role in roles]

    def free_mark(self, role: PartRole) -> str:
        """The first mark of this role that no settled part has."""
        return self.marks.free(role, {part.mark for part in self.settled})

    def adopted(self, mark: str) -> TemplateLine | None:
        """The foreign line that a person told us to take over under this recurring mark."""
        choice = self.choices.get(self.conflict)
        if choice is None or choice.choice != Chosen.ADOPT:
            return None
        return self.present.to_adopt(choice.line_id, mark)

    def terms(
        self, standing: Money | None, billed: Money = NOTHING, *, settled: bool = False, whole: bool = False
    ) -> Terms:
        """What the steps go by; ``standing`` are the unit prices that a line has already."""
        product = self.period.product
        return Terms(
            rules=self.rules,
            mapping=self.mapping,
            standing=standing,
            product=Money(product.cost, product.retail).in_cents() if product else None,
            billed=billed,
            settled=settled,
            whole=whole,
        )

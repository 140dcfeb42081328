"""Which month a mapping begins with: the newest, or older ones that somebody took up. Before its facts are loaded."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable

from django.utils import timezone

from customers.models import Mapping
from customers.services import lock_mappings
from invoices.months import newest_month
from money.enums import Chosen
from programs.models import Program
from syncs.facts.mappings import active_mappings
from syncs.facts.older_months import find_older_months, older_subject
from syncs.models import Decision


def open_months(program: Program, mapping_ids: Collection[int]) -> None:
    """A mapping that was never planned begins with the newest imported month; nothing while there is none.

    Where somebody accepted the offer of older months, it begins with the earliest of them. Inside the scope.
    """
    newest = newest_month(program)
    if newest is None:
        return
    mappings = list(active_mappings(program).filter(pk__in=mapping_ids))
    _take_up_newest(mappings, newest)
    _take_up_older(program, mappings)


def _take_up_newest(mappings: Iterable[Mapping], month: dt.date) -> None:
    new = [mapping for mapping in mappings if mapping.first_month is None]
    for mapping in new:
        mapping.first_month = month
    if new:
        lock_mappings(new[0].program_id)
        still = Mapping.objects.filter(pk__in=[mapping.pk for mapping in new], sync_on=True, first_month=None)
        still.update(first_month=month)  # whoever switched one off meanwhile made it forget its start


def _take_up_older(program: Program, mappings: Iterable[Mapping]) -> None:
    offered = {older_subject(mapping): mapping for mapping in mappings}
    accepted = Decision.objects.filter(program=program, choice=Chosen.TAKE_UP, subject__in=offered)
    wanted = {offered[subject].pk: offered[subject] for subject in accepted.values_list("subject", flat=True)}
    for older in find_older_months(program, wanted):
        lock_mappings(program.pk)
        first = wanted[older.mapping_id].first_month
        still = Mapping.objects.filter(pk=older.mapping_id, sync_on=True, first_month=first)
        still.update(first_month=older.earliest, updated_at=timezone.now())

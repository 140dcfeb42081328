"""The numbers around every page are those of the lists that they count."""

from __future__ import annotations

from django.utils import timezone

from core.scope import partner_scope
from notifications.letters import Letter
from notifications.notices import add_notice, count_unseen, mark_seen
from reports.frame import read_frame_facts
from reports.inbox import decidable, held_invoices, waiting_runs
from syncs.models import Decision
from tests import factories as make
from tests.portal.cast import Cast, Shop


def count_waiting() -> int:
    return waiting_runs().count() + held_invoices().count() + decidable().count()


def test_waiting_is_what_the_lists_of_the_inbox_hold(cast: Cast, shop: Shop) -> None:
    with partner_scope(cast.northwind.pk):
        make.RunFactory(program=shop.program, state="waiting", status="")
        make.RunFactory(program=shop.program, state="waiting", status="", preview=True)
        for left_out in ({"subject": ""}, {"subject": "overlap:1000014"}, {"closed_at": timezone.now()}):
            make.FindingFactory(last_run=shop.run, **left_out)
        answered = make.FindingFactory(last_run=shop.run)
        answer = {"program": shop.program, "choice": "dismiss", "decided_at": timezone.now()}
        Decision.objects.create(subject=answered.subject, **answer)
        later = make.FindingFactory(last_run=make.RunFactory(program=shop.program))  # reported again after the answer
        Decision.objects.create(subject=later.subject, **answer)

        waiting = read_frame_facts(cast.users["vera"].pk).waiting

        assert (waiting, count_waiting()) == (4, 4)  # a plan, a held invoice, a credit, one reported again


def test_unseen_is_what_the_page_of_notices_counts(cast: Cast) -> None:
    vera, bob = cast.users["vera"].pk, cast.users["bob"].pk
    with partner_scope(cast.northwind.pk):
        add_notice("first", Letter("Sample", "Sample.", link="/"), cast.northwind)
        mark_seen(user_id=vera)
        add_notice("second", Letter("Sample", "Sample.", link="/"), cast.northwind)

        unseen = [(read_frame_facts(user).unseen, count_unseen(user)) for user in (vera, bob, cast.users["olga"].pk)]

        assert unseen == [(1, 1), (2, 2), (0, 0)]


def test_facts_are_those_of_the_open_partner_alone(cast: Cast, shop: Shop) -> None:
    with partner_scope(cast.northwind.pk):
        make.RunFactory(program=shop.program, state="applying", status="", done=2, total=5)
        add_notice("first", Letter("Sample", "Sample.", link="/"), cast.northwind)
        facts = read_frame_facts(cast.users["bob"].pk)
        assert (facts.waiting, facts.unseen, facts.running is None) == (2, 1, False)

    with partner_scope(cast.tailwind.pk):
        facts = read_frame_facts(cast.users["charlie"].pk)

        assert (facts.waiting, facts.unseen, facts.running) == (0, 0, None)

"""Who is told: the group together, members who asked each for themselves, nobody twice."""

from __future__ import annotations

import pytest

from accounts.identity import person_of
from accounts.models import Membership, Partner
from accounts.services import remove_member
from connections.alerts import note_failure
from connections.models import Connection
from core.audit import COMMAND, actor_of
from core.scope import partner_scope
from notifications.letters import Why
from notifications.models import Message, Notice
from notifications.news import Group, MailWishes, News, read_wishes, save_wishes, tell
from tests import factories as make

OWNER, VIEWER = "owner@northwind.example", "viewer@northwind.example"
FACTS = {"target": "Syncro", "link": "https://billing.example.com/"}


def wish(partner: Partner, email: str, **wishes: bool) -> bool:
    user = person_of(email)
    assert user is not None
    with partner_scope(partner.pk):
        return save_wishes(user_id=user.pk, wishes=MailWishes(**wishes), actor=actor_of(user))


def tell_group(partner: Partner, *addresses: str, event: str = "sample:1") -> int:
    with partner_scope(partner.pk):
        return tell(
            "target_enabled",
            event=event,
            news=[News.UNMAPPED, News.EVERY_RUN],
            group=Group(addresses, Why("You are in the group.")),
            context=FACTS,
        )


def told(partner: Partner) -> list[list[str]]:
    with partner_scope(partner.pk):
        return list(Message.objects.order_by("pk").values_list("to", flat=True))


def test_nobody_but_the_group_is_told_unless_they_ask(partner: Partner) -> None:
    assert tell_group(partner, "billing@northwind.example", "desk@northwind.example") == 2
    assert told(partner) == [["billing@northwind.example"], ["desk@northwind.example"]]


@pytest.mark.parametrize(
    ("wishes", "asked"),
    [
        ({"unmapped": True}, True),
        ({"every_run": True}, True),
        ({"unmapped": True, "every_run": True}, True),
        ({"run_problems": True, "connections": True}, False),
    ],
)
def test_member_who_asked_gets_an_email_of_their_own(partner: Partner, wishes: dict[str, bool], asked: bool) -> None:
    wish(partner, VIEWER, **wishes)

    tell_group(partner, "billing@northwind.example")

    assert told(partner) == [["billing@northwind.example"], *([[VIEWER]] if asked else [])]


def test_email_says_why_it_came(partner: Partner) -> None:
    wish(partner, VIEWER, unmapped=True)

    tell_group(partner, "billing@northwind.example")

    with partner_scope(partner.pk):
        group, own = Message.objects.order_by("pk").values_list("text", flat=True)
    assert "You are in the group." in group
    assert "because you asked for it at Northwind IT" in own
    assert "/p/northwind/email-preferences/" in own


def test_member_in_the_group_is_told_once(partner: Partner) -> None:
    wish(partner, VIEWER, unmapped=True)

    tell_group(partner, "Viewer@Northwind.example")

    assert told(partner) == [["Viewer@Northwind.example"]]


def test_same_event_tells_nobody_twice_whatever_changed_meanwhile(partner: Partner) -> None:
    tell_group(partner, "billing@northwind.example", VIEWER)
    wish(partner, VIEWER, unmapped=True)
    wish(partner, OWNER, unmapped=True)

    again = [tell_group(partner, "billing@northwind.example"), tell_group(partner, OWNER, VIEWER)]

    assert again == [1, 0]
    assert told(partner) == [["billing@northwind.example"], [VIEWER], [OWNER]]


def test_event_whose_name_begins_alike_is_another_one(partner: Partner) -> None:
    tell_group(partner, "billing@northwind.example", event="run:1")
    tell_group(partner, "billing@northwind.example", event="run:17")

    assert len(told(partner)) == 2


def test_wishes_hold_for_one_partner_and_end_with_the_membership(partner: Partner, stranger: Partner) -> None:
    wish(partner, VIEWER, unmapped=True)

    tell_group(stranger)
    tell_group(partner)
    with partner_scope(partner.pk):
        remove_member(membership=Membership.objects.get(user__email=VIEWER), actor=COMMAND)
    tell_group(partner, event="sample:2")

    assert (told(partner), told(stranger)) == ([[VIEWER]], [])


def test_person_who_cannot_sign_in_any_more_gets_nothing(partner: Partner) -> None:
    wish(partner, VIEWER, unmapped=True)
    assert tell_group(partner) == 1
    viewer = person_of(VIEWER)
    assert viewer is not None
    viewer.is_active = False
    viewer.save()

    assert tell_group(partner, event="sample:2") == 0


def test_wishes_are_saved_once(partner: Partner) -> None:
    viewer = person_of(VIEWER)
    assert viewer is not None

    assert [wish(partner, VIEWER, connections=True), wish(partner, VIEWER, connections=True)] == [True, False]

    with partner_scope(partner.pk):
        assert read_wishes(viewer.pk) == MailWishes(connections=True)


def test_notice_is_made_once_for_all_and_leads_within_the_portal(partner: Partner) -> None:
    tell_group(partner)
    tell_group(partner, "billing@northwind.example")

    with partner_scope(partner.pk):
        notice = Notice.objects.get()
    assert (notice.subject, notice.link) == ("Syncro is ready to connect", "/")


def test_broken_connection_is_told_to_the_admins_and_to_who_asked(partner: Partner) -> None:
    wish(partner, VIEWER, connections=True)
    wish(partner, OWNER, connections=True)

    with partner_scope(partner.pk):
        note_failure(make.ConnectionFactory(), "PRISM refused the secret.", "")
        assert Connection.objects.get().status == "attention"

    assert told(partner) == [[OWNER], [VIEWER]]

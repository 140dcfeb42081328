"""Queueing and delivering: at least once, and not twice for one event."""

from __future__ import annotations

import datetime as dt
import smtplib
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends.locmem import EmailBackend
from django.core.management import CommandError, call_command
from django.db import transaction

from accounts.models import Partner
from core.scope import partner_scope
from notifications import delivering, outbox
from notifications.models import Message, MessageState, Notice
from notifications.tasks import deliver_due
from tests import factories as make

NOW = dt.datetime(2026, 10, 5, 12, 0, tzinfo=dt.UTC)
FACTS = {"target": "Syncro", "link": "https://billing.example.com/"}


class TroubledBackend(EmailBackend):
    """A mail server that refuses while ``trouble`` is set."""

    trouble: Exception | None = None

    def send_messages(self, messages: Any) -> int:
        if TroubledBackend.trouble is not None:
            raise TroubledBackend.trouble
        return super().send_messages(messages)


@pytest.fixture
def trouble(settings: Any) -> Iterator[type[TroubledBackend]]:
    settings.EMAIL_BACKEND = f"{__name__}.TroubledBackend"
    TroubledBackend.trouble = smtplib.SMTPServerDisconnected("try later")
    yield TroubledBackend
    TroubledBackend.trouble = None


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as coordinates:
        yield coordinates


def queue(
    partner: Partner, event: str = "target_enabled:1", to: tuple[str, ...] = ("owner@northwind.example",)
) -> None:
    with partner_scope(partner.pk):
        outbox.queue("target_enabled", event=event, to=to, context=FACTS)


def only(partner: Partner) -> Message:
    with partner_scope(partner.pk):
        return Message.objects.get()


def test_message_is_sent_once(partner: Partner) -> None:
    queue(partner)
    assert (deliver_due(), deliver_due()) == (1, 0)
    assert [sent.to for sent in mail.outbox] == [["owner@northwind.example"]]
    assert only(partner).state == MessageState.SENT


def test_message_that_an_earlier_version_queued_to_several_addresses_leaves_to_all_of_them(partner: Partner) -> None:
    queue(partner)
    with partner_scope(partner.pk):
        Message.objects.update(to=["owner@northwind.example", "desk@northwind.example"])

    assert deliver_due() == 1

    assert [sent.to for sent in mail.outbox] == [["owner@northwind.example", "desk@northwind.example"]]
    assert only(partner).state == MessageState.SENT


def test_message_is_text_and_html(partner: Partner) -> None:
    queue(partner)
    deliver_due()
    sent = mail.outbox[0]
    assert isinstance(sent, EmailMultiAlternatives)
    assert sent.subject == "Syncro is ready to connect - Northwind IT"
    assert sent.body == only(partner).text
    assert [kind for _, kind in sent.alternatives] == ["text/html"]


def test_same_event_is_queued_once(partner: Partner) -> None:
    queue(partner)
    queue(partner)
    queue(partner, event="target_enabled:2")
    assert deliver_due() == 2


def test_same_event_of_another_partner_is_its_own(partner: Partner, stranger: Partner) -> None:
    queue(partner)
    queue(stranger)
    assert deliver_due() == 2


def test_nothing_is_made_without_addresses(partner: Partner) -> None:
    queue(partner, to=())
    assert deliver_due() == 0
    queue(partner)
    assert deliver_due() == 1


def test_message_of_a_transaction_that_failed_is_never_sent(partner: Partner) -> None:
    with transaction.atomic():
        queue(partner)
        transaction.set_rollback(True)
    assert deliver_due() == 0
    with transaction.atomic():
        queue(partner)
    assert deliver_due() == 1


def test_refused_message_is_tried_again_later(
    partner: Partner, trouble: type[TroubledBackend], clock: time_machine.Traveller
) -> None:
    queue(partner)
    assert deliver_due() == 0
    assert (only(partner).state, only(partner).last_error) == (
        MessageState.DUE, "SMTPServerDisconnected: try later",
    )  # fmt: skip
    trouble.trouble = None
    assert deliver_due() == 0
    clock.shift(61)
    assert deliver_due() == 1
    assert (only(partner).attempts, len(mail.outbox)) == (2, 1)


def test_message_that_breaks_while_it_is_sent_fails_alone_and_is_tried_again(
    partner: Partner,
    stranger: Partner,
    trouble: type[TroubledBackend],
    clock: time_machine.Traveller,
    caplog: pytest.LogCaptureFixture,
) -> None:
    trouble.trouble = RuntimeError("a fault of the mail library")
    queue(partner)
    queue(stranger)

    assert deliver_due() == 0

    for each in (partner, stranger):
        assert (only(each).state, only(each).attempts) == (MessageState.DUE, 1)
        assert only(each).last_error == "RuntimeError: a fault of the mail library"
    assert [record.levelname for record in caplog.records if record.exc_info] == ["ERROR", "ERROR"]
    trouble.trouble = None
    clock.shift(61)
    assert deliver_due() == 2


def test_message_is_given_up_in_the_end(
    partner: Partner, trouble: type[TroubledBackend], clock: time_machine.Traveller
) -> None:
    queue(partner)
    for _ in range(delivering.MOST_ATTEMPTS + 5):
        deliver_due()
        clock.shift(delivering.LONGEST_WAIT)
    assert (only(partner).state, only(partner).attempts) == (MessageState.FAILED, delivering.MOST_ATTEMPTS)


def test_message_to_an_address_that_no_mail_can_carry_keeps_no_other_back(partner: Partner, stranger: Partner) -> None:
    queue(partner, to=("owner@\ufdfa\ufdfa\ufdfa\ufdfa.com",))
    queue(stranger)

    assert deliver_due() == 1
    assert (only(partner).state, only(partner).attempts) == (MessageState.FAILED, 1)
    assert only(stranger).state == MessageState.SENT


def test_waits_double_up_to_the_longest() -> None:
    waits = [delivering.wait_after(attempt) for attempt in range(1, 12)]
    assert waits[:3] == [dt.timedelta(minutes=1), dt.timedelta(minutes=2), dt.timedelta(minutes=4)]
    assert waits[-1] == delivering.LONGEST_WAIT


def test_message_of_a_dead_sender_is_sent_again_under_the_same_id(
    partner: Partner, clock: time_machine.Traveller
) -> None:
    queue(partner)
    deliver_due()
    with partner_scope(partner.pk):  # as if the sender had died between sending and saying so
        Message.objects.update(state=MessageState.SENDING, claimed_at=NOW)
    assert deliver_due() == 0
    clock.shift(delivering.STUCK_AFTER + dt.timedelta(seconds=1))
    assert deliver_due() == 1
    assert len({sent.extra_headers["Message-ID"] for sent in mail.outbox}) == 1


def test_slow_sender_does_not_overwrite_a_later_claim(
    partner: Partner, trouble: type[TroubledBackend], clock: time_machine.Traveller, settings: Any
) -> None:
    queue(partner)
    later = NOW + delivering.STUCK_AFTER * 2
    original = TroubledBackend.send_messages

    def claim_elsewhere(backend: TroubledBackend, messages: Any) -> int:
        with partner_scope(partner.pk):
            Message.objects.update(claimed_at=later)
        return original(backend, messages)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TroubledBackend, "send_messages", claim_elsewhere)
        assert deliver_due() == 0
    assert (only(partner).state, only(partner).claimed_at) == (MessageState.SENDING, later)


def test_unknown_kind_is_an_error(partner: Partner) -> None:
    with partner_scope(partner.pk), pytest.raises(KeyError):
        outbox.queue("no_such_kind", event="x", to=["a@example.com"], context={})


class PickyBackend(EmailBackend):
    """A mail server that knows some addresses, and answers others as it is told to."""

    answers: dict[str, tuple[int, bytes]] = {}

    def send_messages(self, messages: Any) -> int:
        refused = {to: PickyBackend.answers[to] for each in messages for to in each.to if to in PickyBackend.answers}
        if refused:
            raise smtplib.SMTPRecipientsRefused(refused)
        return super().send_messages(messages)


@pytest.fixture
def picky(settings: Any) -> Iterator[dict[str, tuple[int, bytes]]]:
    settings.EMAIL_BACKEND = f"{__name__}.PickyBackend"
    PickyBackend.answers = {}
    yield PickyBackend.answers
    PickyBackend.answers = {}


def fates(partner: Partner) -> dict[str, tuple[str, str, int]]:
    with partner_scope(partner.pk):
        return {one.to[0]: (one.state, one.last_error, one.attempts) for one in Message.objects.all()}


def test_each_address_has_a_fate_of_its_own(
    partner: Partner, picky: dict[str, tuple[int, bytes]], clock: time_machine.Traveller
) -> None:
    good, busy, gone = (f"{name}@northwind.example" for name in ("good", "busy", "gone"))
    picky |= {busy: (450, b"4.2.1 Try again later"), gone: (550, b"5.1.1 No such user here")}
    queue(partner, to=(good, busy, gone))

    assert deliver_due() == 1
    assert fates(partner) == {
        good: ("sent", "", 1),
        busy: ("due", "450 4.2.1 Try again later", 1),
        gone: ("failed", "550 5.1.1 No such user here", 1),
    }

    picky.pop(busy)
    clock.shift(61)

    assert deliver_due() == 1
    assert [sent.to for sent in mail.outbox] == [[good], [busy]]
    with partner_scope(partner.pk):
        notice = Notice.objects.get(event__startswith="mail:")
    assert notice.subject == f"An e-mail to {gone} was not delivered"
    assert "550 5.1.1 No such user here" in notice.text


def test_mail_says_that_a_machine_wrote_it_and_where_to_leave_the_list(partner: Partner) -> None:
    queue(partner)
    deliver_due()

    headers = mail.outbox[0].message()
    assert headers["Auto-Submitted"] == "auto-generated"
    assert headers["List-Unsubscribe"].endswith("/p/northwind/email-preferences/>")


def test_test_mail_goes_at_once_or_says_what_the_server_says(
    partner: Partner, picky: dict[str, tuple[int, bytes]], capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("mail_test", "operator@example.com")
    assert "The mail server took it" in capsys.readouterr().err
    assert mail.outbox[0].message()["Auto-Submitted"] == "auto-generated"

    picky["gone@example.com"] = (550, b"5.7.1 Relaying denied")
    with pytest.raises(CommandError, match="Relaying denied"):
        call_command("mail_test", "gone@example.com")


def test_invitation_that_the_version_before_queued_leaves_with_its_own_link(partner: Partner) -> None:
    link = "https://billing.northwind.example/invitations/abc-123_x/"
    with partner_scope(partner.pk):
        make.MessageFactory(kind="invitation", event=f"invitation:{'9f' * 32}", text=link, state=MessageState.DUE)

    deliver_due()

    assert [sent.body for sent in mail.outbox] == [link]

"""``manage.py decide --partner SLUG``: list what waits in the inbox, and answer it."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError, CommandParser

from accounts.models import Role
from billingsync.management.partner_command import PartnerCommand
from core.audit import COMMAND, Actor, record
from core.scope import partner_scope
from invoices.models import SourceInvoice
from invoices.services import DecisionRefused, decide_overlap
from reports.waiting import APPLY, LINE, SEEN, WaitingItem, list_waiting
from syncs.deciding.acknowledging import mark_seen
from syncs.deciding.answering import decide
from syncs.errors import SyncRefused
from syncs.models import Finding, Run
from syncs.running.starting import apply_plan, discard_plan


class Command(PartnerCommand):
    """Exit code 0, 2 for bad usage: no such item, choice, need or right, and for an answer that is refused."""

    help = "List what waits for a person in the inbox, or answer one item of it."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("id", nargs="?", default="", help="of an item, as the list names it")
        parser.add_argument("choice", nargs="?", default="", help="one of its choices")
        parser.add_argument("--list", action="store_true", help="list what waits, with the choices of each item")
        parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="what the choice needs")
        parser.add_argument("--reason", default="", help="kept in the audit log with the answer")
        parser.add_argument("--as", default="", dest="email", metavar="EMAIL", help="the member who answers")

    def handle(self, *_args: Any, **options: Any) -> None:
        if options["list"] == bool(options["id"] or options["choice"]):
            raise CommandError("Either --list, or the id of an item and a choice.", returncode=2)
        partner_id = self.find_partner(options["partner"])
        programs = self.find_programs(partner_id)
        with partner_scope(partner_id):
            waiting = list_waiting(programs)
            if not options["list"]:
                self._answer_one(waiting, options)
        if options["list"]:
            self._tell(waiting, as_json=options["json"])

    def _tell(self, waiting: list[WaitingItem], *, as_json: bool) -> None:
        if as_json:
            self.answer({"items": [item.as_json() for item in waiting]})
            return
        for item in waiting:
            choices = ", ".join(one.choice for one in item.answers)
            self.say(f"{item.id}: {item.text} ({choices})")
        self.say(f"{len(waiting)} items wait.")

    def _answer_one(self, waiting: list[WaitingItem], options: dict[str, Any]) -> None:
        item = next((one for one in waiting if one.id == options["id"]), None)
        if item is None:
            raise CommandError(f"“{options['id']}” does not wait. See --list.", returncode=2)
        answer = item.answer(options["choice"])
        if answer is None:
            offered = ", ".join(one.choice for one in item.answers)
            raise CommandError(f"“{options['choice']}” is not a choice of {item.id}. It has: {offered}.", returncode=2)
        given = _read_needs(options["set"], answer.needs)
        _refuse_other_line(item, given)
        email = options["email"]
        actor = self.acting_member(email, Role.SUPPORT, "answer here") if email else COMMAND
        try:
            _carry_out(item, answer.choice, given, actor)
        except (SyncRefused, DecisionRefused) as refused:
            raise CommandError(str(refused), returncode=2) from refused
        if options["reason"]:
            record(actor, "item.reason", f"{item.id}, {answer.choice}: {options['reason']}")
        if options["json"]:
            self.answer({"id": item.id, "choice": answer.choice, "effect": answer.effect})
        self.say(f"{item.id}: {answer.label}. {answer.effect}")


def _read_needs(words: list[str], needs: tuple[str, ...]) -> dict[str, str]:
    """What was said with ``--set``: exactly what the choice needs."""
    given = dict(word.partition("=")[::2] for word in words)
    if set(given) != set(needs) or not all(given.values()):
        needed = ", ".join(f"--set {name}=ID" for name in needs) or "nothing with --set"
        raise CommandError(f"This choice needs {needed}.", returncode=2)
    return given


def _refuse_other_line(item: WaitingItem, given: dict[str, str]) -> None:
    lines = [str(line[LINE]) for line in item.facts.get("adoptable", ())]
    if LINE in given and given[LINE] not in lines:
        raise CommandError(f"{given[LINE]} is none of its lines: {', '.join(lines)}.", returncode=2)


def _carry_out(item: WaitingItem, choice: str, given: dict[str, str], actor: Actor) -> None:
    """By the service behind the button of the same name."""
    about = item.about
    if isinstance(about, Run):
        (apply_plan if choice == APPLY else discard_plan)(run=about, actor=actor)
    elif isinstance(about, SourceInvoice):
        decide_overlap(invoice=about, choice=choice, actor=actor)
    elif choice == SEEN:
        mark_seen(findings=Finding.objects.filter(pk=about.pk), actor=actor)
    else:
        line_id = given.get(LINE)
        decide(program=about.program, subject=about.subject, choice=choice, actor=actor, line_id=line_id)

"""What the commands about one partner share: finding it, exit codes, and where output goes."""

from __future__ import annotations

import json
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.identity import person_of
from accounts.models import Role
from accounts.selectors import RANKS, list_members
from accounts.services import find_partner, list_partners
from core.audit import Actor, actor_of
from core.scope import partner_scope
from programs.models import Program
from programs.selectors import configured_programs


class PartnerCommand(BaseCommand):
    """JSON goes to stdout alone, everything else to stderr; exit code 2 for bad usage."""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--partner", required=True, metavar="SLUG")
        parser.add_argument("--json", action="store_true", help="print the result as JSON on stdout")

    def find_partner(self, slug: str) -> int:
        """Id of the partner; ends the command where there is none."""
        partner_id = find_partner(slug)
        if partner_id is None:
            known = ", ".join(partner.slug for partner in list_partners()) if settings.DEBUG else ""
            hint = f" Known: {known}." if known else ""
            raise CommandError(f"There is no partner “{slug}”.{hint}", returncode=2)
        return partner_id

    def find_programs(self, partner_id: int) -> list[Program]:
        """The partner's programs; ends the command where none is set up."""
        with partner_scope(partner_id):
            programs = configured_programs()
        if not programs:
            raise CommandError("No program is set up for this partner. Use “configure” first.", returncode=2)
        return programs

    def acting_member(self, email: str, least: Role, what: str) -> Actor:
        """The member with that address; ends the command where they may not do ``what``. Inside the scope."""
        person = person_of(email)
        member = list_members().filter(user=person, user__is_active=True).first() if person else None
        if member is None or RANKS[Role(member.role)] < RANKS[least]:
            raise CommandError(f"{email} has no right to {what}.", returncode=2)
        return actor_of(member.user)

    def answer(self, result: dict[str, Any]) -> None:
        """Print JSON, the only thing that stdout ever gets."""
        self.stdout.write(json.dumps(result, ensure_ascii=False, indent=2))

    def say(self, text: str) -> None:
        """Tell the person; progress, warnings and summaries go here."""
        self.stderr.write(text, style_func=str)
        self.stderr.flush()

"""Reads of programs that are worth a name. Call them inside the partner's scope."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest

from accounts.models import Partner
from programs.models import Program


def configured_programs(partner: Partner | None = None) -> list[Program]:
    """The programs of the open partner, with their connections: items of the left menu."""
    related = ("source", "target") if partner else ("source", "target", "partner")
    # Put in order here: in an ordered query Django looks twice at each of the sixty columns.
    programs = sorted(Program.objects.select_related(*related), key=lambda program: (program.slug, program.pk))
    for program in programs:
        program.partner = partner or program.partner
        program.source.partner = program.target.partner = program.partner  # asked for once
    return programs


def programs_for(request: HttpRequest) -> list[Program]:
    """``configured_programs``, asked for once in a request: the menu lists them, and many a page."""
    if not hasattr(request, "programs"):
        request.programs = configured_programs(getattr(request, "partner", None))  # type: ignore[attr-defined]  # kept here
    known: list[Program] = request.programs  # type: ignore[attr-defined]  # as above
    return known


def program_for(request: HttpRequest, program_id: int) -> Program:
    """The open partner's program with its connections, out of ``programs_for``; else the page is not found."""
    found = next((program for program in programs_for(request) if program.pk == program_id), None)
    if found is None:
        raise Http404
    return found


def source_currency(program: Program) -> str:
    """ISO code that the program's source bills in: of its connection, else the partner's."""
    return program.source.currency or program.partner.currency


def addresses_for_connection(connection_id: int) -> list[str]:
    """Notification addresses of the enabled programs that use a connection."""
    return [address for program in programs_using(connection_id) for address in program.notification_emails]


def programs_using(connection_id: int) -> QuerySet[Program]:
    """The enabled programs that need a connection."""
    using = Program.objects.filter(Q(source_id=connection_id) | Q(target_id=connection_id), enabled=True)
    return using.order_by("pk")

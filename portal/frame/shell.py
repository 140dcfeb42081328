"""What the frame around every page shows: menu, counts, the running sync."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from accounts.models import Partner, Role
from accounts.selectors import Access, list_accesses
from core.installation import standing_notices
from core.scope import current_partner_id
from programs.models import Program
from programs.selectors import programs_for
from reports.frame import FrameFacts, read_frame_facts
from syncs.enums import RunKind, RunState


@dataclass(frozen=True, slots=True)
class Link:
    """One item of the menu."""

    label: str
    icon: str
    url: str
    current: bool = False
    count: int = 0


@dataclass(frozen=True, slots=True)
class MenuGroup:
    """Items of the menu under one heading."""

    title: str
    links: list[Link]


@dataclass(frozen=True, slots=True)
class Running:
    """The sync that runs now, for the pill in the top bar."""

    label: str
    url: str
    done: int
    total: int


def shell(request: HttpRequest) -> dict[str, Any]:
    """``shell`` for templates; asks the database only for what a page really shows."""
    return {"shell": Shell(request)}


class Shell:
    """The frame's contents. Menu and counts need the partner's scope to be open."""

    version = settings.VERSION

    def __init__(self, request: HttpRequest) -> None:
        self._request = request
        self._partner: Partner | None = getattr(request, "partner", None) if current_partner_id() else None

    @cached_property
    def standing(self) -> list[str]:
        """What is so with the whole installation: writes are off, maintenance."""
        return standing_notices()

    @cached_property
    def partners(self) -> list[Access]:
        """The partners that the reader may switch to."""
        request = self._request
        if not getattr(request, "user", None) or not request.user.is_authenticated:
            return []
        known: list[Access] | None = getattr(request, "accesses", None)
        return known if known is not None else list_accesses(request.user.pk)

    @cached_property
    def groups(self) -> list[MenuGroup]:
        """The menu. The current item has the longest address that the page's (or ``request.menu``) begins with."""
        groups = list(self._partner_groups(self._partner) if self._partner else self._own_groups())
        path = getattr(self._request, "menu", self._request.path)
        home = reverse("dashboard", args=[self._partner.slug]) if self._partner else ""
        urls = [link.url for group in groups for link in group.links if path.startswith(link.url) and link.url != home]
        current = home if path == home else max(urls, key=len, default="")
        return [MenuGroup(group.title, [_marked(link, current) for link in group.links]) for group in groups]

    @property
    def unseen(self) -> int:
        """How many notices of the partner the reader has not seen."""
        return self._facts.unseen if self._partner and self._request.user.pk else 0

    @cached_property
    def running(self) -> Running | None:
        """The sync of the partner that runs now."""
        run = self._facts.running if self._partner else None
        if self._partner is None or run is None:
            return None
        url = reverse("run", args=[self._partner.slug, run.pk])
        return Running(f"{RunKind(run.kind).label}: {RunState(run.state).label.lower()}", url, run.done, run.total)

    @cached_property
    def _facts(self) -> FrameFacts:
        return read_frame_facts(self._request.user.pk or 0)

    def _own_groups(self) -> Iterator[MenuGroup]:
        if self.partners:
            yield MenuGroup(
                "Partners",
                [Link(each.name, "overview", reverse("dashboard", args=[each.slug])) for each in self.partners],
            )
        yield MenuGroup(
            "Your account",
            [
                Link("Profile", "person", reverse("profile")),
                Link("E-mail addresses", "mail", reverse("account_email")),
                Link("Password", "shield", reverse("account_change_password")),
                Link("Two-factor sign-in", "shield", reverse("mfa_index")),
            ],
        )
        if getattr(self._request.user, "is_operator", False):
            yield MenuGroup("Service", [Link("Operator", "screen", reverse("operator"))])

    def _partner_groups(self, partner: Partner) -> Iterator[MenuGroup]:
        slug = partner.slug
        yield MenuGroup(
            "",
            [
                Link("Dashboard", "dashboard", reverse("dashboard", args=[slug])),
                Link("Inbox", "inbox", reverse("inbox", args=[slug]), count=self._facts.waiting),
            ],
        )
        programs = programs_for(self._request)
        for program in programs:
            yield _program_group(slug, program, programs)
        yield MenuGroup(
            "Configurations",
            [
                Link("Connections", "connections", reverse("connections", args=[slug])),
                Link("Programs", "programs", reverse("programs", args=[slug])),
            ],
        )
        yield MenuGroup(partner.name, self._house_links(slug))

    def _house_links(self, slug: str) -> list[Link]:
        links = [
            Link("Users", "users", reverse("users", args=[slug])),
            Link("Audit", "audit", reverse("audit", args=[slug])),
        ]
        access: Access = self._request.access  # type: ignore[attr-defined]  # set with the partner
        if access.reaches(Role.ADMIN):
            links.append(Link("Company settings", "company", reverse("partner_settings", args=[slug])))
        if access.reaches(Role.ADMIN):
            links.append(Link("E-mails", "mail", reverse("messages", args=[slug])))
        return links


def _program_group(slug: str, program: Program, programs: Sequence[Program]) -> MenuGroup:
    pages = (
        ("Overview", "overview", "program"),
        ("Products", "products", "products"),
        ("Billing", "billing", "billing"),
        ("Invoices", "invoices", "invoices"),
        ("History", "history", "history"),
    )
    title = program.name
    if len({each.source_id for each in programs}) > 1:
        title += f" from {program.source.known_as}"
    if len({each.target_id for each in programs}) > 1:
        title += f" to {program.target.known_as}"
    return MenuGroup(title, [Link(label, icon, reverse(name, args=[slug, program.pk])) for label, icon, name in pages])


def _marked(link: Link, current: str) -> Link:
    return Link(link.label, link.icon, link.url, current=link.url == current, count=link.count)

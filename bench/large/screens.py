"""The portal's screens with the addresses of rows that the large partner has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import Count
from django.test import Client

from accounts.identity import person_of
from accounts.services import find_partner
from bench.installation import BenchFailedError
from bench.large.partners import ALONE, LOGIN_EMAIL, SLUG
from core.scope import partner_scope
from customers.models import Customer
from invoices.models import SourceInvoice
from products.models import Product
from programs.models import Program
from syncs.models import Run

_BACKEND = "accounts.backends.ProvenAddressBackend"

# Name, address within the partner, the admin's address over the same rows.
_SCREENS = (
    ("dashboard", "", ""),
    ("inbox", "inbox/", ""),
    ("overview of a program", "programs/{program}/", ""),
    ("months", "programs/{program}/months/", ""),
    ("month", "programs/{program}/months/{period}/", ""),
    ("billing", "programs/{program}/billing/", "invoices/billingitem/"),
    ("billing, all", "programs/{program}/billing/?tab=all", "invoices/billingitem/"),
    ("billing, last page", "programs/{program}/billing/?tab=all&page=10000", "invoices/billingitem/?p=300"),
    ("billing, by name", "programs/{program}/billing/?tab=all&sort=customer", "invoices/billingitem/?o=1"),
    ("billing, search", "programs/{program}/billing/?tab=all&q=dental", "invoices/billingitem/?q=dental"),
    ("mapping dialog", "programs/{program}/billing/{customer}/azure_plan/", ""),
    ("mapping dialog, search", "programs/{program}/billing/{customer}/azure_plan/?q=dental", ""),
    ("suggestions", "programs/{program}/billing/suggestions/", ""),
    ("suggestions, page 50", "programs/{program}/billing/suggestions/?page=50", ""),
    ("import of mappings", "programs/{program}/billing/import/", ""),
    ("export of mappings", "programs/{program}/billing/mappings.csv?tab=all", ""),
    ("products", "programs/{program}/products/", "products/product/"),
    ("products, search", "programs/{program}/products/?q=shield", "products/product/?q=shield"),
    ("products, price differs", "programs/{program}/products/?state=differs", ""),
    ("products, by price in the target", "programs/{program}/products/?sort=target_retail", ""),
    ("products, last page", "programs/{program}/products/?page=10000", "products/product/?p=400"),
    ("product", "programs/{program}/products/{product}/", ""),
    ("customer", "programs/{program}/customers/{customer}/", ""),
    ("invoices", "programs/{program}/invoices/", ""),
    ("invoice", "programs/{program}/invoices/{invoice}/rows/", "invoices/charge/"),
    ("invoice, its head", "programs/{program}/invoices/{invoice}/", ""),
    ("invoice, search", "programs/{program}/invoices/{invoice}/rows/?q=5b000000-0000-4000-8000-00000000004", ""),
    ("invoice, by product", "programs/{program}/invoices/{invoice}/rows/?q=plan+42", ""),
    ("invoices, search", "programs/{program}/invoices/?q=100", ""),
    ("invoice, by customer", "programs/{program}/invoices/{invoice}/rows/?sort=customer", ""),
    ("invoice, last page", "programs/{program}/invoices/{invoice}/rows/?page=10000", ""),
    ("history", "programs/{program}/history/", "syncs/run/"),
    ("run", "runs/{run}/", "syncs/change/"),
    ("run, last page", "runs/{run}/?page=10000", ""),
    ("run, search", "runs/{run}/?q=plan+42", ""),
    ("run, what failed", "runs/{run}/?state=failed", ""),
    ("command box: customer", "search/?q=dental", ""),
    ("command box: two letters", "search/?q=de", ""),
    ("command box: product", "search/?q=shield+plan+10", ""),
    ("audit", "audit/", "core/auditentry/"),
    ("audit, of a person", "audit/?person=Schedule&action=mapping&since=2026-01-01", ""),
    ("audit, search", "audit/?q=customer+42", "core/auditentry/?q=customer+42"),
    ("users", "users/", ""),
    ("connections", "connections/", ""),
    ("programs", "programs/", ""),
    ("program, edit", "programs/{program}/edit/", ""),
    ("account of an invoice", "programs/{program}/invoices/{invoice}/account/", ""),
    ("change", "runs/{run}/changes/{change}/", ""),
    ("progress of a run", "runs/{run}/progress/", ""),
    ("what runs", "running/", ""),
    ("adopt a product", "programs/{program}/products/{product}/adopt/", ""),
    ("adopt a product, search", "programs/{program}/products/{product}/adopt/?q=shield", ""),
    ("messages explained", "messages-explained/", ""),
    ("connection, history", "connections/syncro/history/", ""),
    ("settings", "settings/", ""),
    ("invite", "users/invite/", ""),
    ("e-mail preferences", "email-preferences/", ""),
    ("notices", "notices/", ""),
    ("profile", "/profile/", ""),
    ("sessions", "/accounts/sessions/", ""),
    ("operator's page", "/operator/", ""),
)
# Not pages one waits for: the first adds up every raw row anew after the page is there, the second is a file.
DEFERRED = {"account of an invoice", "export of mappings"}


@dataclass(frozen=True, slots=True)
class Screen:
    """A screen at the large partner (``path``) and at the one with one row (``alone``)."""

    name: str
    path: str
    alone: str
    admin: str
    deferred: bool


def all_screens() -> list[Screen]:
    """Every screen, in the order of the menu."""
    large, one = _rows_of(SLUG), _rows_of(ALONE)
    return [
        Screen(
            name=name,
            path=_at(SLUG, path.format(**large)),
            alone=_at(ALONE, path.format(**one)),
            admin=f"/bench-admin/{admin}" if admin else "",
            deferred=name in DEFERRED,
        )
        for name, path, admin in _SCREENS
    ]


def _at(slug: str, path: str) -> str:
    return path if path.startswith("/") else f"/p/{slug}/{path}"


def sign_in() -> str:
    """The cookie of a session of the person who works for all partners."""
    user = person_of(LOGIN_EMAIL)
    if user is None:
        raise BenchFailedError("there is no large partner yet; make seed-large makes it")
    client = Client()
    client.force_login(user, backend=_BACKEND)
    name = settings.SESSION_COOKIE_NAME
    return f"{name}={client.cookies[name].value}"


def _rows_of(slug: str) -> dict[str, Any]:
    partner_id = find_partner(slug)
    if partner_id is None:
        raise BenchFailedError(f"there is no partner {slug}; make seed-large makes it")
    with partner_scope(partner_id):
        runs = Run.objects.filter(kind="billing").annotate(size=Count("changes"))
        run = runs.order_by("-size")[0]
        return {
            "program": Program.objects.get().pk,
            "customer": _first(Customer),
            "product": _first(Product),
            "invoice": SourceInvoice.objects.order_by("-month")[0].pk,
            "period": f"{SourceInvoice.objects.order_by('-month')[0].month:%Y-%m}",
            "run": run.pk,
            "change": run.changes.order_by("position")[0].pk,
        }


def _first(model: Any) -> int:
    return int(model.objects.order_by("pk")[0].pk)

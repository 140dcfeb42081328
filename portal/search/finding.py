"""The search box of the top bar: jump to a customer, product, invoice, run or page, or give a command."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from django.urls import reverse

from customers.models import Customer
from customers.selectors import customer_contains
from invoices.models import SourceInvoice
from invoices.selectors import invoice_contains
from portal.frame.shell import Shell
from portal.kit.figures import write_month
from portal.kit.permissions import PartnerRequest
from portal.search.commands import Command, find_commands
from products.models import Product
from products.selectors import product_contains
from programs.models import Program
from programs.selectors import programs_for
from syncs.models import Run

LEAST_LENGTH = 2
MOST_PER_KIND = 6


@dataclass(frozen=True, slots=True)
class Hit:
    """One place to jump to; ``hint`` tells two alike apart."""

    name: str
    hint: str
    url: str


@dataclass(frozen=True, slots=True)
class Hits:
    """The hits of one kind."""

    title: str
    hits: Sequence[Hit | Command]


def find_everything(request: PartnerRequest, query: str) -> list[Hits]:
    """At most a few hits of each kind; kinds without any are left out."""
    if len(query) < LEAST_LENGTH:
        return []
    slug, programs = request.partner.slug, programs_for(request)
    found = [Hits("Pages", list(_pages(request, query)))]
    for program in programs:
        found += [
            Hits("Customers", list(_customers(slug, program, query))),
            Hits("Products", list(_products(slug, program, query))),
            Hits("Invoices", list(_invoices(slug, program, query))),
        ]
    found += [Hits("Runs", list(_runs(slug, query))), Hits("Commands", find_commands(request, programs, query))]
    return [hits for hits in found if hits.hits]


def _pages(request: PartnerRequest, query: str) -> Iterator[Hit]:
    for group in Shell(request).groups:
        for link in group.links:
            if query.casefold() in link.label.casefold():
                yield Hit(link.label, group.title, link.url)


def _customers(slug: str, program: Program, query: str) -> Iterable[Hit]:
    rows = Customer.objects.filter(customer_contains(query), source_id=program.source_id).order_by("name")[
        :MOST_PER_KIND
    ]
    return (Hit(row.name, row.domain, reverse("customer", args=[slug, program.pk, row.pk])) for row in rows)


def _products(slug: str, program: Program, query: str) -> Iterable[Hit]:
    rows = Product.objects.filter(product_contains(query), source_id=program.source_id).order_by("name")[:MOST_PER_KIND]
    return (
        Hit(
            row.name,
            f"{row.sku} {row.term} {row.billing_cycle}",
            reverse("product", args=[slug, program.pk, row.pk]),
        )
        for row in rows
    )


def _invoices(slug: str, program: Program, query: str) -> Iterable[Hit]:
    wanted = SourceInvoice.objects.filter(
        invoice_contains(query), source_id=program.source_id, program_slug=program.slug
    )
    return (
        Hit(row.number, write_month(row.month), reverse("invoice", args=[slug, program.pk, row.pk]))
        for row in wanted[:MOST_PER_KIND]
    )


def _runs(slug: str, query: str) -> Iterable[Hit]:
    if not (query.isascii() and query.isdigit()):  # "²" is a digit too, and no number
        return ()
    rows = Run.objects.filter(pk=int(query[:18]))
    return (Hit(str(row), row.get_state_display(), reverse("run", args=[slug, row.pk])) for row in rows)

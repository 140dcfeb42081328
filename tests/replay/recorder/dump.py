"""From today's tables and the vendors' answers to the plain form of a record. It moves with the tables."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from connections.clients import open_source, open_target
from connectors import records as vendor
from core.scope import partner_scope
from customers import models as customers
from customers.target_copy import template_record
from invoices.models import Charge, SourceInvoice
from money.words import from_cents
from products.models import Product, ProductLink, TargetProduct
from programs.models import Program
from programs.selectors import source_currency
from sandbox.prism_api.invoice_csv import FAMILY
from syncs.models import Line
from tests.replay import form
from tests.replay.recorder.ledger_dump import Ledger, money, plain


@dataclass
class Seen:
    """What the tables do not tell: the day, what came with this sync, and the sandbox's day of each writing."""

    today: dt.date
    known_invoices: Collection[int]
    written: Mapping[tuple[int, dt.datetime], dt.date]


class Dump:
    """One partner as it stands. Call ``record`` as often as wanted."""

    def __init__(self, partner_id: int, seen: Seen) -> None:
        self.partner_id, self.seen = partner_id, seen
        with partner_scope(partner_id):
            self.program = Program.objects.select_related("source__partner", "target", "partner").get()
        self.tenants = open_source(partner_id, self.program.source_id).list_tenants()
        target = open_target(partner_id, self.program.target_id)
        listed = target.list_invoices_since(dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
        self.invoices = [target.get_invoice(one.invoice_id) for one in listed]

    def record(self, domains: Collection[str], story: str) -> form.Record:
        """The customers of these domains, alone in the world."""
        with partner_scope(self.partner_id):
            return _Cut(self, domains).record(story)

    def places(self, domains: Collection[str]) -> tuple[dict[int, int], dict[int, int]]:
        """Our rows of customers and subscriptions to their places in that record, from 1."""
        with partner_scope(self.partner_id):
            cut = _Cut(self, domains)
            subscriptions = [row for customer in cut.customers for row in cut.subscriptions_of(customer)]
            return (
                {row.pk: place for place, row in enumerate(cut.customers, 1)},
                {row.pk: place for place, row in enumerate(subscriptions, 1)},
            )


class _Cut:
    """Some customers of a partner, with all that is about them. Inside the scope."""

    def __init__(self, dump: Dump, domains: Collection[str]) -> None:
        self.dump, self.program = dump, dump.program
        self.customers = list(customers.Customer.objects.filter(domain__in=domains).order_by("pk"))
        assert len(self.customers) == len(domains), domains
        self.ids = {row.pk: row.external_id for row in self.customers}
        self.rows = list(
            Charge.objects.filter(customer__in=self.ids).select_related("invoice").order_by("invoice", "line")
        )
        self.mappings = list(
            customers.Mapping.objects.filter(customer__in=self.ids)
            .select_related("template", "target_customer", "customer")
            .order_by("pk")
        )
        self.lines = list(Line.objects.filter(customer__in=self.ids).select_related("subscription").order_by("pk"))
        numbers = {one.template.external_id for one in self.mappings} | {one.template_id for one in self.lines}
        self.templates = [
            template_record(row)
            for row in customers.Template.objects.filter(external_id__in=numbers, gone=False).order_by("external_id")
        ]
        self.products = self._products()

    def record(self, story: str) -> form.Record:
        """All of it in the plain form."""
        ledger = Ledger(self.ids, self.rows, self.mappings, self.lines, self.templates, self.dump.seen.written)
        return form.Record(
            story=story,
            today=self.dump.seen.today,
            program=self._program(),
            source=form.Source(
                tenants=tuple(self._tenant(row) for row in self.customers),
                products=tuple(self._product(row) for row in self.products),
                invoices=tuple(self._invoice(row) for row in SourceInvoice.objects.order_by("pk")),
            ),
            target=self._target(),
            mappings=tuple(map(_mapping, self.mappings)),
            written=tuple(ledger.written()),
            posted=tuple(ledger.posted()),
            decisions=tuple(ledger.decisions()),
        )

    def _program(self) -> form.Program:
        one = self.program
        return form.Program(
            source=one.source.system,
            target=one.target.system,
            currency=source_currency(one),
            time_zone=one.zone,
            billing=form.Billing(
                motions=tuple(one.motions),
                approval=one.approval,
                prorations=one.prorations,
                credits=one.credits,
                rounding_tolerance=one.rounding_tolerance,
            ),
            products=form.ProductSync(
                enabled=one.products_enabled,
                sync_azure=one.sync_azure,
                sync_annual=one.sync_annual,
                new_taxable=one.new_taxable,
            ),
        )

    # --- the source

    def _tenant(self, row: customers.Customer) -> form.Tenant:
        told = {one.tenant_id.lower(): one for one in self.dump.tenants}.get(row.external_id)
        quantities = {one.subscription_id.lower(): one.quantity for one in told.subscriptions} if told else {}
        return form.Tenant(
            id=row.external_id,
            name=row.name,
            domain=row.domain,
            active=row.active,
            subscriptions=tuple(
                form.Subscription(
                    id=one.external_id,
                    product=one.product_ref,
                    status=one.status,
                    quantity=quantities.get(one.external_id),
                    term=one.term,
                    billing_cycle=one.billing_cycle,
                    cadence=one.cadence,
                    listed=one.external_id in quantities,
                )
                for one in self.subscriptions_of(row)
            ),
        )

    def subscriptions_of(self, row: customers.Customer) -> list[customers.Subscription]:
        """In the order in which we came to know them."""
        return list(customers.Subscription.objects.filter(customer=row).order_by("pk"))

    def _products(self) -> list[Product]:
        refs = {one.product_ref.casefold() for row in self.customers for one in self.subscriptions_of(row)} - {""}
        charged = {row.product_id for row in self.rows}
        return [
            one
            for one in Product.objects.order_by("pk")
            if one.pk in charged or {one.product_id.casefold(), one.sku.casefold()} & refs
        ]

    def _product(self, row: Product) -> form.Product:
        link = ProductLink.objects.filter(product=row).first()
        return form.Product(
            id=row.product_id,
            sku=row.sku,
            name=row.name,
            term=row.term,
            billing_cycle=row.billing_cycle,
            cadence=row.cadence,
            cost=money(row.unit_cost),
            retail=money(row.unit_retail),
            listed=row.in_price_list,
            target_product=link.external_id if link else None,
            kept_off=row.detached,
        )

    def _invoice(self, row: SourceInvoice) -> form.Invoice:
        rows = [one for one in self.rows if one.invoice_id == row.pk]
        columns = tuple(sorted(rows[0].raw, key=_usual_place)) if rows else ()
        state = "past" if row.past else row.state
        if state in ("counted", "held") and row.pk not in self.dump.seen.known_invoices and not row.overlap_choice:
            state = "new"
        return form.Invoice(
            id=row.external_id,
            number=row.number,
            month=f"{row.month:%Y-%m}",
            state=state,
            answer=row.overlap_choice,
            columns=columns,
            rows={one.line: tuple(one.raw[name] for name in columns) for one in rows},
        )

    # --- the target

    def _target(self) -> form.Target:
        wanted = {one.target_customer_id for one in self.mappings}
        people = {one.customer_id for one in self.templates}
        rows = customers.TargetCustomer.objects.order_by("external_id")
        told = [row for row in rows if row.pk in wanted or row.external_id in people]
        numbers = {row.external_id for row in told}
        return form.Target(
            currency_symbol=self.program.target.currency_symbol,
            refuses_negative_amounts=not self.program.target.negative_lines,
            customers=tuple(form.TargetCustomer(id=one.external_id, name=one.name, gone=one.gone) for one in told),
            products=tuple(map(_target_product, self._target_products())),
            templates=tuple(map(_template, self.templates)),
            invoices=tuple(_generated(one) for one in self.dump.invoices if one.customer_id in numbers),
        )

    def _target_products(self) -> Iterable[TargetProduct]:
        linked = set(ProductLink.objects.filter(product__in=self.products).values_list("external_id", flat=True))
        codes = {one.key for one in self.products}
        on_lines = {line.product_id for template in self.templates for line in template.lines}
        return [
            one
            for one in TargetProduct.objects.order_by("external_id")
            if one.external_id in linked or one.code in codes or (one.gone and one.external_id in on_lines)
        ]


def _mapping(row: customers.Mapping) -> form.Mapping:
    return form.Mapping(
        customer=row.customer.external_id,
        motion=row.motion,
        syncro_customer=row.target_customer.external_id,
        invoice_template=row.template.external_id,
        pricing=row.pricing,
        sync=row.sync_on,
        start=f"{row.first_month:%Y-%m}" if row.first_month else None,
    )


def _target_product(row: TargetProduct) -> form.TargetProduct:
    return form.TargetProduct(
        id=row.external_id,
        name=row.name,
        code=row.code,
        cost=money(row.cost),
        retail=money(row.retail),
        taxable=row.taxable,
        gone=row.gone,
    )


def _template(one: vendor.InvoiceTemplate) -> form.Template:
    return form.Template(
        id=one.template_id,
        customer=one.customer_id,
        name=one.name,
        frequency=one.frequency,
        next_run=one.next_run,
        paused=one.paused,
        lines=tuple(
            form.TemplateLine(
                id=line.line_id,
                product=line.product_id,
                name=line.name,
                description=line.description,
                quantity=plain(line.quantity),
                retail=money(from_cents(line.retail_cents)),
                cost=money(from_cents(line.cost_cents)),
                taxable=line.taxable,
                one_time=line.one_time,
                position=line.position,
                counted_by_target=line.counted_by_target,
            )
            for line in one.lines
        ),
    )


def _generated(one: vendor.TargetInvoice) -> form.GeneratedInvoice:
    return form.GeneratedInvoice(
        id=one.invoice_id,
        number=one.number,
        customer=one.customer_id,
        date=one.date,
        lines=tuple(
            form.GeneratedLine(
                product=line.product_id,
                texts=line.texts,
                quantity=plain(line.quantity),
                price=money(line.price),
                cost=money(line.cost),
            )
            for line in one.lines or ()
        ),
    )


def _usual_place(column: str) -> tuple[int, str]:
    """Where a column stands in the source's files; the database has put them in an order of its own."""
    return FAMILY.index(column) if column in FAMILY else len(FAMILY), column

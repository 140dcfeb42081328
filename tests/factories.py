"""Sample rows. Use them inside ``partner_scope``: each row belongs to the partner whose scope is open."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from connections.models import Connection, ConnectionStatus
from customers.models import (
    BatchKind,
    BatchState,
    Customer,
    Mapping,
    MappingBatch,
    Subscription,
    TargetCustomer,
    Template,
)
from invoices.billing_items import recount_invoices
from invoices.models import Charge, SourceInvoice
from money.enums import Action, Kind, Motion, PartRole, Severity
from notifications.models import Message, MessageState
from products.models import Product, ProductLink, TargetProduct
from programs.models import Program
from syncs.enums import ChangeState, RunKind, RunState, RunStatus
from syncs.models import Change, Finding, Line, Run

MONTH = dt.date(2026, 9, 1)
START = dt.datetime(2026, 9, 1, tzinfo=dt.UTC)
END = dt.datetime(2026, 9, 30, tzinfo=dt.UTC)


class ScopedFactory(DjangoModelFactory):
    """Makes rows through the manager that knows the open scope."""

    class Meta:
        abstract = True

    @classmethod
    def _get_manager(cls, model_class: Any) -> Any:
        return model_class.objects


class ConnectionFactory(ScopedFactory):
    class Meta:
        model = Connection

    system = "prism"
    status = ConnectionStatus.CONNECTED
    status_since = factory.LazyFunction(timezone.now)
    account = "Northwind IT"


class TargetFactory(ConnectionFactory):
    system = "syncro"
    credentials = factory.LazyFunction(lambda: {"subdomain": "northwind"})
    currency_symbol = "$"
    target_read_at = factory.LazyFunction(timezone.now)


class ProgramFactory(ScopedFactory):
    class Meta:
        model = Program

    source = factory.SubFactory(ConnectionFactory)
    target = factory.SubFactory(TargetFactory)
    enabled = True
    billing_enabled = True
    products_enabled = True
    motions = factory.LazyFunction(lambda: list(Motion))
    notification_emails = factory.LazyFunction(lambda: ["billing@northwind.example"])


class CustomerFactory(ScopedFactory):
    class Meta:
        model = Customer

    source = factory.SubFactory(ConnectionFactory)
    external_id = factory.Sequence(lambda n: f"4f0c0000-0000-0000-0000-{n:012}")
    name = factory.Sequence(lambda n: f"Sample Customer {n}")
    domain = factory.Sequence(lambda n: f"customer{n}.example")
    last_seen_at = factory.LazyFunction(timezone.now)


class SubscriptionFactory(ScopedFactory):
    class Meta:
        model = Subscription

    customer = factory.SubFactory(CustomerFactory)
    source = factory.SelfAttribute("customer.source")
    external_id = factory.Sequence(lambda n: f"5b000000-0000-0000-0000-{n:012}")
    last_seen_at = factory.LazyFunction(timezone.now)


class TargetCustomerFactory(ScopedFactory):
    class Meta:
        model = TargetCustomer

    target = factory.SubFactory(TargetFactory)
    external_id = factory.Sequence(lambda n: str(100 + n))
    name = factory.Sequence(lambda n: f"Sample Customer {n} Inc")
    email = factory.Sequence(lambda n: f"office@customer{n}.example")


class TemplateFactory(ScopedFactory):
    class Meta:
        model = Template

    target = factory.SubFactory(TargetFactory)
    external_id = factory.Sequence(lambda n: str(5000 + n))
    customer_external_id = "100"
    name = "Monthly services"
    frequency = "Monthly"
    next_run = dt.date(2026, 12, 1)
    read_at = factory.LazyFunction(timezone.now)


class MappingFactory(ScopedFactory):
    class Meta:
        model = Mapping

    program = factory.SubFactory(ProgramFactory)
    customer = factory.SubFactory(CustomerFactory, source=factory.SelfAttribute("..program.source"))
    motion = Motion.SEAT_MONTHLY
    target_customer = factory.SubFactory(TargetCustomerFactory, target=factory.SelfAttribute("..program.target"))
    template = factory.SubFactory(
        TemplateFactory,
        target=factory.SelfAttribute("..program.target"),
        customer_external_id=factory.SelfAttribute("..target_customer.external_id"),
    )


class MappingBatchFactory(ScopedFactory):
    """Applied: switched off the mappings that it is given."""

    class Meta:
        model = MappingBatch

    program = factory.SubFactory(ProgramFactory)
    kind = BatchKind.SYNC_OFF
    state = BatchState.APPLIED
    made_by = "bob@northwind.example"
    applied_at = factory.LazyFunction(timezone.now)

    @classmethod
    def switched_off(cls, *mappings: Mapping, **values: Any) -> Any:
        """As ``customers.mapping_batches`` leaves it."""
        entries = []
        for mapping in mappings:
            on = {
                "template": mapping.template_id, "target_customer": mapping.target_customer_id,
                "pricing": mapping.pricing, "sync_on": True,
            }  # fmt: skip
            entries.append({
                "customer": mapping.customer_id, "motion": mapping.motion, "line": 0,
                "before": on, "after": {**on, "sync_on": False}, "warnings": [],
            })  # fmt: skip
        return cls(program=mappings[0].program, entries=entries, **values)


class ProductFactory(ScopedFactory):
    class Meta:
        model = Product

    source = factory.SubFactory(ConnectionFactory)
    key = factory.Sequence(lambda n: f"cfq7sample{n}|1 month|monthly")
    sku = factory.Sequence(lambda n: f"CFQ7SAMPLE{n}")
    name = factory.Sequence(lambda n: f"Sample Product {n}")
    term = "1 Month"
    billing_cycle = "Monthly"
    cadence = "monthly"
    unit_cost = Decimal("8.50")
    unit_retail = Decimal("10.00")


class TargetProductFactory(ScopedFactory):
    class Meta:
        model = TargetProduct

    target = factory.SubFactory(TargetFactory)
    external_id = factory.Sequence(lambda n: str(900 + n))
    name = factory.Sequence(lambda n: f"PC_CFQ7SAMPLE{n}")
    cost = Decimal("8.50")
    retail = Decimal("9.00")
    read_at = factory.LazyFunction(timezone.now)


class ProductLinkFactory(ScopedFactory):
    class Meta:
        model = ProductLink

    product = factory.SubFactory(ProductFactory)
    target = factory.SubFactory(TargetFactory)
    external_id = factory.Sequence(lambda n: str(900 + n))


class SourceInvoiceFactory(ScopedFactory):
    class Meta:
        model = SourceInvoice

    source = factory.SubFactory(ConnectionFactory)
    program_slug = "microsoft-csp"
    external_id = factory.Sequence(lambda n: f"inv-{n}")
    number = factory.Sequence(lambda n: f"10000{n}")
    program_name = "Microsoft CSP Indirect"
    month = MONTH
    currency = "USD"
    content_hash = "sample"
    row_count = 1


class ChargeFactory(ScopedFactory):
    class Meta:
        model = Charge

    invoice = factory.SubFactory(SourceInvoiceFactory)
    line = factory.Sequence(lambda n: n + 2)
    customer = factory.SubFactory(CustomerFactory, source=factory.SelfAttribute("..invoice.source"))
    subscription = factory.SubFactory(SubscriptionFactory, customer=factory.SelfAttribute("..customer"))
    subscription_ref = factory.SelfAttribute("subscription.external_id")
    kind = Kind.RECURRING
    motion = Motion.SEAT_MONTHLY
    product_name = "Sample Product"
    period = "2026-09"
    start = START
    end = END
    first_day = factory.LazyAttribute(lambda row: row.start.date())
    last_day = factory.LazyAttribute(lambda row: row.end.date())
    quantity = Decimal(5)
    unit_cost = Decimal("8.50")
    unit_retail = Decimal("10.00")
    ratio = Decimal(1)
    cost = Decimal("42.50")
    retail = Decimal("50.00")
    # What PRISM's invoice file says in such a row; the account of an invoice is summed from it.
    raw = factory.LazyAttribute(lambda row: {"SubTotal": str(row.cost), "SubTotalRrp": str(row.retail)})

    @classmethod
    def _create(cls, model_class: Any, *args: Any, **kwargs: Any) -> Any:
        """As an import leaves it: the invoice's sums and the billing list know of it."""
        charge = super()._create(model_class, *args, **kwargs)
        charge.invoice.charged_cost += Decimal(charge.cost)
        charge.invoice.charged_retail += Decimal(charge.retail)
        charge.invoice.row_count = charge.invoice.charges.count()
        charge.invoice.save(update_fields=["charged_cost", "charged_retail", "row_count"])
        recount_invoices([charge.invoice])
        return charge


class RunFactory(ScopedFactory):
    class Meta:
        model = Run

    program = factory.SubFactory(ProgramFactory)
    kind = RunKind.BILLING
    state = RunState.FINISHED
    status = RunStatus.SUCCESS
    started_by = "Schedule"
    started_at = factory.LazyFunction(timezone.now)
    finished_at = factory.LazyFunction(timezone.now)
    counts = factory.LazyFunction(lambda: {"created": 3, "updated": 1})
    api_calls = factory.LazyFunction(lambda: {"syncro": {"GET": 4, "POST": 3}})


class ChangeFactory(ScopedFactory):
    class Meta:
        model = Change

    program = factory.SelfAttribute("run.program")
    run = factory.SubFactory(RunFactory)
    position = factory.Sequence(lambda n: n + 1)
    action = Action.CHANGE_LINE
    state = ChangeState.DONE
    what = "Sample Customer: Sample Product"
    motion = Motion.SEAT_MONTHLY
    before = factory.LazyFunction(
        lambda: {"name": "Sample Product", "quantity": "5", "retail": "10.00", "cost": "8.50"}
    )
    after = factory.LazyFunction(lambda: {"name": "Sample Product", "quantity": "7", "retail": "11.00", "cost": "8.50"})


class FindingFactory(ScopedFactory):
    class Meta:
        model = Finding

    program = factory.SelfAttribute("last_run.program")
    run_kind = RunKind.BILLING
    fingerprint = factory.Sequence(lambda n: f"finding-{n}")
    severity = Severity.WARNING
    code = "credit"
    subject = factory.Sequence(lambda n: f"credit:mark{n}")
    text = "Sample Customer: Credit of -19.16 on invoice 100001."
    cure = "Apply it as a negative one-time line, or dismiss it."
    retail = Decimal("-19.16")
    last_run = factory.SubFactory(RunFactory)
    first_run = factory.SelfAttribute("last_run")


class LineFactory(ScopedFactory):
    class Meta:
        model = Line

    program = factory.SubFactory(ProgramFactory)
    target = factory.SelfAttribute("program.target")
    template_id = "5000"
    line_id = factory.Sequence(lambda n: str(7000 + n))
    mark = factory.Sequence(lambda n: f"BS:mark{n}")
    role = PartRole.RECURRING
    motion = Motion.SEAT_MONTHLY
    customer = factory.SubFactory(CustomerFactory, source=factory.SelfAttribute("..program.source"))
    subscription = factory.SubFactory(SubscriptionFactory, customer=factory.SelfAttribute("..customer"))
    quantity = Decimal(5)
    retail_cents = 1000
    cost_cents = 850
    written_at = factory.LazyFunction(timezone.now)


class MessageFactory(ScopedFactory):
    class Meta:
        model = Message

    event = factory.Sequence(lambda n: f"run:{n}")
    kind = "run_finished"
    to = factory.LazyFunction(lambda: ["billing@northwind.example"])
    subject = "Microsoft CSP: 4 lines written - Northwind IT"
    text = "4 lines written."
    html = "<p>4 lines written.</p>"
    state = MessageState.SENT
    not_before = factory.LazyFunction(timezone.now)

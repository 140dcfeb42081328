"""The people and the sample partner of portal tests.

Alice owns Northwind, adam is its admin, bob supports, vera reads. Charlie is a stranger: the owner
of Tailwind. Olga runs the service.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from accounts.models import Partner, Role, User
from accounts.services import create_partner, create_user, ensure_member
from core.audit import COMMAND
from core.scope import partner_scope
from invoices.models import SourceInvoice
from money.enums import Kind, Motion
from products.models import Product
from programs.models import Program
from syncs.enums import RunKind
from syncs.models import Change, Finding, Run
from tests import factories as make
from tests.portal.drawing import DrawingClient

PASSWORD = "correct horse battery staple"
NAMES = {Role.OWNER: "alice", Role.ADMIN: "adam", Role.SUPPORT: "bob", Role.VIEWER: "vera"}
BACKEND = "accounts.backends.ProvenAddressBackend"


@dataclass
class Cast:
    """Who is who."""

    northwind: Partner
    tailwind: Partner
    users: dict[str, User]

    def client(self, name: str, **options: Any) -> DrawingClient:
        """A browser in which that person is signed in."""
        client = DrawingClient(**options)
        client.force_login(self.users[name], backend=BACKEND)
        return client

    def sure(self, name: str) -> DrawingClient:
        """A browser in which that person has proved just now who they are."""
        client = self.client(name)
        client.post("/accounts/reauthenticate/", {"password": PASSWORD})
        return client


@dataclass
class Shop:
    """One row of everything, at Northwind."""

    program: Program
    customer: Any
    mapping: Any
    template: Any
    target_customer: Any
    product: Product
    invoice: SourceInvoice
    held: SourceInvoice
    run: Run
    change: Change
    credit: Finding


def rows_of(cast: Cast, response: Any) -> list[Any]:
    """The rows of a list page, in the order in which they are shown."""
    with partner_scope(cast.northwind.pk):
        return [row.record for row in response.context["table"].paginated_rows]


def make_cast() -> Cast:
    """Two partners and the people around them."""
    northwind = create_partner(slug="northwind", name="Northwind IT", time_zone="Europe/Oslo", actor=COMMAND)
    tailwind = create_partner(slug="tailwind", name="Tailwind Services", actor=COMMAND)
    users = {name: create_user(email=f"{name}@northwind.example", password=PASSWORD) for name in NAMES.values()}
    with partner_scope(northwind.pk):
        for role, name in NAMES.items():
            ensure_member(user=users[name], role=role, actor=COMMAND)
    users["charlie"] = create_user(email="charlie@tailwind.example", password=PASSWORD)
    with partner_scope(tailwind.pk):
        ensure_member(user=users["charlie"], role=Role.OWNER, actor=COMMAND)
    users["olga"] = create_user(email="olga@operator.example", password=PASSWORD, is_operator=True)
    return Cast(northwind, tailwind, users)


def stock_shop() -> Shop:
    """Sample rows of the partner whose scope is open."""
    program = make.ProgramFactory()
    customer = make.CustomerFactory(source=program.source, name="Contoso, Ltd.", domain="contoso.example")
    target_customer = make.TargetCustomerFactory(
        target=program.target, name="Contoso Ltd", email="office@contoso.example"
    )
    template = make.TemplateFactory(target=program.target, customer_external_id=target_customer.external_id)
    mapping = make.MappingFactory(
        program=program, customer=customer, target_customer=target_customer, template=template
    )
    invoice = make.SourceInvoiceFactory(source=program.source, number="1000013")
    subscription = make.SubscriptionFactory(customer=customer)
    make.ChargeFactory(invoice=invoice, customer=customer, subscription=subscription)
    make.ChargeFactory(
        invoice=invoice,
        customer=customer,
        subscription=subscription,
        motion=Motion.AZURE_PLAN,
        kind=Kind.USAGE,
        cost=Decimal("9.00"),
        retail=Decimal("10.00"),
    )
    held = make.SourceInvoiceFactory(source=program.source, number="1000014", state="held")
    product = make.ProductFactory(source=program.source, name="Exchange Online (Plan 1)")
    copy = make.TargetProductFactory(target=program.target)
    make.ProductLinkFactory(product=product, target=program.target, external_id=copy.external_id)
    run = make.RunFactory(program=program)
    make.RunFactory(program=program, kind=RunKind.PRODUCTS)
    change = make.ChangeFactory(run=run, customer=customer, template_id=template.external_id)
    make.LineFactory(program=program, customer=customer, subscription=subscription)
    make.MessageFactory()
    credit = make.FindingFactory(last_run=run, customer=customer)
    return Shop(program, customer, mapping, template, target_customer, product, invoice, held, run, change, credit)

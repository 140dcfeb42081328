"""How the reseller's Syncro account looks before anything is synced."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sandbox import catalogue
from sandbox.accounts import story_in
from sandbox.cast import Tenant
from sandbox.draws import draw, guid
from sandbox.months import add_months
from sandbox.state import Store
from sandbox.story import Story
from sandbox.syncro_api.customers import new_customer
from sandbox.syncro_api.lines import new_line
from sandbox.syncro_api.products import new_product
from sandbox.syncro_api.schedules import new_schedule
from sandbox.wire import Json

# How the same company is written in Syncro, where it is not written the same.
_WRITTEN = {
    "adatum": "Datum Corp", "alpine": "Alpine Ski House GmbH", "bestforyou": "Best for You Organics",
    "citypower": "City Power and Light", "coho-vineyard": "Coho Vineyards", "contoso": "Contoso Limited",
    "fabrikam": "Fabrikam Incorporated ", "fourthcoffee": "4th Coffee", "lamna": "LAMNA HEALTHCARE",
    "liberty": "Liberty's Bakery & Cafe", "litware": "Litware Inc", "margie": "Margies Travel",
    "munson": "Munson's Pickles", "palm": "Palm Trading Co (النخيل)", "relecloud": "ReleCloud plc",
    "vanarsdel": "Van Arsdel Ltd", "wingtip": "The Wingtip Toys Company",
}  # fmt: skip
_PAUSED, _QUARTERLY, _RUNS_ON_THE_FIRST = "nod", "firstup", ("tailspin", "graphic")
_OWN_AZURE_TEMPLATE = ("fabrikam", "wideworld")
_MONTHLY_ANNUAL_TEMPLATE = ("humongous", "lamna", "wideworld")
_WITH_TAX = ("alpine", "margie", "woodgrove")

_SERVICES = (
    ("Managed workstation", "4500", "1200"), ("Managed server", "12500", "3500"),
    ("Backup service", "2900", "900"), ("Firewall care", "6500", "2000"),
    ("Help desk hours", "9500", "4000"), ("Website hosting", "1990", "500"),
)  # fmt: skip
_HARDWARE = (
    "Laptop 14 inch", "Laptop 16 inch", "Docking station", "Monitor 27 inch", "Keyboard", "Mouse",
    "Headset", "Webcam", "Switch 24 ports", "Access point", "Patch cable 2 m", "UPS 1500 VA",
    "Printer", "Toner black", "Projector", "NAS 4 bays", "Hard disk 8 TB", "SSD 1 TB", "Phone",
    "Tablet", "Server rack", "Firewall", "Label printer", "Scanner",
)  # fmt: skip
_PEOPLE = (("Walkin", "Customer"), ("Alex", "Sample"), ("Robin", "Example"))


@dataclass(frozen=True)
class _Books:
    """The opening of one account."""

    store: Store
    account: str
    story: Story

    def product(self, name: str, retail: str, cost: str, **more: object) -> Json:
        values = {"name": name, "description": name, "price_retail": retail, "price_cost": cost}
        return new_product(self.store, self.account, values | more, by_hand=True)

    def line(self, schedule: Json, **values: object) -> Json:
        return new_line(self.store, self.account, schedule, values, by_hand=True)


def open_books(store: Store, account: str) -> None:
    """Make the customers, products and templates that people made by hand."""
    books = _Books(store, account, story_in(store, account))
    _make_categories(books)
    services = _make_products(books)
    unrelated = [("Unrelated Sample Ltd", False), ("Old Sample Customer", True)]
    for first, last in _PEOPLE:
        address = f"{first.lower()}@mail.example"
        new_customer(store, account, {"firstname": first, "lastname": last, "email": address})
    for name, disabled in unrelated:
        new_customer(store, account, {"business_name": name, "disabled": disabled})
    mapping = []
    companies: dict[str, int] = {}
    for tenant in books.story.tenants:
        customer_id = companies.get(tenant.company_id) or _make_customer(books, tenant)
        companies[tenant.company_id] = customer_id
        mapping += _make_templates(books, tenant, customer_id, services)
    store.remember(f"mapping/{account}", mapping)


def _make_categories(books: _Books) -> None:
    for number, name in enumerate(("Root Category", "Services", "Hardware", "Software"), start=1):
        row = {"id": number, "ancestry": None if number == 1 else "1", "name": name, "description": name}
        path = name if number == 1 else f"Root Category;{name}"
        row |= {"device_product_id": None, "names_depth_cache": path}
        books.store.keep(books.account, "category", row)


def _make_products(books: _Books) -> dict[str, int]:
    services = {
        name: books.product(name, _of_cents(retail), _of_cents(cost), product_category="Services")["id"]
        for name, retail, cost in _SERVICES
    }
    for number, name in enumerate(_HARDWARE):
        skus = [{"id": number + 1, "vendor_name": "Sample Vendor", "sku": f"HW-{1000 + number}"}]
        stock = {"maintain_stock": True, "quantity": 4, "product_category": "Hardware"}
        price = 20 + draw(900, "hardware", name)
        books.product(name, f"{price}.00", f"{price * 3 // 4}.00", product_skus=skus, **stock)
    offer = catalogue.offer_for(catalogue.HAND_MADE_SKU)
    name = f"PC_{offer.sku} {offer.name} (typed in by hand)"
    services["hand-made"] = books.product(name, "3.00", "2.40", product_category="Software")["id"]
    # One sign too many: a search by the beginning of the name must not take it.
    books.product(f"PC_{offer.sku}1 old import, do not use", "1.00", "0.50", taxable=False)
    return services


def _of_cents(cents: str) -> str:
    return f"{cents[:-2]}.{cents[-2:]}"


def _make_customer(books: _Books, tenant: Tenant) -> int:
    title = books.store.accounts[books.account]["title"]
    name = f"{_WRITTEN.get(tenant.key, tenant.name.removesuffix(f' {title}'))} {title}".rstrip()
    form = draw(5, books.account, "mail", tenant.key)
    twin = tenant.key.startswith("proseware")
    email = f"accounts@{tenant.domain}" if form < 3 or twin else f"office@{guid(tenant.key)[:6]}.example"
    values = {
        "business_name": name,
        "firstname": "Sam",
        "lastname": "Sample",
        "email": None if form == 4 and not twin else email,
        "phone": f"55501{draw(100, 'phone', tenant.company_id):02d}",
        "address": f"{1 + draw(900, 'street', tenant.company_id)} Main Street",
        "city": "Springfield",
        "zip": f"{10000 + draw(80000, 'zip', tenant.key)}",
        "tax_rate_id": 1 if tenant.key in _WITH_TAX else None,
    }
    return int(new_customer(books.store, books.account, values)["id"])


def _make_templates(books: _Books, tenant: Tenant, customer_id: int, services: dict[str, int]) -> list[Json]:
    motions = {s.motion for s in books.story.subscriptions if s.tenant == tenant}
    monthly = _monthly_template(books, tenant, customer_id)
    _type_in_lines(books, tenant, monthly, services)
    found = [_mapped(tenant, "seat_monthly", monthly)]
    if "azure_plan" in motions:
        own = tenant.key in _OWN_AZURE_TEMPLATE
        template = (
            _template(books, customer_id, "Azure consumption", "Monthly", _next_day(books, 8)) if own else monthly
        )
        found.append(_mapped(tenant, "azure_plan", template))
    if "seat_annual" in motions:
        found.append(_mapped(tenant, "seat_annual", _annual_template(books, tenant, customer_id)))
    return found


def _monthly_template(books: _Books, tenant: Tenant, customer_id: int) -> Json:
    day = 1 if tenant.key in _RUNS_ON_THE_FIRST else 5 + draw(4, books.account, "run", tenant.key)
    frequency = "Quarterly" if tenant.key == _QUARTERLY else "Monthly"
    template = _template(books, customer_id, "Monthly services", frequency, _next_day(books, day))
    if tenant.key == _PAUSED:
        template["paused"] = True
        books.store.keep(books.account, "schedule", template)
    return template


def _annual_template(books: _Books, tenant: Tenant, customer_id: int) -> Json:
    if tenant.key in _MONTHLY_ANNUAL_TEMPLATE:
        return _template(books, customer_id, "Yearly licences, billed when ordered", "Monthly", _next_day(books, 15))
    orders = [s for s in books.story.subscriptions if s.tenant == tenant and s.motion == "seat_annual"]
    # Runs soon after the first order's invoice can have been read: in the month behind the order's.
    today = books.store.today
    run = add_months(min(one.start for one in orders).replace(day=1), 1).replace(day=12)
    while run <= today:
        run = add_months(run, 12)
    return _template(books, customer_id, "Yearly licences", "Annually", run)


def _next_day(books: _Books, day: int) -> dt.date:
    today = books.store.today
    this_month = today.replace(day=day)
    return this_month if this_month > today else add_months(this_month, 1)


def _template(books: _Books, customer_id: int, name: str, frequency: str, next_run: dt.date) -> Json:
    values = {
        "customer_id": customer_id,
        "name": name,
        "frequency": frequency,
        "next_run": next_run.isoformat(),
        "email_customer": True,
    }
    return new_schedule(books.store, books.account, values)


def _type_in_lines(books: _Books, tenant: Tenant, template: Json, services: dict[str, int]) -> None:
    for number in range(1 + draw(3, books.account, "services", tenant.key)):
        name, retail, cost = _SERVICES[(number * 2 + draw(6, "service", tenant.key)) % len(_SERVICES)]
        values = {"product_id": services[name], "name": name, "description": "As agreed"}
        values |= {"retail_cents": retail, "cost_cents": cost, "quantity": 1 + draw(12, tenant.key, number)}
        books.line(template, **values, taxable=True)
    if tenant.key == "litware":
        name = "Defender for Business, see e-mail of March"
        values = {"product_id": services["hand-made"], "name": name, "quantity": 18}
        books.line(template, **values, retail_cents=300, cost_cents=240, taxable=True)
    if tenant.key in ("southridge", "contoso"):
        values = {"name": "Workstations under care", "description": "Counted by the system", "quantity": 0}
        books.line(template, **values, retail_cents=1500, cost_cents=400, recurring_type_id=2)


def _mapped(tenant: Tenant, motion: str, template: Json) -> Json:
    return {
        "tenant": tenant.key,
        "customer": tenant.tenant_id,
        "domain": tenant.domain,
        "name": tenant.name,
        "motion": motion,
        "syncro_customer": template["customer_id"],
        "invoice_template": template["id"],
        "frequency": template["frequency"],
        "paused": template["paused"],
        "fits": not template["paused"] and template["frequency"] in ("Monthly", "Annually"),
    }

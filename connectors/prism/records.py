"""From PRISM's JSON to our records. Every assumption about field names stands here.

Names come from clients that ran against the real service; those of an invoice's number, total,
currency and status are assumptions (nobody has recorded one) and stand in ``_INVOICE_ALIASES``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

from connectors.edge.json_rows import JsonRow
from connectors.edge.wire import jsonable
from connectors.errors import UnexpectedAnswer
from connectors.prism.wording import cadence_of, is_active, is_csp, is_final, is_usage, read_moment, term_and_cycle
from connectors.records import (
    Cadence,
    InvoiceHeader,
    SourceProduct,
    SourceSubscription,
    SourceTenant,
    UsageRecord,
    UsageSummary,
)

SYSTEM = "prism"

# Assumption: obvious names, the first one present counts.
_INVOICE_ALIASES: Mapping[str, tuple[str, ...]] = {
    "number": ("InvoiceNumber", "Number", "InvoiceNo"),
    "currency": ("Currency", "CurrencyCode", "CurrencyIsoCode"),
    "status": ("Status", "InvoiceStatus", "State"),
    # What the partner pays, before tax.
    "cost_total": ("SubTotal", "TotalExTax", "TotalExcludingTax", "Total", "TotalAmount"),
    "tax": ("Tax", "TaxTotal", "TotalTax", "Gst"),
    "retail_total": ("SubTotalRrp", "TotalRrp", "RetailTotal"),
}

_TOTALS_WITH_TAX = ("Total", "TotalAmount")

# Assumption, like the aliases above.
_PAGE_FIELDS = ("Page", "PageNumber", "PageSize", "TotalPages", "PageCount", "NextPage", "NextLink")

# Never kept, not even inside a raw record.
_PAYMENT_FIELDS = frozenset({"creditcard", "paymentmethoddetails"})


def rows_of(payload: object, what: str) -> list[JsonRow]:
    """The records of an answer: a bare list, or one inside ``Records`` or ``Items``."""
    items = payload
    if isinstance(payload, Mapping):
        envelope = JsonRow(payload, system=SYSTEM, what=f"list of {what}s")
        items = envelope.value("Records", "Items")
    if not isinstance(items, list):
        raise UnexpectedAnswer(f"The answer has an unexpected form: no list of {what}s.", system=SYSTEM)
    return [JsonRow(item, system=SYSTEM, what=what) for item in items]


def page_fields(payload: object) -> list[str]:
    """Names in an answer that speak of pages; nobody has seen any in a list of invoices."""
    if not isinstance(payload, Mapping):
        return []
    row = JsonRow(payload, system=SYSTEM, what="list of invoices")
    return [name for name in _PAGE_FIELDS if row.has(name)]


def total_pages(payload: object) -> int:
    """How many pages a list has, 1 where it does not say so readably."""
    if not isinstance(payload, Mapping):
        return 1
    total = JsonRow(payload, system=SYSTEM, what="list").text("TotalPages", "PageCount")
    return int(total) if total.isascii() and total.isdigit() and len(total) < 6 else 1


def company_name(payload: object) -> str:
    """Name of the partner's own company, "" where the answer shows none."""
    if not isinstance(payload, Mapping):
        return ""
    row = JsonRow(payload, system=SYSTEM, what="company")
    return row.text("CompanyName", "CustomerName", "Name", "DisplayName")


def csp_agreements(companies: list[JsonRow]) -> list[str]:
    """Ids of the Microsoft CSP contract agreements, each once, in the order met.

    It is not certain whether the customer or its agreement owns a field, so both are read.
    """
    found: dict[str, str] = {}
    for company in companies:
        for agreement in company.rows("CustomerProgramAgreements", what="program agreement"):
            program = agreement.text("ProgramName") or company.text("ProgramName")
            agreement_id = agreement.text("ContractAgreementId") or company.text("ContractAgreementId")
            if agreement_id and is_csp(program):
                found.setdefault(agreement_id.casefold(), agreement_id)
    return list(found.values())


def emails_by_company(companies: list[JsonRow]) -> dict[str, str]:
    """Contact address of each company, by its id in lower case."""
    return {
        company.text("CustomerId").casefold(): company.text("Email", "CustomerNotificationEmail")
        for company in companies
    }


def read_tenant(row: JsonRow, emails: Mapping[str, str]) -> SourceTenant:
    """One Microsoft tenant with its subscriptions."""
    tenant_id = row.text("TenantId", "Id")
    if not tenant_id:
        raise row.unexpected("has no TenantId")
    company_id = row.text("CustomerId")
    domain = row.text("TenantDomain", "PrimaryDomainName", "PrimaryDomain", "Domain")
    return SourceTenant(
        tenant_id=tenant_id,
        name=row.text("CustomerName", "TenantName", "Name") or domain or tenant_id,
        domain=domain,
        email=emails.get(company_id.casefold(), ""),
        company_id=company_id,
        active=is_active(row.text("TenantStatus", "Status")),
        subscriptions=tuple(_subscriptions_of(row, tenant_id)),
    )


def read_subscription(row: JsonRow, tenant_id: str = "") -> SourceSubscription:
    """One subscription; its tenant is named outside it in lists and inside it when asked by id."""
    subscription_id = row.text("SubscriptionId", "Id")
    if not subscription_id:
        raise row.unexpected("has no SubscriptionId")
    cycle = row.text("BillingCycle")
    usage = is_usage(display_template=row.text("DisplayTemplate"), unit=row.text("Unit"))
    return SourceSubscription(
        subscription_id=subscription_id,
        tenant_id=tenant_id or _tenant_inside(row),
        product_ref=row.text("ProductId"),
        status=row.text("Status"),
        quantity=row.decimal("Quantity"),
        term=row.text("BillingCycleDuration"),
        billing_cycle=cycle,
        cadence=Cadence.USAGE if usage else cadence_of(cycle),
    )


def read_products(payload: object) -> Iterator[SourceProduct]:
    """The products of a price list, its groups flattened; those without any price are left out."""
    row = JsonRow(payload, system=SYSTEM, what="price list")
    if not isinstance(row.value("ProductGroups"), list):
        raise row.unexpected("has no ProductGroups")
    for group in row.rows("ProductGroups", what="product group"):
        for product in group.rows("Products", what="product"):
            read = _read_product(product, group)
            if read is not None:
                yield read


def read_invoice(row: JsonRow) -> InvoiceHeader:
    """One invoice as listed. Its month is that of the usage, else of the billing period."""
    invoice_id = row.text("InvoiceId", "Id")
    if not invoice_id:
        raise row.unexpected("has no InvoiceId")
    year, month = _usage_month(row)
    return InvoiceHeader(
        invoice_id=invoice_id,
        number=row.text(*_INVOICE_ALIASES["number"]) or invoice_id,
        program_name=row.text("ProgramName"),
        year=year,
        month=month,
        final=is_final(row.text(*_INVOICE_ALIASES["status"])),
        currency=_currency(row.text(*_INVOICE_ALIASES["currency"])),
        retail_total=_lenient(row, "retail_total"),
        cost_total=_cost_total(row),
        raw=_without_payment_data(row.original),
    )


def read_usage_summary(payload: object, subscription_id: str) -> UsageSummary:
    """Azure usage of one subscription; ``TotalCost`` is what the partner pays."""
    row = JsonRow(payload, system=SYSTEM, what="usage summary")
    cost = row.decimal("TotalCost")
    if cost is None:
        raise row.unexpected("has no TotalCost")
    return UsageSummary(subscription_id, row.text("Currency"), cost)


def read_usage(row: JsonRow) -> UsageRecord:
    """One rated Azure usage record."""
    date = read_moment(row.text("UsageDate"))
    if date is None:
        raise row.unexpected("has no readable UsageDate")
    return UsageRecord(
        subscription_id=row.text("SubscriptionId"),
        date=date,
        meter=row.text("MeterName", "MeterId"),
        quantity=row.decimal("Quantity") or Decimal(0),
        currency=row.text("Currency"),
        cost=row.decimal("PartnerCost") or Decimal(0),
        retail=row.decimal("Rrp") or Decimal(0),
    )


def _subscriptions_of(row: JsonRow, tenant_id: str) -> Iterator[SourceSubscription]:
    for subscription in row.rows("Subscriptions", what="subscription"):
        if subscription.text("SubscriptionId", "Id"):
            yield read_subscription(subscription, tenant_id)


def _tenant_inside(row: JsonRow) -> str:
    nested = row.child("Tenant")
    return row.text("TenantId") or (nested.text("TenantId", "Id") if nested else "")


def _read_product(row: JsonRow, group: JsonRow) -> SourceProduct | None:
    product_id = row.text("ProductId")
    sku = row.text("ProductSku") or product_id
    cost = _unit_price(row, "UnitPrice", "Price")
    retail = _unit_price(row, "RetailUnitPrice", "RetailPrice")
    if not sku or cost is None or retail is None:
        return None
    name = row.text("ProductName")
    frequencies = "|".join(row.texts("ProductFrequencies"))
    term, cycle = term_and_cycle(
        row.text("BillingCycleDuration"),
        frequencies or row.text("BillingCycleOptions"),
        name,
        row.text("ProductShortDescription"),
    )
    return SourceProduct(
        product_id=product_id or sku,
        sku=sku,
        name=name or sku,
        term=term,
        billing_cycle=cycle,
        cadence=_product_cadence(row, group, cycle),
        unit_cost=cost,
        unit_retail=retail,
        description=row.text("ProductDescription", "ProductShortDescription"),
    )


def _unit_price(row: JsonRow, per_unit: str, per_package: str) -> Decimal | None:
    """The price of one unit; a package price counts where no unit price is given."""
    price = row.decimal(per_unit)
    if price is not None:
        return price
    package = row.decimal(per_package)
    size = row.decimal("Qty") or Decimal(1)
    return None if package is None else package / size


def _product_cadence(row: JsonRow, group: JsonRow, cycle: str) -> Cadence:
    group_name = row.text("ProductGroup") or group.text("ProductGroup", "ProductGroupName", "Name")
    names = (group_name.casefold(), row.text("ProductName").casefold())
    if is_usage(unit=row.text("ProductUnit")) or any(name.startswith("azure") for name in names):
        return Cadence.USAGE
    cadences = {cadence_of(text) for text in cycle.split("|")}
    return cadences.pop() if len(cadences) == 1 else Cadence.UNKNOWN


def _usage_month(row: JsonRow) -> tuple[int, int]:
    year, month = row.integer("UsageYear"), row.integer("UsageMonth")
    if year and month and 1 <= month <= 12:
        return year, month
    start = read_moment(row.text("BillingPeriodStart"))
    if start is None:
        raise row.unexpected("names no month (UsageYear, UsageMonth or BillingPeriodStart)")
    return start.year, start.month


def _currency(text: str) -> str:
    code = text.upper()
    return code if len(code) == 3 and code.isalpha() else ""


def _lenient(row: JsonRow, alias: str) -> Decimal | None:
    """A number under assumed names: unreadable counts as absent, for nothing needs it."""
    try:
        return row.decimal(*_INVOICE_ALIASES[alias])
    except UnexpectedAnswer:
        return None


def _cost_total(row: JsonRow) -> Decimal | None:
    total = _lenient(row, "cost_total")
    before_tax = _INVOICE_ALIASES["cost_total"][: -len(_TOTALS_WITH_TAX)]
    if total is None or any(row.value(name) is not None for name in before_tax):
        return total
    return total - (_lenient(row, "tax") or Decimal(0))


def _without_payment_data(original: Mapping[str, object]) -> dict[str, object]:
    return {
        str(name): jsonable(value) for name, value in original.items() if str(name).casefold() not in _PAYMENT_FIELDS
    }

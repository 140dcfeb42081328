"""Companies, customers, tenants and subscriptions."""

from __future__ import annotations

import datetime as dt

from sandbox.accounts import story_in
from sandbox.billing import CSP_PROGRAM, OTHER_PROGRAM
from sandbox.cast import Tenant
from sandbox.catalogue import MONTHLY, ONE_TIME, THREE_YEARS, USAGE
from sandbox.draws import draw, guid
from sandbox.routing import Call, route
from sandbox.story import Story, Subscription
from sandbox.wire import Json, Reply, json_reply


def own_company(call: Call) -> Reply:
    """GET /api/v1/me: the partner's own company."""
    return json_reply(_own_company(call))


def list_customers(call: Call) -> Reply:
    """GET /api/v1/me/customers: a bare array."""
    own = [_own_company(call)] if call.switch("own_company_listed") == "on" else []
    companies: dict[str, Json] = {}
    for tenant in _tenants(call):
        company = companies.setdefault(tenant.company_id, _company(call, tenant))
        company["CustomerProgramAgreements"].append(_tenant_agreement(call, tenant))
    gone = [_deactivated(call)] if call.request.param("includeDeactivatedCustomers") == "true" else []
    return json_reply([*own, *companies.values(), *gone])


def list_tenants(call: Call) -> Reply:
    """GET /api/v2/microsoftcsp/tenants: a bare array without subscriptions."""
    return json_reply([_tenant(tenant) for tenant in _tenants(call)])


def get_tenant(call: Call) -> Reply:
    """GET /api/v2/microsoftcsp/tenants/{id}: with its subscriptions."""
    wanted = call.values[0].lower()
    for tenant in _tenants(call):
        if tenant.tenant_id == wanted:
            return json_reply(_tenant_with_subscriptions(call, _story(call), tenant))
    return _missing("tenant")


def list_agreement_tenants(call: Call) -> Reply:
    """GET /api/v2/contractagreements/{id}/tenants: a bare array with subscriptions."""
    if call.values[0].lower() != call.facts["contract_agreement_id"]:
        return _missing("contract agreement")
    story = _story(call)
    return json_reply([_tenant_with_subscriptions(call, story, tenant) for tenant in _tenants(call)])


def get_subscription(call: Call) -> Reply:
    """GET of one subscription, also one that its tenant no longer lists."""
    found = _story(call).subscription_on(call.values[0], call.store.today)
    if found is None or found.seen == "nowhere":
        return _missing("subscription")
    answer = _subscription(call, found)
    if call.switch("subscription_owner") == "on":
        owner = found.owner_on(call.store.today)
        answer |= {"TenantId": owner.tenant_id, "CustomerId": owner.company_id, "CustomerName": owner.name}
    return json_reply(answer)


def list_available_products(call: Call) -> Reply:
    """GET /api/v2/microsoftcsp/tenants/{id}/products/available."""
    offers = [offer for offer in _story(call).offers if offer.listed]
    return json_reply([{"ProductId": o.product_id, "ProductName": o.name} for o in offers])


_CYCLE_WORDS = {USAGE: None, MONTHLY: "Monthly", ONE_TIME: "One-Time"}
_ID = r"([0-9A-Za-z-]+)"
ROUTES = (
    route("GET", "/api/v1/me", own_company),
    route("GET", "/api/v1/me/customers", list_customers),
    route("GET", "/api/v2/microsoftcsp/tenants", list_tenants),
    route("GET", f"/api/v2/microsoftcsp/tenants/{_ID}", get_tenant),
    route("GET", f"/api/v2/microsoftcsp/tenants/{_ID}/products/available", list_available_products),
    route("GET", f"/api/v2/microsoftcsp/subscriptions/{_ID}", get_subscription),
    route("GET", f"/api/v2/consumption/subscriptions/{_ID}", get_subscription),
    route("GET", f"/api/v2/contractagreements/{_ID}/tenants", list_agreement_tenants),
)


def _story(call: Call) -> Story:
    return story_in(call.store, call.account)


def _tenants(call: Call) -> list[Tenant]:
    return _story(call).tenants_on(call.store.today)


def _missing(what: str) -> Reply:
    return json_reply({"Message": f"The {what} was not found."}, 404)


def _tenant(tenant: Tenant) -> Json:
    return {
        "TenantId": tenant.tenant_id,
        "TenantStatus": "Active",
        "TenantDomain": tenant.domain,
        "CustomerId": tenant.company_id,
        "CustomerName": tenant.name,
    }


def _tenant_with_subscriptions(call: Call, story: Story, tenant: Tenant) -> Json:
    today = call.store.today
    shown = [
        _subscription(call, subscription)
        for subscription in story.known_on(today).values()
        if subscription.owner_on(today).tenant_id == tenant.tenant_id
        and subscription.seen == "tenants"
        and (subscription.active_on(today) or call.switch("ended_subscriptions") == "listed")
    ]
    return {**_tenant(tenant), "Subscriptions": shown}


def _subscription(call: Call, subscription: Subscription) -> Json:
    today = call.store.today
    active = subscription.active_on(today)
    cycle = subscription.offer.cycle
    return {
        "SubscriptionId": subscription.subscription_id,
        "Status": "Active" if active else "Suspended",
        "ProgramReferenceLabel": "Microsoft CSP",
        "ProductId": subscription.offer.product_id,
        "Quantity": subscription.seats_on(today if active else subscription.end or today),
        "FirstPurchased": _stamp(call, subscription.start, subscription.subscription_id),
        "DisplayTemplate": "Azure" if cycle == USAGE else "Licenses",
        "Unit": "Usage-based" if cycle == USAGE else "Licenses",
        "BillingCycle": _CYCLE_WORDS.get(cycle, "Annual"),
        "BillingCycleDuration": {USAGE: None, THREE_YEARS: 3}.get(cycle, 1),
    }


def _stamp(call: Call, day: dt.date, words: str) -> str:
    # ISO with seven digits of fraction, and sometimes none.
    fraction = "" if draw(5, "fraction", words) == 0 else f".{draw(10_000_000, 'part', words):07d}"
    return f"{day.isoformat()}T09:14:27{fraction}{call.switch('date_offset')}"


def _own_company(call: Call) -> Json:
    facts = call.facts
    name = f"{facts['name'].title()} IT"
    company = _customer_record(facts["company_id"], name, f"billing@{facts['name']}.example")
    agreement = _agreement(call, facts["company_id"], CSP_PROGRAM, facts["contract_agreement_id"])
    other = _agreement(call, guid(facts["name"], "other"), OTHER_PROGRAM, guid(facts["name"], "spla"))
    return {
        **company,
        "IsPartnerCustomer": True,
        "CustomerActingRole": 1,
        "CustomerProgramAgreements": [agreement, other],
    }


def _company(call: Call, tenant: Tenant) -> Json:
    record = _customer_record(tenant.company_id, tenant.name, tenant.email)
    return {**record, "ParentCustomerId": call.facts["company_id"], "CustomerProgramAgreements": []}


def _deactivated(call: Call) -> Json:
    record = _customer_record(guid(call.account, "gone"), "The Phone Company", "it@thephone.example")
    return {**record, "IsActive": False, "CustomerProgramAgreements": []}


def _tenant_agreement(call: Call, tenant: Tenant) -> Json:
    return _agreement(call, tenant.tenant_id, CSP_PROGRAM, call.facts["contract_agreement_id"])


def _agreement(call: Call, agreement_id: str, program: str, contract_agreement_id: str) -> Json:
    return {
        "Id": agreement_id,
        "ProgramId": guid("program", program),
        "ProgramName": program,
        "AgreementStartDate": f"2023-01-01T00:00:00{call.switch('date_offset')}",
        "AgreementEndDate": None,
        "ContractAgreementId": contract_agreement_id,
        "BillingPeriod": "Monthly",
        "ProgramReferenceId": agreement_id,
        "ProgramReferenceLabel": "Tenant Id",
        "IsConsumptionProgram": program != CSP_PROGRAM,
    }


def _customer_record(company_id: str, name: str, email: str) -> Json:
    return {
        "CustomerId": company_id,
        "CrmAccountId": guid("crm", company_id),
        "CustomerName": name,
        "ParentCustomerId": None,
        "RegistrationNumber": None,
        "IsPartnerCustomer": False,
        "CustomerActingRole": 0,
        "CustomerNotificationEmail": email,
        "Email": email,
        "WebUrl": None,
        "MainPhone": f"+1 555 01{draw(100, 'phone', company_id):02d}",
        "Street1": f"{1 + draw(900, 'street', company_id)} Main Street",
        "City": "Springfield",
        "Country": "United States",
        "CountryIsoCode": "US",
        # Must never reach a log or a table of a client; here so that a test can look for it.
        "CreditCard": {"CardNumber": "XXXX-XXXX-XXXX-4242", "NameOnCard": name},
        "PaymentMethodDetails": {"Token": f"sample-payment-{company_id}"},
        "HasContractAgreement": True,
        "IsActive": True,
        "Contacts": [{"Name": "Sample Contact", "Email": email}],
    }

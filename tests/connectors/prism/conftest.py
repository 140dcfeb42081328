"""A PRISM client whose vendor answers what a test says, and its records as the API shows them."""

from __future__ import annotations

import itertools
import json

import pytest
import responses

from connectors.prism.client import PrismClient

IDENTITY = "https://identity.prism.example/core/connect/token"
API = "https://api.prism.example"
SECRET = "prism-client-secret"
CUSTOMERS = [
    {
        "CustomerId": "own",
        "CustomerName": "Northwind IT",
        "CreditCard": "4111 sample",
        "CustomerProgramAgreements": [
            {"Id": "a1", "ProgramName": "Microsoft CSP Indirect", "ContractAgreementId": "ca-1"},
            {"Id": "a2", "ProgramName": "microsoft csp tier 2", "ContractAgreementId": "CA-1"},
            {"Id": "a3", "ProgramName": "Veeam", "ContractAgreementId": "ca-9"},
        ],
    },
    {
        "CustomerId": "C-7",
        "CustomerName": "Fabrikam",
        "Email": "it@fabrikam.example",
        "CustomerNotificationEmail": "bills@fabrikam.example",
        "CustomerProgramAgreements": None,
    },
]
TENANTS = [
    {
        "TenantId": "t-1",
        "TenantStatus": "Active",
        "TenantDomain": "fabrikam.example",
        "CustomerId": "c-7",
        "CustomerName": "Fabrikam",
        "Subscriptions": [
            {
                "SubscriptionId": "s-1",
                "Status": "Active",
                "ProductId": "P-1",
                "Quantity": 5,
                "Unit": "Licenses",
                "BillingCycle": "Monthly",
                "BillingCycleDuration": 1,
                "DisplayTemplate": "Seats",
            },
            {"SubscriptionId": "s-2", "ProductId": "P-2", "DisplayTemplate": "Azure", "BillingCycle": "Monthly"},
        ],
    }
]
PRODUCT = {
    "ProductId": "778a4dce-0014",
    "ProductName": "Microsoft 365 A1",
    "ProductGroup": "Microsoft 365",
    "ProductSku": "778A4DCE-0014",
    "Price": 352.0,
    "Qty": 1,
    "UnitPrice": 352.0,
    "ProductUnit": "Licenses",
    "ProductFrequencies": ["6 Years"],
    "RetailPrice": 391.0,
    "RetailUnitPrice": 391.0,
    "ProductDescription": "For schools",
    "BillingCycleOptions": 2,
    "BillingCycleDuration": 6,
}
CSV_HEADER = (
    "SubscriptionId,OfferName,ChargeStartDate,ChargeEndDate,UnitPrice,UnitPriceRrp,Quantity,"
    "BillableRatio,SubTotal,SubTotalRrp"
)
CSV_ROW = "s-1,Offer,2026-10-01T00:00:00Z,2026-10-31T00:00:00Z,1,2,3,1,3,6"


@pytest.fixture
def token(vendor):
    """The identity service, handing out token-1, token-2 and so on."""
    numbers = itertools.count(1)

    def hand_out(request):
        body = {"access_token": f"token-{next(numbers)}-of-prism", "expires_in": 3600, "token_type": "Bearer"}
        return 200, {}, json.dumps(body)

    return vendor.add_callback(responses.POST, IDENTITY, callback=hand_out)


@pytest.fixture
def now():
    """A clock that a test may move."""
    return [1000.0]


@pytest.fixture
def prism(make_edge, token, now):
    """A client whose vendor answers what a test says."""
    credentials = {"client_id": "abc", "client_secret": SECRET}
    return PrismClient(credentials, make_edge(system="prism"), clock=lambda: now[0])


def bearers(vendor):
    return [call.request.headers.get("Authorization") for call in vendor.calls if API in call.request.url]

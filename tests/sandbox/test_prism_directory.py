"""PRISM: tokens, companies, tenants and subscriptions."""

from __future__ import annotations

from collections import Counter


def test_token_good_credentials_gives_an_hour(vendors):
    answer = vendors.token()

    assert answer.status == 200
    assert set(answer.json) == {"access_token", "expires_in", "token_type"}
    assert (answer.json["expires_in"], answer.json["token_type"]) == (3600, "Bearer")


def test_token_wrong_secret_is_refused(vendors):
    assert vendors.token(client_secret="wrong").json == {"error": "invalid_client"}


def test_token_wrong_scope_is_refused(vendors):
    assert vendors.token(scope="openid").status == 400


def test_api_without_token_is_401(vendors):
    assert vendors.send("GET", "/prism/api/api/v1/me").status == 401


def test_api_expired_token_is_401(vendors):
    assert vendors.prism("/api/v1/me").status == 200

    vendors.admin("POST", "/ui", action="expire_prism_tokens")

    assert vendors.prism("/api/v1/me").status == 401


def test_customers_are_a_bare_array_with_the_own_company_first(vendors):
    customers = vendors.prism("/api/v1/me/customers", includeDeactivatedCustomers="false").json

    agreements = customers[0]["CustomerProgramAgreements"]
    assert customers[0]["IsPartnerCustomer"] is True
    assert vendors.agreement in [agreement["ContractAgreementId"] for agreement in agreements]
    assert all(customer["IsActive"] for customer in customers)


def test_customers_deactivated_only_when_asked(vendors):
    every = vendors.prism("/api/v1/me/customers", includeDeactivatedCustomers="true").json

    assert [c["IsActive"] for c in every].count(False) == 1


def test_agreement_tenants_cover_the_awkward_names(vendors):
    tenants = vendors.prism(f"/api/v2/contractagreements/{vendors.agreement}/tenants").json

    names = Counter(tenant["CustomerName"] for tenant in tenants)
    assert len(tenants) >= 25
    assert sorted(name for name, count in names.items() if count == 2) == ["Contoso, Ltd.", "Proseware, Inc."]
    assert len({tenant["TenantDomain"] for tenant in tenants}) == len(tenants)
    assert any("\u0600" <= letter <= "\u06ff" for name in names for letter in name)


def test_agreement_unknown_is_404(vendors):
    assert vendors.prism("/api/v2/contractagreements/00000000-0000-4000-8000-000000000000/tenants").status == 404


def test_subscription_gone_from_its_tenant_still_answers_by_id(vendors):
    hidden = vendors.admin("GET", "/truth")["known_only_by_id"]
    tenants = vendors.prism(f"/api/v2/contractagreements/{vendors.agreement}/tenants").json
    listed = {s["SubscriptionId"] for tenant in tenants for s in tenant["Subscriptions"]}

    by_id = vendors.prism(f"/api/v2/microsoftcsp/subscriptions/{hidden[0].upper()}")
    by_other_path = vendors.prism(f"/api/v2/consumption/subscriptions/{hidden[0]}")

    assert hidden[0] not in listed
    assert by_id.json == by_other_path.json
    assert by_id.json["TenantId"] in {tenant["TenantId"] for tenant in tenants}


def test_subscription_answered_nowhere_is_404(vendors):
    unknown = vendors.admin("GET", "/truth")["known_only_by_domain"]

    assert vendors.prism(f"/api/v2/microsoftcsp/subscriptions/{unknown[0]}").status == 404


def test_tenant_alone_equals_its_entry_in_the_agreement(vendors):
    tenants = vendors.prism(f"/api/v2/contractagreements/{vendors.agreement}/tenants").json

    alone = vendors.prism(f"/api/v2/microsoftcsp/tenants/{tenants[3]['TenantId']}").json

    assert alone == tenants[3]


def test_ended_subscriptions_hidden_by_switch(vendors):
    def statuses() -> set[str]:
        tenants = vendors.prism(f"/api/v2/contractagreements/{vendors.agreement}/tenants").json
        return {s["Status"] for tenant in tenants for s in tenant["Subscriptions"]}

    assert statuses() == {"Active", "Suspended"}
    vendors.admin("POST", "/switch", ended_subscriptions="hidden")
    assert statuses() == {"Active"}


def test_a_customer_joins_later(vendors):
    path = "/api/v2/microsoftcsp/tenants"
    before = {tenant["CustomerName"] for tenant in vendors.prism(path).json}

    vendors.admin("POST", "/advance", to="2026-11-06")

    assert {t["CustomerName"] for t in vendors.prism(path).json} - before == {"Woodgrove Bank"}

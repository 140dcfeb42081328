"""The Syncro connection: its address, its token's rights, its links and its frequencies."""

from __future__ import annotations

import pytest

from connectors.errors import ConfigurationError, TransientError
from connectors.records import MONTHLY, Interval, PermissionResult
from connectors.registry import get_target
from connectors.syncro.address import normalise_subdomain
from connectors.syncro.client import SyncroClient
from tests.connectors.syncro.conftest import API, CREDENTIALS, NO_PERMISSION, TOKEN, invoice_json

ME = {"user_token": "U-secret-value", "user_email": "user@example.com", "subdomain": "Acme", "permissions": {}}
LISTS = ("customers", "products", "schedules", "invoices")
UNPROVEN = "proven at the first write"


def serve(vendor, *, me=None, missing=(), invoices=(), settings=None):
    vendor.get(f"{API}/me", json=me or ME)
    for name in LISTS:
        if name in missing:
            vendor.get(f"{API}/{name}", status=401, json=NO_PERMISSION)
        else:
            vendor.get(f"{API}/{name}", json={name: list(invoices) if name == "invoices" else []})
    locale = {"currency_symbol": "$", "time_zone": "Europe/Oslo"}
    vendor.get(f"{API}/settings", **(settings or {"json": {"locale": locale}}))


def states(report):
    return {permission.name: permission.state for permission in report.permissions}


def test_report_names_account_permissions_currency_and_zone(vendor, syncro):
    serve(vendor, invoices=[invoice_json(6)])
    vendor.get(f"{API}/invoices/6", json=invoice_json(6))

    report = syncro.test_connection()

    assert (report.account, report.currency_symbol, report.time_zone) == ("Acme", "$", "Europe/Oslo")
    assert report.permissions == (
        PermissionResult("Customers - List/Search", "granted"),
        PermissionResult("Products - List/Search", "granted"),
        PermissionResult("Recurring Invoices - List", "granted"),
        PermissionResult("Invoices - List/Search", "granted"),
        PermissionResult("Invoices - View Details", "granted"),
        PermissionResult("Products - Create", UNPROVEN),
        PermissionResult("Products - Edit", UNPROVEN),
        PermissionResult("Recurring Invoices - Edit", UNPROVEN),
    )
    assert (report.missing, report.warnings) == ((), ())
    assert set(syncro.calls) == {"GET"}


@pytest.mark.parametrize(
    ("name", "permission"),
    [
        ("customers", "Customers - List/Search"),
        ("products", "Products - List/Search"),
        ("schedules", "Recurring Invoices - List"),
        ("invoices", "Invoices - List/Search"),
    ],
)
def test_each_missing_permission_is_named_and_the_others_still_probed(vendor, syncro, name, permission):
    serve(vendor, missing=[name])

    report = syncro.test_connection()

    assert report.missing == (permission,)
    assert list(states(report).values()).count("granted") == 3


def test_missing_right_to_invoice_details_is_found_where_there_is_an_invoice(vendor, syncro):
    serve(vendor, invoices=[invoice_json(6)])
    vendor.get(f"{API}/invoices/6", status=401, json=NO_PERMISSION)
    assert syncro.test_connection().missing == ("Invoices - View Details",)


def test_secret_of_the_account_answer_is_kept_nowhere(vendor, syncro, caplog):
    serve(vendor)
    caplog.set_level(0)
    report = syncro.test_connection()
    assert "U-secret-value" not in repr(report) + caplog.text + repr(vars(syncro))


def test_bad_token_says_where_to_make_a_new_one(vendor, syncro):
    vendor.get(f"{API}/me", status=401)
    with pytest.raises(ConfigurationError, match="Admin > API > API Tokens"):
        syncro.test_connection()


@pytest.mark.parametrize("answer", [{"status": 404}, {"status": 302}])
def test_unknown_account_is_a_wrong_subdomain(vendor, syncro, answer):
    vendor.get(f"{API}/me", **answer)
    with pytest.raises(ConfigurationError):
        syncro.test_connection()


@pytest.mark.parametrize("answer", [{"status": 503}, {"body": "<html>Back soon</html>"}])
def test_trouble_at_syncro_is_no_verdict_on_the_token(vendor, syncro, answer):
    vendor.get(f"{API}/me", **answer)
    with pytest.raises(TransientError):
        syncro.test_connection()


def test_web_page_names_the_address_as_well(vendor, syncro):
    """Where there is no such account, some hosts show a page with a good status."""
    vendor.get(f"{API}/me", body="<html>Welcome</html>")
    with pytest.raises(TransientError, match=r"Syncro answers with a web page .* check the address"):
        syncro.test_connection()


def test_token_of_another_account_is_refused(vendor, syncro):
    serve(vendor, me=ME | {"subdomain": "other"})
    with pytest.raises(ConfigurationError, match='"other", not "acme"'):
        syncro.test_connection()


def test_other_account_is_only_a_warning_at_a_fixed_address(vendor, make_edge):
    serve(vendor, me=ME | {"subdomain": "sandbox"})
    client = SyncroClient(CREDENTIALS, make_edge(system="syncro", urls={"syncro": API}))
    report = client.test_connection()
    assert report.account == "sandbox"
    assert report.warnings == ('The token belongs to the account "sandbox", not "acme".',)


@pytest.mark.parametrize("settings", [{"status": 401, "json": NO_PERMISSION}, {"json": {}}, {"status": 500}])
def test_unreadable_settings_are_a_warning(vendor, syncro, settings):
    serve(vendor, settings=settings)
    report = syncro.test_connection()
    assert (report.currency_symbol, report.time_zone) == ("", "")
    assert len(report.warnings) == 1


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("acme", "acme"),
        (" Acme ", "acme"),
        ("acme-it2", "acme-it2"),
        ("acme.syncromsp.com", "acme"),
        ("https://acme.syncromsp.com/", "acme"),
        ("https://ACME.SyncroMSP.com/api/v1", "acme"),
        ("acme.shield.syncromsp.com", "acme.shield"),
        ("acme.shield", "acme.shield"),
        ("https://acme.syncromsp.com:443/customers?page=2&q=con%20toso#list", "acme"),
        ("acme.syncromsp.com:8443", "acme"),
        ("acme.syncromsp.com?x=1", "acme"),
    ],
)
def test_subdomain_is_a_name_or_a_host_under_syncro(typed, name):
    assert normalise_subdomain(typed) == name


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "evil.com",
        "acme.evil.com",
        "syncromsp.com",
        ".syncromsp.com",
        "acme.syncromsp.com.evil.com",
        "evil.com/acme.syncromsp.com",
        "evil.com/.syncromsp.com",
        "evil.com#.syncromsp.com",
        "evil.com?.syncromsp.com",
        "user@acme.syncromsp.com",
        "evil.com:443@acme.syncromsp.com",
        "evil.com:443/?.syncromsp.com",
        "acme.syncromsp.com:0x1",
        "acme@evil",
        "acme/..",
        "ac me",
        "-acme",
        "acmé",
        "a.b.c.syncromsp.com",
        "ftp://acme.syncromsp.com",
        "http://[::1",
        "acme\n.syncromsp.com",
        "127.0.0.1",
    ],
)
def test_anything_else_is_refused(typed):
    with pytest.raises(ConfigurationError):
        normalise_subdomain(typed)


def is_refused(credentials):
    try:
        get_target("syncro").check_credentials(credentials)
    except ConfigurationError:
        return True
    return False


@pytest.mark.parametrize("token", ["", "  ", "two words", "tökén", "line\nbreak"])
def test_token_that_cannot_be_one_is_refused_before_any_call(token):
    assert is_refused({"subdomain": "acme", "api_token": token})


def test_good_form_of_credentials_passes():
    assert not is_refused(CREDENTIALS)


def test_links_lead_to_the_account():
    syncro = get_target("syncro")
    assert syncro.template_url(CREDENTIALS, 5001) == "https://acme.syncromsp.com/schedules/5001"
    assert syncro.product_url(CREDENTIALS, 9) == "https://acme.syncromsp.com/products/9"


def test_links_follow_a_configured_address():
    credentials = CREDENTIALS | {"base_url": "http://127.0.0.1:8400/syncro/api/v1"}
    assert get_target("syncro").product_url(credentials, 9) == "http://127.0.0.1:8400/products/9"


def test_secret_fields_are_marked_so_that_forms_never_show_them():
    secret = {field.name: field.secret for field in get_target("syncro").fields}
    assert secret == {"subdomain": False, "api_token": True}
    assert TOKEN not in repr(get_target("syncro"))


@pytest.mark.parametrize(
    ("frequency", "every"),
    [
        ("Daily", Interval(days=1)),
        ("Weekly", Interval(days=7)),
        ("Biweekly", Interval(days=14)),
        (" monthly ", MONTHLY),
        ("Quarterly", Interval(months=3)),
        ("Semi-Annually", Interval(months=6)),
        ("Annually", Interval(months=12)),
        ("Triennially", Interval(months=36)),
        ("Every so often", None),
        ("", None),
    ],
)
def test_frequency_is_told_as_an_interval(frequency, every):
    assert get_target("syncro").interval_of(frequency) == every

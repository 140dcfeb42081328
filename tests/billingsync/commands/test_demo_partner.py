"""The demonstration's own configuration file is one that the product accepts."""

from __future__ import annotations

from pathlib import Path

from billingsync.configuration.document import read_document
from billingsync.configuration.wishes import read_wishes
from sandbox.demo_partner import PARTNER, configuration, environment

TOLD = {
    "prism_identity_url": "http://127.0.0.1:1/token",
    "prism_api_url": "http://127.0.0.1:1/api",
    "syncro_base_url": "http://127.0.0.1:1/{subdomain}",
    "accounts": [{"subdomain": PARTNER, "prism_client_secret": "s", "syncro_token": "t"}],
}
MAPPING = {"customer": "t-1", "motion": "seat_monthly", "syncro_customer": 1, "invoice_template": 2, "name": "n/a"}


def test_file_of_the_demonstration_is_accepted() -> None:
    environ = environment({}, TOLD, Path("/somewhere"), "http://127.0.0.1:8000")
    wishes = read_wishes(read_document("demo.yaml", configuration([MAPPING]).encode()), environ)
    assert wishes.partner.slug == PARTNER
    assert [one.credentials for one in wishes.connections] == [
        {"client_id": "northwind-client", "client_secret": "s"},
        {"subdomain": "northwind", "api_token": "t"},
    ]
    assert [one.shape.customer for one in wishes.mappings] == ["t-1"]


def test_demonstration_leaves_the_vendors_alone() -> None:
    environ = environment({"SYNCRO_BASE_URL": "https://example.com"}, TOLD, Path("/somewhere"), "http://127.0.0.1:8000")
    assert environ["SYNCRO_BASE_URL"] == "http://127.0.0.1:1/{subdomain}"
    assert environ["BILLINGSYNC_DATA_DIR"] == "/somewhere"

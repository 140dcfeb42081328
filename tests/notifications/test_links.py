"""E-mails lead to pages that exist."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from django.urls import resolve
from pytest_django import Settings

from notifications import links


@pytest.mark.parametrize(
    ("address", "name"),
    [
        (links.connections_page("northwind"), "connections"),
        (links.operator_page(), "operator"),
        (links.invitation_page("abc-123_x"), "accept_invitation"),
        (links.connections_page("northwind", "syncro"), "connections"),
        (links.connect_page("northwind", "syncro"), "connect"),
        (links.programs_page("northwind"), "programs"),
        (links.program_settings_page("northwind", 3), "edit_program"),
        (links.preferences_page("northwind"), "mail_preferences"),
        (links.run_page("northwind", 17), "run"),
        (links.not_mapped_page("northwind", 3), "billing"),
        (links.mapping_page("northwind", 3, 5, "azure_plan"), "mapping"),
        (links.customer_page("northwind", 3, 5), "customer"),
    ],
)
def test_link_of_an_email_leads_to_its_page(address: str, name: str) -> None:
    assert resolve(urlsplit(address).path).url_name == name


@pytest.mark.parametrize("public_url", ["https://billing.example.com", "https://billing.example.com/"])
def test_link_begins_with_the_public_address(settings: Settings, public_url: str) -> None:
    settings.PUBLIC_URL = public_url
    assert links.page("p/northwind/") == links.page("/p/northwind/") == "https://billing.example.com/p/northwind/"

"""Mappings out of a file, by keyboard alone."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import expect

from core.scope import partner_scope
from customers.models import Mapping
from tests.browser.conftest import Open
from tests.browser.keyboard import Keyboard
from tests.portal.cast import Cast, Shop


def test_support_imports_mappings(open_browser: Open, cast: Cast, shop: Shop, tmp_path: Path) -> None:
    cells = [shop.customer.external_id, "azure_plan", shop.target_customer.external_id, shop.template.external_id]
    file = tmp_path / "September.csv"
    file.write_text(f"customer_id;motion;target_customer_id;template_id\n{';'.join(map(str, cells))}\n")
    bob = Keyboard(open_browser("bob"))
    bob.page.on("filechooser", lambda _chooser: None)  # so early that the dialog is surely caught below
    bob.open("Billing")
    bob.press(bob.page.get_by_role("link", name="Import a file"))
    bob.walk_to(bob.page.get_by_label("File", exact=True))
    with bob.page.expect_file_chooser() as chooser:
        bob.page.keyboard.press("Enter")
    chooser.value.set_files(file)
    bob.press(bob.page.get_by_role("button", name="Check the file"))
    expect(bob.page.get_by_text("Nothing is saved yet.")).to_be_visible()

    bob.press(bob.page.get_by_role("button", name="Apply 1 change"))

    expect(bob.page.get_by_text("Applied: CSV import September.csv.")).to_be_visible()
    with partner_scope(cast.northwind.pk):
        assert Mapping.objects.filter(motion="azure_plan").exists()

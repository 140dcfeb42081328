"""Mappings as CSV: export, import with a page that says what would change, undo."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from core.models import AuditEntry
from core.scope import partner_scope
from customers.models import Customer, Mapping, MappingBatch, TargetCustomer, Template
from tests import factories as make
from tests.portal.cast import Cast, Shop

HEAD = "customer_id;motion;target_customer_id;template_id;pricing;sync"


def billing(shop: Shop, rest: str) -> str:
    return f"/p/northwind/programs/{shop.program.pk}/billing/{rest}"


def export(cast: Cast, shop: Shop, **query: str) -> bytes:
    return cast.client("vera").get(billing(shop, "mappings.csv"), query or {"tab": "all"}).content


def rows_of_file(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


def upload(client: Client, shop: Shop, content: bytes | str, name: str = "mappings.csv") -> Any:
    data = content.encode() if isinstance(content, str) else content
    return client.post(billing(shop, "import/"), {"file": SimpleUploadedFile(name, data)}, follow=True)


def line(shop: Shop, motion: str = "azure_plan", **changes: object) -> str:
    cells = {
        "customer": shop.customer.external_id,
        "motion": motion,
        "target": shop.target_customer.external_id,
        "template": shop.template.external_id,
        "pricing": "cost_only",
        "sync": "off",
        **changes,
    }
    return ";".join(str(cell) for cell in cells.values())


def batch_of(cast: Cast) -> MappingBatch:
    with partner_scope(cast.northwind.pk):
        return MappingBatch.objects.latest("pk")


def mappings(cast: Cast) -> dict[str, tuple[str, str, bool]]:
    with partner_scope(cast.northwind.pk):
        found = Mapping.objects.values_list("motion", "template__external_id", "pricing", "sync_on")
        return {motion: (template, pricing, on) for motion, template, pricing, on in found}


def press(client: Client, cast: Cast, shop: Shop, what: str, **data: str) -> str:
    path = billing(shop, f"batches/{batch_of(cast).pk}/{what}/")
    return client.post(path, data, follow=True).content.decode()


def test_export_holds_the_filtered_list(cast: Cast, shop: Shop) -> None:
    everything = rows_of_file(export(cast, shop))
    unmapped = rows_of_file(export(cast, shop, tab="not_mapped"))
    nobody = rows_of_file(export(cast, shop, tab="all", q="fabrikam"))

    assert {row["motion"]: row["template_id"] for row in everything} == {
        "seat_monthly": str(shop.template.external_id),
        "azure_plan": "",
    }
    assert [(row["customer"], row["retail"], row["month"]) for row in unmapped] == [
        ("Contoso, Ltd.", "10.00", "2026-09")
    ]
    assert nobody == []


@pytest.mark.parametrize("file", ["csv", "semicolon", "xlsx"])
def test_import_of_an_export_changes_nothing(cast: Cast, shop: Shop, file: str) -> None:
    page = upload(cast.client("bob"), shop, export(cast, shop, tab="all", file=file)).content.decode()

    batch = batch_of(cast)
    assert "Nothing would change." in page
    assert (batch.entries, batch.problems, batch.unchanged, batch.skipped) == ([], [], 1, 1)


def test_file_is_shown_first_then_applied_then_undone(cast: Cast, shop: Shop) -> None:
    bob = cast.client("bob")
    before = mappings(cast)

    page = upload(bob, shop, "\n".join([HEAD, line(shop), line(shop, "seat_monthly")])).content.decode()
    shown = mappings(cast)
    press(bob, cast, shop, "apply")
    applied = mappings(cast)
    press(bob, cast, shop, "undo")

    number = shop.template.external_id
    assert "Apply 2 changes" in page
    assert shown == before
    assert applied == {"azure_plan": (number, "cost_only", False), "seat_monthly": (number, "cost_only", False)}
    assert mappings(cast) == before


def test_import_and_undo_are_told_to_the_audit_log(cast: Cast, shop: Shop) -> None:
    bob = cast.client("bob")
    upload(bob, shop, "\n".join([HEAD, line(shop)]))
    press(bob, cast, shop, "apply")
    press(bob, cast, shop, "undo")

    with partner_scope(cast.northwind.pk):
        told = AuditEntry.objects.filter(action__startswith="mapping").order_by("pk")
        facts = list(told.values_list("actor_name", "action", "text"))

    where = "Contoso Ltd / Monthly services (only cost, sync off)"
    assert facts == [
        ("bob@northwind.example", "mapping.made", f"Contoso, Ltd. / Azure Plan mapped to {where}"),
        ("bob@northwind.example", "mapping.batch", "CSV import mappings.csv, 1 mapping"),
        ("bob@northwind.example", "mapping.removed", f"Contoso, Ltd. / Azure Plan is no longer mapped to {where}"),
        ("bob@northwind.example", "mapping.batch", "Undone: CSV import mappings.csv, 1 mapping"),
    ]


@pytest.mark.parametrize(
    ("changes", "text", "cure"),
    [
        ({"customer": "nobody"}, "There is no customer “nobody”", "Copy the id from an export"),
        ({"customer": ""}, "The customer’s id is missing", "Fill in customer_id"),
        ({"motion": "weekly"}, "“weekly” is no motion", "Use seat_monthly, azure_plan, seat_annual"),
        ({"pricing": "free"}, "“free” is no pricing strategy", "Use cost_and_retail"),
        ({"sync": "maybe"}, "“maybe” says neither on nor off", "Use on or off"),
        ({"template": "999999"}, "There is no invoice template 999999", "press Refresh"),
        ({"template": "=1+1"}, "There is no invoice template =1+1", "Correct the id"),
        ({"template": "9" * 30}, "There is no invoice template 999", "Correct the id"),
        ({"template": ""}, "One of target_customer_id and template_id is empty", "Fill in both, or neither"),
        ({"target": "999999"}, "does not belong to the target’s customer 999999", "Correct one of the two ids"),
    ],
)
def test_wrong_line_is_named_with_its_cure(
    cast: Cast, shop: Shop, changes: dict[str, str], text: str, cure: str
) -> None:
    page = upload(cast.client("bob"), shop, "\n".join([HEAD, "", line(shop, **changes)])).content.decode()

    (problem,) = batch_of(cast).problems
    assert problem["line"] == 3
    assert text in problem["text"]
    assert cure in problem["cure"]
    assert cure in page


def test_file_with_one_wrong_line_is_not_half_applied(cast: Cast, shop: Shop) -> None:
    bob = cast.client("bob")
    before = mappings(cast)

    page = upload(bob, shop, "\n".join([HEAD, line(shop), line(shop, "seat_annual", sync="?")])).content.decode()
    refused = press(bob, cast, shop, "apply")

    assert "Apply 1 change" not in page
    assert "Correct it and import it again" in refused
    assert mappings(cast) == before


def test_customer_and_motion_may_stand_in_a_file_once(cast: Cast, shop: Shop) -> None:
    upload(cast.client("bob"), shop, "\n".join([HEAD, line(shop), line(shop, customer="contoso.example", sync="on")]))

    assert [problem["text"] for problem in batch_of(cast).problems] == ["Line 2 is about the same customer and motion."]


def test_row_that_is_there_twice_is_read_once(cast: Cast, shop: Shop) -> None:
    page = upload(cast.client("bob"), shop, "\n".join([HEAD, line(shop), line(shop), line(shop)])).content.decode()

    assert (len(batch_of(cast).entries), batch_of(cast).problems) == (1, [])
    assert "Lines that say once more what an earlier one says were read once: 3, 4." in page


@pytest.mark.parametrize("shape", ["{0:,}", "{0}.0", '="{0}"'])
def test_ids_that_a_spreadsheet_rewrote_are_known_again(cast: Cast, shop: Shop, shape: str) -> None:
    with partner_scope(cast.northwind.pk):
        Template.objects.filter(pk=shop.template.pk).update(external_id="5008")
    rewritten = shape.format(5008)
    bob = cast.client("bob")

    upload(bob, shop, "\n".join([HEAD, line(shop, template=rewritten)]))
    press(bob, cast, shop, "apply")

    assert mappings(cast)["azure_plan"] == ("5008", "cost_only", False)


def test_id_that_lost_its_digits_is_refused_with_its_cure(cast: Cast, shop: Shop) -> None:
    upload(cast.client("bob"), shop, "\n".join([HEAD, line(shop, template="1.23457E+11")]))

    (problem,) = batch_of(cast).problems
    assert problem["text"] == "“1.23457E+11” is a number that the spreadsheet rewrote."
    assert "Format the column as text" in problem["cure"]


def test_domain_of_two_customers_is_refused(cast: Cast, shop: Shop) -> None:
    with partner_scope(cast.northwind.pk):
        make.CustomerFactory(source=shop.program.source, domain="contoso.example")

    upload(cast.client("bob"), shop, "\n".join([HEAD, line(shop, customer="Contoso.Example")]))

    assert "Several customers have the domain" in batch_of(cast).problems[0]["text"]


def test_doubtful_template_is_imported_only_after_a_tick(cast: Cast, shop: Shop) -> None:
    with partner_scope(cast.northwind.pk):
        Template.objects.update(paused=True)
    bob = cast.client("bob")

    page = upload(bob, shop, "\n".join([HEAD, line(shop)])).content.decode()
    refused = press(bob, cast, shop, "apply")
    unsaved = mappings(cast)
    press(bob, cast, shop, "apply", confirm="on")

    assert "is paused" in page
    assert "Tick the box beside the warnings first" in refused
    assert set(unsaved) == {"seat_monthly"}
    assert set(mappings(cast)) == {"seat_monthly", "azure_plan"}


@pytest.mark.parametrize("template_id", ["-12", "8c22d12a-0b17-4ed2-b612-42ea63985bef"])
def test_ids_that_are_no_plain_numbers_come_back_as_they_went(cast: Cast, shop: Shop, template_id: str) -> None:
    with partner_scope(cast.northwind.pk):
        Template.objects.filter(pk=shop.template.pk).update(external_id=template_id)
    bob = cast.client("bob")
    exported = {row["motion"]: row["template_id"] for row in rows_of_file(export(cast, shop))}

    upload(bob, shop, "\n".join([HEAD, line(shop, template=exported["seat_monthly"])]))
    press(bob, cast, shop, "apply")

    assert mappings(cast)["azure_plan"] == (template_id, "cost_only", False)


def test_plan_that_was_overtaken_is_shown_again_before_it_is_applied(cast: Cast, shop: Shop) -> None:
    bob = cast.client("bob")
    upload(bob, shop, "\n".join([HEAD, line(shop), line(shop, "seat_monthly")]))
    with partner_scope(cast.northwind.pk):
        Mapping.objects.update(pricing="quantity_only")

    page = press(bob, cast, shop, "apply")
    again = mappings(cast)
    press(bob, cast, shop, "apply")

    assert "Mappings changed since this was shown. Nothing was saved" in page
    assert again == {"seat_monthly": (shop.template.external_id, "quantity_only", True)}
    assert mappings(cast)["seat_monthly"][1] == "cost_only"


def test_template_that_is_gone_by_then_stops_the_whole_file(cast: Cast, shop: Shop) -> None:
    bob = cast.client("bob")
    upload(bob, shop, "\n".join([HEAD, line(shop)]))
    with partner_scope(cast.northwind.pk):
        TargetCustomer.objects.update(gone=True)

    page = press(bob, cast, shop, "apply")

    assert "is no longer in the target" in page
    assert set(mappings(cast)) == {"seat_monthly"}


def test_undo_leaves_alone_what_was_changed_since(cast: Cast, shop: Shop) -> None:
    bob = cast.client("bob")
    upload(bob, shop, "\n".join([HEAD, line(shop), line(shop, "seat_monthly")]))
    press(bob, cast, shop, "apply")
    with partner_scope(cast.northwind.pk):
        Mapping.objects.filter(motion="azure_plan").update(sync_on=True)

    page = press(bob, cast, shop, "undo")

    number = shop.template.external_id
    assert "Changed since, and left as they are now" in page
    assert batch_of(cast).left_alone == ["Contoso, Ltd. / Azure Plan"]
    assert mappings(cast) == {
        "azure_plan": (number, "cost_only", True),
        "seat_monthly": (number, "cost_and_retail", True),
    }


def test_batch_is_applied_and_undone_once(cast: Cast, shop: Shop) -> None:
    bob = cast.client("bob")
    upload(bob, shop, "\n".join([HEAD, line(shop)]))

    early = press(bob, cast, shop, "undo")
    press(bob, cast, shop, "apply")
    twice = press(bob, cast, shop, "apply")

    assert "There is nothing to undo" in early
    assert "were applied already" in twice


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"PK\x03\x04", "The workbook is damaged"),
        (b"customer_id,motion\n", "target_customer_id, template_id is missing"),
        (b"x" * 12_000_001, "larger than 12 MB"),
        (b"", "is missing"),
    ],
)
def test_unreadable_file_is_refused_at_the_field(cast: Cast, shop: Shop, content: bytes, said: str) -> None:
    page = upload(cast.client("bob"), shop, content).content.decode()

    assert "Nothing was saved" in page
    assert said in page


def test_columns_that_are_not_known_are_named(cast: Cast, shop: Shop) -> None:
    content = f"{HEAD};Who asked\n{line(shop)};Kim\n"

    page = upload(cast.client("bob"), shop, content).content.decode()

    assert "Columns that were not read: who_asked." in page


def test_empty_cells_leave_pricing_and_sync_as_they_are(cast: Cast, shop: Shop) -> None:
    bob = cast.client("bob")
    lines = [HEAD, line(shop, pricing="", sync=""), line(shop, "seat_monthly", pricing="", sync="")]
    upload(bob, shop, "\n".join(lines))
    press(bob, cast, shop, "apply")

    assert mappings(cast)["azure_plan"] == (shop.template.external_id, "cost_and_retail", True)
    assert batch_of(cast).unchanged == 1


def test_line_without_a_template_takes_no_mapping_away(cast: Cast, shop: Shop) -> None:
    upload(cast.client("bob"), shop, "\n".join([HEAD, line(shop, "seat_monthly", target="", template="", sync="")]))

    batch = batch_of(cast)
    assert (batch.entries, batch.problems, batch.unchanged) == ([], [], 1)


def test_hostile_customer_id_and_name_survive_the_way_through_a_spreadsheet(cast: Cast, shop: Shop) -> None:
    with partner_scope(cast.northwind.pk):
        Customer.objects.filter(pk=shop.customer.pk).update(external_id="=cmd|' /c calc'!a1", name="@SUM(1+1)*cmd")
    content = export(cast, shop)
    upload(cast.client("bob"), shop, content)

    row = rows_of_file(content)[0]
    assert (row["customer_id"], row["customer"]) == ("'=cmd|' /c calc'!a1", "'@SUM(1+1)*cmd")
    assert (batch_of(cast).problems, batch_of(cast).unchanged) == ([], 1)


def test_forgotten_proposals_go_away(cast: Cast, shop: Shop) -> None:
    bob = cast.client("bob")
    upload(bob, shop, "\n".join([HEAD, line(shop)]), "old.csv")
    with partner_scope(cast.northwind.pk):
        MappingBatch.objects.update(created_at="2026-01-01T00:00:00Z")

    upload(bob, shop, "\n".join([HEAD, line(shop)]), "new.csv")

    with partner_scope(cast.northwind.pk):
        assert [batch.file_name for batch in MappingBatch.objects.all()] == ["new.csv"]


def test_applied_files_are_listed_on_the_import_page(cast: Cast, shop: Shop) -> None:
    bob = cast.client("bob")
    upload(bob, shop, "\n".join([HEAD, line(shop)]), "September.csv")
    unapplied = bob.get(billing(shop, "import/")).content.decode()
    press(bob, cast, shop, "apply")

    assert "September.csv" not in unapplied
    assert "CSV import September.csv" in bob.get(billing(shop, "import/")).content.decode()

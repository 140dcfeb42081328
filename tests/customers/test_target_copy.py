"""The local copy of the target's customers and templates."""

from __future__ import annotations

import datetime as dt
import gc
import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

import pytest
import responses
from django.utils import timezone

from connections import directories
from connectors.edge.http import Edge, EdgeSettings
from connectors.edge.ratelimit import NoLimit
from connectors.records import CustomerRecord, InvoiceTemplate
from connectors.syncro.client import SyncroClient
from core.scope import in_real_transaction, partner_scope
from customers import target_copy
from customers.models import TargetCustomer, Template
from customers.services import rhythm_of
from customers.target_copy import (
    CopyReading,
    TargetReport,
    read_copy,
    refresh_target,
    reread_template,
    save_template,
    template_record,
)
from tests.invoices.prism_wire import World

API = "https://northwind.syncromsp.com/api/v1"


@dataclass
class SyncroWire:
    """Syncro's lists at the wire."""

    customers: list[dict[str, Any]] = field(default_factory=list)
    schedules: list[dict[str, Any]] = field(default_factory=list)
    meanwhile: Callable[[], None] = lambda: None  # happens while the list of templates is on its way
    page_size: int = 25
    date: str = "Thu, 01 Oct 2026 05:00:00 GMT"
    asked: list[str] = field(default_factory=list)

    def client(self) -> SyncroClient:
        """A client of it."""
        settings = EdgeSettings("syncro", {"syncro": API}, sleep=lambda _: None, before_call=self._check)
        return SyncroClient({"subdomain": "northwind", "api_token": "sample"}, Edge(settings, NoLimit()))

    @contextmanager
    def answering(self) -> Iterator[None]:
        """Let the product talk to it."""
        with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
            for name in ("customers", "schedules"):
                mock.add_callback(responses.GET, re.compile(rf"{re.escape(API)}/{name}\b.*"), self._answer)
            yield

    def _answer(self, request: Any) -> tuple[int, dict[str, str], str]:
        name = "customers" if "/customers" in request.url else "schedules"
        self.asked.append(request.url.removeprefix(API))
        rows, headers = getattr(self, name), {"Content-Type": "application/json", "Date": self.date}
        if one := re.search(r"/schedules/(\d+)$", request.url):
            found = [row for row in rows if row["id"] == int(one[1])]
            return (200, headers, json.dumps({"schedule": found[0]})) if found else (404, headers, "{}")
        if wanted := request.params.get("id[]"):
            rows = [row for row in rows if str(row["id"]) in wanted]
        page = int(request.params.get("page", 1))
        shown = rows[(page - 1) * self.page_size : page * self.page_size]
        payload = {name: shown, "meta": {"total_pages": max(1, -(-len(rows) // self.page_size)), "page": page}}
        if name == "schedules":
            self.meanwhile()
        return 200, headers, json.dumps(payload)

    def _check(self) -> None:
        assert not in_real_transaction()


def schedule(number: int, customer: int, *lines: dict[str, Any], **values: Any) -> dict[str, Any]:
    """An invoice template as Syncro lists it."""
    return {
        "id": number, "customer_id": customer, "name": f"Template {number}", "frequency": "Monthly",
        "next_run": "2026-11-01", "paused": False, "lines": list(lines), **values,
    }  # fmt: skip


def line(number: int, schedule_id: int, **values: Any) -> dict[str, Any]:
    """A line of it."""
    return {
        "id": number, "schedule_id": schedule_id, "product_id": 7, "name": "Sample Suite", "description": "Seats",
        "quantity": "2.50", "retail_cents": 1000, "cost_cents": 800, "taxable": True, "one_time_charge": False,
        "position": 1, **values,
    }  # fmt: skip


@pytest.fixture
def syncro() -> SyncroWire:
    """Two customers, one template."""
    customers = [
        {"id": 1, "business_name": "Contoso", "email": "it@contoso.example"},
        {"id": 2, "business_name": "Fabrikam"},
    ]
    return SyncroWire(customers, [schedule(50, 1, line(500, 50))])


def refresh(world: World, syncro: SyncroWire) -> TargetReport:
    """Read the copy anew."""
    with syncro.answering():
        return refresh_target(world.partner.pk, world.program.target_id, syncro.client())


def test_copy_holds_customers_and_templates_with_their_lines(world, syncro):
    report = refresh(world, syncro)

    assert report == TargetReport(customers=2, templates=1)
    with partner_scope(world.partner.pk):
        world.program.target.refresh_from_db()
        assert world.program.target.target_read_at is not None
        assert TargetCustomer.objects.get(external_id="1").email == "it@contoso.example"
        record = template_record(Template.objects.get())
    assert (record.template_id, record.customer_id, record.frequency) == ("50", "1", "Monthly")
    assert record.next_run == dt.date(2026, 11, 1)
    (found,) = record.lines
    assert (found.line_id, found.quantity, found.retail_cents, found.taxable) == ("500", Decimal("2.5"), 1000, True)


def test_template_that_a_sync_read_while_the_list_was_on_its_way_stays_as_it_was_read(world, syncro):
    refresh(world, syncro)
    with syncro.answering():
        (listed,) = syncro.client().list_templates()
    written = replace(listed, next_run=dt.date(2026, 12, 1), lines=())
    syncro.meanwhile = lambda: save_template(world.partner.pk, world.program.target_id, written)

    refresh(world, syncro)

    with partner_scope(world.partner.pk):
        assert template_record(Template.objects.get()) == written
    syncro.meanwhile = lambda: None
    refresh(world, syncro)
    with partner_scope(world.partner.pk):
        assert template_record(Template.objects.get()) == listed


def test_template_record_is_what_was_read_to_the_last_digit(world, syncro):
    with syncro.answering():
        (listed,) = syncro.client().list_templates()
    refresh(world, syncro)

    with partner_scope(world.partner.pk):
        copied = template_record(Template.objects.get())

    assert copied == listed
    assert str(copied.lines[0].quantity) == str(listed.lines[0].quantity)


def test_what_the_target_no_longer_lists_is_gone_until_it_comes_back(world, syncro):
    refresh(world, syncro)
    customer, template = syncro.customers.pop(), syncro.schedules.pop()

    assert refresh(world, syncro) == TargetReport(customers=1, templates=0, gone_customers=1, gone_templates=1)
    with partner_scope(world.partner.pk):
        assert TargetCustomer.objects.get(external_id="2").gone
        assert Template.objects.get().gone

    syncro.customers.append(customer)
    syncro.schedules.append(template)
    refresh(world, syncro)
    with partner_scope(world.partner.pk):
        assert not TargetCustomer.objects.filter(gone=True).exists()
        assert not Template.objects.filter(gone=True).exists()


def test_one_template_is_saved_after_a_fresh_read(world, syncro):
    refresh(world, syncro)
    with syncro.answering():
        (listed,) = syncro.client().list_templates()
    fresh = replace(listed, paused=True, lines=())

    save_template(world.partner.pk, world.program.target_id, fresh)
    save_template(world.partner.pk, world.program.target_id, replace(fresh, template_id="51"))

    with partner_scope(world.partner.pk):
        first, second = Template.objects.order_by("external_id")
        assert (template_record(first), template_record(second).template_id) == (fresh, "51")


def test_what_moved_up_behind_a_deleted_template_is_not_gone(world, syncro):
    syncro.page_size = 1
    syncro.schedules = [schedule(number, 1) for number in (50, 51, 52)]
    refresh(world, syncro)
    syncro.meanwhile = lambda: syncro.schedules and syncro.schedules[0]["id"] == 50 and syncro.schedules.pop(0)
    syncro.asked.clear()

    report = refresh(world, syncro)

    assert "/schedules/51" in syncro.asked, "the list showed it: nothing moved"
    with partner_scope(world.partner.pk):
        assert not Template.objects.filter(gone=True).exists()
    assert report.gone_templates == 0
    refresh(world, syncro)
    with partner_scope(world.partner.pk):
        assert Template.objects.get(gone=True).external_id == "50"


def test_what_moved_up_behind_a_deleted_customer_is_not_gone(world, syncro):
    syncro.page_size = 1
    refresh(world, syncro)
    syncro.customers.insert(0, {"id": 3, "business_name": "Litware"})
    syncro.page_size, first = 2, syncro.customers
    syncro.customers = [first[0], first[2]]  # as the pages showed it: the one between had moved up
    shown = list(syncro.customers)
    with syncro.answering():
        client = syncro.client()
        pages = client.customer_pages
        client.customer_pages = lambda **how: [*pages(**how), syncro.customers.insert(1, first[1]) or []]
        refresh_target(world.partner.pk, world.program.target_id, client)

    assert len(shown) == 2
    with partner_scope(world.partner.pk):
        assert not TargetCustomer.objects.filter(gone=True).exists()
        assert TargetCustomer.objects.count() == 3


def test_reading_goes_on_with_the_page_at_which_it_broke_off(world, syncro):
    syncro.page_size = 1
    syncro.schedules = [schedule(number, 1) for number in (50, 51, 52)]
    place = (world.partner.pk, world.program.target_id)
    reading: CopyReading | None = CopyReading(timezone.now())
    turns = 0
    with syncro.answering():
        while reading is not None:
            reading, turns = read_copy(*place, syncro.client(), reading, lambda: True), turns + 1

    lists = [asked for asked in syncro.asked if "page=" in asked]
    assert turns > 4
    assert len(set(lists)) == len(lists) > 4
    with partner_scope(world.partner.pk):
        assert (TargetCustomer.objects.count(), Template.objects.count()) == (2, 3)


def test_templates_are_judged_by_the_day_on_which_they_were_read(world, syncro):
    syncro.schedules = [schedule(number, 1, next_run="2026-10-01") for number in (50, 51)]
    refresh(world, syncro)

    syncro.schedules = [schedule(number, 1, next_run="2026-11-01") for number in (50, 51)]
    syncro.date = "Fri, 02 Oct 2026 00:30:00 GMT"
    with syncro.answering():
        reread_template(world.partner.pk, world.program.target_id, syncro.client(), "50")

    with partner_scope(world.partner.pk):
        world.program.target.refresh_from_db()
        for template in Template.objects.order_by("pk"):
            assert rhythm_of(world.program, template, disabled=False).wait_of(recurring=True) is None


def held(*kinds: type) -> int:
    """How many records of these kinds there are in this process."""
    gc.collect()
    return sum(type(thing) in kinds for thing in gc.get_objects())


@dataclass
class Counting(SyncroWire):
    """Counts the records that are held whenever a page is asked for."""

    most: int = 0

    def _answer(self, request: Any) -> tuple[int, dict[str, str], str]:
        self.most = max(self.most, held(CustomerRecord, InvoiceTemplate, TargetCustomer, Template))
        return super()._answer(request)


@pytest.fixture
def long_lists() -> Counting:
    """Twenty customers with a template each, four on a page."""
    customers = [{"id": number, "business_name": f"Sample {number}"} for number in range(1, 21)]
    schedules = [schedule(number, number, line(number, number)) for number in range(1, 21)]
    return Counting(customers, schedules, page_size=4)


def test_lists_are_in_memory_a_page_at_a_time(world, long_lists):
    before = held(CustomerRecord, InvoiceTemplate, TargetCustomer, Template)

    report = refresh(world, long_lists)

    assert report == TargetReport(customers=20, templates=20)
    assert len(long_lists.asked) == 10
    assert 0 < long_lists.most - before <= 2 * long_lists.page_size


def test_customers_that_the_list_lacks_are_asked_for_some_at_a_time(world, long_lists, monkeypatch):
    monkeypatch.setattr(target_copy, "_ASKED_AT_ONCE", 4)
    refresh(world, long_lists)
    long_lists.customers, long_lists.most = long_lists.customers[:1], 0
    before = held(CustomerRecord, InvoiceTemplate, TargetCustomer, Template)

    report = refresh(world, long_lists)

    assert (report.customers, report.gone_customers) == (1, 19)
    assert sum("id%5B%5D" in asked for asked in long_lists.asked) == 5
    assert long_lists.most - before <= 2 * long_lists.page_size


def test_lists_that_are_read_before_anything_is_stored_wait_on_the_disk(world, long_lists, monkeypatch):
    place = (world.partner.pk, world.program.target_id)
    before = held(CustomerRecord, InvoiceTemplate)
    monkeypatch.setattr(directories, "target_client", lambda *_: long_lists.client())
    with long_lists.answering():
        listed = [template for page in long_lists.client().template_pages() for template in page]
        directory = directories.read_target_directory("syncro", {})
    assert [template for page in directory.templates for template in page] == listed
    assert len(listed) == 20, "more than a page"
    del listed

    assert held(CustomerRecord, InvoiceTemplate) == before

    target_copy.store_target(*place, directory.customers, directory.templates, directory.began)
    with partner_scope(world.partner.pk):
        assert (TargetCustomer.objects.count(), Template.objects.count()) == (20, 20)

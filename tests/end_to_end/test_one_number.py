"""Verdict, strip, months, invoices and their rows, inbox, run, e-mail, chart and ``reconcile`` tell the same sums."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from accounts.models import Role
from accounts.services import create_user, ensure_member
from core.audit import COMMAND
from core.scope import partner_scope
from invoices.models import Charge, SourceInvoice
from money.enums import Kind
from notifications.models import Message
from programs.models import Program
from reports.dashboard import program_boards
from reports.months import MonthReport
from reports.strip import parts_of
from reports.verdict import Waiting
from syncs.models import Run
from syncs.proving.accounts import Balance
from tests.end_to_end.office import ACCOUNT, Json, Office, command

CAST = ("adatum", "coho-winery", "fabrikam")
PAUSED, WEEKLY, QUARTERLY = CAST
OPEN = ("held", "not_mapped", "unknown", "failed")
BUCKETS = ("synced", "rounding", "excluded", *OPEN)
READER = "vera@northwind.example"


def reconciled() -> Json:
    return command("reconcile", "--partner", ACCOUNT, "--json")[1]


def sums_of(answer: Json, period: str, side: str = "retail") -> dict[str, Decimal]:
    """By bucket, over all invoices of the month, as the command tells them."""
    told = [one[side] for one in answer["invoices"] if one["period"] == period]
    return {name: sum((Decimal(one[name]) for one in told), Decimal(0)) for name in (*BUCKETS, "rules", "source_total")}


def only_buckets(sums: Json) -> dict[str, Decimal]:
    return {name: Decimal(sums[name]) for name in BUCKETS}


def part_sums(total: Balance, side: str = "retail") -> dict[str, Decimal]:
    """By bucket, as the parts of a strip tell them."""
    parts = {str(name): getattr(amount, side) for name, amount in parts_of(total).items()}
    return parts | {"synced": parts.pop("billed") + parts.pop("ready")}


def without_zeros(sums: dict[str, Decimal]) -> dict[str, Decimal]:
    return {name: amount for name, amount in sums.items() if amount}


def seat_template(office: Office, tenant: str) -> int:
    (entry,) = office.entries(tenant, motions=["seat_monthly"])
    return int(entry["invoice_template"])


@pytest.fixture
def busy(office: Office) -> Office:
    """One template is paused, one runs weekly, one quarterly."""
    office.edit("edit_schedule", schedule_id=seat_template(office, PAUSED), values={"paused": True})
    office.edit("edit_schedule", schedule_id=seat_template(office, WEEKLY), values={"frequency": "Weekly"})
    office.edit("edit_schedule", schedule_id=seat_template(office, QUARTERLY), values={"frequency": "Quarterly"})
    return office


@pytest.fixture
def reader(office: Office) -> Client:
    with partner_scope(office.partner_id()):
        ensure_member(user=create_user(email=READER), role=Role.VIEWER, actor=COMMAND)
    browser = Client()
    browser.force_login(get_user_model().objects.get(email=READER), backend="accounts.backends.ProvenAddressBackend")
    return browser


class Told:
    """What each place tells of the newest month."""

    def __init__(self, office: Office, reader: Client) -> None:
        self.office, self.reader = office, reader
        self.home = f"/p/{ACCOUNT}/"
        with partner_scope(office.partner_id()):
            self.program = Program.objects.select_related("source__partner", "target", "partner").get()
            (self.board,) = program_boards([self.program], Waiting.read(), dt.date(2026, 12, 31))
            self.run = Run.objects.filter(kind="billing", preview=False).first()
        assert self.board.month is not None
        self.period = self.board.month.period

    def _get(self, path: str) -> Any:
        answer = self.reader.get(self.home + path)
        assert answer.status_code == 200
        return answer

    def verdict(self) -> dict[str, Decimal]:
        assert self.board.verdict is not None
        places = {"failed": "failed", "map": "not_mapped", "rows": "unknown"}
        points = self.board.verdict.points
        found = {places[one.place]: one.amount for one in points if one.place in places and one.amount is not None}
        for one in points:
            if one.amount is not None and ("for your decision" in one.text or "until the next sync" in one.text):
                found["held"] = one.amount
        return found

    def strips(self) -> Iterator[tuple[dict[str, Decimal], Decimal]]:
        """Of the dashboard, the overview and the month's page: parts, and the source."""
        reports: list[MonthReport] = [
            self._get("").context["report"].boards[0].month,
            self._get(f"programs/{self.program.pk}/").context["report"].month,
            self._get(f"programs/{self.program.pk}/months/{self.period}/").context["month"],
        ]
        for report in reports:
            parts = {str(part.name): part.retail for part in report.strip.segments}
            yield parts | {"synced": parts.pop("billed") + parts.pop("ready")}, report.strip.source.retail

    def inbox(self) -> dict[str, Decimal]:
        beside = self._get("inbox/").context["beside"]
        ((_, account),) = beside.months
        (unmapped,) = beside.unmapped
        assert unmapped.not_mapped == account.retail_of("not_mapped")
        return {name.replace(" ", "_"): amount for name, amount in account.open_parts}

    def run_page(self) -> dict[str, Decimal]:
        assert self.run is not None
        report = self._get(f"runs/{self.run.pk}/").context["report"]
        assert report.month == self.period
        return {name.replace(" ", "_"): amount for name, amount in report.proved}

    def mail(self) -> dict[str, Decimal]:
        with partner_scope(self.office.partner_id()):
            assert self.run is not None
            mail = Message.objects.filter(event__startswith=f"run:{self.run.pk}:").first()
            assert mail is not None
            found = re.findall(r"^ *(\w[\w ]*?) in (\w+ \d+), retail +(-?)\$(-?[\d,.]+)", mail.text, re.MULTILINE)
        assert {month for _, month, _, _ in found} == {self.board.month.label if self.board.month else ""}
        return {name.lower().replace(" ", "_"): Decimal(sign + text.replace(",", "")) for name, _, sign, text in found}

    def chart(self) -> dict[str, Decimal]:
        trend = self._get("").context["report"].boards[0].trend
        return {f"{bar.month:%Y-%m}": bar.retail for bar in trend.bars}

    def check(self) -> None:
        answer = reconciled()
        sums = sums_of(answer, self.period)
        waits = without_zeros({name: sums[name] for name in OPEN})
        parts = {name: sums[name] for name in BUCKETS}
        assert without_zeros(self.verdict()) == waits
        for drawn, source in self.strips():
            assert {name: drawn[name] for name in BUCKETS} == parts
            assert source == sums["source_total"] == sum(parts.values())
        assert without_zeros(self.inbox()) == waits
        assert self.run_page() == without_zeros(parts)
        assert self.mail() == {name: round(amount, 2) for name, amount in without_zeros(parts).items()}
        chart, months = self.chart(), {one["period"] for one in answer["invoices"]}
        for period in months & chart.keys():
            told = sums_of(answer, period)
            assert chart[period] == told["synced"] + told["rules"]
        verdicts = {one["period"]: one["verdict"] for one in answer["months"]}
        assert self.board.verdict is not None
        assert self.board.verdict.month is not None
        assert verdicts[self.period] == self.board.verdict.month.verdict
        tab = self._get(f"programs/{self.program.pk}/billing/?tab=not_mapped").context["month"]
        assert tab.not_mapped == sums["not_mapped"]
        listed = self._get(f"programs/{self.program.pk}/months/").context["months"]
        assert {one.period: str(one.judged.verdict) for one in listed} == verdicts
        self._check_months_beside(answer)
        self._check_invoices(answer)

    def _check_months_beside(self, answer: Json) -> None:
        """Each month of dashboard and overview as ``reconcile`` tells its invoices."""
        boards = self._get("").context["report"].boards
        overview = self._get(f"programs/{self.program.pk}/").context["report"]
        for months in (boards[0].months, overview.months):
            assert {month.period for month in months} == {one["period"] for one in answer["invoices"]}
            for month in months:
                assert part_sums(month.account.total) == only_buckets(sums_of(answer, month.period))

    def _check_invoices(self, answer: Json) -> None:
        """The list of invoices, and of the newest month each invoice's page and the rows behind its numbers."""
        table = self._get(f"programs/{self.program.pk}/invoices/").context["table"]
        with partner_scope(self.office.partner_id()):
            numbers = {one.pk: one.number for one in SourceInvoice.objects.all()}
        told = {one["number"]: one for one in answer["invoices"]}
        assert {numbers[pk] for pk in table.accounts} == told.keys()
        for pk, account in table.accounts.items():
            expected = told[numbers[pk]]
            assert account.balanced is expected["retail"]["balanced"]
            for side in ("retail", "cost"):
                assert part_sums(account.total, side) == only_buckets(expected[side])
            if expected["period"] == self.period:
                self._check_invoice(f"programs/{self.program.pk}/invoices/{pk}/", expected)

    def _check_invoice(self, path: str, expected: Json) -> None:
        rows = self._get(f"{path}?sort=customer").context["account"].rows
        for side in ("retail", "cost"):
            total = sum((getattr(row.invoiced, side) for row in rows), Decimal(0))
            assert total == Decimal(expected[side]["source_total"])
            for name in BUCKETS[1:]:
                assert sum((getattr(row.parts[name], side) for row in rows), Decimal(0)) == Decimal(
                    expected[side][name]
                )
        for part in OPEN:
            if Decimal(expected["retail"][part]):
                assert self._behind(f"{path}rows/?became={part}", part) == Decimal(expected["retail"][part])

    def _behind(self, path: str, part: str) -> Decimal:
        """What the rows behind a number come to in it, over all pages: those that were planned together once."""
        groups: dict[Any, Decimal] = {}
        pages = self._get(path).context["table"].paginator.num_pages
        for number in range(1, pages + 1):
            table = self._get(f"{path}&page={number}").context["table"]
            with partner_scope(self.office.partner_id()):
                rows = [row.record for row in table.paginated_rows]
                groups |= {group_of(row): dict(table.told[row.pk].parts)[part] for row in rows}
        return sum(groups.values(), Decimal(0))


def group_of(row: Charge) -> Any:
    """What a row was planned with; rows that are in nobody's account by themselves."""
    aside = row.set_aside or row.kind == Kind.UNKNOWN or row.customer_id is None
    return row.pk if aside else (row.subscription_id, row.motion, row.period)


def test_every_place_tells_the_sums_of_three_months(busy: Office, reader: Client):
    periods = []
    for _ in range(3):
        busy.sync()
        told = Told(busy, reader)
        told.check()
        periods.append(told.period)
        busy.advance()

    assert periods == ["2026-09", "2026-10", "2026-11"]


def test_sums_agree_right_after_somebody_unmaps(busy: Office, reader: Client):
    busy.sync()
    busy.map(busy.entries(QUARTERLY), sync=False)

    told = Told(busy, reader)

    sums = sums_of(reconciled(), told.period)
    assert {str(part.name): part.retail for part in told.board.month.strip.segments if part.name in OPEN} == {
        name: sums[name] for name in OPEN
    }
    assert without_zeros(told.verdict()) == without_zeros({name: sums[name] for name in OPEN})
    assert without_zeros(told.inbox()) == without_zeros({name: sums[name] for name in OPEN})

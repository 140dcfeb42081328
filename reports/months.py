"""The usage months of a program: what became of each, its verdict, and whether it is closed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace

from invoices.models import SourceInvoice
from invoices.selectors import listed_invoices
from money.periods import period_label
from programs.models import Program
from programs.selectors import source_currency
from reports.strip import LABELS, Strip, draw_strip, parts_of
from reports.verdict import TONES, WORDS
from syncs.models import MonthClosing
from syncs.proving.accounts import Balance
from syncs.proving.month_accounts import InvoiceAccount, MonthAccount, invoices_of, load_accounts, read_month
from syncs.proving.verdicts import JudgedMonth, JudgedProgram, judge

MOST_BESIDE = 6  # months on one screen


@dataclass(frozen=True, slots=True)
class MonthReport:
    """One month for people."""

    judged: JudgedMonth
    strip: Strip

    @property
    def account(self) -> MonthAccount:
        """Its sums."""
        return self.judged.account

    @property
    def closing(self) -> MonthClosing | None:
        """What an owner said when closing it."""
        return self.judged.closing

    @property
    def period(self) -> str:
        """As addresses have it: "2026-09"."""
        return f"{self.account.month:%Y-%m}"

    @property
    def label(self) -> str:
        """ "Sep 2026"."""
        return period_label(self.period)

    @property
    def tone(self) -> str:
        """Of its verdict."""
        return TONES[self.judged.verdict]

    @property
    def words(self) -> str:
        """Its verdict."""
        return WORDS[self.judged.verdict]

    @property
    def known(self) -> bool:
        """Whether a sync has proved it."""
        return self.account.proved_at is not None


@dataclass(frozen=True, slots=True)
class MonthPage:
    """One month with the invoices that it is made of."""

    month: MonthReport
    invoices: list[tuple[SourceInvoice, InvoiceAccount | None]]  # None where the proof does not tell it by itself


def list_months(program: Program) -> list[MonthReport]:
    """All months with invoices, the newest first; the sums of a month that no sync has proved are empty."""
    known = load_accounts([program])[program.pk].all
    proved = {account.month for account in known}
    months = listed_invoices(program).order_by().values_list("month", flat=True).distinct()
    currency = source_currency(program)
    new = (MonthAccount(month, currency, Balance()) for month in months if month not in proved)
    accounts = sorted([*known, *new], key=lambda account: account.month, reverse=True)
    return [report_month(one) for one in judge(program, accounts).months]


def read_month_page(program: Program, month: dt.date) -> MonthPage | None:
    """The month as the last sync proved it, or as it is where none did; None where no invoice was read for it."""
    invoices = invoices_of(program, month)
    if not invoices:
        return None
    known = {account.month: account for account in load_accounts([program])[program.pk].all}
    (judged,) = judge(program, [known.get(month) or read_month(program, month)]).months
    accounts = {one.invoice_id: one for one in judged.account.invoices}
    return MonthPage(report_month(judged), [(invoice, accounts.get(invoice.pk)) for invoice in invoices])


def parts_that_occur(months: Iterable[MonthReport]) -> list[str]:
    """Parts of the strip, in its order, with money of any of the invoices of these months."""
    accounts = [month.account for month in months]
    totals = [account.total for account in accounts] + [one.total for each in accounts for one in each.invoices]
    told = [parts_of(total) for total in totals]
    return [str(name) for name in LABELS if any(parts[name] for parts in told)]


def newest_account(program: Program) -> MonthAccount | None:
    """Sums of the newest month; None where no sync has proved any."""
    return load_accounts([program])[program.pk].newest


def newest_report(judged: JudgedProgram) -> MonthReport | None:
    """The newest month; None where no sync has proved any."""
    return report_month(judged.newest) if judged.newest else None


def newest_reports(judged: JudgedProgram) -> list[MonthReport]:
    """The newest months that a sync has proved, beside each other."""
    return [report_month(month) for month in judged.months[:MOST_BESIDE]]


def report_month(judged: JudgedMonth) -> MonthReport:
    """A judged month for people."""
    account = judged.account
    return MonthReport(judged, draw_strip(account.total, balanced=account.balanced))


def judge_periods(program: Program, accounts: list[MonthAccount]) -> dict[str, JudgedMonth]:
    """By period, verdicts of accounts that were added up just now; proofs are as stored."""
    stored = {one.month: one for one in load_accounts([program])[program.pk].all}
    told = [
        replace(one, proved_at=stored[one.month].proved_at, newest=stored[one.month].newest)
        if one.month in stored
        else one
        for one in accounts
    ]
    return {f"{each.account.month:%Y-%m}": each for each in judge(program, told).months}

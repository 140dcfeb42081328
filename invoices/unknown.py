"""Rows of an invoice that fit no rule: what a person is asked about them, and which they are. Inside the scope."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256

from invoices.models import Charge, SetAside
from money.enums import Kind


def unknown_subject(invoice_id: int, problem: str) -> str:
    """Subject of the question what becomes of an invoice's rows that fit no rule for one reason."""
    return f"unknown:{invoice_id}:{sha256(problem.encode()).hexdigest()[:12]}"


def unknown_rows_of(subjects: Iterable[str]) -> dict[str, list[int]]:
    """Ids of the rows that each of these questions is about, answered or not, in the invoice's order. One query."""
    found: dict[str, list[int]] = {subject: [] for subject in subjects}
    invoices = {subject.split(":")[1] for subject in found if subject.count(":") == 2}
    rows = Charge.objects.filter(invoice__in=[each for each in invoices if each.isdecimal()], kind=Kind.UNKNOWN)
    told = rows.exclude(set_aside=SetAside.HELD).order_by("invoice", "line")
    for pk, invoice_id, problem in told.values_list("pk", "invoice", "problem").iterator(chunk_size=1000):
        subject = unknown_subject(invoice_id, problem)
        if subject in found:
            found[subject].append(pk)
    return found

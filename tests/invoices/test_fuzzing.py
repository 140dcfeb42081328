"""Whatever an invoice file says: it is imported whole, or refused with the place, and nothing is half stored."""

from __future__ import annotations

import csv
import io
import re
from decimal import Decimal
from itertools import count

from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from core.scope import partner_scope
from invoices.importing import ImportProblem
from invoices.models import Charge, SourceInvoice
from tests.invoices.prism_wire import COLUMNS, World, row, subscription, to_csv

HOSTILE = (
    "=HYPERLINK(\"https://example.com\")", "+1", "@SUM(A1)", "<script>alert(1)</script>", "'; DROP TABLE x; --",
    "\u202eevil\u202c", "a\x00b", "x" * 10_000, "\U0001f4b8" * 50, "\ud7ff\ufffe", "line\nbreak", "comma, \"quote\"",
    "", " ", "NaN", "Infinity", "-0", "1e400", "1e-400", "9" * 40, "0." + "1" * 60, "1,5", "1.5.0", "\u0661\u0662",
    "-7", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59+14:00", "2026-02-30T00:00:00Z", "31/12/2026", "1_000",
)  # fmt: skip
numbers = count(1)


def good_file() -> bytes:
    rows = (row("s1", quantity=3), row("s2", unit_retail="12.345"), row("s1", days=(10, 30), ratio="0.6774"))
    return to_csv(rows)


@st.composite
def odd_cells(draw: st.DrawFn) -> bytes:
    """A proper file of which some cells hold something odd."""
    rows = list(csv.DictReader(io.StringIO(good_file().decode())))
    for _ in range(draw(st.integers(1, 4))):
        found = draw(st.sampled_from(rows))
        found[draw(st.sampled_from(COLUMNS))] = draw(st.sampled_from(HOSTILE) | st.text(max_size=12))
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode("utf-8", "surrogatepass")


@st.composite
def broken_bytes(draw: st.DrawFn) -> bytes:
    """A file that was cut, or of which some bytes are others."""
    data = bytearray(good_file())
    for _ in range(draw(st.integers(1, 3))):
        place = draw(st.integers(0, len(data)))
        length = draw(st.integers(0, 6))
        data[place : place + length] = draw(
            st.binary(max_size=6) | st.sampled_from([b'"', b"\n", b"\r", b",", b"\x00"])
        )
    return bytes(data[: draw(st.integers(0, len(data)))] if draw(st.booleans()) else data)


def retail_in(data: bytes) -> Decimal:
    """What the file charges, read with nothing of the product."""
    header, *rows = csv.reader(io.StringIO(data.decode("utf-8-sig").lstrip(), newline=""))
    place = [re.sub(r"[\s_]", "", name).casefold() for name in header].index("subtotalrrp")
    return sum((Decimal(cells[place].strip() or 0) for cells in rows if any(map(str.strip, cells))), Decimal(0))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], max_examples=80)
@given(odd_cells() | broken_bytes())
def test_any_file_is_imported_whole_or_refused_with_the_place(world: World, data: bytes) -> None:
    number = str(1000 + next(numbers))
    if not world.prism.tenants:
        world.prism.tenant("Adventure Works", subscription("s1"), subscription("s2"))
        world.prism.product("p1")
    world.prism.invoices.clear()
    world.prism.invoice(number)
    world.prism.files[number] = data

    report = world.sync()

    event("refused" if report.problems else "imported")
    with partner_scope(world.partner.pk):
        stored = Charge.objects.filter(invoice__external_id=number).values_list("retail", flat=True)
        read = SourceInvoice.objects.filter(external_id=number).exclude(content_hash="")
        if report.problems:
            assert [tells_the_place(problem, number) for problem in report.problems] == [True]
            assert (list(stored), list(read)) == ([], [])
        else:
            assert sum(stored, Decimal(0)) == retail_in(data)
            assert [invoice.row_count for invoice in read] == [len(stored)]


def tells_the_place(problem: ImportProblem, number: str) -> bool:
    """Which invoice, what is wrong, and what to do."""
    return problem.invoice == number and len(problem.text) > 10 and len(problem.cure) > 10

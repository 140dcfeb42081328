"""Peak memory of a fresh process that reads and plans, as invoices, price lists and the target's lists grow."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from bench.installation import Installation
from bench.report import Figure, at_most, show
from bench.seeding import Seeded, seed_partner
from bench.wholesale import ROWS_PER_CUSTOMER
from programs.models import ProductMode

GOAL_MB = 200.0
GOAL_GROWTH = 1.1
USUAL_PRODUCTS = 200  # of a price list, where the invoice is what grows
USUAL_CUSTOMERS = 30  # where the price list grows


LINES = 10  # of each template, where the target's lists grow


def measure(
    installation: Installation, *, charges: tuple[int, ...], products: tuple[int, ...], templates: tuple[int, ...]
) -> bool:
    """Billing by charges, products by products, lists by customers and templates; false when a goal is missed."""
    rows, imports = [], []
    for count in charges:
        customers = -(-count // ROWS_PER_CUSTOMER)
        name = f"billing, {customers * ROWS_PER_CUSTOMER} charges"
        imported, told = _run(installation, ("import", "billing"), customers, USUAL_PRODUCTS)
        imports.append(imported["peak"])
        rows.append(Figure(f"{name}: peak of importing the invoice alone", f"{imported['peak']:.0f} MB"))
        rows += _figures(name, told)
    rows.append(at_most("importing the largest invoice / the smallest", imports[-1] / imports[0], GOAL_GROWTH))
    for count in products:
        (told,) = _run(installation, ("products",), USUAL_CUSTOMERS, count)
        rows += _figures(f"products, {count} on both sides", told)
    peaks = []
    for count in templates:
        (told,) = _run(installation, ("lists",), count, USUAL_PRODUCTS, lines=LINES, mapped=False)
        peaks.append(told["peak"])
        name = f"lists of {told['customers']:.0f} customers, {told['templates']:.0f} templates of {LINES} lines"
        rows.append(at_most(f"{name}: peak", told["peak"], GOAL_MB, " MB"))
    rows.append(at_most("reading the largest lists / the smallest", peaks[-1] / peaks[0], GOAL_GROWTH))
    return show("Peak memory of fresh processes that import, and that read and plan", rows)


def _run(
    installation: Installation,
    kinds: Sequence[str],
    customers: int,
    products: int,
    *,
    lines: int = 1,
    mapped: bool = True,
) -> list[dict[str, float]]:
    sizes = {"--customers": customers, "--products": products, "--lines": lines}
    installation.start_vendor("bench.wholesale", *(str(word) for size in sizes.items() for word in size))
    name = f"memory-{uuid.uuid4().hex[:8]}"
    partner = seed_partner(name, mode=ProductMode.ALL, products="products" in kinds)
    words = _words(partner)
    if mapped:
        installation.ask_child("bench.memory_child", "map", *words)
    told: list[dict[str, float]] = [installation.ask_child("bench.memory_child", kind, *words) for kind in kinds]
    installation.stop_vendor()
    return told


def _words(partner: Seeded) -> list[str]:
    return [str(number) for number in (partner.partner_id, partner.program_id, partner.source_id, partner.target_id)]


def _figures(name: str, told: dict[str, float]) -> list[Figure]:
    steps = f"{told['start']:.0f}, {told['read']:.0f} MB"
    return [
        Figure(f"{name}: {told['planned']:.0f} changes planned in", f"{told['seconds']:.0f} s"),
        Figure(f"{name}: at the start, after reading", steps),
        at_most(f"{name}: peak", told["peak"], GOAL_MB, " MB"),
    ]

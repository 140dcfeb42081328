"""Work through a text and compare what it says with what happened: ``prove`` is all that a test calls."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable

from tests.bookkeeping.arriving import read_invoice, read_product, read_subscription, read_subscriptions
from tests.bookkeeping.cells import read_month
from tests.bookkeeping.deciding import read_decide, read_mapping, read_settings, read_undecide
from tests.bookkeeping.editing import read_copy, read_delete, read_edit, read_forget, read_template
from tests.bookkeeping.month import Act, Month
from tests.bookkeeping.pricing import read_price_list, read_product_sync, read_target_products
from tests.bookkeeping.syncing import read_charges, read_generate, read_sync
from tests.bookkeeping.target import Unclear
from tests.bookkeeping.text import Block, Line, read_blocks

PROVING = ("sync", "sync products", "charges")


def prove(*texts: str) -> Month:
    """Work through the steps of these texts; raises ``TablesDiffer`` at the first that came out otherwise.

    Raises ``Unreadable`` where the text cannot be understood, and where it proves nothing.
    """
    __tracebackhide__ = True
    blocks = read_blocks("\n".join(map(textwrap.dedent, texts)))
    steps = [(block.head, _read(block)) for block in blocks]
    if not any(block.body for block in blocks if block.head.text.split(",")[0] in PROVING):
        last = blocks[-1].head if blocks else Line(1, "")
        raise last.unreadable("this text proves nothing", "Write under a sync what must hold after it.")
    month = Month()
    months = [found[1] for block in blocks if (found := re.match(r"invoice \S+ for (\w{3} \d{4})", block.head.text))]
    if months:
        month.books.first_month = min(read_month(text, blocks[0].head) for text in months)
    for head, step in steps:
        try:
            step(month)
        except Unclear as unclear:
            raise head.unreadable(unclear.problem, unclear.cure) from unclear
    return month


def _read(block: Block) -> Act:
    head = block.head.text
    found = max((step for step in _STEPS if re.match(rf"{step}\b", head)), key=len, default=None)
    if found is None:
        raise block.head.unreadable(f"there is no step “{head.split()[0]}”", f"One of: {', '.join(_STEPS)}")
    return _STEPS[found](block)


_STEPS: dict[str, Callable[[Block], Act]] = {
    "invoice": read_invoice,
    "subscription": read_subscription,
    "subscriptions": read_subscriptions,
    "product": read_product,
    "settings": read_settings,
    "mapping": read_mapping,
    "template": read_template,
    "edit": read_edit,
    "delete": read_delete,
    "copy": read_copy,
    "forget": read_forget,
    "decide": read_decide,
    "undecide": read_undecide,
    "generate": read_generate,
    "sync": read_sync,
    "charges": read_charges,
    "price list": read_price_list,
    "target products": read_target_products,
    "sync products": read_product_sync,
}

"""The product plan: which products of the source to create, update, adopt or leave alone."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from connectors.records import Cadence
from money.enums import Action, Severity
from money.plan import Note
from money.words import one_line, plain, round_to_cent

NAME_LENGTH = 255
PREFIX = "PC_"


@dataclass(frozen=True, slots=True)
class SourceItem:
    """A product of ours. Prices per unit in currency units, possibly finer than a cent.

    ``former_key`` is its key without the offer's id, under which an older version may have made it.
    """

    product_id: int
    key: str
    sku: str
    name: str
    description: str
    term: str
    billing_cycle: str
    cadence: str
    cost: Decimal
    retail: Decimal
    in_price_list: bool = True
    ambiguous: bool = False
    detached: bool = False  # a person keeps the sync off it
    linked_id: str | None = None
    former_key: str = ""


@dataclass(frozen=True, slots=True)
class TargetItem:
    """A product as the target has it. ``gone``: it was deleted there."""

    target_id: str
    name: str
    code: str
    cost: Decimal
    retail: Decimal
    disabled: bool = False
    gone: bool = False


@dataclass(frozen=True, slots=True)
class ProductRules:
    """The program's product settings; ``in_use``: products that mapped customers are charged."""

    all_products: bool
    in_use: frozenset[int]
    sync_azure: bool
    sync_annual: bool
    taxable: bool


@dataclass(frozen=True, slots=True)
class ProductChange:
    """One product to write. Prices in currency units, whole cents."""

    action: Action
    product_id: int
    key: str
    what: str
    reason: str
    name: str
    description: str
    cost: Decimal
    retail: Decimal
    taxable: bool
    target_id: str | None = None
    before: TargetItem | None = None
    adopts: bool = False


@dataclass(slots=True)
class ProductPlan:
    """Changes, problems and how many products need nothing."""

    changes: list[ProductChange] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    unchanged: int = 0
    skipped: int = 0
    failed: int = 0

    def keep_to(self, product_ids: Collection[int]) -> None:
        """Drop whatever is about other products."""
        self.changes = [change for change in self.changes if change.product_id in product_ids]
        self.notes = [note for note in self.notes if note.product_id in product_ids]
        self.failed = sum(note.severity is Severity.ERROR for note in self.notes)
        self.unchanged = self.skipped = 0


def plan_products(items: Sequence[SourceItem], targets: Sequence[TargetItem], rules: ProductRules) -> ProductPlan:
    """Compare our products with the target's. Only prices of existing ones are ever changed."""
    plan = ProductPlan()
    index = _Index(items, targets)
    for item in sorted(items, key=lambda item: (item.name, item.key)):
        if not _in_scope(item, rules):
            plan.skipped += item.linked_id is not None
        elif item.detached:
            plan.skipped += 1
        elif item.ambiguous:
            _plan_ambiguous(plan, item, index)
        else:
            _plan_item(plan, item, index, rules)
    return plan


class _Index:
    """The target's products by what they are found by."""

    def __init__(self, items: Sequence[SourceItem], targets: Sequence[TargetItem]) -> None:
        self.by_id: dict[str | None, TargetItem] = {target.target_id: target for target in targets}
        self.by_code: dict[str, list[TargetItem]] = defaultdict(list)
        self.by_token: dict[str, list[TargetItem]] = defaultdict(list)
        self.offers_of = Counter(item.former_key for item in items)
        keys = {item.key for item in items} | {item.former_key for item in items}
        taken = {item.linked_id for item in items}
        for target in targets:
            if target.gone or target.target_id in taken:
                continue
            code = target.code.strip().lower()
            if code:
                self.by_code[code].append(target)
            if code not in keys:  # else it is that key's, whatever its name
                self.by_token[target.name.partition(" ")[0].lower()].append(target)
        self.keys_of_sku = Counter(item.sku.lower() for item in items)

    def candidates(self, item: SourceItem) -> list[TargetItem]:
        """Products that the sync did not make but that stand for this item."""
        by_code = self.by_code.get(item.key)
        if not by_code and self.offers_of[item.former_key] == 1:
            by_code = self.by_code.get(item.former_key)
        if by_code:
            return by_code
        if self.keys_of_sku[item.sku.lower()] > 1:
            return []
        return self.by_token.get(f"{PREFIX}{item.sku}".lower(), [])


def product_name(item: SourceItem) -> str:
    """Name of a new product: ``PC_`` + SKU, then name, term and cycle; cut with a visible mark."""
    parts = [f"{PREFIX}{item.sku}", item.name]
    parts += [text for text in (item.term, item.billing_cycle) if text and not text.isdigit()]
    name = one_line(" ".join(parts))
    return name if len(name) <= NAME_LENGTH else name[: NAME_LENGTH - 1] + "…"


def _in_scope(item: SourceItem, rules: ProductRules) -> bool:
    if item.cadence == Cadence.USAGE and not rules.sync_azure:
        return False
    if item.cadence == Cadence.ANNUAL and not rules.sync_annual:
        return False
    return item.product_id in rules.in_use or (rules.all_products and item.in_price_list)


def _plan_ambiguous(plan: ProductPlan, item: SourceItem, index: _Index) -> None:
    """Nobody knows its prices: one that is linked keeps what it has, a new one is not made."""
    problem = "The price list has it more than once with different prices"
    linked = index.by_id.get(item.linked_id)
    if linked is None or linked.gone:
        _fail(plan, item, problem, [])
        return
    plan.unchanged += 1
    plan.notes.append(
        Note(
            Severity.WARNING,
            "ambiguous_price",
            f"ambiguous_price:{item.key}",
            f"{item.name} ({item.sku}): {problem}; the product keeps the prices it has.",
            "Ask the distributor which price holds.",
            product_id=item.product_id,
        )
    )


def _plan_item(plan: ProductPlan, item: SourceItem, index: _Index, rules: ProductRules) -> None:
    linked = index.by_id.get(item.linked_id)
    if linked is not None and not linked.gone:
        _plan_prices(plan, item, linked, rules)
        if not item.in_price_list:
            plan.notes.append(_note_legacy(item, news=False))
        return
    candidates = index.candidates(item)
    if len(candidates) > 1:
        _fail(plan, item, NO_SINGLE_MATCH, candidates)
    elif candidates:
        _plan_prices(plan, item, candidates[0], rules, adopts=True)
    else:
        deleted = item.linked_id is not None
        reason = "Deleted in the target: created again" if deleted else "New in the source"
        plan.changes.append(_change(item, rules, Action.CREATE_PRODUCT, reason))
    if not item.in_price_list:
        plan.notes.append(_note_legacy(item))


NO_SINGLE_MATCH = "Could not find source product or multiple matches"


def _plan_prices(
    plan: ProductPlan,
    item: SourceItem,
    target: TargetItem,
    rules: ProductRules,
    *,
    adopts: bool = False,
) -> None:
    same = (round_to_cent(item.cost), round_to_cent(item.retail)) == (target.cost, target.retail)
    # Gone from the price list: the last prices stay as they are.
    if same or (not item.in_price_list and not adopts):
        if not adopts:
            plan.unchanged += 1
            return
        plan.changes.append(_change(item, rules, Action.ADOPT_PRODUCT, "Made by hand: adopted", target, adopts=True))
        return
    changed = _price_changes(item, target)
    reason = f"Made by hand: adopted, {changed}" if adopts else f"Price changed: {changed}"
    plan.changes.append(_change(item, rules, Action.UPDATE_PRICES, reason, target, adopts=adopts))


def _price_changes(item: SourceItem, target: TargetItem) -> str:
    told = []
    if round_to_cent(item.cost) != target.cost:
        told.append(f"cost {plain(target.cost)} to {plain(round_to_cent(item.cost))}")
    if round_to_cent(item.retail) != target.retail:
        told.append(f"retail {plain(target.retail)} to {plain(round_to_cent(item.retail))}")
    return ", ".join(told)


def _change(
    item: SourceItem,
    rules: ProductRules,
    action: Action,
    reason: str,
    target: TargetItem | None = None,
    *,
    adopts: bool = False,
) -> ProductChange:
    return ProductChange(
        action=action,
        product_id=item.product_id,
        key=item.key,
        what=item.name,
        reason=reason,
        name=target.name if target else product_name(item),
        description=one_line(item.description or item.name or item.sku),
        cost=round_to_cent(item.cost),
        retail=round_to_cent(item.retail),
        taxable=rules.taxable,
        target_id=target.target_id if target else None,
        before=target,
        adopts=adopts,
    )


def _fail(plan: ProductPlan, item: SourceItem, problem: str, candidates: Collection[TargetItem]) -> None:
    named = ", ".join(f"“{target.name}” ({target.target_id})" for target in candidates)
    plan.failed += 1
    plan.notes.append(
        Note(
            Severity.ERROR,
            "product",
            f"product:{item.key}",
            f"{item.name} ({item.sku}): {problem}{': ' + named if named else ''}",
            "Keep one of them, or clear the UPC code of the others." if named else "",
            product_id=item.product_id,
        )
    )


def _note_legacy(item: SourceItem, *, news: bool = True) -> Note:
    return Note(
        Severity.WARNING,
        "legacy_product",
        f"legacy:{item.key}",
        f"{item.name} ({item.sku}) is invoiced but not in the price list; it is made from what the invoice says.",
        product_id=item.product_id,
        news=news,
    )

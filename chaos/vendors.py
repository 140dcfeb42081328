"""The sandbox from its back side: faults, edits in its screens, its calendar and its records."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from chaos.draws import pick
from chaos.expected import Cents, HandPrice, Level
from sandbox.accounts import USUAL_PERMISSIONS, story_in
from sandbox.faults import ALWAYS, clear_faults, order_fault, ordered_faults
from sandbox.generation import line_amount
from sandbox.mapping import mapping_of
from sandbox.prism_api.invoices import KIND as SOURCE_INVOICE
from sandbox.state import Store
from sandbox.syncro_api.customers import KIND as CUSTOMER
from sandbox.syncro_api.invoices import KIND as INVOICE
from sandbox.syncro_api.products import KIND as PRODUCT
from sandbox.syncro_api.schedules import KIND as SCHEDULE
from sandbox.timeline import advance
from sandbox.ui_edits import apply_edit
from sandbox.wire import Json

SLOW = "slow partner"  # as a kind of fault
_MARK = re.compile(r"\[(BS:[A-Z2-7]{10})\]")


@dataclass(frozen=True)
class Typed:
    """A line into which somebody may have typed a quantity during a sync, or taken it off: None."""

    template_id: int
    line: Json  # as it stood before
    quantity: int | None

    def is_left_so(self, schedule: Json) -> bool:
        """Whether it still is as the person left it."""
        now = next((line for line in schedule["lines"] if line["id"] == self.line["id"]), None)
        return self.quantity is None if now is None else Decimal(now["quantity"]) == self.quantity


@dataclass(frozen=True)
class ByHand:
    """What a person typed into a recurring line of ours: a run bills it so until it is set back."""

    mark: str
    before: Cents  # what the line bills without
    level: Level
    since: Cents  # and with

    @classmethod
    def of(cls, line: Json, values: Json) -> ByHand:
        """``values``: what the person changed of the line."""
        after = line | values
        quantity = Decimal(after["quantity"]).normalize()
        level = (quantity, after["retail_cents"], after["cost_cents"])
        return cls(mark_of(line), amount_of(line), level, amount_of(after))

    def is_billed_by(self, mark: str, level: Level) -> bool:
        """Whether a row of an invoice carries it."""
        return (self.mark, self.level) == (mark, level)


class Vendors:
    """One account of the sandbox; the server works on the same file beside it."""

    def __init__(self, folder: Path, account: str) -> None:
        self.account = account
        self.store = Store(folder)
        self.one_time_marks: set[str] = set()
        self.renamed: dict[int, str] = {}  # products that a person named anew
        self.paused: set[int] = set()  # templates and customers that are in order again when all is calm
        self.disabled: set[int] = set()
        self.gone_templates: set[int] = set()  # deleted for good, if the request came that it waits for
        self.gone_customers: set[int] = set()
        self.hand_prices: dict[str, HandPrice] = {}  # by subscription
        self._slowness = 0  # milliseconds
        self.unsynced_prices: set[int] = set()  # templates with a mapping that does not sync all prices
        self.priced_lines: set[int] = set()  # lines with such a price: nobody deletes them
        self.typed: list[Typed] = []  # since the newest invoice
        self.by_hand: list[ByHand] = []

    def close(self) -> None:
        """Let go of the file."""
        self.store.close()

    @contextmanager
    def alone(self) -> Iterator[Store]:
        """The store, while nobody else works on it."""
        with self.store.exclusive():
            yield self.store

    # --- records

    def mapping(self) -> list[Json]:
        """What the reseller has in mind."""
        with self.alone() as store:
            return mapping_of(store, self.account)

    def schedules(self) -> list[Json]:
        """Every template."""
        with self.alone() as store:
            return store.records(self.account, SCHEDULE)

    def products(self) -> list[Json]:
        """Every product."""
        with self.alone() as store:
            return store.records(self.account, PRODUCT)

    def customer_pages(self) -> tuple[list[int], list[int]]:
        """Ids of the customers on the first page of their list, and of those behind it."""
        with self.alone() as store:
            found = [int(one["id"]) for one in store.records(self.account, CUSTOMER)]
            size = int(store.switches["customers_page_size"])
        return found[:size], found[size:]

    def invoices(self) -> list[Json]:
        """Every generated invoice."""
        with self.alone() as store:
            return store.records(self.account, INVOICE)

    def has_places_of(self, entry: Json) -> bool:
        """Whether a mapping's customer and template are still there."""
        with self.alone() as store:
            customer = store.record(self.account, CUSTOMER, entry["syncro_customer"])
            return customer is not None and store.record(self.account, SCHEDULE, entry["invoice_template"]) is not None

    def credentials(self) -> Json:
        """The settings of the account, secrets included."""
        with self.alone() as store:
            return store.accounts[self.account]

    # --- trouble

    def order(self, kind: str, fault: Json) -> None:
        """Let something go wrong with requests to come; it is counted under that kind."""
        with self.alone() as store:
            order_fault(store, {**fault, "name": kind})

    def be_slow(self, milliseconds: int) -> None:
        """From now on Syncro takes so long over each answer to this account, whatever else is calm."""
        self._slowness = milliseconds
        path = f"^/syncro/{self.account}/"
        self.order(SLOW, {"action": "delay", "path": path, "milliseconds": milliseconds, "count": ALWAYS})

    def count_faults(self) -> tuple[Counter[str], Counter[str]]:
        """The faults of all accounts by kind: those that happened, and those that met no request or changed nothing."""
        with self.alone() as store:
            ordered = ordered_faults(store)
        happened = Counter(fault["name"] for fault in ordered if fault["happened"])
        return happened, Counter(fault["name"] for fault in ordered) - happened

    def edit(self, edit: Json) -> None:
        """Somebody works in the vendor's screens."""
        with self.alone() as store:
            apply_edit(store, self.account, edit)

    def add_template_like(self, template_id: int) -> int:
        """A second template of the same customer, with the same frequency and next run and no lines."""
        with self.alone() as store:
            one = store.record(self.account, SCHEDULE, template_id) or {}
            values = {name: one[name] for name in ("customer_id", "frequency", "next_run", "email_customer")}
            edit = {"action": "add_schedule", "values": {**values, "name": "Second template"}}
            return int(apply_edit(store, self.account, edit)["id"])

    def note_move(self, entry: Json) -> None:
        """The truth of the sandbox shall have that mapping in mind too."""
        with self.alone() as store:
            known = store.fact(f"mapping/{self.account}", [])
            same = ("customer", "motion")
            place = {"invoice_template": entry["invoice_template"]}
            moved = [one | place if all(one[n] == entry[n] for n in same) else one for one in known]
            store.remember(f"mapping/{self.account}", moved)

    def end_subscription(self, subscription_id: str, day: dt.date) -> None:
        """A customer gives up a subscription; invoices of later months do not have it."""
        with self.alone() as store:
            name = f"story_edits/{self.account}"
            edit = {"subscription_id": subscription_id, "day": day.isoformat()}
            store.remember(name, [*store.fact(name, []), edit])

    def fated(self) -> frozenset[str]:
        """Subscriptions of which the story says how they go on."""
        with self.alone() as store:
            return story_in(store, self.account).fated

    def newest_month(self) -> dt.date:
        """The first day of the month that the newest monthly invoice is for."""
        with self.alone() as store:
            months = [one["month"] for one in store.records(self.account, SOURCE_INVOICE) if one["kind"] == "monthly"]
            return dt.date.fromisoformat(max(months))

    def count_refusals(self) -> int:
        """Requests that the limit of the sandbox refused, without any fault ordered."""
        return sum(one["status"] == 429 and not one["fault"] for one in self.requests_after(0))

    def requests_after(self, number: int) -> list[Json]:
        """The requests that came after that one."""
        with self.alone() as store:
            return store.requests(number)

    def access_is_broken(self) -> bool:
        """Whether the token is revoked or lacks a permission now."""
        facts = self.credentials()
        return not facts["access_works"] or set(facts["permissions"]) != set(USUAL_PERMISSIONS)

    def restore_access(self) -> None:
        """The token works again and may do everything."""
        self.edit({"action": "restore_token"})
        for permission in USUAL_PERMISSIONS:
            self.edit({"action": "grant_permission", "permission": permission})

    def calm(self) -> None:
        """No faults any more, the token works, and what people had switched off is on again."""
        with self.alone() as store:
            clear_faults(store)
        if self._slowness:
            self.be_slow(self._slowness)
        self.restore_access()
        self.switch_on()

    def switch_on(self) -> None:
        """Templates that were paused run again, customers that were disabled are enabled."""
        with self.alone() as store:
            templates = {one["id"] for one in store.records(self.account, SCHEDULE)} & self.paused
            customers = {one["id"] for one in store.records(self.account, CUSTOMER)} & self.disabled
            for number in templates:
                edit = {"action": "edit_schedule", "schedule_id": number, "values": {"paused": False}}
                apply_edit(store, self.account, edit)
            for number in customers:
                edit = {"action": "edit_customer", "customer_id": number, "values": {"disabled": False}}
                apply_edit(store, self.account, edit)
        self.paused.clear()
        self.disabled.clear()

    # --- time

    def pass_month(self) -> None:
        """The next month begins for every account: templates run, then the distributor's invoices come."""
        self.typed.clear()
        with self.alone() as store:
            advance(store)

    def note_one_time(self) -> None:
        """An invoice does not say which of its lines were one-time: remember it before it is made."""
        with self.alone() as store:
            self._note_one_time(store)

    def run_template(self, schedule_id: int) -> bool:
        """Somebody generates one template's invoice by hand; False when it has nothing of ours."""
        with self.alone() as store:
            self._note_one_time(store)
            schedule = store.record(self.account, SCHEDULE, schedule_id)
            if schedule is None or schedule["paused"]:
                return False
            apply_edit(store, self.account, {"action": "run_template", "schedule_id": schedule_id})
            return True

    def _note_one_time(self, store: Store) -> None:
        for schedule in store.records(self.account, SCHEDULE):
            self.one_time_marks |= {mark_of(line) for line in schedule["lines"] if line["one_time_charge"]} - {""}


def mark_of(line: Json) -> str:
    """The program's mark in the text of a template's or an invoice's line, "" without one."""
    found = _MARK.search(f"{line.get('description') or ''} {line.get('name') or ''}")
    return found.group(1) if found else ""


def amount_of(line: Json) -> Cents:
    """What a template's line bills."""
    retail, cost = (line_amount(Decimal(line["quantity"]), line[side]) for side in ("retail_cents", "cost_cents"))
    return Cents(int(retail * 100), int(cost * 100))


def pick_own_line(share: float, vendors: Vendors, *, one_time: bool) -> tuple[Json, Json] | None:
    """One of the lines that the program wrote, with its template; by their marks, so that a replay finds the same."""
    found = [
        (schedule, line)
        for schedule in vendors.schedules()
        for line in schedule["lines"]
        if not line["by_hand"] and line["one_time_charge"] == one_time and line["id"] not in vendors.priced_lines
    ]
    return pick(sorted(found, key=lambda one: (one[0]["id"], mark_of(one[1]))), share) if found else None


def pick_own_product(share: float, vendors: Vendors) -> Json | None:
    """One of the products that the program made."""
    ours = [product for product in vendors.products() if not product.get("by_hand")]
    return pick(sorted(ours, key=lambda product: str(product["upc_code"])), share) if ours else None

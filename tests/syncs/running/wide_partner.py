"""A partner with many rows, written at once, and the plans of what is sent about them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import connection

from bench.seeding import Seeded, map_everybody, seed_partner
from core.scope import partner_scope
from customers.models import Customer, Subscription, TargetCustomer, Template
from invoices.models import Charge
from programs.models import Program
from syncs.enums import RunKind, RunState
from syncs.models import Run
from tests import factories as make

EACH = 12  # seats of a customer
LARGE_TABLES = frozenset({
    "customers_customer", "customers_mapping", "customers_subscription", "customers_template", "invoices_charge",
    "syncs_change", "syncs_line", "syncs_part", "syncs_posting",
})  # fmt: skip
Node = Mapping[str, Any]
_ROWS = ("Actual Rows", "Rows Removed by Filter", "Rows Removed by Index Recheck")


def wide_partner(slug: str, customers: int) -> Seeded:
    """Connected, mapped and charged for one month: ``EACH`` seats of each customer, nothing planned yet."""
    partner = seed_partner(slug)
    with partner_scope(partner.partner_id):
        program = Program.objects.select_related("source", "target").get()
        source, target = {"source": program.source}, {"target": program.target}
        made = Customer.objects.bulk_create(make.CustomerFactory.build_batch(customers, **source))
        owners = TargetCustomer.objects.bulk_create(make.TargetCustomerFactory.build_batch(customers, **target))
        Template.objects.bulk_create(
            make.TemplateFactory.build(**target, customer_external_id=owner.external_id) for owner in owners
        )
        subscriptions = Subscription.objects.bulk_create(
            make.SubscriptionFactory.build(customer=customer, **source) for customer in made for _ in range(EACH)
        )
        of = {"invoice": make.SourceInvoiceFactory(**source), "product": make.ProductFactory(**source)}
        Charge.objects.bulk_create(
            make.ChargeFactory.build(**of, customer=one.customer, subscription=one) for one in subscriptions
        )
    map_everybody(partner)
    return partner


def run_to_plan(partner: Seeded) -> int:
    """A billing run that has read what it needs."""
    with partner_scope(partner.partner_id):
        basis = {"billed_by": {}, "runs": []}
        run = make.RunFactory(
            program=Program.objects.get(), kind=RunKind.BILLING, state=RunState.PLANNING, finished_at=None, basis=basis
        )
        return int(run.pk)


def end_run(partner: Seeded, run_id: int) -> None:
    """Nothing of it was written."""
    with partner_scope(partner.partner_id):
        Run.objects.filter(pk=run_id).update(state=RunState.FINISHED)


class QueryPlans:
    """How PostgreSQL carries out what is sent: asked of itself just before each statement.

    ``tried``: it carries each of them out and takes it back, to tell how many rows are read.
    """

    def __init__(self, *, tried: bool = False) -> None:
        self.asked: list[tuple[str, Node]] = []
        self._explain = "EXPLAIN (FORMAT JSON, ANALYZE, TIMING OFF)" if tried else "EXPLAIN (FORMAT JSON)"

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, *how: Any) -> Any:
        if sql.split(maxsplit=1)[0] in {"SELECT", "WITH", "UPDATE", "DELETE"} and "set_config" not in sql:
            with connection.connection.cursor() as cursor:
                cursor.execute("SAVEPOINT asked")
                cursor.execute(f"{self._explain} {sql}", params)
                self.asked.append((sql, cursor.fetchone()[0][0]["Plan"]))
                cursor.execute("ROLLBACK TO SAVEPOINT asked")
        return execute(sql, params, *how)

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Ask while it is open."""
        with connection.execute_wrapper(self):
            yield

    def joins(self) -> list[str]:
        """Kinds of the joins of two large tables."""
        return [node["Node Type"] for _, plan in self.asked for node in _nodes(plan) if _joins_large_tables(node)]

    def loops(self) -> list[str]:
        """Statements that read one large table for each row of another."""
        return [
            sql
            for sql, plan in self.asked
            if any(node["Node Type"] == "Nested Loop" and _joins_large_tables(node) for node in _nodes(plan))
        ]

    def rows_read(self) -> Counter[str]:
        """By table, the rows that were looked at, where statements were tried."""
        found = Counter[str]()
        for node in (one for _, plan in self.asked for one in _nodes(plan) if "Relation Name" in one):
            found[node["Relation Name"]] += round(node["Actual Loops"] * sum(node.get(name, 0) for name in _ROWS))
        return found


def _nodes(plan: Node) -> Iterator[Node]:
    yield plan
    for inner in plan.get("Plans", ()):
        yield from _nodes(inner)


def _joins_large_tables(node: Node) -> bool:
    sides: Sequence[Node] = [one for one in node.get("Plans", ()) if one["Parent Relationship"] in {"Outer", "Inner"}]
    return len(sides) == 2 and all(_reads_large_table(side) for side in sides)


def _reads_large_table(plan: Node) -> bool:
    return any(node.get("Relation Name") in LARGE_TABLES for node in _nodes(plan))

"""What only answers writes nothing and calls nobody: ``reports/``, and the loading of facts.

PostgreSQL is the judge: every public function is called in a transaction that may only read. A new function is
called by itself, as long as the names of its parameters are known here.
"""

from __future__ import annotations

import ast
import datetime as dt
import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import fields, is_dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.db.utils import InternalError
from django.utils import timezone

import reports
import syncs.facts
from core.audit import COMMAND
from core.scope import partner_scope
from customers.models import Customer, Template
from customers.target_copy import template_record
from devservers.places import CHECKOUT
from invoices.models import SourceInvoice
from money.enums import Action, Motion, PartRole
from money.plan import PlannedChange
from products.selectors import list_products
from programs.models import Program
from reports.billing import billing_items
from reports.inbox import decidable, unmapped_of
from reports.invoice import read_account
from reports.months import list_months
from reports.overview import program_cards
from reports.run import listed_runs
from reports.suggestions import propose_mappings
from reports.template_lines import template_places
from reports.verdict import Waiting
from syncs.deciding.answering import decide
from syncs.facts.lines import load_own_lines
from syncs.facts.months import load_and_keep_months, load_months
from syncs.facts.open_periods import find_open_periods
from syncs.facts.run_scope import SCOPE, RunScope
from syncs.models import Change, Line
from syncs.proving.month_accounts import load_accounts
from syncs.proving.reconciliation import reconcile_invoice
from syncs.proving.verdicts import judge_programs
from tests import factories as make
from tests.portal.cast import Cast, Shop, make_cast, stock_shop
from tests.portal.test_query_counts import add_rows

PACKAGES = (reports, syncs.facts)
NEWEST = "2026-09"
# A run, as the basis of a run keeps it.
SEEN = {
    "invoice_id": "1", "number": "1", "quantity": "1", "price": "10.00",
    "written_quantity": "1", "written_price": "10.00", "ahead": True,
}  # fmt: skip

WRITES = {
    "acreate", "asave", "bulk_create", "bulk_update", "create", "delete", "get_or_create", "save",
    "select_for_update", "update", "update_or_create",
    "expire", "hset", "incr", "lpush", "rpush", "setex", "zadd",  # of Redis
}  # fmt: skip
CALLS_OUT = {"open", "open_source", "open_target", "source_client", "target_client", "build_edge"}
VENDORS = ("connections.clients", "connectors", "requests")
NO_CLIENT = ("connectors.records", "connectors.registry")  # what a vendor said, and what it is called
PAGES = (
    "django.http", "django.shortcuts", "django.template", "django.urls", "django.utils.html",
    "django.utils.safestring", "django_filters", "django_tables2", "portal",
)  # fmt: skip


def modules_of(package: ModuleType) -> list[ModuleType]:
    names = [found.name for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")]
    return [importlib.import_module(name) for name in names]


def files_of(package: ModuleType) -> Iterator[Path]:
    return Path(next(iter(package.__path__))).rglob("*.py")


def public_functions(package: ModuleType) -> Iterator[tuple[str, Callable[..., Any]]]:
    """Functions of its modules, and the ways by which its classes are read."""
    for module in modules_of(package):
        own = {name: each for name, each in vars(module).items() if getattr(each, "__module__", "") == module.__name__}
        for name, each in own.items():
            if not name.startswith("_"):
                yield from ((f"{module.__name__}.{way}", asked) for way, asked in ways_into(name, each))


def ways_into(name: str, each: Any) -> Iterator[tuple[str, Callable[..., Any]]]:
    """A function itself; of a class what makes one by reading."""
    if inspect.isfunction(each):
        yield name, each
    elif inspect.isclass(each):
        readers = (key for key, value in vars(each).items() if isinstance(value, classmethod))
        yield from ((f"{name}.{key}", getattr(each, key)) for key in readers if not key.startswith("_"))


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


@pytest.fixture
def shop(cast: Cast) -> Shop:
    """Northwind with a few rows of everything, some of them answered, held, paused or not mapped."""
    with partner_scope(cast.northwind.pk):
        stocked = stock_shop()
        make.MappingBatchFactory.switched_off(stocked.mapping)
        add_rows(cast, stocked)
        stocked.mapping.first_month = dt.date(2026, 10, 1)  # after the month that was charged
        stocked.mapping.save()
        decide(program=stocked.program, subject=stocked.credit.subject, choice="dismiss", actor=COMMAND)
    return stocked


@contextmanager
def reading_only() -> Iterator[None]:
    """A part of the transaction in which a write is an error of PostgreSQL; what follows may write again."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION READ ONLY")
        yield


def given(cast: Cast, shop: Shop) -> dict[str, Any]:
    """What parameters of these names are; those of one function alone by its name too."""
    program = next(each for each in _programs() if each.pk == shop.program.pk)
    run = listed_runs().get(pk=shop.run.pk)
    run.program = program
    template = Template.objects.get(pk=shop.template.pk)
    line = Line.objects.select_related("subscription", "product").earliest("pk")
    wanted, withdrawn = find_open_periods(program, {shop.mapping.pk: shop.customer.pk}, NEWEST)
    mapping = program.mappings.select_related("customer", "template", "target_customer").get(pk=shop.mapping.pk)
    usage = PlannedChange(
        Action.ADD_LINE, PartRole.USAGE, "BS:mark", shop.customer.pk, Motion.AZURE_PLAN, line.subscription_id,
        NEWEST, template.external_id, "Usage", "",
    )  # fmt: skip
    return _of_the_shop(cast, shop, program) | {
        "account": reconcile_invoice(shop.invoice, program),
        "accounts": list(load_accounts([program])[program.pk].all),
        "balance": reconcile_invoice(shop.invoice, program),
        "balances": [reconcile_invoice(shop.invoice, program)],
        "balanced": True,
        "judged": judge_programs([program])[program.pk],
        "month": dt.date(2026, 9, 1),
        "reports.months.report_month.judged": judge_programs([program])[program.pk].months[0],
        "total": reconcile_invoice(shop.invoice, program).total,
        "basis": {"billed_by": {line.mark: "1"}, "runs": [SEEN | {"mark": line.mark}]},
        "begun": {(mapping.customer_id, mapping.motion): mapping.first_month},
        "card": program_cards([program])[0].cards[1],
        "failed": list(run.changes.all()),
        "ids": [template.external_id],
        "kept": load_and_keep_months(program)[1],
        "line": line,
        "lines": load_own_lines(program),
        "mapped": {shop.mapping.pk: shop.customer.pk},
        "mapping": mapping,
        "months": load_months(program),
        "own_ids": [line.line_id],
        "owners": dict.fromkeys(wanted, shop.customer.pk),
        "places": list(template_places(program, Q(external_id=template.external_id)).values()),
        "read": [template_record(template)],
        "row": template,
        "run": run,
        "source_id": program.source_id,
        "stored": RunScope(run=run.pk, items=1).to_basis()[SCOPE],
        "target_id": program.target_id,
        "sought": [],
        "carried": {},
        "template": template_record(template),
        "template_id": template.external_id,
        "templates": [template.external_id],
        "wanted": wanted,
        "ways": Q(external_id=template.external_id),
        "withdrawn": withdrawn,
        "syncs.facts.run_scope.scope_of_failed.findings": ["finding"],
        "syncs.facts.usual_amounts.usual_amounts.changes": [usage],
    }


def _of_the_shop(cast: Cast, shop: Shop, program: Program) -> dict[str, Any]:
    items = list(billing_items(program))
    return {
        "change": shop.change,
        "changes": Change.objects.all(),
        "choices": {},
        "chosen": {},
        "customer": Customer.objects.get(pk=shop.customer.pk),
        "customer_id": shop.customer.pk,
        "customer_ids": [shop.customer.pk],
        "customers": [shop.customer.pk],
        "finding": shop.credit,
        "findings": list(decidable()),
        "invoice": SourceInvoice.objects.get(pk=shop.invoice.pk),
        "charges": list(shop.invoice.charges.all()),
        "part": "not_mapped",
        "rows": list(read_account(shop.invoice, program).rows),
        "reports.months.parts_that_occur.months": list_months(program),
        "reports.invoice.rows_that_became.rows": shop.invoice.charges.all(),
        "charge": shop.invoice.charges.all()[0],
        "words": "contoso",
        "item_ids": [item.pk for item in items],
        "items": billing_items(program),
        "least": 75,
        "mapping_ids": [shop.mapping.pk],
        "motion": Motion.SEAT_MONTHLY,
        "newest": NEWEST,
        "now": timezone.now(),
        "partner_id": cast.northwind.pk,
        "periods": ["2026-09"],
        "product": list_products(program).get(pk=shop.product.pk),
        "product_ids": [shop.product.pk],
        "program": program,
        "program_ids": [program.pk],
        "programs": [program],
        "proposals": propose_mappings(program, items, 75),
        "subject": f"older:{shop.mapping.pk}:{NEWEST}",
        "ticked": [],
        "today": timezone.localdate(),
        "unmapped": unmapped_of(program, most=5),
        "url": settings.REDIS_URL,
        "user_id": cast.users["vera"].pk,
        "waiting": Waiting.read(),
    }


def _programs() -> list[Program]:
    return list(Program.objects.select_related("source__partner", "target", "partner"))


def call(name: str, function: Callable[..., Any], values: Mapping[str, Any]) -> None:
    """Ask it, and read all that its answer leaves to be read."""
    parameters = inspect.signature(function).parameters.values()
    needed = [each for each in parameters if each.default is each.empty]
    unknown = [each.name for each in needed if each.name not in values]
    assert not unknown, f"{name}: say in given() what {', '.join(unknown)} may be."
    found = {each: values.get(f"{name}.{each.name}", values[each.name]) for each in needed}
    named = {each.name: value for each, value in found.items() if each.kind is each.KEYWORD_ONLY}
    read_whole(function(*[value for each, value in found.items() if each.name not in named], **named))


def read_whole(answer: object) -> None:
    """Ask the database for what an answer leaves to be asked."""
    if isinstance(answer, QuerySet):
        list(answer)
    elif isinstance(answer, list | tuple | dict):
        for each in answer.values() if isinstance(answer, dict) else answer:
            read_whole(each)
    elif is_dataclass(answer):
        for field in fields(answer):
            read_whole(getattr(answer, field.name))


@pytest.mark.parametrize("package", PACKAGES, ids=lambda package: package.__name__)
def test_every_public_function_is_content_with_reading(package: ModuleType, cast: Cast, shop: Shop) -> None:
    refused = {}
    with partner_scope(cast.northwind.pk):
        values = given(cast, shop)
        for name, function in public_functions(package):
            try:
                with reading_only():
                    call(name, function, values)
            except InternalError as error:
                refused[name] = str(error)

    assert refused == {}, "What writes belongs to a service: syncs/deciding, syncs/writing, an app's services.py."


def test_a_write_within_is_refused_and_one_after_it_is_not(cast: Cast, shop: Shop) -> None:
    with partner_scope(cast.northwind.pk):
        with pytest.raises(InternalError, match="cannot execute UPDATE in a read-only transaction"), reading_only():
            Customer.objects.update(name="Sample")
        Customer.objects.update(name="Sample")


@pytest.mark.parametrize("package", PACKAGES, ids=lambda package: package.__name__)
def test_no_module_has_a_call_that_writes_or_leads_to_a_vendor(package: ModuleType) -> None:
    found = [
        f"{path.relative_to(CHECKOUT)}:{node.lineno} {name}()"
        for path in files_of(package)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and (name := called_name(node)) in WRITES | CALLS_OUT
    ]

    assert found == [], "It only answers: write in a service, call a vendor between two scopes."


@pytest.mark.parametrize("package", PACKAGES, ids=lambda package: package.__name__)
def test_no_module_knows_a_vendors_client_or_a_page(package: ModuleType) -> None:
    found = [
        f"{path.relative_to(CHECKOUT)} imports {name}"
        for path in files_of(package)
        for name in imported_by(path)
        if is_one_of(name, VENDORS + PAGES) and not is_one_of(name, NO_CLIENT)
    ]

    assert found == [], "Portal, API, commands and mails ask the same: no HTML, no request, no client."


def is_one_of(name: str, modules: Iterable[str]) -> bool:
    return any(name == module or name.startswith(f"{module}.") for module in modules)


def called_name(node: ast.Call) -> str:
    return getattr(node.func, "attr", getattr(node.func, "id", ""))


def imported_by(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)

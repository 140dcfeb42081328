"""Planning a large partner of which the database knows nothing yet, or what held before it came."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, connections
from django.db.models import QuerySet

from bench.seeding import Seeded
from connectors.records import LineValues, TemplateLine
from core.scope import partner_scope
from invoices.models import Charge
from money.enums import PartState
from syncs.enums import ChangeState, RunState
from syncs.models import Change, Line, Part, Posting, Run
from syncs.running.planning import plan_billing_run
from syncs.running.slices import open_slice
from syncs.writing.committing import standing_line
from syncs.writing.lines import LineWrite
from syncs.writing.protocol import Outcome, send
from syncs.writing.values import line_from_json
from tests import databases
from tests.syncs.running.wide_partner import EACH, QueryPlans, end_run, run_to_plan, wide_partner

CUSTOMERS = 834  # 10,008 rows


@pytest.fixture
def new_database(
    test_servers: databases.TestServers, django_db_setup: None, redis_url: str, django_db_blocker: Any
) -> Iterator[str]:
    """A database of this test alone, in which nothing was ever counted. To be asked for before ``db``."""
    name, usual = databases.create_database(test_servers, "_new"), settings.DATABASES["default"]["NAME"]
    with django_db_blocker.unblock():
        _go_to(name)
        yield name
        _go_to(usual)
    databases.drop_database(test_servers, name)


@pytest.fixture
def five_small_ones(new_database: str, test_servers: databases.TestServers, django_db_blocker: Any) -> None:
    """The database was counted when it held five small partners."""
    with django_db_blocker.unblock():
        for number in range(5):
            wide_partner(f"small-{number}", customers=3)
    owner = test_servers.server.connect(new_database)
    with owner.cursor() as cursor:
        cursor.execute("ANALYZE")
    owner.close()


def _go_to(database: str) -> None:
    connections.close_all()
    connections["default"].settings_dict["NAME"] = settings.DATABASES["default"]["NAME"] = database


def plan(partner: Seeded) -> int:
    """Plan a month; nothing of it is written."""
    run_id = run_to_plan(partner)
    with partner_scope(partner.partner_id):
        work = open_slice(Run.objects.get(pk=run_id))
    assert plan_billing_run(work) is RunState.APPLYING
    end_run(partner, run_id)
    return run_id


def look_at_plan(partner: Seeded) -> QueryPlans:
    plans = QueryPlans()
    with plans.reading():
        run_id = plan(partner)
    with partner_scope(partner.partner_id):
        assert Change.objects.filter(run=run_id, state=ChangeState.PLANNED).count() == EACH * CUSTOMERS
    assert len(plans.joins()) > 20, "nothing was joined that could have been looped over"
    return plans


def rows_read_by_writing(partner: Seeded, change: Change) -> Counter[str]:
    """Where the target answers at once."""
    plans = QueryPlans(tried=True)
    with plans.reading():
        assert send(LineWrite(partner.partner_id, change, Answering())) is Outcome.DONE
    return plans.rows_read()


def stand(partner: Seeded, changes: QuerySet[Change]) -> None:
    """As many lines stand as the run is to write in all, as at its end."""
    with partner_scope(partner.partner_id):
        lines = [
            standing_line(change.run, change, f"old-{change.pk}", line_from_json(change.after or {}), None)
            for change in changes
        ]
        for line in lines:
            line.mark = line.line_id
        Line.objects.bulk_create(lines, batch_size=1000)
        assert Line.objects.count() == EACH * CUSTOMERS


class Answering:
    """A target that takes every line as it is."""

    def add_line(self, template_id: str, values: LineValues) -> TemplateLine:
        return TemplateLine(line_id=f"new-{values.description}", template_id=template_id, **asdict(values))


def test_nothing_is_looped_over_and_writes_read_a_few_rows_in_a_new_database(new_database, db):
    partner = wide_partner("large", CUSTOMERS)

    assert look_at_plan(partner).loops() == []

    with partner_scope(partner.partner_id):
        changes = Change.objects.filter(state=ChangeState.PLANNED).select_related("run__program__target")
        first, last = changes.earliest("position"), changes.latest("position")
    stand(partner, changes)
    for change in (first, last):
        read = rows_read_by_writing(partner, change)
        assert read["customers_mapping"] + read["customers_template"] <= 3 * CUSTOMERS  # once each, no product of both
        assert sum(read.values()) - read["customers_mapping"] - read["customers_template"] < 20


def test_nothing_is_looped_over_where_the_database_knows_of_small_partners_alone(five_small_ones, db):
    assert look_at_plan(wide_partner("large", CUSTOMERS)).loops() == []


def test_month_that_is_planned_again_writes_what_differs_alone(db):
    partner = wide_partner("northwind", customers=20)
    plan(partner)
    with partner_scope(partner.partner_id):
        before = [set(model.objects.values_list()) for model in (Posting, Part)]
        Charge.objects.filter(pk=Charge.objects.earliest("pk").pk).update(quantity=6, cost="51.00", retail="60.00")

    written = rows_written()
    plan(partner)

    written = Counter(rows_written()) - Counter(written)
    assert {name: written[name] for name in ("syncs_posting", "syncs_part", "syncs_change")} == {
        "syncs_posting": 1, "syncs_part": 1, "syncs_change": EACH * 20,
    }  # fmt: skip
    with partner_scope(partner.partner_id):
        after = [set(model.objects.values_list()) for model in (Posting, Part)]
        assert [len(ours - theirs) for ours, theirs in zip(after, before, strict=True)] == [1, 1]
        assert Part.objects.filter(retail=60, state=PartState.PLANNED).count() == 1


def rows_written() -> dict[str, int]:
    """By table, how many were added, changed or taken out in this transaction so far."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname, n_tup_ins + n_tup_upd + n_tup_del FROM pg_stat_xact_user_tables")
        return dict(cursor.fetchall())

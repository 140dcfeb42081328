"""The months of the sandbox that are recorded: what people and the distributor do from month to month.

Whose months are kept, under which name, is in ``stories.yaml``. A story is played by
``python -m tests.replay record NAME``. Add moments and names, or a new story; what is recorded stays.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal

from tests.end_to_end.office import Json
from tests.replay.recorder.stage import Stage

ADATUM, ADVENTURE, ALPINE, COHO, LUCERNE = 5001, 5003, 5004, 5010, 5026
PALM, TAILSPIN, VANARSDEL = 5031, 5039, 5042
TYPED_IN = 9033  # litware's line of Defender for Business


def ordinary(stage: Stage) -> None:
    """The whole reseller with the usual settings, from the first sync on."""
    stage.office.configure()
    stage.record("september")
    stage.office.advance()
    stage.record("october")
    stage.office.advance()
    stage.office.map(stage.office.entries("woodgrove"))
    stage.record("november")
    stage.office.advance()
    stage.record("december")


def people(stage: Stage) -> None:
    """Somebody works on the templates between two syncs."""
    stage.office.configure(
        "adatum", "adventure", "alpine", "coho-winery", "litware", "lucerne", "palm", "tailspin", "vanarsdel"
    )
    stage.sync()
    stage.delete_line(LUCERNE, stage.line(LUCERNE, "Microsoft Teams", one_time=True))
    stage.double_line(COHO, stage.line(COHO, "Microsoft 365 E3"))
    stage.record("in the first month")
    stage.answer("lost", "again")
    stage.record("answered")
    stage.edit_template(PALM, paused=True)
    stage.office.advance()
    _work_in_october(stage)
    stage.record("in the second month")
    stage.answer("not_billed", "apply")
    stage.record("missed month answered")
    _run_twice(stage, ADATUM)
    _work_in_november(stage)
    stage.record("in the third month")
    stage.answer("left_behind", "remove")
    stage.office.edit("delete_schedule", schedule_id=ALPINE)
    stage.edit_template(VANARSDEL, customer_id=stage.office.template(LUCERNE)["customer_id"])
    stage.office.advance()
    stage.office.edit("run_template", schedule_id=ADVENTURE)
    stage.record("in the fourth month")


def _work_in_october(stage: Stage) -> None:
    stage.edit_template(PALM, paused=False)
    stage.edit_line(ADVENTURE, stage.line(ADVENTURE, "Planner"), quantity=99, retail_cents=1)
    stage.delete_line(ALPINE, stage.line(ALPINE, "Exchange"))
    stage.edit_template(VANARSDEL, paused=True)
    line = stage.line(COHO, "Microsoft 365 E3")
    stage.edit_line(COHO, line, name="Office, as agreed", taxable=not line["taxable"])


def _run_twice(stage: Stage, template: int) -> None:
    """Once now, and once more on its day as the month passes."""
    day = stage.office.template(template)["next_run"]
    stage.office.edit("run_template", schedule_id=template)
    stage.edit_template(template, next_run=day)
    stage.edit_template(VANARSDEL, paused=False)
    stage.office.advance()


def _work_in_november(stage: Stage) -> None:
    phones = next(one["id"] for one in stage.office.products() if "Teams Phone" in one["name"])
    typed_in = {"product_id": phones, "name": "Phones, see mail", "quantity": 15, "retail_cents": 1000}
    stage.office.edit("add_line", schedule_id=TAILSPIN, values=typed_in)
    stage.office.edit("delete_product", product_id=stage.line(TAILSPIN, "Microsoft Intune")["product_id"])
    (entry,) = stage.office.entries("coho-winery", motions=["seat_monthly"])
    values = {"customer_id": entry["syncro_customer"], "name": "Another template", "frequency": "Monthly"}
    values["next_run"] = stage.office.template(COHO)["next_run"]
    made = stage.office.edit("add_schedule", values=values)
    stage.office.map([entry | {"invoice_template": made["id"]}])
    stage.office.map(stage.office.entries("litware"), sync=False)


def kept_lines(stage: Stage) -> None:
    """A Syncro that keeps one-time lines when a template has run."""
    stage.office.switch(one_time_after_generation="kept")
    stage.office.configure("lucerne", "adatum")
    stage.sync()
    stage.office.advance()
    stage.record("after the run")


def answers(stage: Stage) -> None:
    """People answer what waits."""
    stage.office.configure("litware", "fourthcoffee", "vanarsdel", "adventure")
    stage.sync()
    stage.answer("conflict", "adopt", TYPED_IN)
    stage.answer("credit", "apply")
    stage.record("answered")
    stage.office.set_billing(approval="required")
    stage.office.advance()
    stage.record("approval")
    stage.office.set_billing(approval="automatic")
    stage.sync()
    stage.office.advance()
    stage.record("november")
    stage.answer("credit", "dismiss")
    stage.record("dismissed")


def decimal_quantities(stage: Stage) -> None:
    """Prorations as decimal quantity."""
    cast = ("adventure", "alpine", "fourthcoffee", "lucerne")
    stage.office.configure(*cast, billing={"prorations": "quantity"})
    stage.record("september")
    stage.office.advance()
    stage.record("october")
    stage.office.set_billing(prorations="line")
    stage.record("style changed")


def warnings_only(stage: Stage) -> None:
    """Prorations that only warn."""
    stage.office.configure("adventure", "lucerne", billing={"prorations": "warn"})
    stage.record("september")
    stage.office.advance()
    stage.record("october")


def pricing(stage: Stage) -> None:
    """Prices that the partner sets itself."""
    stage.office.configure("adventure", "alpine", "contoso", billing={"credits": "apply"}, late=True)
    stage.office.map(stage.office.entries("adventure"), pricing="cost_only")
    stage.office.map(stage.office.entries("alpine", "contoso"), pricing="quantity_only")
    stage.record("september")
    stage.edit_line(ADVENTURE, stage.line(ADVENTURE, "Planner"), retail_cents=4200)
    stage.edit_line(ALPINE, stage.line(ALPINE, "Microsoft 365 E5"), retail_cents=6100, cost_cents=100)
    stage.office.advance()
    stage.record("october")


def negatives_refused(stage: Stage) -> None:
    """A Syncro that refuses negative amounts."""
    stage.office.switch(negative_cents="refused")
    stage.office.configure("adventure", "alpine", "fourthcoffee", billing={"credits": "apply"})
    stage.sync()
    stage.record("refused")
    stage.office.advance()
    stage.record("october")


def more_invoices(stage: Stage) -> None:
    """The distributor issues more than one invoice for a month."""
    stage.office.configure("adatum", "adventure", "vanarsdel")
    stage.sync()
    september = stage.newest_invoice()
    stage.issue(stage.rows(september, "adventure"), "2026-09")
    stage.record("twice")
    stage.answer_invoice("adds")
    stage.record("adds")
    stage.recorder.apply()
    stage.issue([_negated(row) for row in stage.rows(september, "vanarsdel")], "2026-09")
    stage.record("reversed")
    stage.office.advance()
    late = stage.rows(september, "adatum")[0]
    stage.issue([late | {"Quantity": "1", "SubTotal": "10.00", "SubTotalRrp": "12.50"}], "2026-10")
    stage.record("late row")


def replaced_invoice(stage: Stage) -> None:
    """The distributor issues an invoice again, for one customer of two."""
    stage.office.configure("adventure", "coho-winery")
    stage.sync()
    again = [_cheaper(row) for row in stage.rows(stage.newest_invoice(), "coho-winery")]
    stage.issue(again, "2026-09")
    stage.sync()
    stage.answer_invoice("replaces")
    stage.record("replaced")


def _cheaper(row: Json) -> Json:
    """The same at nine tenths of the price."""
    names = ("UnitPrice", "UnitPriceRrp", "SubTotal", "SubTotalRrp")
    return row | {name: str((Decimal(row[name]) * 9 / 10).quantize(Decimal("0.01"))) for name in names}


def _negated(row: Json) -> Json:
    return row | {name: f"-{row[name]}" for name in ("Quantity", "SubTotal", "SubTotalRrp")}


def late_start(stage: Stage) -> None:
    """Mappings that are switched on later."""
    stage.office.configure("adatum")
    stage.sync()
    stage.office.advance()
    stage.office.map(stage.office.entries("alpine", "treyresearch"))
    stage.record("late")
    stage.answer("older_months", "take_up")
    stage.record("taken up")


STORIES: Mapping[str, Callable[[Stage], None]] = {
    story.__name__: story
    for story in (
        ordinary,
        people,
        kept_lines,
        answers,
        decimal_quantities,
        warnings_only,
        pricing,
        negatives_refused,
        more_invoices,
        replaced_invoice,
        late_start,
    )
}

"""Two programs of one partner write to the same templates of one target, and neither touches the other's lines."""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path

import pytest

from core.audit import COMMAND
from core.scope import partner_scope
from money.enums import Chosen, LineState, PartRole
from money.month.guard import Upheaval
from programs.models import Program
from syncs.deciding.answering import decide
from syncs.models import Finding, Line
from syncs.running import planning
from syncs.running.starting import start_sync
from tests.end_to_end.conftest import opened, set_aside_first_month
from tests.end_to_end.office import Json, Office, finish, mark_of

CAST = ("adatum", "coho-winery")
ADATUM, COHO = 5001, 5010
FIRST, SECOND = "first", "second"


def add_second_program(office: Office, *, maps: Sequence[str] = ("adatum",)) -> None:
    """The same distributor account once more, as a connection and a program of its own, on the same templates."""
    source, target = office.wishes["connections"]
    office.wishes["connections"] = [source | {"name": FIRST}, target, source | {"name": SECOND}]
    first = office.wishes["programs"][0] | {"source": FIRST}
    second = copy.deepcopy(first) | {"source": SECOND}
    office.wishes["programs"] = [first, second]
    map_second(office, office.entries(*maps) if maps else [])


def map_second(office: Office, entries: Sequence[Json], **how: bool) -> None:
    firsts = [one | {"source": FIRST} for one in office.wishes["mappings"] if one.get("source") != SECOND]
    office.wishes["mappings"] = firsts + [one | {"source": SECOND} for one in office.mapped(entries, **how)]
    office.write_wishes()


def lines_of(office: Office, source: str, template: int = ADATUM) -> list[Json]:
    """What stands on a template of one program's lines, by our rows."""
    with partner_scope(office.partner_id()):
        ours = Line.objects.filter(program__source__name=source, state=LineState.STANDING)
        ids = set(ours.values_list("line_id", flat=True))
    return [line for line in office.template(template)["lines"] if str(line["id"]) in ids]


def money_of(lines: Sequence[Json]) -> Counter[tuple[object, ...]]:
    told = ("quantity", "retail_cents", "cost_cents", "one_time_charge")
    return Counter((mark_of(line), *(line[name] for name in told)) for line in lines)


def findings_of(office: Office, source: str, code: str) -> list[Finding]:
    with partner_scope(office.partner_id()):
        return list(Finding.objects.filter(program__source__name=source, code=code, closed_at__isnull=True))


def twice(office: Office, template: int = ADATUM) -> None:
    """Both programs bill the same, each by lines of its own, and nothing is left to do."""
    first, second = (lines_of(office, source, template) for source in (FIRST, SECOND))
    assert first
    assert money_of(first) == money_of(second)
    assert len(office.our_lines(template)) == len(first) + len(second)
    assert (office.unbalanced(), office.planned()) == ([], [])


@pytest.fixture
def two(office: Office) -> Office:
    """The office after the first sync of its second program."""
    add_second_program(office)
    office.sync()
    return office


def test_second_program_writes_lines_of_its_own_beside_those_of_the_first(office: Office):
    before = office.our_lines(ADATUM)

    add_second_program(office)
    synced = office.sync()

    assert synced.code == 0
    assert lines_of(office, FIRST) == before
    twice(office)
    assert [found.code for found in office.findings() if found.code in ("conflict", "left_behind")] == []
    (told,) = findings_of(office, SECOND, "foreign_lines")  # what people typed in, and nothing that the first wrote
    by_hand = [line for line in office.template(ADATUM)["lines"] if line["by_hand"]]
    assert [line["name"] for line in by_hand if not line["one_time_charge"] and line["name"] in told.text]
    assert [line["name"] for line in before if line["name"] in told.text] == []


def test_months_go_by_and_each_program_keeps_its_own_lines_right(two: Office):
    recurring = {
        source: [one["id"] for one in lines_of(two, source) if not one["one_time_charge"]] for source in (FIRST, SECOND)
    }
    for _ in range(2):
        two.advance()

        synced = two.sync()

        assert synced.code == 0
        twice(two)
    for source, ids in recurring.items():
        assert set(ids) & {one["id"] for one in lines_of(two, source)}


def test_line_that_a_person_deletes_comes_back_beside_the_others(two: Office):
    gone, *_ = [line for line in lines_of(two, FIRST) if not line["one_time_charge"]]
    others = lines_of(two, SECOND)
    two.edit("delete_line", schedule_id=ADATUM, line_id=gone["id"])
    assert money_of(lines_of(two, SECOND)) == money_of(others)
    two.advance()

    two.sync()

    assert mark_of(gone) in {mark_of(line) for line in lines_of(two, FIRST)}
    twice(two)


def test_copied_line_is_taken_off_and_the_other_programs_stays(two: Office):
    line, *_ = [line for line in lines_of(two, FIRST) if not line["one_time_charge"]]
    told = ("name", "description", "quantity", "retail_cents", "cost_cents")
    two.edit("add_line", schedule_id=ADATUM, values={name: line[name] for name in told})

    two.sync()

    twice(two)


def test_lines_of_a_program_whose_mapping_is_off_are_offered_for_removal_and_no_others(two: Office):
    first = lines_of(two, FIRST)
    map_second(two, two.entries("adatum"), sync=False)

    two.sync()

    assert findings_of(two, FIRST, "left_behind") == []
    left = findings_of(two, SECOND, "left_behind")
    assert len(left) == len(lines_of(two, SECOND))
    with partner_scope(two.partner_id()):
        program = Program.objects.get(source__name=SECOND)
        for finding in left:
            decide(program=program, subject=finding.subject, choice=Chosen.REMOVE, actor=COMMAND)
    two.sync()
    assert (lines_of(two, FIRST), lines_of(two, SECOND)) == (first, [])
    assert two.our_lines(ADATUM) == first
    two.sync()
    assert two.our_lines(ADATUM) == first  # what was taken off is looked for among its own alone


@pytest.mark.parametrize("loss", ["drop_after", "drop_before"])
def test_lost_answer_of_one_program_is_not_resolved_by_the_others_line(office: Office, loss: str):
    add_second_program(office)
    office.fault(loss, vendor="syncro", method="POST", path="/add_line_item$", count=2)

    synced = office.sync()

    assert synced.code == 0
    twice(office)


def test_failed_write_is_tried_again_for_the_program_that_failed(office: Office):
    add_second_program(office)
    office.fault("status", vendor="syncro", method="POST", path="/add_line_item$", status=422)
    assert office.sync().code == 1

    assert office.sync().code == 0

    twice(office)


def test_guard_counts_the_lines_of_its_program_alone(two: Office, monkeypatch: pytest.MonkeyPatch):
    with partner_scope(two.partner_id()):
        recurring = Line.objects.filter(state=LineState.STANDING, role=PartRole.RECURRING)
        standing = [recurring.filter(program__source__name=name).count() for name in (FIRST, SECOND)]
    counted: list[int] = []
    reason = planning.guard_reason

    def watched(upheaval: Upheaval, *, line_count: int, total: Decimal) -> str:
        counted.append(line_count)
        return reason(upheaval, line_count=line_count, total=total)

    monkeypatch.setattr(planning, "guard_reason", watched)
    two.advance()
    two.sync()

    assert counted == standing


@pytest.mark.parametrize("order", [(FIRST, SECOND), (SECOND, FIRST)], ids=["first", "second"])
def test_line_that_nobody_charges_any_more_goes_with_the_sync_of_its_own_program(two: Office, order: tuple[str, str]):
    line, *_ = [line for line in lines_of(two, FIRST) if not line["one_time_charge"]]
    mark = mark_of(line)
    with partner_scope(two.partner_id()):
        ended = Line.objects.filter(mark=mark).values_list("subscription__external_id", flat=True)[0]
    with two.store.exclusive():
        two.store.remember("story_edits/northwind", [{"subscription_id": ended, "day": "2026-09-30"}])
    two.advance()
    two.sync("products")

    for number, source in enumerate(order, start=1):
        sync_alone(two, source)
        standing = {one for one in order if mark in map(mark_of, lines_of(two, one))}
        assert standing == set(order[number:])
    two.sync()
    twice(two)


def sync_alone(office: Office, source: str) -> None:
    """Billing of one program."""
    with partner_scope(office.partner_id()):
        program = Program.objects.get(source__name=source)
        (run,) = start_sync(program=program, kinds=["billing"], actor=COMMAND, enqueue=False)
    finish(office.partner_id(), run.pk)


# --- Two targets of one system --------------------------------------------------------------------


@pytest.fixture
def two_houses(db: None, redis_url: str, tmp_path: Path) -> Iterator[Office]:
    """Northwind IT has a second account at Syncro."""
    set_aside_first_month()
    with opened(tmp_path, accounts=("northwind", "fabrikam")) as office, pytest.MonkeyPatch.context() as patch:
        patch.setenv("SECOND_SYNCRO_TOKEN", office.server.introduction()["accounts"][1]["syncro_token"])
        office.configure("adatum")
        yield office


def schedules_of(office: Office, account: str) -> dict[int, Json]:
    with office.store.exclusive():
        return {one["id"]: one for one in office.store.records(account, "schedule")}


def templates_of(office: Office, account: str) -> dict[int, list[Json]]:
    return {number: one["lines"] for number, one in schedules_of(office, account).items()}


def test_two_targets_of_one_system_are_told_apart(two_houses: Office):
    office = two_houses
    before = templates_of(office, "fabrikam")
    there, owner = next((number, one["customer_id"]) for number, one in schedules_of(office, "fabrikam").items())
    office.sync()
    first = templates_of(office, "northwind")
    add_second_target(office, customer=owner, template=there)

    assert office.sync().code == 0

    assert templates_of(office, "northwind") == first
    after = templates_of(office, "fabrikam")
    marked = {mark_of(line) for line in after.pop(there)} - {""}
    assert marked
    assert marked <= {mark_of(line) for line in first[ADATUM]}
    assert before.items() >= after.items()
    assert (office.unbalanced(), office.planned()) == ([], [])
    office.advance()
    assert office.sync().code == 0
    assert (office.unbalanced(), office.planned()) == ([], [])


def add_second_target(office: Office, *, customer: int, template: int) -> None:
    """A program to the other account, to which adatum's template at the first is mapped as well."""
    target = office.wishes["connections"][1]
    second = {**target, "name": "branch", "subdomain": "fabrikam", "api_token_env": "SECOND_SYNCRO_TOKEN"}
    office.wishes["connections"] += [second]
    office.wishes["connections"][1] = target | {"name": "main"}
    program = office.wishes["programs"][0]
    office.wishes["programs"] = [program | {"target": "main"}, copy.deepcopy(program) | {"target": "branch"}]
    entries = [one for one in office.wishes["mappings"] if one["invoice_template"] == ADATUM]
    office.wishes["mappings"] = [one | {"target": "main"} for one in office.wishes["mappings"]]
    place = {"target": "branch", "syncro_customer": customer, "invoice_template": template}
    office.wishes["mappings"] += [one | place for one in entries]
    office.write_wishes()

"""Many mappings changed together: the next sync does what each of them changed alone would have made it do."""

from __future__ import annotations

from contextlib import AbstractContextManager

from accounts.services import find_partner
from core.audit import COMMAND
from core.scope import partner_scope
from core.sheets.writing import write_csv
from customers.mapping_batches import Wish, apply_batch, propose_batch, undo_batch
from customers.mapping_csv import NEEDED, read_mappings
from customers.models import Mapping, MappingBatch
from programs.models import Program
from tests.end_to_end.office import Json, Office, mark_of

CAST = ("adatum", "coho-winery")
ADATUM, COHO, FOURTH = 5001, 5010, 5017


def marks(office: Office) -> list[str]:
    return sorted(mark_of(line) for template in (ADATUM, COHO) for line in office.our_lines(template))


def in_scope() -> AbstractContextManager[None]:
    partner = find_partner("northwind")
    assert partner is not None
    return partner_scope(partner)


def apply(kind: str, wishes: list[Wish]) -> MappingBatch:
    batch = propose_batch(program=Program.objects.get(), kind=kind, wishes=wishes, actor=COMMAND)
    assert apply_batch(batch=batch, actor=COMMAND, confirm=True)
    return batch


def switch_all_off() -> MappingBatch:
    with in_scope():
        mappings = Mapping.objects.all()
        return apply("sync_off", [Wish(each.customer_id, each.motion, sync_on=False) for each in mappings])


def test_undone_switch_is_as_if_it_had_never_been(office: Office):
    before = marks(office)
    batch = switch_all_off()
    while_off = office.sync()

    with in_scope():
        undo_batch(batch=batch, actor=COMMAND, keep_months=True)
    again = office.sync()

    assert len(before) > 5
    assert (while_off.writes, again.writes, marks(office)) == ([], [], before)
    assert (office.unbalanced(), office.planned(), office.doubled()) == ([], [], [])
    assert (office.findings("left_behind"), office.findings("older_months")) == ([], [])


def test_imported_mapping_is_billed_by_the_next_sync(office: Office):
    wanted: list[Json] = office.entries("fourthcoffee")
    mapped = office.mapped(wanted)
    rows = [
        [str(each[name]) for name in ("customer", "motion", "syncro_customer", "invoice_template")] for each in mapped
    ]
    with in_scope():
        reading = read_mappings(Program.objects.get(), write_csv(NEEDED, rows))
        apply("import", reading.wishes)

    office.sync()

    assert (reading.problems, office.our_lines(FOURTH) != []) == ([], True)
    assert (office.unbalanced(), office.planned(), office.doubled()) == ([], [], [])

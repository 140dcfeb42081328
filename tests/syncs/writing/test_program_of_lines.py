"""Rows of the version before, which names no program, get the one that they belong to."""

from __future__ import annotations

from importlib import import_module

from django.db import connection

from accounts.models import Partner
from core.scope import partner_scope
from syncs.models import Change, Line
from tests import factories as make
from tests.syncs.writing.test_constraints import copy_row

FILL = import_module("syncs.migrations.0025_fill_program_of_lines").FILL


def forget(table: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {table} SET program_id = NULL")  # noqa: S608  # a name of ours


def test_line_belongs_to_the_program_that_has_its_mapping(partner: Partner) -> None:
    with partner_scope(partner.pk):
        first = make.ProgramFactory.create()
        second = make.ProgramFactory.create(source=first.source, target=first.target, slug="another-program")
        customer = make.CustomerFactory.create(source=first.source)
        mapping = make.MappingFactory.create(program=second, customer=customer)
        line = make.LineFactory.create(program=second, customer=customer, motion=mapping.motion)
        copy_row(line, program_id=None, line_id=99, mark="BS:OTHER")
        assert list(Line.objects.values_list("program", flat=True)) == [second.pk, second.pk]

        forget("syncs_line")
        with connection.cursor() as cursor:
            cursor.execute(FILL[0])

        assert list(Line.objects.values_list("program", flat=True)) == [second.pk, second.pk]


def test_line_without_a_mapping_belongs_to_the_program_of_its_source(partner: Partner) -> None:
    with partner_scope(partner.pk):
        first = make.ProgramFactory.create()
        second = make.ProgramFactory.create(source=make.ConnectionFactory.create(name="east"), target=first.target)
        line = make.LineFactory.create(program=second)

        copy_row(line, program_id=None, line_id=99, mark="BS:OTHER")

        assert list(Line.objects.values_list("program", flat=True)) == [second.pk, second.pk]


def test_change_belongs_to_the_program_of_its_run(partner: Partner) -> None:
    with partner_scope(partner.pk):
        change = make.ChangeFactory.create()
        copy_row(change, program_id=None, position=99)
        assert set(Change.objects.values_list("program", flat=True)) == {change.run.program_id}

        forget("syncs_change")
        with connection.cursor() as cursor:
            cursor.execute(FILL[1])

        assert set(Change.objects.values_list("program", flat=True)) == {change.run.program_id}

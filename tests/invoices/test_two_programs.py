"""Two programs of one source have the same invoices: what is past is settled once for both."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.scope import partner_scope
from programs.models import Start
from tests.factories import ProgramFactory, TargetFactory
from tests.invoices.prism_wire import World, row, subscription


@pytest.fixture
def settled(world: World) -> World:
    """Two months were listed when billing was switched on with the next invoice."""
    world.prism.tenant("Adventure Works", subscription("s1"))
    world.prism.product("p1")
    world.prism.invoice("100", row("s1", "2026-08"), month="2026-08")
    world.prism.invoice("101", row("s1", "2026-09"), month="2026-09")
    world.settings(start=Start.NEXT)
    world.sync()
    return world


def second(world: World, **settings: object) -> World:
    """The same partner, seen from its second program, which bills into another target."""
    with partner_scope(world.partner.pk):
        first, target = world.program, TargetFactory.create(name="branch")
        program = ProgramFactory.create(source=first.source, target=target, motions=first.motions, **settings)
    return replace(world, program=program)


@pytest.mark.parametrize("start", Start.values)
def test_second_program_leaves_the_past_as_the_first_settled_it(settled: World, start: str) -> None:
    before = settled.invoices()
    other = second(settled, start=start)

    other.sync()

    assert settled.invoices() == before
    assert set(before.values()) == {"unread", "past"}


@pytest.mark.parametrize("billing", [True, False])
def test_what_the_second_program_reads_first_counts_for_the_first(settled: World, billing: bool) -> None:
    other = second(settled, billing_enabled=billing)
    settled.prism.invoice("102", row("s1", "2026-10"), month="2026-10")

    other.sync()

    assert settled.invoices()["102"] == "counted"


def test_what_was_issued_since_the_first_was_switched_on_is_no_past_of_the_second(world: World) -> None:
    world.prism.tenant("Adventure Works", subscription("s1"))
    world.prism.product("p1")
    world.prism.invoice("101", row("s1", "2026-09"), month="2026-09")
    assert world.record_start()
    world.prism.invoice("102", row("s1", "2026-10"), month="2026-10")

    second(world, start=Start.NEXT).sync()
    world.sync()

    assert world.invoices()["102"] == "counted"

"""Two invoices of the source that carry the same number are two invoices."""

from __future__ import annotations

from tests.invoices.prism_wire import World, row, subscription


def test_invoice_that_was_read_is_kept_though_another_of_its_number_could_not_be(world: World):
    world.prism.tenant("Adventure Works", subscription("s1"), subscription("s2"))
    world.prism.product("p1")
    named = {"InvoiceNumber": "2026-077"}
    world.prism.invoice("100", row("s1", "2026-08"), month="2026-08", **named)
    world.prism.invoice("101", row("s1"), month="2026-09", **named)
    world.prism.invoice("102", row("s2", cost="n/a"), month="2026-09", **named)
    world.record_start()

    report = world.sync()

    assert [problem.invoice for problem in report.problems] == ["2026-077"]
    assert world.invoices() == {"100": "unread", "101": "counted"}  # the past stays known as such
    world.prism.invoice("102", row("s2"), month="2026-09", **named)
    world.sync()
    assert world.invoices() == {"100": "unread", "101": "counted", "102": "counted"}

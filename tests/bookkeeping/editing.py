"""Steps in which people work at the target: templates and their lines."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from tests.bookkeeping.cells import (
    read_cents,
    read_day,
    read_facts,
    read_number,
    read_word,
    read_yes,
    unquote,
)
from tests.bookkeeping.heads import after_colon, after_word
from tests.bookkeeping.month import Act, Month
from tests.bookkeeping.product import TemplateLine, find_mark
from tests.bookkeeping.target import FREQUENCIES, Standing
from tests.bookkeeping.text import Block, Line, Row, check_columns

LINE_KEYS = ("line", "seats", "cost", "retail", "kind", "product", "taxed", "description", "counted", "place")


def read_template(block: Block) -> Act:
    """``template monthly: next run 1 Dec 2026``; a table under it are lines that somebody types in."""
    line, table = block.head, block.only_table()
    name, told = after_colon(line) if ":" in line.text else (after_word(line.text), "")
    facts = read_facts(told, line, ("next run", "frequency", "paused"), flags=("gone",)) if told else {}
    if table:
        check_columns(table, LINE_KEYS)

    def change(of: Month) -> None:
        standing = of.template(unquote(name))
        _set(standing, facts, line)
        for row in table.rows if table else ():
            _type_in(of, standing.template_id, row)
        if "gone" in facts:
            of.books.target.close_template(standing.template_id)

    return change


def _set(standing: Standing, facts: Mapping[str, str], line: Line) -> None:
    if "next run" in facts:
        standing.next_run = None if facts["next run"] == "none" else read_day(facts["next run"], line)
    if "frequency" in facts:
        standing.frequency = read_word(facts["frequency"], line, FREQUENCIES)
    if "paused" in facts:
        standing.paused = read_yes(facts["paused"], line)


def _type_in(of: Month, template_id: str, row: Row) -> None:
    line_id = str(next(of.books.target.ids))
    line = TemplateLine(line_id, template_id, None, "", "Typed in by hand", Decimal(1), 0, 0, True, False)
    told = {key: text for key, text in row.cells.items() if text}
    of.books.target.lines[line_id] = _edited(of, line, told, row.line)


def read_edit(block: Block) -> Act:
    """``edit "Business Premium": seats 99``: a person changes a line; ``[mark]`` keeps its mark."""
    block.no_body()
    head, told = after_colon(block.head)
    facts = read_facts(told, block.head, LINE_KEYS)

    def edit(of: Month) -> None:
        line = _line(of, head, block.head)
        of.books.target.lines[line.line_id] = _edited(of, line, facts, block.head)

    return edit


def read_delete(block: Block) -> Act:
    """``delete "Business Premium"``: a person takes a line off its template."""
    block.no_body()

    def delete(of: Month) -> None:
        del of.books.target.lines[_line(of, after_word(block.head.text), block.head).line_id]

    return delete


def read_copy(block: Block) -> Act:
    """``copy "Business Premium"``: a second line, with the mark of the first."""
    block.no_body()

    def copy(of: Month) -> None:
        of.books.target.copy_line(_line(of, after_word(block.head.text), block.head))

    return copy


def read_forget(block: Block) -> Act:
    """``forget "Business Premium"``: our ledger no longer knows the line, as after a restored backup."""
    block.no_body()

    def forget(of: Month) -> None:
        del of.books.ledger.own[_line(of, after_word(block.head.text), block.head).line_id]

    return forget


def _line(of: Month, text: str, line: Line) -> TemplateLine:
    said = re.fullmatch(r'"([^"]+)"(?: of (\S+))?(?: on (.+))?', text)
    if said is None:
        raise line.unreadable("this names no line", 'Write it so: "Business Premium" of s1 on monthly')
    return of.line(said[1], subscription=said[2] or "", template=said[3] or "")


def _edited(of: Month, line: TemplateLine, facts: dict[str, str], where: Line) -> TemplateLine:
    values: dict[str, object] = {}
    for key, text in facts.items():
        if key == "line":
            values["name"] = text
        elif key == "seats":
            values["quantity"] = read_number(text, where)
        elif key in ("cost", "retail"):
            values[f"{key}_cents"] = read_cents(text, where)
        elif key == "kind":
            values["one_time"] = read_word(text, where, ("once", "recurring")) == "once"
        elif key == "product":
            values["product_id"] = of.books.source.product(text).target
        elif key == "description":
            values[key] = text.replace("[mark]", f"[{find_mark(line.description)}]")
        elif key == "place":
            values["position"] = int(read_number(text, where))
        else:
            values[{"taxed": "taxable", "counted": "counted_by_target"}[key]] = read_yes(text, where)
    return replace(line, **values)

"""Steps in which people speak to the product: settings, mappings and decisions."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from zoneinfo import ZoneInfo

from tests.bookkeeping.cells import (
    read_facts,
    read_money,
    read_month,
    read_word,
    read_yes,
)
from tests.bookkeeping.heads import after_colon, named_facts
from tests.bookkeeping.month import Act, Month, Question
from tests.bookkeeping.product import CHOICES
from tests.bookkeeping.target import Unclear
from tests.bookkeeping.text import Block, Line

SETTINGS = {
    "prorations": ("line", "quantity", "warn"),
    "credits": ("hold", "apply"),
    "negative lines": ("accepted", "refused"),
    "one-time lines": ("vanish", "stay"),
    "reversals": ("told apart", "as rows"),
}


def read_settings(block: Block) -> Act:
    """``settings: prorations quantity, credits apply``: of the program and the target, from now on."""
    block.no_body()
    line = block.head
    facts = read_facts(after_colon(line)[1], line, (*SETTINGS, "tolerance", "offset", "zone"))
    said = {key: read_word(facts[key], line, words) for key, words in SETTINGS.items() if key in facts}
    tolerance = read_money(facts["tolerance"], line) if "tolerance" in facts else None

    def set_them(of: Month) -> None:
        rules = of.books.rules
        of.books.rules = replace(
            rules,
            prorations=said.get("prorations", rules.prorations),
            apply_credits=said["credits"] == "apply" if "credits" in said else rules.apply_credits,
            negative_lines=said["negative lines"] == "accepted" if "negative lines" in said else rules.negative_lines,
            tolerance=rules.tolerance if tolerance is None else tolerance,
        )
        if "one-time lines" in said:
            of.books.target.one_time_lines_vanish = said["one-time lines"] == "vanish"
        if "reversals" in said:
            of.books.gated = said["reversals"] == "told apart"
        if "offset" in facts:
            of.zone = dt.datetime.strptime(facts["offset"], "%z").tzinfo or dt.UTC
        if "zone" in facts:
            of.zone = ZoneInfo(facts["zone"])

    return set_them


def read_mapping(block: Block) -> Act:
    """``mapping monthly: pricing only cost, template New monthly``: a person's choice from now on."""
    line = block.head
    name, facts = named_facts(block, ("template", "pricing", "sync", "mapped", "trouble", "from"))
    pricing = ("cost and retail", "only cost", "only quantity")

    def choose(of: Month) -> None:
        mapping = of.mapping(name)
        if "template" in facts:
            mapping.template_id = _open_template(of, mapping.template_id, facts["template"])
        if "pricing" in facts:
            mapping.pricing = read_word(facts["pricing"], line, pricing)
        if "sync" in facts:
            mapping.switch(on=read_word(facts["sync"], line, ("on", "off")) == "on")
        if "mapped" in facts:
            mapping.mapped = read_yes(facts["mapped"], line)
        if "trouble" in facts:
            mapping.trouble = facts["trouble"].removeprefix("none")
        if "from" in facts:
            mapping.first_month = read_month(facts["from"], line)

    return choose


def _open_template(of: Month, beside: str, name: str) -> str:
    """A new template of the same customer and day; its id."""
    standing = of.books.target.templates[beside]
    assert standing.next_run is not None
    return of.books.target.open_template(name, standing.customer_id, standing.next_run).template_id


def read_decide(block: Block) -> Act:
    """``decide adopt "Managed backup" about conflict of s1``; of a held invoice ``decide I2 replaces I1``."""
    block.no_body()
    line = block.head
    invoice = re.fullmatch(r"decide (\S+) (?:adds|replaces (\S+))", line.text)
    said = re.fullmatch(r'decide ([a-z_]+)(?: "([^"]+)")?(?: about ([a-z ]+?))?(?: of (\S+))?', line.text)
    if invoice:
        return lambda of: _decide_invoice(of, invoice[1], replaces=invoice[2], line=line)
    if said is None:
        raise line.unreadable("this is no decision", 'Write it so: decide adopt "Managed backup" about conflict of s1')

    def decide(of: Month) -> None:
        question = _question(of, said[3] or "", said[4] or "")
        read_word(said[1], line, CHOICES[question.subject.partition(":")[0]])
        line_id = of.line(said[2]).line_id if said[2] else None
        of.books.ledger.choices[question.subject] = replace(question.answer, choice=said[1], line_id=line_id)
        of.answered.append(question.subject)

    return decide


def _question(of: Month, code: str, subscription: str) -> Question:
    asked = of.questions()
    found = [q for q in asked if code in ("", q.code) and subscription in ("", q.subscription)]
    if len(found) != 1:
        names = ", ".join(f"{q.code} of {q.subscription}" for q in asked) or "none"
        raise Unclear(f"{len(found) or 'no'} questions are meant", f"Open since the last sync: {names}")
    return found[0]


def _decide_invoice(of: Month, number: str, *, replaces: str | None, line: Line) -> None:
    invoice = of.books.source.invoice(number)
    if invoice is None or invoice.state != "held":
        raise line.unreadable(f"invoice {number} does not wait", "Write “, held” where it arrives.")
    invoice.state = "counted"
    if replaces:
        earlier = of.books.source.invoice(replaces)
        if earlier is None:
            raise line.unreadable(f"there is no invoice {replaces}", "Name one that came before.")
        of.books.replace_invoice(earlier)


def read_undecide(block: Block) -> Act:
    """``undecide``: the last decision is taken back."""
    block.no_body()

    def undecide(of: Month) -> None:
        if not of.answered:
            raise Unclear("nobody has decided anything", "Write a decision before it.")
        del of.books.ledger.choices[of.answered.pop()]

    return undecide

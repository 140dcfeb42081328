"""Steps in which the world acts: the distributor, the target, and people."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from decimal import Decimal

from tests.bookkeeping.cells import (
    last_day,
    read_day,
    read_facts,
    read_moment,
    read_money,
    read_month,
    read_number,
    read_word,
    read_yes,
    show_month,
    unquote,
)
from tests.bookkeeping.month import Act, Month, Question
from tests.bookkeeping.product import TemplateLine, find_mark
from tests.bookkeeping.source import Invoice, Product, Row, Subscription
from tests.bookkeeping.target import Unclear
from tests.bookkeeping.text import Block, Line, check_columns
from tests.bookkeeping.text import Row as Cells

ROW_COLUMNS = (
    "subscription", "customer", "offer", "cycle", "term", "text", "from", "to", "seats", "cost", "retail", "ratio",
    "cost amount", "amount",
)  # fmt: skip
LINE_KEYS = ("line", "seats", "cost", "retail", "kind", "product", "taxed", "description", "counted", "place")
USUAL_COST, USUAL_RETAIL = Decimal("10.00"), Decimal("12.00")


# --- The distributor ------------------------------------------------------------------------------


def read_invoice(block: Block) -> Act:
    """``invoice I1 for Oct 2026`` with its rows; ``, held`` where it waits for *replaces* or *adds*."""
    said = re.fullmatch(r"invoice (\S+) for (\w+ \d+)(, held)?", block.head.text)
    if said is None:
        raise block.head.unreadable("this is no invoice", "Write it so: invoice I1 for Oct 2026")
    month, table = read_month(said[2], block.head), block.only_table()
    if table:
        check_columns(table, ROW_COLUMNS)

    def receive(of: Month) -> None:
        rows = [_row(cells, month, of.zone) for cells in (table.rows if table else ())]
        of.books.receive(Invoice(said[1], month, rows, "held" if said[3] else "counted"))

    return receive


def _row(cells: Cells, month: str, zone: dt.tzinfo) -> Row:
    """A blank cell is the usual: the whole month, one seat, 10.00 and 12.00, ratio 1."""
    told, line, year = cells.cells, cells.line, int(month[:4])
    seats = read_number(told.get("seats") or "1", line)
    ratio = read_number(told.get("ratio") or "1", line)
    amounts = [read_money(told[name], line) if told.get(name) else None for name in ("cost amount", "amount")]
    return Row.priced(
        subscription="" if told.get("subscription") == "none" else told.get("subscription") or "s1",
        start=read_moment(told.get("from") or f"1 {show_month(month)}", line, year=year, zone=zone),
        end=read_moment(told.get("to") or f"{last_day(month)} {show_month(month)}", line, year=year, zone=zone),
        seats=seats,
        ratio=ratio,
        cost=_price(cells, "cost", amounts[0], seats * ratio, USUAL_COST),
        retail=_price(cells, "retail", amounts[1], seats * ratio, USUAL_RETAIL),
        cost_amount=amounts[0],
        retail_amount=amounts[1],
        **{name: told.get(name, "") for name in ("customer", "offer", "cycle", "term", "text")},
    )


def _price(cells: Cells, name: str, amount: Decimal | None, units: Decimal, usual: Decimal) -> Decimal:
    """The price that is told, else the one that the amount speaks of, else the usual one."""
    if told := cells.cells.get(name):
        return read_money(told, cells.line)
    return usual if amount is None or not units else amount / units


def read_subscription(block: Block) -> Act:
    """``subscription a1: cycle usage, customer Fabrikam``: what the source's tenants say from now on."""
    name, facts = _named_facts(block, ("customer", "product", "cycle", "unlisted"))

    def tell(of: Month) -> None:
        if "unlisted" in facts:
            of.books.source.unlisted.add(name)
        else:
            _tell_subscription(of, name, facts)

    return tell


def _tell_subscription(of: Month, name: str, facts: dict[str, str]) -> None:
    source = of.books.source
    source.unlisted.discard(name)
    source.subscriptions[name] = replace(source.subscriptions.get(name, Subscription(name)), **facts)


def read_subscriptions(block: Block) -> Act:
    """``subscriptions``: a table of what the tenants say, where there are many."""
    table = block.only_table()
    if table is None:
        raise block.head.unreadable("there is no table", "Write one: subscription | customer | product | cycle")
    check_columns(table, ("subscription", "customer", "product", "cycle"))

    def tell(of: Month) -> None:
        for row in table.rows:
            told = {key: text for key, text in row.cells.items() if text and key != "subscription"}
            _tell_subscription(of, row.cells["subscription"], told)

    return tell


def read_product(block: Block) -> Act:
    """``product Premium: cost 9.00, retail 20.00``: the target's prices from now on, and whether it is there."""
    name, facts = _named_facts(block, ("cost", "retail", "taxed", "target", "problem"))
    values: dict[str, object] = {key: read_money(facts[key], block.head) for key in ("cost", "retail") if key in facts}
    values |= {key: facts[key] for key in ("problem",) if key in facts}
    if "taxed" in facts:
        values["taxed"] = read_yes(facts["taxed"], block.head)
    there = read_word(facts.get("target", "as it was"), block.head, ("as it was", "not yet", "never", "made again"))

    def tell(of: Month) -> None:
        product = of.books.source.product(name)
        of.books.source.products[name] = replace(_placed(product, there), **values)

    return tell


def _placed(product: Product, there: str) -> Product:
    if there == "made again":
        assert product.target is not None
        return replace(product, target=product.target + 50, earlier=product.earlier | {product.target})
    if there == "as it was":
        return product
    return replace(product, target=None, expected=there == "not yet")


# --- Settings -------------------------------------------------------------------------------------

SETTINGS = ("prorations", "credits", "tolerance", "negative lines", "one-time lines", "offset")


def read_settings(block: Block) -> Act:
    """``settings: prorations quantity, credits apply``: of the program and the target, from now on."""
    block.no_body()
    line = block.head
    facts = read_facts(_after_colon(line)[1], line, SETTINGS)
    rules: dict[str, object] = {}
    if "prorations" in facts:
        rules["prorations"] = read_word(facts["prorations"], line, ("line", "quantity", "warn"))
    if "credits" in facts:
        rules["apply_credits"] = read_word(facts["credits"], line, ("hold", "apply")) == "apply"
    if "tolerance" in facts:
        rules["tolerance"] = read_money(facts["tolerance"], line)
    if "negative lines" in facts:
        rules["negative_lines"] = read_word(facts["negative lines"], line, ("accepted", "refused")) == "accepted"
    stay = read_word(facts.get("one-time lines", "as before"), line, ("vanish", "stay", "as before"))
    offset = facts.get("offset")

    def set_them(of: Month) -> None:
        of.books.rules = replace(of.books.rules, **rules)
        if stay != "as before":
            of.books.target.one_time_lines_vanish = stay == "vanish"
        if offset:
            of.zone = dt.datetime.strptime(offset, "%z").tzinfo or dt.UTC

    return set_them


def read_mapping(block: Block) -> Act:
    """``mapping monthly: pricing only cost, template New monthly``: a person's choice from now on."""
    line = block.head
    name, facts = _named_facts(block, ("template", "pricing", "sync", "mapped", "trouble", "from"))
    pricing = ("cost and retail", "only cost", "only quantity")

    def choose(of: Month) -> None:
        mapping = of.mapping(name)
        if "template" in facts:
            standing = of.books.target.templates[mapping.template_id]
            assert standing.next_run is not None
            target = of.books.target.open_template(facts["template"], standing.customer_id, standing.next_run)
            mapping.template_id = target.template_id
        if "pricing" in facts:
            mapping.pricing = read_word(facts["pricing"], line, pricing)
        if "sync" in facts:
            mapping.sync_on = read_word(facts["sync"], line, ("on", "off")) == "on"
        if "mapped" in facts:
            mapping.mapped = read_yes(facts["mapped"], line)
        if "trouble" in facts:
            mapping.trouble = facts["trouble"].removeprefix("none")
        if "from" in facts:
            mapping.first_month = read_month(facts["from"], line)

    return choose


# --- The target -----------------------------------------------------------------------------------


def read_template(block: Block) -> Act:
    """``template monthly: next run 1 Dec 2026``; a table under it are lines that somebody types in."""
    name, told = _after_colon(block.head) if ":" in block.head.text else (_after_word(block.head.text), "")
    line, table = block.head, block.only_table()
    keys = ("next run", "frequency", "paused", "gone")
    facts = read_facts(told, line, keys) if told else {}
    if table:
        check_columns(table, LINE_KEYS)

    def change(of: Month) -> None:
        standing = of.template(name)
        if "next run" in facts:
            standing.next_run = None if facts["next run"] == "none" else read_day(facts["next run"], line)
        standing.frequency = facts.get("frequency", standing.frequency)
        standing.paused = read_yes(facts.get("paused", "yes" if standing.paused else "no"), line)
        for cells in table.rows if table else ():
            line_id = next(of.books.target.ids)
            typed_in = TemplateLine(line_id, standing.template_id, None, "", "Typed in by hand", Decimal(1), 0, 0,
                                    taxable=True, one_time=False)  # fmt: skip
            of.books.target.lines[line_id] = _edited(of, typed_in, {k: v for k, v in cells.cells.items() if v}, line)
        if "gone" in facts:
            del of.books.target.templates[standing.template_id]
            of.books.target.lines = {
                number: one for number, one in of.books.target.lines.items() if one.template_id != standing.template_id
            }

    return change


def read_edit(block: Block) -> Act:
    """``edit "Business Premium": seats 99``: a person changes a line; ``[mark]`` keeps its mark."""
    block.no_body()
    head, told = _after_colon(block.head)
    facts = read_facts(told, block.head, LINE_KEYS)

    def edit(of: Month) -> None:
        line = _line(of, head, block.head)
        of.books.target.lines[line.line_id] = _edited(of, line, facts, block.head)

    return edit


def read_delete(block: Block) -> Act:
    """``delete "Business Premium"``: a person takes a line off its template."""
    block.no_body()

    def delete(of: Month) -> None:
        del of.books.target.lines[_line(of, _after_word(block.head.text), block.head).line_id]

    return delete


def read_copy(block: Block) -> Act:
    """``copy "Business Premium"``: a second line, with the mark of the first."""
    block.no_body()

    def copy(of: Month) -> None:
        of.books.target.copy_line(_line(of, _after_word(block.head.text), block.head))

    return copy


def read_forget(block: Block) -> Act:
    """``forget "Business Premium"``: our ledger no longer knows the line, as after a restored backup."""
    block.no_body()

    def forget(of: Month) -> None:
        del of.books.ledger.own[_line(of, _after_word(block.head.text), block.head).line_id]

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
            values[f"{key}_cents"] = int(read_money(text, where) * 100)
        elif key == "kind":
            values["one_time"] = read_word(text, where, ("once", "recurring")) == "once"
        elif key == "product":
            values["product_id"] = of.books.source.product(text).target
        elif key == "description":
            values[key] = text.replace("[mark]", f"[{find_mark(line.description)}]")
        elif key == "place":
            values["position"] = int(text)
        else:
            values[{"taxed": "taxable", "counted": "counted_by_target"}[key]] = read_yes(text, where)
    return replace(line, **values)


# --- People ---------------------------------------------------------------------------------------


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


# --- Heads ----------------------------------------------------------------------------------------


def _after_colon(line: Line) -> tuple[str, str]:
    """``template monthly: next run ...`` as (``monthly``, ``next run ...``)."""
    head, colon, told = line.text.partition(":")
    if not colon or not told.strip():
        raise line.unreadable("this says nothing after a colon", "Write: WORD NAME: key value, key value")
    return _after_word(head), told.strip()


def _after_word(text: str) -> str:
    return unquote(text.partition(" ")[2].strip()) if not text.endswith('"') else text.partition(" ")[2].strip()


def _named_facts(block: Block, keys: tuple[str, ...]) -> tuple[str, dict[str, str]]:
    block.no_body()
    name, told = _after_colon(block.head)
    return name, read_facts(told, block.head, keys)

"""What is drawn for a seed is the same at every replay."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from chaos.cast import KEPT, draw_limit, draw_switches, limit_switches
from chaos.draws import Draws, pick
from chaos.mischief import FAULT_KINDS, draw_aimed, draw_faults, draw_kills, draw_loss
from chaos.upsets import UPSET_KINDS, draw_upsets
from chaos.vendors import Vendors
from sandbox.state import Store
from sandbox.switches import checked, read_assignments
from sandbox.syncro_api.lines import new_line
from sandbox.syncro_api.products import new_product
from sandbox.timeline import open_sandbox

SEEDS = range(1, 401)


def test_purposes_of_a_seed_do_not_disturb_each_other():
    first, again = Draws(7), Draws(7)
    undisturbed = first.of(1, "faults").random()
    again.of(1, "kills").random()

    assert again.of(1, "faults").random() == undisturbed
    assert first.of(2, "faults").random() != undisturbed
    assert Draws(8).of(1, "faults").random() != undisturbed


def test_events_of_a_month_are_drawn_again_alike():
    def drawn() -> tuple:
        draws = Draws(12)
        faults = [*draw_faults(draws.of(1, "faults")), *draw_aimed(draws.of(1, "aimed"))]
        return [(fault.kind, str(fault.order)) for fault in faults], draw_kills(draws.of(1, "kills"), 2)

    assert drawn() == drawn()


def test_share_picks_one_of_what_there_is():
    assert [pick("abc", share) for share in (0.0, 0.34, 0.67, 0.999)] == ["a", "b", "c", "c"]


def test_every_drawn_behaviour_is_a_switch_of_the_sandbox():
    drawn = [draw_switches(Draws(seed).of("switches")) for seed in SEEDS]

    assert all(checked(read_assignments(settings)) for settings in drawn)
    assert 0.25 < sum(KEPT in settings for settings in drawn) / len(drawn) < 0.45


def test_nothing_but_removal_or_zero_can_take_a_line_off():
    drawn = [draw_switches(Draws(seed).of("switches")) for seed in SEEDS]

    assert [one for one in drawn if {"remove_key=refused", "zero_quantity=refused"} <= set(one)] == []
    assert [any(setting in one for one in drawn) for setting in ("remove_key=refused", "zero_quantity=refused")] == [
        True, True,
    ]  # fmt: skip


def test_some_neighbouring_seeds_share_a_limit():
    limits = [draw_limit(seed) for seed in range(400)]

    assert 0.1 < sum(limit > 0 for limit in limits) / len(limits) < 0.4
    assert all(len(set(limits[first : first + 4])) == 1 for first in range(0, 400, 4))


def test_sandbox_judges_the_limit_by_a_shorter_window_at_the_same_rate():
    settings = read_assignments(limit_switches(2400, Draws(1).of("window")))

    assert int(settings["rate_limit"]) * int(settings["time_scale"]) == 2400
    assert limit_switches(0, Draws(1).of("window")) == []


def test_rare_writes_have_faults_of_their_own():
    kinds = Counter(fault.kind for seed in SEEDS for fault in draw_aimed(Draws(seed).of("aimed")))

    for write in ("removal", "price"):
        for answer in ("200 html", "404", "lost before", "lost after", "truncated"):
            assert kinds[f"{write}: {answer}"] > 10


def test_every_kind_of_fault_is_drawn_and_no_other():
    drawn = Counter(
        fault.kind
        for seed in SEEDS
        for draw in (draw_faults, draw_aimed, draw_loss)
        for fault in draw(Draws(seed).of(draw.__name__))
    )

    assert set(drawn) == set(FAULT_KINDS)


def test_every_kind_of_upset_is_drawn_and_no_other(tmp_path: Path):
    store = Store(tmp_path)
    with store.exclusive():
        open_sandbox(store, accounts=["northwind"])
        new_product(store, "northwind", {"name": "Ours", "description": "Ours"}, by_hand=False)
        template = store.records("northwind", "schedule")[0]
        new_line(store, "northwind", template, {"name": "Ours [BS:AAAAAAAAAA]", "quantity": 1}, by_hand=False)
    store.close()
    vendors = Vendors(tmp_path, "northwind")
    drawn: set[str] = set()

    for seed in SEEDS:
        vendors.gone_templates.clear()
        vendors.gone_customers.clear()
        drawn |= {fault.kind for fault in draw_upsets(Draws(seed), 1, vendors, vendors.mapping()[:5])}

    vendors.close()
    assert drawn == set(UPSET_KINDS)

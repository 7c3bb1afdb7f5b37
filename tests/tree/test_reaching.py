"""What a change sends to whom, and that an interrupted one is completed by sending it again."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from calendars.sequence.commands import End, Follow, Freeze, Move, Rename, Resume
from calendars.sequence.deciding import decide
from calendars.sequence.rules import Rules, StageDates
from calendars.sequence.state import Profile, Suspension
from calendars.tree.changes import Add, Change, Dissolve, Lift, Merge, RenameUnit, Split, Suspend, Transfer
from calendars.tree.checking import check_change
from calendars.tree.model import Tree
from calendars.tree.reaching import Step, freeze_id, steps
from tests.tree.small import (
    CELL,
    ELECTION,
    GRASSROOTS,
    PLAN,
    TREE,
    amendment,
    applied,
    length,
    shifted,
    states,
    tree_of,
)

TODAY = date(2020, 1, 20)
DAY = timedelta(days=1)
ALL = ("22", "100", "100-01", "100-02", "200", "200-01")


def to_send(change: Change, tree: Tree = TREE, no: int = 2, release: int = 1) -> tuple[Step, ...]:
    return steps(tree, PLAN, change, no, release)


def recipients(change: Change, release: int = 2) -> list[str]:
    return [unit for step in to_send(change, release=release) for unit, _ in step.commands]


MERGED = "merged", TODAY, "200", "Phường Hai", "r"
SENT = [
    (Suspend(TODAY, None, "flood"), [[(unit, Freeze("freeze/2", TODAY, None, "flood", under="22")) for unit in ALL]]),
    (
        Suspend(TODAY, TODAY, "flood", "200"),
        [[(unit, Freeze("freeze/2", TODAY, TODAY, "flood", under="200")) for unit in ("200", "200-01")]],
    ),
    (
        Lift(TODAY, "200", ("freeze/2", "freeze/4")),
        [[(unit, Resume(freeze, TODAY)) for unit in ("200", "200-01") for freeze in ("freeze/2", "freeze/4")]],
    ),
    (
        Merge(("100",), "200", TODAY, reason="r"),
        [
            [(unit, Move("200", "Phường Hai", TODAY, "r")) for unit in ("100-01", "100-02")],
            [("100", End(*MERGED))],
        ],
    ),
    (
        Merge(("100", "200"), "200", TODAY, reason="r"),
        [
            [(unit, Move("200", "Phường Hai", TODAY, "r")) for unit in ("100-01", "100-02")],
            [("100", End(*MERGED))],
        ],
    ),
    (
        Merge(("100", "200"), "22", TODAY),
        [
            [(unit, Move("22", "Tỉnh Thử", TODAY)) for unit in ("100-01", "100-02", "200-01")],
            [(unit, End("merged", TODAY, "22", "Tỉnh Thử")) for unit in ("100", "200")],
        ],
    ),
    (Merge(("100-01",), "100-02", TODAY), [[], [("100-01", End("merged", TODAY, "100-02", "Thôn 2"))]]),
    (Transfer("100-01", "200", TODAY, "r"), [[("100-01", Move("200", "Phường Hai", TODAY, "r"))]]),
    (Dissolve("200-01", TODAY, "r"), [[("200-01", End("dissolved", TODAY, reason="r"))]]),
    (
        RenameUnit("100", "Xã Đổi", TODAY, "r"),
        [
            [
                ("100", Rename("Xã Đổi", TODAY, "", "r")),
                ("100-01", Rename("Thôn 1", TODAY, "Xã Đổi", "r")),
                ("100-02", Rename("Thôn 2", TODAY, "Xã Đổi", "r")),
            ]
        ],
    ),
]


@pytest.mark.parametrize(("change", "commands"), SENT)
def test_what_is_sent(change: Change, commands: list[list[object]]) -> None:
    check_change(TREE, PLAN, 1, change, TODAY)
    sent = to_send(change)
    assert [list(step.commands) for step in sent] == commands
    assert not any(step.begin for step in sent)


BEGUN = [
    (
        Merge(("100", "200"), "300", TODAY, "Phường Ba"),
        Profile("300", "Phường Ba", "commune", "22", "Tỉnh Thử"),
        ["100-01", "100-02", "200-01"],
    ),
    (
        Merge(("100-01", "200-01"), "300-01", TODAY, "Thôn Ba", "200"),
        Profile("300-01", "Thôn Ba", "village", "200", "Phường Hai"),
        [],
    ),
    (
        Split("100", "150", "Xã Mới", TODAY, ("100-02",)),
        Profile("150", "Xã Mới", "commune", "22", "Tỉnh Thử"),
        ["100-02"],
    ),
    (
        Add("300", "Xã Ba", "commune", "22", TODAY, ("pilot",)),
        Profile("300", "Xã Ba", "commune", "22", "Tỉnh Thử", ("pilot",)),
        [],
    ),
]


@pytest.mark.parametrize(("change", "begun", "moved"), BEGUN)
def test_who_begins_before_others_come_under_it(change: Change, begun: Profile, moved: list[str]) -> None:
    check_change(TREE, PLAN, 1, change, TODAY)
    first, *rest = to_send(change)
    assert first.begin == (begun,)
    assert [unit for unit, _ in first.commands] == moved
    assert all(command.parent == begun.code for _, command in first.commands if isinstance(command, Move))
    assert not any(step.begin for step in rest)


NEW = {"date": "2020-04-15", "source": "plan-9"}
REACHED = [
    ({}, []),
    ({ELECTION: {"on": "2020-01-13"}}, ["100-01", "100-02", "200-01"]),
    ({CELL: {"opens": "2020-01-16"}}, ["100-01", "100-02", "200-01"]),
    ({GRASSROOTS: {"deadline": NEW}}, ["100", "200"]),
    ({GRASSROOTS: {"target": {"date": "2020-03-20", "source": "plan-9"}}}, ["100", "200"]),
    ({GRASSROOTS: {"pilots": {"from": "2020-02-02", "to": "2020-02-15"}}}, ["100", "200"]),
    ({"provincial_congress": {"deadline": NEW}}, ["22"]),
    ({"provincial_congress": {"deadline": NEW}, CELL: {"target": None}}, ["22", "100-01", "100-02", "200-01"]),
]


@pytest.mark.parametrize(("dates", "reached"), REACHED)
def test_a_release_reaches_exactly_the_levels_it_concerns(dates: dict[str, object], reached: list[str]) -> None:
    after = shifted(PLAN, **dates)
    change = amendment(after)
    assert sorted(recipients(change)) == sorted(reached)
    for step in to_send(change, release=2):
        for unit, command in step.commands:
            level = TREE.units[unit].level
            assert command == Follow(2, tuple(StageDates.of(one) for one in after.stages_of(level)), "plan-9")


def test_a_release_passes_those_that_ended_by() -> None:
    ended = tree_of(applied(states(), to_send(Dissolve("200-01", TODAY)), TODAY))
    change = amendment(shifted(PLAN, **{CELL: {"opens": "2020-01-16"}}))
    assert [unit for step in to_send(change, ended) for unit, _ in step.commands] == ["100-01", "100-02"]


def test_an_older_release_known_to_a_unit_is_ignored() -> None:
    second = shifted(PLAN, **{GRASSROOTS: {"deadline": NEW}})
    third = shifted(PLAN, **{GRASSROOTS: {"target": None}})
    older = to_send(amendment(second), release=2)
    newer = steps(TREE, second, amendment(third, 2), 3, 3)
    once = applied(states(), newer, TODAY)
    assert applied(once, older, TODAY) == once
    # The one that missed a release has all of the next one.
    assert once["100"].rules == Rules.of(third, "commune") == applied(states(), (*older, *newer), TODAY)["100"].rules
    assert once["100"].rules_version == 3
    assert once["22"].rules_version == 1


def test_a_release_and_its_reverse_give_the_first_rules() -> None:
    moved = shifted(PLAN, **{GRASSROOTS: {"deadline": NEW, "target": None}, CELL: {"target": None}})
    there = applied(states(), to_send(amendment(moved), release=2), TODAY)
    back = applied(there, steps(TREE, moved, amendment(PLAN, 2), 3, 3), TODAY)
    assert there["200"].rules != states()["200"].rules
    assert {code: one.rules for code, one in back.items()} == {code: one.rules for code, one in states().items()}


def test_moves_in_both_directions_undo_each_other() -> None:
    before = states()
    there = applied(before, to_send(Transfer("100-01", "200", TODAY)), TODAY)
    back = applied(there, to_send(Transfer("100-01", "100", TODAY), tree_of(there)), TODAY)
    assert tree_of(there).units["100-01"].parent == "200"
    assert [unit.code for unit in tree_of(there).children("200")] == ["100-01", "200-01"]
    assert tree_of(back).units == TREE.units
    assert back["100-01"].profile == before["100-01"].profile
    assert back["100-01"].rules == before["100-01"].rules
    assert {code: state for code, state in back.items() if code != "100-01"} == {
        code: state for code, state in before.items() if code != "100-01"
    }


def test_a_name_and_the_former_one_undo_each_other() -> None:
    there = applied(states(), to_send(RenameUnit("100", "Xã Đổi", TODAY)), TODAY)
    assert {one.profile.parent_name for one in there.values() if one.profile and one.profile.parent == "100"} == {
        "Xã Đổi"
    }
    back = applied(there, to_send(RenameUnit("100", "Xã Một", TODAY), tree_of(there)), TODAY)
    assert {code: state.profile for code, state in back.items()} == {
        code: state.profile for code, state in states().items()
    }


def test_a_freeze_and_its_end_leave_the_days_free() -> None:
    frozen = applied(states(), to_send(Suspend(TODAY, None, "flood", "100"), no=7), TODAY)
    assert frozen["100-02"].freezes == (Suspension(freeze_id(7), TODAY, None, "flood", "100"),)
    assert not frozen["200-01"].freezes
    lifted = applied(frozen, to_send(Lift(TODAY + DAY, "100", (freeze_id(7),)), no=8), TODAY)
    assert lifted["100-02"].freezes == (Suspension(freeze_id(7), TODAY, TODAY, "flood", "100"),)


CHANGES = [
    amendment(shifted(PLAN, **{GRASSROOTS: {"deadline": NEW}, CELL: {"target": None}})),
    Suspend(TODAY, None, "flood", "100"),
    Merge(("100",), "200", TODAY),
    Merge(("100", "200"), "300", TODAY, "Phường Ba"),
    Merge(("100", "200"), "22", TODAY),
    Merge(("100-01", "200-01"), "300-01", TODAY, "Thôn Ba", "200"),
    Split("100", "150", "Xã Mới", TODAY, ("100-01", "100-02")),
    Transfer("100-01", "200", TODAY),
    Dissolve("200-01", TODAY),
    Add("300", "Xã Ba", "commune", "22", TODAY),
    RenameUnit("100", "Xã Đổi", TODAY),
]


@pytest.mark.parametrize("change", CHANGES)
def test_an_interrupted_change_is_completed_by_sending_it_again(change: Change) -> None:
    """Wherever it stopped: the tree as it has become gives what is left, and what was done is not done again."""
    check_change(TREE, PLAN, 1, change, TODAY)
    before, whole = states(), to_send(change, release=2)
    through = applied(before, whole, TODAY)
    for most in range(length(whole) + 1):
        half = applied(before, whole, TODAY, most)
        again = applied(half, to_send(change, tree_of(half), release=2), TODAY)
        assert again == through, f"stopped after {most}"


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_that_is_through_says_nothing_again(change: Change) -> None:
    through = applied(states(), to_send(change, release=2), TODAY)
    for step in to_send(change, tree_of(through), release=2):
        assert all(profile.code in through for profile in step.begin)
        for unit, command in step.commands:
            assert decide(through[unit], command, TODAY) == ()


def test_half_a_merger_leaves_exactly_the_rest() -> None:
    change = Merge(("100", "200"), "300", TODAY, "Phường Ba")
    first, last = to_send(change)
    half = applied(states(), (first,), TODAY)
    left = to_send(change, tree_of(half))
    assert left == (Step(), last)
    started = applied(states(), (first,), TODAY, 2)  # the new one and the first that moves
    assert to_send(change, tree_of(started)) == (Step(commands=first.commands[1:]), last)
    ended = applied(half, (last,), TODAY, 1)
    assert to_send(change, tree_of(ended)) == (Step(), last)
    assert applied(ended, (last,), TODAY)["100"] == ended["100"]


def test_a_unit_that_ended_keeps_what_it_was() -> None:
    after = applied(states(), to_send(Merge(("100",), "200", TODAY)), TODAY)["100"]
    assert after.ended is not None
    assert (after.ended.on, after.ended.how, after.ended.successor) == (TODAY, "merged", "200")
    before = states()["100"]
    assert (after.stages, after.rules, after.profile) == (before.stages, before.rules, before.profile)

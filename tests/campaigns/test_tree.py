"""The tree between two changes."""

from __future__ import annotations

from datetime import date

import pytest

from calendars.campaigns.tree import Tree
from calendars.campaigns.units import UnitRow

PROVINCE = UnitRow("22", "Tỉnh Quảng Ninh", "province", "")
HA_LONG = UnitRow("193", "Thành phố Hạ Long", "district", "22")
HOANH_BO = UnitRow("204", "Huyện Hoành Bồ", "district", "22", ("rural",))
TROI = UnitRow("07030", "Thị trấn Trới", "commune", "204")
QUARTER = UnitRow("07030-01", "Khu phố 1", "village", "07030")
DAY = date(2020, 1, 1)


@pytest.fixture
def tree() -> Tree:
    return Tree([PROVINCE, HA_LONG, HOANH_BO, TROI, QUARTER])


def test_a_merge_carries_children_along(tree: Tree) -> None:
    tree.merge("204", "193", DAY)
    assert tree.get("204") is None
    moved = UnitRow("07030", "Thị trấn Trới", "commune", "193")
    assert tree.children("193") == (moved,)
    assert tree.children("22") == (HA_LONG,)
    assert tree.children("204") == ()
    assert tree.living() == (PROVINCE, HA_LONG, moved, QUARTER)


def test_a_unit_that_ended_keeps_its_code(tree: Tree) -> None:
    tree.merge("204", "193", DAY)
    assert HOANH_BO in tree.ever()
    assert len(tree.ever()) == 5
    assert tree.missing("204") == "'204' ended on 2020-01-01"
    assert tree.taken("204") == "'204' is the code of Huyện Hoành Bồ"


def test_a_code_nobody_had(tree: Tree) -> None:
    assert tree.missing("999") == "unknown unit '999'"
    assert tree.taken("999") == ""
    assert tree.missing("193") == ""
    assert tree.children("999") == ()


def test_a_transfer_takes_all_below_along(tree: Tree) -> None:
    tree.transfer("07030", "193")
    assert [unit.code for unit in tree.children("204")] == []
    assert [unit.code for unit in tree.children("193")] == ["07030"]
    assert tree.children("07030") == (QUARTER,)


def test_a_new_name_changes_nothing_else(tree: Tree) -> None:
    tree.rename("204", "Hoành Bồ")
    assert tree.get("204") == UnitRow("204", "Hoành Bồ", "district", "22", ("rural",))
    assert tree.children("204") == (TROI,)
    assert [unit.code for unit in tree.children("22")] == ["193", "204"]


def test_parents_come_first_even_where_the_parent_is_newer(tree: Tree) -> None:
    tree.add(UnitRow("205", "Đông Triều", "district", "22"))
    tree.transfer("07030", "205")
    codes = [unit.code for unit in tree.living()]
    assert codes == ["22", "193", "204", "205", "07030", "07030-01"]


def test_what_is_asked_leaves_the_rows_given_as_they_were(tree: Tree) -> None:
    units = (PROVINCE, HA_LONG, HOANH_BO, TROI)
    changed = Tree(units)
    changed.merge("204", "193", DAY)
    changed.rename("07030", "Phường Hoành Bồ")
    assert Tree(units).living() == units
    assert TROI.name == "Thị trấn Trới"

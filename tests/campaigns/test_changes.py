"""Changes of the tree: each kind in its shape, each mistake with its line, no tree that could not be."""

from __future__ import annotations

import csv
import io
import shutil
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from calendars.campaigns.bundle import find_bundle, load_bundle
from calendars.campaigns.changes import ChangeKind, ChangeRow, apply, read_changes, units_ever
from calendars.campaigns.units import UnitRow
from calendars.errors import Problems
from tests.campaigns.files import LEVELS, PLAN, table, told

HEADER = "kind,unit,into,on,name,level,parent,tags,children,source,certainty\n"
UNITS = (
    UnitRow("22", "Tỉnh Quảng Ninh", "province", ""),
    UnitRow("193", "Thành phố Hạ Long", "district", "22"),
    UnitRow("204", "Huyện Hoành Bồ", "district", "22"),
    UnitRow("06649", "Phường Hà Khánh", "commune", "193"),
    UnitRow("07030", "Thị trấn Trới", "commune", "204"),
    UnitRow("07033", "Xã Kỳ Thượng", "commune", "204"),
    UnitRow("07033-01", "Thôn 1", "village", "07033"),
    UnitRow("07033-02", "Thôn 2", "village", "07033"),
)
Shape = dict[str, tuple[str, str, str]]


def changes(folder: Path, rows: str) -> tuple[ChangeRow, ...]:
    return read_changes(table(folder, HEADER + rows), PLAN, UNITS)


def mistakes(folder: Path, rows: str) -> list[tuple[int, str]]:
    with pytest.raises(Problems) as refused:
        changes(folder, rows)
    return told(refused.value)


def shape(units: tuple[UnitRow, ...]) -> Shape:
    return {unit.code: (unit.name, unit.level, unit.parent) for unit in units}


def test_a_row_as_it_is_read(tmp_path: Path) -> None:
    (merge,) = changes(tmp_path, "merge,204,193,01/01/2020,,,,,,Resolution 837/NQ-UBTVQH14,high\n")
    assert merge == ChangeRow(
        ChangeKind.MERGE,
        unit="204",
        into="193",
        on=date(2020, 1, 1),
        source="Resolution 837/NQ-UBTVQH14",
        certainty="high",
        line=2,
    )
    (added,) = changes(tmp_path, "add,x,,2020-01-01,X,district,22,armed_forces  pilot armed_forces,,,\n")
    assert (added.level, added.parent, added.tags) == ("district", "22", ("armed_forces", "pilot"))
    assert (added.into, added.children) == ("", ())


def test_only_what_a_change_needs_must_be_a_column(tmp_path: Path) -> None:
    path = table(tmp_path, "kind,unit,parent,on\ntransfer,07030,193,2020-01-01\n")
    (transfer,) = read_changes(path, PLAN, UNITS)
    assert (transfer.kind, transfer.parent) == (ChangeKind.TRANSFER, "193")


def test_a_merge_carries_the_children_along(tmp_path: Path) -> None:
    merge = changes(tmp_path, "merge,204,193,2020-01-01,,,,,,,\n")
    after = shape(apply(UNITS, merge))
    assert "204" not in after
    assert {code for code, (_, _, parent) in after.items() if parent == "193"} == {"06649", "07030", "07033"}
    assert after["07033-01"] == ("Thôn 1", "village", "07033")


def test_two_units_merge_into_a_new_one(tmp_path: Path) -> None:
    merges = changes(
        tmp_path,
        "merge,07030,07031,2020-01-01,Phường Hoành Bồ,,193,,,,\nmerge,07033,07031,2020-01-01,,,,,,,\n",
    )
    assert [(row.level, row.parent) for row in merges] == [("commune", "193"), ("", "")]
    after = shape(apply(UNITS, merges))
    assert after["07031"] == ("Phường Hoành Bồ", "commune", "193")
    assert after["07033-01"][2] == after["07033-02"][2] == "07031"
    assert {"07030", "07033"} & after.keys() == set()


def test_a_split_leaves_the_unit_and_parts_some_children(tmp_path: Path) -> None:
    split = changes(tmp_path, "split,07033,07034,2020-01-01,Xã Đồng Sơn,,,,07033-02,,\n")
    assert (split[0].level, split[0].parent) == ("commune", "204")
    after = shape(apply(UNITS, split))
    assert after["07034"] == ("Xã Đồng Sơn", "commune", "204")
    assert after["07033"] == ("Xã Kỳ Thượng", "commune", "204")
    assert (after["07033-01"][2], after["07033-02"][2]) == ("07033", "07034")


def test_transfer_dissolve_add_and_rename(tmp_path: Path) -> None:
    rows = changes(
        tmp_path,
        "transfer,07030,,2020-01-01,,,193,,,,\n"
        "rename,07030,,2020-01-01,Phường Hoành Bồ,,,,,,\n"
        "dissolve,07033-02,,2020-01-02,,,,,,,\n"
        "add,quan-su,,2020-01-03,Quân sự tỉnh,district,22,armed_forces,,made: for the test,synthetic\n",
    )
    after = apply(UNITS, rows)
    assert shape(after)["07030"] == ("Phường Hoành Bồ", "commune", "193")
    assert "07033-02" not in shape(after)
    marks = ("made: for the test", "synthetic", 5)
    assert UnitRow("quan-su", "Quân sự tỉnh", "district", "22", ("armed_forces",), *marks) in after
    assert "07033-02" in shape(units_ever(UNITS, rows))
    assert len(units_ever(UNITS, rows)) == 9


def test_by_day_and_on_one_day_by_row(tmp_path: Path) -> None:
    rows = changes(
        tmp_path,
        "dissolve,204,,2020-03-01,,,,,,,\n"
        "transfer,07030,,2020-02-01,,,193,,,,\n"
        "transfer,07033,,2020-02-01,,,193,,,,\n"
        "rename,204,,2020-01-01,Hoành Bồ,,,,,,\n",
    )
    assert [row.line for row in rows] == [5, 3, 4, 2]
    assert mistakes(tmp_path, "merge,204,193,2020-01-01,,,,,,,\nrename,204,,2020-01-01,Hoành Bồ,,,,,,\n") == [
        (3, "'204' ended on 2020-01-01")
    ]
    assert len(changes(tmp_path, "rename,204,,2020-01-01,Hoành Bồ,,,,,,\nmerge,204,193,2020-01-01,,,,,,,\n")) == 2


def test_every_bad_cell_is_named(tmp_path: Path) -> None:
    assert mistakes(
        tmp_path,
        "fuse,204,193,2020-01-01,,,,,,,\n"
        "merge,,193,2020-01-01,,,,,,,\n"
        "merge,204,,2020-01-01,,,,,,,\n"
        "merge,204,193,,,,,x,07030,,\n"
        "split,204,208,2019-11-30,,,,,,,\n"
        "transfer,07030,193,soon,,,,,,,\n"
        "dissolve,07030,193,2021-01-01,Trới,commune,22,x,07033,,\n"
        "add,208,,2020-01-01,,,,,,,,surplus\n"
        "rename,204,,2020-01-01,,,193,,,,\n",
    ) == [
        (2, "unknown kind 'fuse', expected one of merge, split, transfer, dissolve, add, rename"),
        (3, "unit is empty, expected a code"),
        (4, "into is empty, a merge needs it"),
        (5, "children '07030': a merge has none"),
        (5, "on is empty, expected a date"),
        (5, "tags 'x': a merge has none"),
        (6, "name is empty, a split needs it"),
        (6, "on 2019-11-30 is outside the campaign, expected 2019-12-01 to 2020-12-31"),
        (7, "into '193': a transfer has none"),
        (7, "on 'soon': expected a date like 2020-05-31 or 31/05/2020"),
        (7, "parent is empty, a transfer needs it"),
        (8, "children '07033': a dissolve has none"),
        (8, "into '193': a dissolve has none"),
        (8, "level 'commune': a dissolve has none"),
        (8, "name 'Trới': a dissolve has none"),
        (8, "on 2021-01-01 is outside the campaign, expected 2019-12-01 to 2020-12-31"),
        (8, "parent '22': a dissolve has none"),
        (8, "tags 'x': a dissolve has none"),
        (9, "level is empty, an add needs it"),
        (9, "more cells than the header has columns; put a text with a separator in quotes"),
        (9, "name is empty, an add needs it"),
        (9, "parent is empty, an add needs it"),
        (10, "name is empty, a rename needs it"),
        (10, "parent '193': a rename has none"),
    ]


CODE = "expected up to 64 of A-Z a-z 0-9 . _ -, a letter or digit first"


@pytest.mark.parametrize(
    ("row", "mistake"),
    [
        ("merge,204,204,2020-01-01,,,,,,,", "into '204' is the unit itself"),
        (
            "merge,204,07030,2020-01-01,,,,,,,",
            "level 'district' of '204' is not that of its successor '07030', 'commune'",
        ),
        ("merge,204,208,2020-01-01,,,,,,,", "unknown unit '208'; a new one needs a name"),
        ("merge,204,193,2020-01-01,Hạ Long,,,,,,", "unit '193' is there already with another name"),
        ("merge,204,193,2020-01-01,,,07030,,,,", "unit '193' is there already with another parent"),
        ("merge,204,208,2020-01-01,Mới,commune,,,,,", "level 'commune' of '208' is not that of '204', 'district'"),
        ("merge,204,208,2020-01-01,Mới,,999,,,,", "parent: unknown unit '999'"),
        ("merge,204,Mới,2020-01-01,Mới,,,,,,", f"code 'Mới': {CODE}"),
        ("merge,22,193,2020-01-01,,,,,,,", "'22' is the root of the tree, which stays as it is"),
        ("merge,999,193,2020-01-01,,,,,,,", "unknown unit '999'"),
        ("split,22,23,2020-01-01,Mới,,,,193,,", "'22' is the root of the tree, which stays as it is"),
        ("split,204,193,2020-01-01,Mới,,,,,,", "'193' is the code of Thành phố Hạ Long, expected a new one"),
        ("split,204,@x,2020-01-01,Mới,,,,,,", f"code '@x': {CODE}"),
        ("split,204,208,2020-01-01,Mới,,,,06649,,", "child '06649' is not directly below '204'"),
        ("split,204,208,2020-01-01,Mới,,,,07033-01,,", "child '07033-01' is not directly below '204'"),
        ("split,204,208,2020-01-01,Mới,,,,999,,", "child: unknown unit '999'"),
        ("transfer,07030,,2020-01-01,,,204,,,,", "'07030' is below '204' already"),
        ("transfer,07030,,2020-01-01,,,999,,,,", "parent: unknown unit '999'"),
        (
            "transfer,07030,,2020-01-01,,,07033,,,,",
            "level 'commune' of '07030' is not below 'commune', the level of its parent '07033'",
        ),
        (
            "transfer,204,,2020-01-01,,,07033-01,,,,",  # would close a circle
            "level 'district' of '204' is not below 'village', the level of its parent '07033-01'",
        ),
        ("transfer,22,,2020-01-01,,,193,,,,", "'22' is the root of the tree, which stays as it is"),
        (
            "dissolve,204,,2020-01-01,,,,,,,",
            "'204' has 2 units below it, such as '07030': merge it, or transfer them before",
        ),
        ("dissolve,22,,2020-01-01,,,,,,,", "'22' is the root of the tree, which stays as it is"),
        ("add,204,,2020-01-01,Mới,district,22,,,,", "'204' is the code of Huyện Hoành Bồ, expected a new one"),
        ("add,..,,2020-01-01,Mới,district,22,,,,", f"code '..': {CODE}"),
        ("add,208,,2020-01-01,Mới,town,22,,,,", f"unknown level 'town', expected one of {', '.join(LEVELS)}"),
        (
            "add,208,,2020-01-01,Mới,district,193,,,,",
            "level 'district' of '208' is not below 'district', the level of its parent '193'",
        ),
        ("rename,204,,2020-01-01,Huyện Hoành Bồ,,,,,,", "'204' is called 'Huyện Hoành Bồ' already"),
    ],
)
def test_what_the_tree_does_not_allow(tmp_path: Path, row: str, mistake: str) -> None:
    assert mistakes(tmp_path, f"{row}\n") == [(2, mistake)]


def test_a_code_is_not_used_again(tmp_path: Path) -> None:
    rows = "dissolve,07033-02,,2020-01-01,,,,,,,\n"
    assert mistakes(tmp_path, rows + "add,07033-02,,2020-01-02,Thôn 3,village,07033,,,,\n") == [
        (3, "'07033-02' is the code of Thôn 2, expected a new one")
    ]
    assert mistakes(tmp_path, rows + "merge,07033-01,07033-02,2020-01-02,Thôn 3,,,,,,\n") == [
        (3, "'07033-02' ended on 2020-01-01")
    ]


def test_a_unit_may_go_where_another_row_made_room(tmp_path: Path) -> None:
    rows = changes(
        tmp_path,
        "add,208,,2020-01-01,Mới,district,22,,,,\n"
        "transfer,07030,,2020-01-02,,,208,,,,\n"
        "merge,208,193,2020-01-03,,,,,,,\n",
    )
    assert shape(apply(UNITS, rows))["07030"][2] == "193"


def test_a_unit_that_was_refused_is_not_missed_again(tmp_path: Path) -> None:
    """The row that would have made it is the mistake; those after it are right."""
    rows = "transfer,07030,,2020-01-02,,,208,,,,\nmerge,208,193,2020-01-03,,,,,,,\nadd,9,,2020-01-04,X,village,,,,,\n"
    last = (5, "parent is empty, an add needs it")
    unreadable = mistakes(tmp_path, "add,208,,2020-01-01,,district,22,,,,\n" + rows)
    assert unreadable == [(2, "name is empty, an add needs it"), last]
    forbidden = mistakes(tmp_path, "add,208,,2020-01-01,Mới,district,999,,,,\n" + rows)
    assert forbidden == [(2, "parent: unknown unit '999'"), last]


def test_a_folder_may_report_of_units_that_changes_make_and_end(tmp_path: Path) -> None:
    for name in ("plan.yaml", "units.csv"):
        shutil.copy(find_bundle("quang-ninh-2020") / name, tmp_path)
    table(
        tmp_path,
        HEADER + "add,bao-chi,,2020-02-01,Báo Quảng Ninh,district,22,armed_forces public_security,,,\n"
        "merge,06649-02,06649-01,2020-02-01,,,,,,,\n",
        "changes.csv",
    )
    reports = "unit,stage,on\nbao-chi,district_congress,2020-06-09\n06649-02,headman_election,2020-01-05\n"
    table(tmp_path, reports, "reports.csv")
    consent = "consent,bao-chi,district_congress,2020-05-20,Đảng ủy Công an Trung ương"
    table(tmp_path, f"kind,unit,stage,on,body\n{consent}\n", "records.csv")
    table(tmp_path, "unit,role,email\nbao-chi,office,office@example.org\n", "contacts.csv")
    bundle = load_bundle(tmp_path)
    assert [row.kind for row in bundle.changes] == [ChangeKind.ADD, ChangeKind.MERGE]
    assert len(bundle.units) == 1740
    assert [row.unit for row in bundle.reports] == ["bao-chi", "06649-02"]
    assert (bundle.records[0].unit, bundle.contacts[0].unit) == ("bao-chi", "bao-chi")


def test_a_bad_change_of_a_folder_is_named_before_its_reports(tmp_path: Path) -> None:
    for name in ("plan.yaml", "units.csv"):
        shutil.copy(find_bundle("quang-ninh-2020") / name, tmp_path)
    path = table(tmp_path, HEADER + "add,bao-chi,,2020-02-01,Báo,district,,,,,\n", "changes.csv")
    table(tmp_path, "unit,stage,on\nbao-chi,district_congress,2020-06-09\n", "reports.csv")
    with pytest.raises(Problems) as refused:
        load_bundle(tmp_path)
    assert str(refused.value) == f"{path}: line 2: parent is empty, an add needs it"


CODES = st.sampled_from([unit.code for unit in UNITS] + ["208", "209"])
LEVEL = st.sampled_from([*LEVELS, "", ""])
NEW = st.sampled_from(["208", "209", "193"])
ROWS = st.one_of(
    st.tuples(
        st.just("merge"),
        CODES,
        CODES,
        st.just("2020-01-01"),
        st.sampled_from(["", "Mới"]),
        LEVEL,
        st.just(""),
        st.just(""),
    ),
    st.tuples(
        st.just("split"),
        CODES,
        NEW,
        st.just("2020-01-01"),
        st.just("Mới"),
        st.just(""),
        st.just(""),
        st.sampled_from(["", "07030"]),
    ),
    st.tuples(
        st.just("transfer"), CODES, st.just(""), st.just("2020-01-01"), st.just(""), st.just(""), CODES, st.just("")
    ),
    st.tuples(st.just("dissolve"), CODES, st.just(""), st.just("2020-01-01"), *[st.just("")] * 4),
    st.tuples(st.just("add"), NEW, st.just(""), st.just("2020-01-01"), st.just("Mới"), LEVEL, CODES, st.just("")),
    st.tuples(st.just("rename"), CODES, st.just(""), st.just("2020-01-01"), st.just("Tên"), *[st.just("")] * 3),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200, deadline=None)
@given(st.lists(ROWS, min_size=1, max_size=8))
def test_whatever_is_taken_leaves_a_tree(tmp_path: Path, rows: list[tuple[str, ...]]) -> None:
    """Rows are added one by one, the good ones stay: a bad row is the only one that is named."""
    kept: list[tuple[str, ...]] = []
    taken: tuple[ChangeRow, ...] = ()
    for row in rows:
        path = written(tmp_path, [*kept, row])
        try:
            taken = read_changes(path, PLAN, UNITS)
        except Problems as refused:
            if {problem.line for problem in refused.problems} != {len(kept) + 2}:
                raise
        else:
            kept.append(row)
    assert len(taken) == len(kept)
    after = apply(UNITS, taken)
    seen: dict[str, UnitRow] = {}
    for unit in after:
        parent = seen.get(unit.parent)
        assert parent if seen else unit.parent == ""
        assert parent is None or LEVELS.index(parent.level) < LEVELS.index(unit.level)
        seen[unit.code] = unit
    assert len(seen) == len(after)
    ended = {row.unit for row in taken if row.kind in (ChangeKind.MERGE, ChangeKind.DISSOLVE)}
    assert {unit.code for unit in units_ever(UNITS, taken)} == seen.keys() | ended
    assert seen.keys() & ended == set()


def written(folder: Path, rows: list[tuple[str, ...]]) -> Path:
    text = io.StringIO()
    csv.writer(text).writerows([("kind", "unit", "into", "on", "name", "level", "parent", "children"), *rows])
    return table(folder, text.getvalue(), "changes.csv")

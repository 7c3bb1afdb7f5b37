"""The tree: every mistake of a file named in one run, no table crashes the reader."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from calendars.campaigns.units import UnitRow, read_units
from calendars.errors import Problems, UserError
from tests.campaigns.files import LEVELS, UNITS, table, told, workbook


def test_parents_come_before_children(tmp_path: Path) -> None:
    path = table(
        tmp_path,
        "code,name,level,parent,tags,source,certainty\n"
        "06664-01,Khu phố 1,village,06664,,made,synthetic\n"
        "06664,Phường Hà Tu,commune,193,,,\n"
        "cong-an,Công an tỉnh,district,22,armed_forces  public_security armed_forces,,medium\n"
        "193,Thành phố Hạ Long,district,22,,,\n"
        "22,Tỉnh Quảng Ninh,province,,,,high\n",
    )
    assert read_units(path, LEVELS) == (
        UnitRow("22", "Tỉnh Quảng Ninh", "province", "", (), "", "high", 6),
        UnitRow("cong-an", "Công an tỉnh", "district", "22", ("armed_forces", "public_security"), "", "medium", 4),
        UnitRow("193", "Thành phố Hạ Long", "district", "22", line=5),
        UnitRow("06664", "Phường Hà Tu", "commune", "193", line=3),
        UnitRow("06664-01", "Khu phố 1", "village", "06664", (), "made", "synthetic", 2),
    )


def test_xlsx_and_columns_beyond_those_needed(tmp_path: Path) -> None:
    rows: list[list[object]] = [
        ["unit_type", "code", "name", "level", "parent"],
        ["province", 22, "Tỉnh", "province", None],
    ]
    rows += [["city", 193, "Hạ Long", "district", 22], ["ward", "06664", "Hà Tu", "commune", "193"]]
    units = read_units(workbook(tmp_path, rows), LEVELS)
    assert [(unit.code, unit.parent, unit.tags) for unit in units] == [
        ("22", "", ()),
        ("193", "22", ()),
        ("06664", "193", ()),
    ]


def test_a_level_may_be_skipped(tmp_path: Path) -> None:
    path = table(tmp_path, "code,name,level,parent\n22,Tỉnh,province,\nv1,Thôn 1,village,22\n")
    assert [unit.code for unit in read_units(path, LEVELS)] == ["22", "v1"]


def test_every_mistake_is_named_in_one_run(tmp_path: Path) -> None:
    path = table(
        tmp_path,
        "code,name,level,parent\n"
        "22,Tỉnh,province,\n"
        "193,Hạ Long,district,22\n"
        "193,Hạ Long again,district,22\n"
        "a1,Cycle,commune,a2\n"
        "a2,Cycle,district,a3\n"
        "a3,Cycle,village,a1\n"
        "tail,Below a cycle,village,a1\n"
        "self,Its own parent,commune,self\n"
        "lost,Orphan,commune,999\n"
        "205,Odd level,town,22\n"
        "x1,Not below,district,193\n"
        "x2,Above its parent,province,193\n"
        "23,Second root,province,\n"
        ",No code,commune,193\n"
        "06664,,commune,193\n"
        "Hà Tu/1,Bad code,commune,193\n"
        "..,Bad code,commune,193\n"
        f"{'9' * 65},Long code,commune,193\n"
        "06670,Hà Lầm, commune,193,,surplus\n",
    )
    with pytest.raises(Problems) as refused:
        read_units(path, LEVELS)
    code = "expected up to 64 of A-Z a-z 0-9 . _ -, a letter or digit first"
    assert told(refused.value) == [
        (4, "duplicate code '193', already on line 3"),
        (5, "cycle of parents: a1 -> a2 -> a3 -> a1"),
        (9, "cycle of parents: self -> self"),
        (10, "orphan 'lost': unknown parent '999'"),
        (11, "unknown level 'town', expected one of province, district, commune, village"),
        (12, "level 'district' of 'x1' is not below 'district', the level of its parent '193'"),
        (13, "level 'province' of 'x2' is not below 'district', the level of its parent '193'"),
        (14, "second root '23', the first is '22' on line 2"),
        (15, "code is empty"),
        (16, "name is empty"),
        (17, f"code 'Hà Tu/1': {code}"),
        (18, f"code '..': {code}"),
        (19, f"code '{'9' * 65}': {code}"),
        (20, "more cells than the header has columns; put a text with a separator in quotes"),
    ]
    assert str(refused.value).splitlines()[0] == f"{path}: line 4: duplicate code '193', already on line 3"


def test_a_tree_needs_a_root(tmp_path: Path) -> None:
    with pytest.raises(Problems) as refused:
        read_units(table(tmp_path, "code,name,level,parent\n"), LEVELS)
    assert told(refused.value) == [(0, "no root, expected one unit without a parent")]


def test_a_file_adds_to_the_tree_that_is_there(tmp_path: Path) -> None:
    path = table(
        tmp_path,
        "code,name,level,parent,tags\n200,Huyện Đầm Hà,district,22,\n06904-02,Thôn 2,village,06904,\n",
    )
    assert read_units(path, LEVELS, UNITS) == (*UNITS, UnitRow("06904-02", "Thôn 2", "village", "06904", line=3))


def test_a_file_may_not_change_what_is_there(tmp_path: Path) -> None:
    path = table(
        tmp_path,
        "code,name,level,parent,tags\n"
        "200,Đầm Hà,district,22,pilot\n"
        "06904,Xã Tân Bình,village,200,rural\n"
        "23,Second root,province,,\n"
        "x,Orphan,village,999,\n",
    )
    with pytest.raises(Problems) as refused:
        read_units(path, LEVELS, UNITS)
    assert told(refused.value) == [
        (2, "unit '200' is there already with another name"),
        (3, "unit '06904' is there already with another level, tags"),
        (4, "second root '23', the first is '22'"),
        (5, "orphan 'x': unknown parent '999'"),
    ]


CODES = st.sampled_from(["", "a", "b", "c", "d", "é", "a b", "-x", "\x00"])
CELLS = st.tuples(CODES, st.text(max_size=4), st.sampled_from([*LEVELS, "", "town"]), CODES, st.text(max_size=4))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200, deadline=None)
@given(st.lists(CELLS, max_size=7))
def test_no_small_table_crashes_the_reader(tmp_path: Path, rows: list[tuple[str, ...]]) -> None:
    text = io.StringIO()
    csv.writer(text).writerows([("code", "name", "level", "parent", "tags"), *rows])
    path = tmp_path / "units.csv"
    path.write_bytes(text.getvalue().encode("utf-8"))
    try:
        units = read_units(path, LEVELS)
    except Problems:
        return
    seen: list[str] = []
    for unit in units:
        assert unit.parent in seen if seen else unit.parent == ""
        assert unit.code not in seen
        seen.append(unit.code)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=100, deadline=None)
@given(st.binary(max_size=80), st.sampled_from(["units.csv", "units.xlsx"]))
def test_no_bytes_crash_the_reader(tmp_path: Path, content: bytes, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(b"code,name,level,parent\n" + content if name.endswith("csv") else content)
    try:
        units = read_units(path, LEVELS)
    except UserError:
        return
    assert units

"""CSV and XLSX as officials send them."""

from __future__ import annotations

import csv
import io
import unicodedata
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendars.campaigns import tables
from calendars.campaigns.tables import NoTable, Received, Row, clean, read_table
from calendars.campaigns.writing import csv_text
from calendars.errors import Problems, UserError
from tests.campaigns.files import table, told, workbook


@pytest.mark.parametrize(
    "content",
    [
        pytest.param("code,name\n06664,Hà Tu\n".encode(), id="comma"),
        pytest.param("code;name\n06664;Hà Tu\n".encode(), id="semicolon"),
        pytest.param("\ufeffcode,name\r\n06664,Hà Tu\r\n".encode(), id="BOM and CRLF"),
        pytest.param("Code , NAME\n 06664 ,\t Hà \u00a0 Tu \n".encode(), id="blanks and capitals in the header"),
        pytest.param('code,name\n"06664","Hà Tu"'.encode(), id="quoted, no last line end"),
        pytest.param(unicodedata.normalize("NFD", "code,name\n06664,Hà Tu\n").encode(), id="decomposed letters"),
        pytest.param("code,name\n06664,H\u200bà\x07 \u202eTu\n".encode(), id="invisible and control characters"),
    ],
)
def test_csv_comes_out_as_clean_text(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "units.csv"
    path.write_bytes(content)
    assert read_table(path, ("code", "name")) == [Row(2, {"code": "06664", "name": "Hà Tu"})]


def test_lines_are_those_of_the_file(tmp_path: Path) -> None:
    path = table(tmp_path, 'code,name\n\n1,"two\nlines"\n,,\n2,b\n3\n4,d,,\n5,e,surplus\n')
    assert read_table(path) == [
        Row(3, {"code": "1", "name": "two lines"}),
        Row(6, {"code": "2", "name": "b"}),
        Row(7, {"code": "3", "name": ""}),
        Row(8, {"code": "4", "name": "d"}),
        Row(9, {"code": "5", "name": "e"}, surplus=1),
    ]


def test_excel_values_become_the_text_of_a_csv_file(tmp_path: Path) -> None:
    rows: list[list[object]] = [
        ["code", "on", "announced", "votes", "turnout", "member", "delegates", None],
        [
            "06664",
            date(2020, 5, 31),
            datetime(2020, 4, 1, tzinfo=UTC).replace(tzinfo=None),
            "290/292",
            0.9325,
            True,
            205,
        ],
        [],
        [205, None, None, None, 93.25, False, 292.0],
        [6664, "31/05/2020"],
    ]
    path = workbook(tmp_path, rows, {"E2": "0.00%", "A5": "00000"})
    texts = [(row.line, row["code"], row["on"], row["announced"], row["turnout"]) for row in read_table(path)]
    assert texts == [
        (2, "06664", "2020-05-31", "2020-04-01", "93.25%"),
        (4, "205", "", "", "93.25"),
        (5, "06664", "31/05/2020", "", ""),
    ]
    assert [(row["votes"], row["member"], row["delegates"]) for row in read_table(path)] == [
        ("290/292", "true", "205"),
        ("", "false", "292"),
        ("", "", ""),
    ]


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("units.txt", b"code\n1\n", "expected a file that ends in .csv or .xlsx"),
        ("units", b"code\n1\n", "expected a file that ends in .csv or .xlsx"),
        ("units.csv", b"", "the file is empty, expected a header with code, name"),
        ("units.csv", b"\n , \n", "the file is empty, expected a header with code, name"),
        ("units.csv", "code,name\n1,Hà\n".encode("utf-16"), "line 1: not UTF-8; save the file as 'CSV UTF-8'"),
        ("units.csv", b"code,name\n1,a\n2,H\xe0\n", "line 3: not UTF-8; save the file as 'CSV UTF-8'"),
        ("units.csv", b'code,name\n1,"open\n2,b\n', "line 2: not a row of CSV (unexpected end of data)"),
        ("units.csv", b"code,title\n1,a\n", "line 1: the header lacks the column 'name'"),
        ("units.csv", b"\ncode,name,Name\n", "line 2: the header names the column 'name' more than once"),
        ("units.xlsx", b"code,name\n1,a\n", "not a readable XLSX workbook"),
        ("units.xlsx", b"PK\x03\x04 torn", "not a readable XLSX workbook"),
    ],
)
def test_what_is_no_table_is_refused_in_one_sentence(tmp_path: Path, name: str, content: bytes, sentence: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(UserError) as refused:
        read_table(path, ("code", "name"))
    assert str(refused.value) == f"{path}: {sentence}"


def test_every_fault_of_a_header_is_named(tmp_path: Path) -> None:
    with pytest.raises(Problems) as refused:
        read_table(table(tmp_path, "level,level\n"), ("code", "name"))
    assert told(refused.value) == [
        (1, "the header lacks the column 'code'"),
        (1, "the header lacks the column 'name'"),
        (1, "the header names the column 'level' more than once"),
    ]


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"absent\.csv: cannot be read \(No such file or directory\)"):
        read_table(tmp_path / "absent.csv")
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(UserError, match=r"folder\.csv: cannot be read \(Is a directory\)"):
        read_table(tmp_path / "folder.csv")


def test_an_empty_workbook(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="the file is empty, expected a header"):
        read_table(workbook(tmp_path, []))


@given(st.text())
def test_clean_text_is_one_line_and_stays_as_it_is(text: str) -> None:
    once = clean(text)
    assert clean(once) == once
    assert once == once.strip()
    assert not any(unicodedata.category(sign) in {"Cc", "Cf", "Zl", "Zp"} for sign in once)


@given(st.lists(st.text(alphabet="'=+-@a,; \"\n") | st.text()))
def test_what_we_write_is_read_as_it_was_and_is_no_formula(texts: list[str]) -> None:
    written = csv_text(("no", "text"), enumerate(map(clean, texts)))
    read = read_table(Received("table.csv", written.encode("utf-8-sig", "replace")))
    assert [row["text"] for row in read] == [clean(text.encode(errors="replace").decode()) for text in texts]
    rows = list(csv.reader(io.StringIO(written, newline="")))
    assert not any(cell.startswith(("=", "+", "-", "@")) for _, cell in rows)


def test_a_table_has_an_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "MAX_ROWS", 2)
    assert len(read_table(Received("a.csv", b"code\n1\n2\n"))) == 2
    for file in (Received("a.csv", b"code\n1\n2\n\n"), workbook(tmp_path, [["code"], [1], [2], [3]])):
        with pytest.raises(NoTable, match="more than 2 rows") as refused:
            read_table(file)
        assert "dòng" in refused.value.vi


def test_a_table_has_a_width(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "MAX_COLUMNS", 2)
    assert read_table(Received("a.csv", b"code,name,,\n1,a,,,,\n")) == [Row(2, {"code": "1", "name": "a"})]
    far = workbook(tmp_path, [["code", "name"], ["1", *[None] * 16_000, "b"]])
    assert read_table(far) == [Row(2, {"code": "1", "name": ""})]
    wide = workbook(tmp_path, [["code", "name"], ["1", "a", "b"]])
    for file in (Received("a.csv", b"code,name,level\n"), Received("a.csv", b"code\n1,,2\n"), wide):
        with pytest.raises(NoTable, match="more than 2 columns") as refused:
            read_table(file)
        assert "cột" in refused.value.vi

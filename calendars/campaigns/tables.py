"""Tables as officials send them: CSV from any program, or the first sheet of an Excel workbook.

Whatever the file, a row comes out as clean text: Unicode in NFC, no control or invisible format characters, one blank
where there were several. Excel's own types become the text a CSV file would hold: dates are ISO dates, 205 is "205", a
cell formatted as percent is "93.25%", one formatted as 00000 keeps its leading zeros.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
import warnings
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import Any, Protocol

from calendars.errors import Problem, Problems, UserError

MAX_BYTES = 50_000_000
MAX_UNPACKED = 64_000_000  # of a workbook's parts: a small file may be packed so that it fills a machine's memory
MAX_ROWS = 100_000
MAX_COLUMNS = 256  # each of them is kept for each row
BLANK_CATEGORIES = ("Cc", "Zl", "Zp", "Zs")
# A text that a spreadsheet would take for a formula stands in a CSV file behind one more apostrophe. Some take wide
# signs for the same.
FORMULA = re.compile("'*[=+\\-@\uff1d\uff0b\uff0d\uff20]")


@dataclass(frozen=True, slots=True)
class Received:
    """A file that somebody sent, under the name that they gave it."""

    name: str
    content: bytes

    def __str__(self) -> str:
        return self.name


File = Path | str | Received


class NoTable(UserError):
    """A file that cannot be read as a table, in both languages. As a string it is the English sentence."""

    def __init__(self, file: File, en: str, vi: str) -> None:
        super().__init__(f"{file}: {en}")
        self.en, self.vi = f"{file}: {en}", f"{file}: {vi}"


@dataclass(frozen=True, slots=True)
class Row:
    """One row under the header: its line in the file (from 1, the header's included) and the text of each column.

    `surplus` counts filled cells beyond the header's columns, the sign of an unquoted separator in a name.
    """

    line: int
    cells: dict[str, str]
    surplus: int = 0

    def __getitem__(self, column: str) -> str:
        """The text of a column, "" where the file has no such column."""
        return self.cells.get(column, "")


class Cell(Protocol):
    """What is used of openpyxl's cells, of which an empty one knows its value only."""

    @property
    def value(self) -> Any: ...


def read_table(path: File, required: Sequence[str] = ()) -> list[Row]:
    """The rows of a CSV file (UTF-8, comma or semicolon) or of the first sheet of an XLSX file; empty rows left out.

    Column names are compared in lower case. Raises `NoTable` for a file that cannot be read as a table, `Problems` for
    a header that lacks a column of `required` or names one twice.
    """
    readers = {".csv": _csv_lines, ".xlsx": _xlsx_lines}
    reader = readers.get(Path(str(path)).suffix.lower())
    if reader is None:
        raise NoTable(path, "expected a file that ends in .csv or .xlsx", "cần một tệp có đuôi .csv hoặc .xlsx")
    lines = ((line, [clean(cell) for cell in cells]) for line, cells in reader(path, content_of(path)))
    filled = ((line, cells) for line, cells in _not_too_many(path, lines) if any(cells))
    header_line, header = next(filled, (0, []))
    if not header:
        names = ", ".join(required)
        raise NoTable(
            path,
            "the file is empty, expected a header" + f" with {names}" * bool(names),
            "tệp trống, cần dòng tiêu đề" + f" có {names}" * bool(names),
        )
    columns = [name.lower() for name in header]
    _check_header(path, header_line, columns, required)
    return [_row(line, columns, cells) for line, cells in filled]


def _not_too_many(path: File, lines: Iterator[tuple[int, list[str]]]) -> Iterator[tuple[int, list[str]]]:
    for count, line in enumerate(lines):
        if count > MAX_ROWS:
            raise NoTable(path, f"more than {MAX_ROWS:,} rows", f"nhiều hơn {MAX_ROWS // 1000}.000 dòng")
        no, cells = line
        if any(cells[MAX_COLUMNS:]):
            raise NoTable(path, f"more than {MAX_COLUMNS} columns", f"nhiều hơn {MAX_COLUMNS} cột")
        yield no, cells[:MAX_COLUMNS]


def clean(text: str) -> str:
    """The text in NFC, control and format characters removed, every run of blanks and line ends one space."""
    text = unicodedata.normalize("NFC", text)
    spaced = "".join(" " if unicodedata.category(sign) in BLANK_CATEGORIES else sign for sign in text)
    return " ".join("".join(sign for sign in spaced if unicodedata.category(sign) != "Cf").split())


def _row(line: int, columns: list[str], cells: list[str]) -> Row:
    padded = cells + [""] * (len(columns) - len(cells))
    named = {name: cell for name, cell in zip(columns, padded, strict=False) if name}
    return Row(line, named, sum(bool(cell) for cell in cells[len(columns) :]))


def _check_header(path: File, line: int, columns: list[str], required: Iterable[str]) -> None:
    said = [
        (f"the header lacks the column {name!r}", f"dòng tiêu đề thiếu cột {name!r}")
        for name in required
        if name not in columns
    ]
    said += [
        (f"the header names the column {name!r} more than once", f"dòng tiêu đề có cột {name!r} nhiều lần")
        for name in sorted({name for name in columns if name and columns.count(name) > 1})
    ]
    if said:
        raise Problems(str(path), [Problem(line, 0, en, vi) for en, vi in said])


def content_of(file: File) -> bytes:
    """The bytes of a file. Raises `NoTable` for one that cannot be read or is too large."""
    if isinstance(file, Received):
        return file.content
    path = Path(file)
    try:
        if path.stat().st_size > MAX_BYTES:
            raise _too_large(file)
        return path.read_bytes()
    except OSError as error:
        why = error.strerror
        raise NoTable(file, f"cannot be read ({why})", f"không đọc được ({why})") from error


def _too_large(file: File) -> NoTable:
    most = MAX_BYTES // 1_000_000
    return NoTable(
        file,
        f"larger than {most} MB, expected a table of units or reports",
        f"lớn hơn {most} MB, cần một bảng đơn vị hoặc báo cáo",
    )


def _csv_lines(path: File, content: bytes) -> Iterator[tuple[int, list[str]]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        said = "not UTF-8; save the file as 'CSV UTF-8'", "không phải UTF-8; hãy lưu tệp dạng 'CSV UTF-8'"
        raise Problems(str(path), [Problem(line, 0, *said)]) from error
    first = text.lstrip().partition("\n")[0]
    separator = ";" if first.count(";") > first.count(",") else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            said = f"not a row of CSV ({error})", f"không phải một dòng CSV ({error})"
            raise Problems(str(path), [Problem(line, 0, *said)]) from error
        yield line, [cell[1:] if cell[:1] == "'" and FORMULA.match(cell) else cell for cell in cells]


def _xlsx_lines(path: File, content: bytes) -> Iterator[tuple[int, list[str]]]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            unpacked = sum(part.file_size for part in parts.infolist())
        if unpacked > MAX_UNPACKED:
            raise _too_large(path)
        with warnings.catch_warnings():
            import openpyxl  # a seventh of a second that only workbooks are worth

            # openpyxl warns of drawings and validations it does not keep; only the cells matter here.
            warnings.simplefilter("ignore")
            book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
            sheet = book.worksheets[0]
            sheet.reset_dimensions()
            # A row is filled up to its last cell, which may be thousands to the right of the table.
            rows = enumerate(islice(sheet.iter_rows(max_col=MAX_COLUMNS + 1), MAX_ROWS + 2), 1)
            lines = [(line, [_cell_text(cell) for cell in _filled(cells)]) for line, cells in rows]
            book.close()
    except NoTable:
        raise
    except Exception as error:  # a damaged workbook can fail anywhere between zip, XML and number formats
        raise NoTable(path, "not a readable XLSX workbook", "không phải bảng tính XLSX đọc được") from error
    yield from lines


def _filled(cells: Sequence[Cell]) -> Sequence[Cell]:
    """The cells of a row without the empty ones at its end."""
    length = len(cells)
    while length and cells[length - 1].value is None:
        length -= 1
    return cells[:length]


def _cell_text(cell: Cell) -> str:
    value, shown_as = cell.value, str(getattr(cell, "number_format", ""))
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int | float):
        return _number_text(value, shown_as)
    return str(value)


def _number_text(value: float, shown_as: str) -> str:
    if "%" in shown_as:
        return f"{round(value * 100, 6):.15g}%"
    text = f"{value:.15g}"
    return text.zfill(len(shown_as)) if re.fullmatch("0+", shown_as) else text

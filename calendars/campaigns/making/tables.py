"""Where the sources lie and how a table is written: UTF-8, commas, plain line feeds."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

BUNDLE = Path(__file__).parent.parent / "quang-ninh-2020"
ARTICLE = "newspaper article of 2020-06-11"

SYNTHETIC = "synthetic"
HIGH, MEDIUM, LOW = "high", "medium", "low"

Record = Mapping[str, str]


def read_source(name: str) -> list[dict[str, str]]:
    """The rows of a file of the bundle's `sources` folder, by column."""
    with (BUNDLE / "sources" / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def write_table(path: Path, columns: Sequence[str], records: Iterable[Record]) -> None:
    """Write a table; a record without a column leaves it empty."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(records)

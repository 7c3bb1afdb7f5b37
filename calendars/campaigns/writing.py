"""Tables as we give them out, which `calendars.campaigns.tables` reads back as they were."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date

from calendars.campaigns.tables import FORMULA

Value = str | int | float | date | None


def csv_text(columns: Sequence[str], rows: Iterable[Sequence[Value]]) -> str:
    """A table as CSV. No spreadsheet takes one of its texts for a formula."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(columns)
    writer.writerows([_guarded(value) for value in row] for row in rows)
    return text.getvalue()


def _guarded(value: Value) -> Value:
    return f"'{value}" if isinstance(value, str) and FORMULA.match(value) else value

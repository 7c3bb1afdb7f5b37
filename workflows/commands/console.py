"""How the command line speaks to a person: sentences, tables, progress. Documents go to standard output by `output`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from calendars.sequence.state import Span


def say(sentence: str) -> None:
    """One line for the reader on standard output, at once also where that is a file, never wrapped or coloured."""
    print(sentence, flush=True)


def note(sentence: str) -> None:
    """One line beside the document, on standard error."""
    print(sentence, file=sys.stderr)


def show(table: Table) -> None:
    """A table on standard output, as wide as it needs where nobody looks at a terminal."""
    console = Console(markup=False, highlight=False)
    if not console.is_terminal:
        console = Console(width=200, markup=False, highlight=False)
    # A title is read as markup whatever the console says, and names may hold brackets.
    table.title = Text(str(table.title)) if table.title else None
    console.print(table)


@contextmanager
def progress_bar(what: str) -> Iterator[Callable[..., None]]:
    """A bar on standard error; call what it gives with done and total, and with other words when they change."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task(what, total=None)

        def advance(done: int, total: int, words: str = what) -> None:
            progress.update(task, completed=done, total=total or None, description=words)

        yield advance


def day_text(day: date | None) -> str:
    """31/05/2020, or a dash."""
    return f"{day:%d/%m/%Y}" if day else "–"


def span_text(span: Span | None) -> str:
    """25-27/09/2020, 30/09-01/10/2020, or a dash."""
    if span is None:
        return "–"
    if span.first == span.last:
        return day_text(span.first)
    same_month = (span.first.year, span.first.month) == (span.last.year, span.last.month)
    return f"{span.first:%d}-{day_text(span.last)}" if same_month else f"{span.first:%d/%m}-{day_text(span.last)}"


def margin_text(days: float | None) -> str:
    """+30, -2, 0, or a dash."""
    return "–" if days is None else f"{days:+g}" if days else "0"

"""A measured figure beside its goal, and the table of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True, slots=True)
class Figure:
    """What was measured. `met` is None where there was nothing to compare with; `detail` says how it came about."""

    what: str
    goal: str
    measured: str
    met: bool | None
    detail: str = ""


def print_table(figures: Iterable[Figure]) -> None:
    """Prints the figures to standard output."""
    table = Table()
    for column in ("what", "goal", "measured", "met", "how"):
        table.add_column(column, justify="right" if column in {"goal", "measured"} else "left")
    for figure in figures:
        met = {True: "met", False: "NOT MET", None: "-"}[figure.met]
        table.add_row(figure.what, figure.goal, figure.measured, met, figure.detail)
    Console(width=140).print(table)


def percentile(values: Iterable[float], share: float) -> float:
    """The value that this share of the values does not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]

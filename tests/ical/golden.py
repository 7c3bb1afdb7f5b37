"""Writes the golden feeds, `python -m tests.ical.golden`: for a wanted change of bytes, to be read in the diff."""

from __future__ import annotations

from pathlib import Path

from calendars.ical.calendar import assemble
from calendars.ical.entries import entries
from calendars.ical.rendering import render
from calendars.sequence.state import UnitState
from tests.ical.cases import PLAN, STAMP, STATES

FOLDER = Path(__file__).parents[1] / "feeds"
LANGUAGES = ("vi", "en")


def feed(state: UnitState | None, language: str) -> bytes:
    """The calendar of one unit, or an empty one."""
    pieces = [render(entry, STAMP, language) for entry in entries(PLAN, state)] if state else []
    return assemble(PLAN.title[language], "Hà Tu", pieces)


def golden() -> dict[str, bytes]:
    """The content of every golden file."""
    states = {**STATES, "empty": None}
    return {f"{name}.{language}.ics": feed(state, language) for name, state in states.items() for language in LANGUAGES}


if __name__ == "__main__":
    for name, content in golden().items():
        (FOLDER / name).write_bytes(content)

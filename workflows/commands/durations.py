"""Lengths of time as people type and read them: 36h, 9d, 2w."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import typer

_HOURS = {"h": 1, "d": 24, "w": 7 * 24}


def _duration(text: str) -> timedelta:
    # Four digits of weeks lead back to the 19th century; more would leave the calendar.
    found = re.fullmatch(r"([0-9]{1,4})([hdw])", text.strip())
    if found is None:
        raise typer.BadParameter(f"{text!r} is no length of time, expected hours, days or weeks as 36h, 9d or 2w")
    return timedelta(hours=int(found[1]) * _HOURS[found[2]])


def duration_option(name: str, help: str) -> Any:
    """An option that takes a length of time in hours, days or weeks."""
    return typer.Option(name, parser=_duration, metavar="AGE", help=help)


def duration_text(length: timedelta) -> str:
    """36 h, 9 d: whole days, and whole hours below two of them."""
    hours = int(length.total_seconds()) // 3600
    return f"{hours // 24} d" if hours >= 48 else f"{hours} h"

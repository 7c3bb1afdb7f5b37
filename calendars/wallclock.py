"""The one place that reads the clock for people's commands. Rules and workflows are handed their day."""

from __future__ import annotations

from datetime import UTC, datetime


def real_now() -> datetime:
    """The present instant, in UTC."""
    return datetime.now(UTC)

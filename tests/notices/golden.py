"""Writes the golden messages, `python -m tests.notices.golden`, for a wanted change of bytes to be read in the diff."""

from __future__ import annotations

from pathlib import Path

from calendars.notices.composing import compose
from calendars.notices.templates import KINDS, Templates
from tests.notices.cases import envelopes

FOLDER = Path(__file__).with_name("golden")
NAMES = (*KINDS, "change-called-off")


def golden() -> dict[str, bytes]:
    """The content of every golden file."""
    templates = Templates()
    return {
        f"{name}.eml": compose(envelope, templates).content
        for name, envelope in envelopes().items()
        if name.partition(".")[0] in NAMES
    }


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name, content in golden().items():
        (FOLDER / name).write_bytes(content)

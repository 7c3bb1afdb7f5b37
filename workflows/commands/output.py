"""What every command prints: with `--json` the document alone on standard output, refusals as one line on the other."""

from __future__ import annotations

from typing import NoReturn

import typer
from pydantic_core import to_json


def emit_json(value: object) -> None:
    """Print a value as one JSON document in UTF-8, whatever the terminal's encoding. Dates become ISO texts."""
    typer.echo(to_json(value, indent=2, by_alias=True))


def fail(sentence: str) -> NoReturn:
    """Say in one line on standard error why nothing was done, and exit with 1."""
    typer.echo("; ".join(line.strip() for line in sentence.splitlines() if line.strip()), err=True)
    raise typer.Exit(1)

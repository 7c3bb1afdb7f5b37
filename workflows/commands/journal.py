"""The journal: export it, fold the projections from it, start the workflows from it."""

from __future__ import annotations

import asyncio
import os
import sys
from contextlib import nullcontext, suppress
from pathlib import Path
from typing import Annotated

import typer
from pydantic_core import to_json

from calendars.errors import UserError
from calendars.ical.renderer import IcalRenderer
from calendars.store.documents import line_json
from calendars.store.journal import Journal, whole
from calendars.store.reading import campaign_names, read_campaign
from calendars.wallclock import real_now
from workflows.commands.console import progress_bar, say
from workflows.commands.context import Context, context_of
from workflows.restoring import Restart, restart_of, restore_campaign

export = typer.Typer(help="Take the data out.", no_args_is_help=True)
File = Annotated[Path, typer.Argument(metavar="FILE", help="The file to write, or - for standard output.")]


@export.command("journal")
def export_journal(context: typer.Context, file: File) -> None:
    """Write every event as a line of JSON, in the order of the journal."""
    count = 0
    if not file.name:
        raise UserError(f"{file}: expected the name of a file, or - for standard output.")
    temporary = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        opened = nullcontext(sys.stdout.buffer) if str(file) == "-" else temporary.open("wb")
        with opened as target, context_of(context).store() as store, store.reading() as connection:
            for placed in whole(connection):
                line = {"campaign": placed.campaign, "unit": placed.unit, **line_json(placed.line)}
                target.write(to_json(line) + b"\n")
                count += 1
        if str(file) != "-":
            temporary.replace(file)
            say(f"{file}: {count:,} events.")
    except BrokenPipeError:
        raise typer.Exit from None  # whoever read has enough
    except OSError as error:
        raise UserError(f"{file}: cannot be written ({error.strerror}).") from error
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)


def rebuild(context: typer.Context) -> None:
    """Empty the projections and fold the journal into them again. A running service may stay up."""
    with context_of(context).store() as store, progress_bar("Folding the journal") as advance:
        count = Journal(store, IcalRenderer()).rebuild(advance, now=real_now())
    say(f"{count:,} events folded.")


def restore(context: typer.Context) -> None:
    """Start the workflow of every unit from the journal alone, for a Temporal that has lost them. Safe to repeat."""
    here = context_of(context)
    with here.store() as store, store.reading() as connection:
        chosen = here.campaign_name or here.settings.campaign
        names = [chosen] if chosen else campaign_names(connection)
        if not names:
            raise UserError("The journal holds no campaign to restore.")
        found = [restart_of(connection, read_campaign(connection, name)) for name in names]
    for restart in found:
        asyncio.run(_restore(here, restart))
        say(f"{restart.start.campaign}: {len(restart.units):,} units run.")


async def _restore(here: Context, restart: Restart) -> None:
    async with here.client(restart.start.campaign) as client:
        with progress_bar("Starting units") as advance:
            await restore_campaign(client, restart, advance)

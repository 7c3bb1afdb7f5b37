"""Feeds as files, for a web server that knows nothing of the service."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from calendars.errors import UserError
from calendars.ical.linking import linking
from calendars.ical.renderer import IcalRenderer
from calendars.store.feeds import Feeds
from calendars.store.journal import Journal
from calendars.store.past import Past
from calendars.store.reading import find_unit
from calendars.web.exporting import exported
from calendars.web.parameters import pairs_of
from calendars.web.publishing import publish
from workflows.commands.access import public_url_of
from workflows.commands.console import say
from workflows.commands.context import Filters, Json, Under, context_of
from workflows.commands.output import emit_json
from workflows.commands.plan import Language

Folder = Annotated[Path, typer.Argument(metavar="DIR", help="The folder to write to; other files in it stay.")]


def export_feeds(
    context: typer.Context,
    folder: Folder,
    under: Under = "",
    filters: Filters = None,
    lang: Annotated[Language, typer.Option(help="The language of the calendars.")] = Language.VI,
    json: Json = False,
) -> None:
    """Write the calendar of each unit as a file, with a page of links and SHA256SUMS; what is unchanged stays."""
    here = context_of(context)
    with here.store() as store:
        with store.reading() as connection:
            campaign = here.campaign(connection)
            if under:
                find_unit(connection, campaign, under)
        if Journal(store, IcalRenderer()).outdated:
            raise UserError("An older version made the entries; run `congress rebuild` first, or start the service.")
        finish = linking(public_url_of(here))
        view = Feeds(store, finish).refresh().campaigns[campaign.name]
        pairs = [pair for text in filters or () for pair in pairs_of(text)]
        if all(name != "lang" for name, _ in pairs):
            pairs.append(("lang", lang.value))
        files = exported(view, under, pairs, Past(store, IcalRenderer(), finish))
    published = publish(folder, files)
    if json:
        emit_json({"campaign": campaign.name, "folder": str(folder), **asdict(published)})
        return
    say(f"{folder}: {published.written} written, {published.unchanged} unchanged, {published.removed} removed.")

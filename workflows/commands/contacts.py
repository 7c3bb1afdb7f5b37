"""Who is told: import, list and remove contacts.

Contacts are personal data and no events, so these write the store directly: nothing of them reaches the journal or
Temporal, and no service has to run. Of a channel other than e-mail only its kind is shown: its address is a secret.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from calendars.campaigns.contacts import Channels, read_contacts
from calendars.notices.transports.channels import kind_of
from calendars.store import contacts
from calendars.store.contacts import Contact
from calendars.store.reading import TreeUnit, find_unit, tree_units
from calendars.wallclock import real_now
from workflows.commands.console import say, show
from workflows.commands.context import Json, context_of
from workflows.commands.output import emit_json

app = typer.Typer(help="Who is told of a unit.", no_args_is_help=True)
File = Annotated[Path, typer.Argument(metavar="FILE", help="A CSV or XLSX file with the columns of contacts.csv.")]
Missing = Annotated[bool, typer.Option("--missing", help="Units, from UNIT down, of which nobody is told.")]


@app.command("import")
def import_contacts(context: typer.Context, file: File, json: Json = False) -> None:
    """Add the contacts of a file, or change them. One mistake in it, and nothing is changed; others stay as they are.

    Somebody who was removed comes back; what a person unsubscribed stays so.
    """
    here = context_of(context)
    with here.store() as store:
        with store.reading() as connection:
            campaign = here.campaign(connection)
            kept = contacts.kept_channels(contacts.listed(connection, campaign.name))
            rows = read_contacts(file, tree_units(connection, campaign), Channels(kept))
        with store.writing() as connection:
            added, changed, same = contacts.put(connection, campaign.name, rows, real_now())
    if json:
        emit_json({"file": str(file), "added": added, "changed": changed, "same": same})
    else:
        say(f"{file}: {added:,} contacts added, {changed:,} changed, {same:,} were there already.")


@app.command("list")
def list_(
    context: typer.Context,
    unit: Annotated[str, typer.Argument(metavar="[UNIT]", help="A unit's code; without it the campaign.")] = "",
    missing: Missing = False,
    json: Json = False,
) -> None:
    """Who is told of a unit, or of every unit; with --missing the units of which nobody is."""
    with context_of(context).reading() as (connection, campaign):
        if unit:
            find_unit(connection, campaign, unit)
        if missing:
            _show_missing(contacts.missing(connection, campaign.name, unit), campaign.name, json=json)
        else:
            _show_contacts(contacts.listed(connection, campaign.name, unit), unit or campaign.name, json=json)


@app.command("remove")
def remove(
    context: typer.Context,
    unit: Annotated[str, typer.Argument(metavar="UNIT", help="A unit's code.")],
    who: Annotated[str, typer.Argument(metavar="EMAIL_OR_ID", help="As `contacts list` shows it.")],
) -> None:
    """Send nothing more to a contact of a unit."""
    here = context_of(context)
    with here.store() as store:
        with store.reading() as connection:
            campaign = here.campaign(connection)
            name = find_unit(connection, campaign, unit).name
        with store.writing() as connection:
            removed = contacts.remove(connection, campaign.name, unit, who, real_now())
    for one in removed:
        say(f"{unit} {name}: {one.name or 'the contact'} ({one.role}) is told no more.")


def _show_missing(found: list[TreeUnit], where: str, *, json: bool) -> None:
    if json:
        emit_json([{"unit": one.code, "name": one.name, "level": one.level, "parent": one.parent} for one in found])
        return
    table = Table("Unit", "Name", "Level", "Parent", title=f"{where}: nobody is told of {len(found):,} units")
    for one in found:
        table.add_row(one.code, one.name, one.level, one.parent)
    show(table)


def _show_contacts(found: list[Contact], where: str, *, json: bool) -> None:
    if json:
        emit_json([_as_json(one) for one in found])
        return
    table = Table("Unit", "Name", "Role", "E-mail", "Channels", "Unsubscribed", "Quiet", "Digest", "Language", "Id")
    table.title = f"{where}: {len(found):,} contacts"
    for one in found:
        channels, muted = (" ".join(map(kind_of, of)) for of in (one.channels, one.muted))
        told = (channels, muted or "–", one.quiet or "–", one.digest or "–", one.language)
        table.add_row(one.unit, one.name, one.role, one.email or "–", *told, one.id)
    show(table)


def _as_json(contact: Contact) -> dict[str, Any]:
    return {
        "id": contact.id,
        "unit": contact.unit,
        "name": contact.name,
        "role": contact.role,
        "language": contact.language,
        "email": contact.email,
        "channels": [kind_of(channel) for channel in contact.channels],
        "muted": [kind_of(channel) for channel in contact.muted],
        "quiet": contact.quiet,
        "digest": contact.digest,
        "source": contact.source,
        "added": contact.added,
    }

"""Who may see what: grant, list and revoke addresses of feeds."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer
from rich.table import Table

from calendars.store import grants
from calendars.store.grants import Role
from calendars.store.reading import find_unit
from calendars.wallclock import real_now
from workflows.commands.console import note, say, show
from workflows.commands.context import Context, Json, context_of
from workflows.commands.output import emit_json
from workflows.demonstration import feed_address

app = typer.Typer(help="Who may see what.", no_args_is_help=True)


@app.command("grant")
def grant(
    context: typer.Context,
    unit: Annotated[str, typer.Argument(metavar="UNIT", help="The unit; what is below it comes with it.")],
    label: Annotated[str, typer.Option(help="Whom it is for.")],
    role: Annotated[Role, typer.Option(help="What it allows; a feed's address only ever opens feeds.")] = Role.VIEW,
    json: Json = False,
) -> None:
    """Give somebody an address of their own. It is shown once and cannot be read again."""
    here = context_of(context)
    with here.store() as store:
        with store.reading() as connection:
            campaign = here.campaign(connection)
            find_unit(connection, campaign, unit)
        with store.writing() as connection:
            made, token = grants.create(
                connection, campaign=campaign.name, scope=unit, role=role, label=label, created=real_now()
            )
    address = feed_address(_public_url(here), token)
    if json:
        emit_json({"id": made.id, "label": label, "role": role, "scope": unit, "feed_url": address})
        return
    say(address)
    note(f"Grant {made.id} for {label}: {role} of {unit} and below. This address is shown once.")


@app.command("list")
def list_(context: typer.Context, json: Json = False) -> None:
    """The grants of the campaign, without their secrets."""
    with context_of(context).reading() as (connection, campaign):
        found = grants.listed(connection, campaign.name)
    if json:
        emit_json([asdict(one) for one in found])
        return
    table = Table("Id", "Label", "Role", "Scope", "Created", "Last used", "Revoked", title=campaign.name)
    for one in found:
        instants = [f"{at:%d/%m/%Y %H:%M}" if at else "–" for at in (one.created, one.last_used, one.revoked)]
        table.add_row(one.id, one.label, one.role, one.scope, *instants)
    show(table)


@app.command("revoke")
def revoke(
    context: typer.Context, id: Annotated[str, typer.Argument(metavar="ID", help="As `access list` shows it.")]
) -> None:
    """End a grant at once: its address answers that it is gone."""
    with context_of(context).store() as store, store.writing() as connection:
        ended = grants.revoke(connection, id, real_now())
    say(f"{ended.id} {ended.label}: revoked.")


def _public_url(here: Context) -> str:
    running = here.folder.service()
    return running.board_url if running and not here.settings.public_url else here.settings.board_url

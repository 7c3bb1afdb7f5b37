"""Who may see what: grant, list, rotate and revoke addresses of feeds."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer
from rich.table import Table

from calendars.store import grants
from calendars.store.grants import Grant, Role
from calendars.store.reading import find_unit
from calendars.wallclock import real_now
from workflows.commands.console import note, say, show
from workflows.commands.context import Context, Json, context_of
from workflows.commands.output import emit_json
from workflows.demonstration import feed_address

app = typer.Typer(help="Who may see what.", no_args_is_help=True)
Id = Annotated[str, typer.Argument(metavar="ID", help="As `access list` shows it.")]


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
    _hand_over(here, made, token, json=json)


@app.command("list")
def list_(context: typer.Context, json: Json = False) -> None:
    """The grants of the campaign, without their secrets."""
    with context_of(context).reading() as (connection, campaign):
        found = grants.listed(connection, campaign.name)
    if json:
        emit_json([asdict(one) for one in found])
        return
    table = Table("Id", "Label", "Role", "Scope", "Created", "Last used", "Revoked", "Instead of", title=campaign.name)
    for one in found:
        instants = [f"{at:%d/%m/%Y %H:%M}" if at else "–" for at in (one.created, one.last_used, one.revoked)]
        table.add_row(one.id, one.label, one.role, one.scope, *instants, one.replaces or "–")
    show(table)


@app.command("rotate")
def rotate(context: typer.Context, id: Id, json: Json = False) -> None:
    """Give a grant a new address, shown once; the former one answers at once that it is gone."""
    here = context_of(context)
    with here.store() as store, store.writing() as connection:
        made, token = grants.rotate(connection, id, real_now())
    _hand_over(here, made, token, json=json)


@app.command("revoke")
def revoke(context: typer.Context, id: Id) -> None:
    """End a grant at once: its address answers that it is gone."""
    with context_of(context).store() as store, store.writing() as connection:
        ended = grants.revoke(connection, id, real_now())
        newer = grants.successor(connection, id)
    say(f"{ended.id} {ended.label}: revoked.")
    if newer and newer.revoked is None:
        note(f"Grant {newer.id} took its place and still opens {newer.scope}.")


def _hand_over(here: Context, made: Grant, token: str, *, json: bool) -> None:
    address = feed_address(_public_url(here), token)
    if json:
        document = {"id": made.id, "label": made.label, "role": made.role, "scope": made.scope, "feed_url": address}
        emit_json(document | ({"replaces": made.replaces} if made.replaces else {}))
        return
    say(address)
    instead = f" in place of {made.replaces}" if made.replaces else ""
    note(
        f"Grant {made.id}{instead} for {made.label}: {made.role} of {made.scope} and below. This address is shown once."
    )


def _public_url(here: Context) -> str:
    running = here.folder.service()
    return running.board_url if running and not here.settings.public_url else here.settings.board_url

"""Who may see what: grant, list, rotate and revoke addresses of feeds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import timedelta
from typing import Annotated

import typer
from rich.table import Table
from sqlalchemy import Connection

from calendars.store import grants
from calendars.store.grants import Grant, Role
from calendars.store.reading import find_unit
from calendars.wallclock import real_now
from workflows.commands.console import note, say, show
from workflows.commands.context import Context, Json, context_of
from workflows.commands.durations import duration_option, duration_text
from workflows.commands.output import emit_json
from workflows.demonstration import feed_address

app = typer.Typer(help="Who may see what.", no_args_is_help=True)
Stale = Annotated[
    timedelta | None,
    duration_option("--stale", "Only what opens something and was not used for so long: 36h, 9d, 2w."),
]
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
            api_token = _api_token(connection, made)
    _hand_over(here, made, token, api_token, json=json)


@app.command("list")
def list_(context: typer.Context, stale: Stale = None, json: Json = False) -> None:
    """The grants of the campaign, without their secrets, and what they are used for."""
    with context_of(context).reading() as (connection, campaign):
        found = grants.listed(connection, campaign.name)
    if stale is not None:
        _list_stale(found, stale, campaign.name, json=json)
    elif json:
        emit_json([asdict(one) for one in found])
    else:
        show(_table(found, campaign.name))


def _list_stale(found: list[Grant], stale: timedelta, title: str, *, json: bool) -> None:
    now = real_now()
    idle = {one: now - one.idle_since for one in sorted(found, key=lambda one: one.idle_since) if one.revoked is None}
    idle = {one: length for one, length in idle.items() if length >= stale}
    if json:
        emit_json([{**asdict(one), "idle_seconds": int(length.total_seconds())} for one, length in idle.items()])
    elif idle:
        show(_table(list(idle), title, idle))
    else:
        say(f"No grant of {title} that opens something was left unused for {duration_text(stale)}.")


def _table(found: list[Grant], title: str, idle: Mapping[Grant, timedelta] | None = None) -> Table:
    table = Table(title=title)
    table.add_column("Id", no_wrap=True)
    for heading in ("Label", "Role", "Scope", "Created", "Last used", "200", "304", "Client", "Revoked", "Instead of"):
        table.add_column(heading)
    if idle is not None:
        table.add_column("Unused for")
    for one in found:
        created, used, revoked = [
            f"{at:%d/%m/%Y %H:%M}" if at else "–" for at in (one.created, one.last_used, one.revoked)
        ]
        answered = (f"{one.answered_200:,}", f"{one.answered_304:,}", one.user_agent or "–")
        unused = [duration_text(idle[one]) + ("" if one.last_used else ", never used")] if idle is not None else []
        table.add_row(
            one.id, one.label, one.role, one.scope, created, used, *answered, revoked, one.replaces or "–", *unused
        )
    return table


@app.command("rotate")
def rotate(context: typer.Context, id: Id, json: Json = False) -> None:
    """Give a grant a new address, shown once; the former one answers at once that it is gone."""
    here = context_of(context)
    with here.store() as store, store.writing() as connection:
        made, token = grants.rotate(connection, id, real_now())
        api_token = _api_token(connection, made)
    _hand_over(here, made, token, api_token, json=json)


@app.command("revoke")
def revoke(context: typer.Context, id: Id) -> None:
    """End a grant at once: its address answers that it is gone."""
    with context_of(context).store() as store, store.writing() as connection:
        ended = grants.revoke(connection, id, real_now())
        newer = grants.successor(connection, id)
    say(f"{ended.id} {ended.label}: revoked.")
    if newer and newer.revoked is None:
        note(f"Grant {newer.id} took its place and still opens {newer.scope}.")


def _api_token(connection: Connection, made: Grant) -> str | None:
    """The token for the API, for those who may do more than look."""
    return None if made.role == Role.VIEW else grants.issue_api_token(connection, made.id)


def _hand_over(here: Context, made: Grant, token: str, api_token: str | None, *, json: bool) -> None:
    address = feed_address(public_url_of(here), token)
    if json:
        document = {"id": made.id, "label": made.label, "role": made.role, "scope": made.scope, "feed_url": address}
        document |= {"api_token": api_token} if api_token else {}
        emit_json(document | ({"replaces": made.replaces} if made.replaces else {}))
        return
    say(address)
    if api_token:
        say(f"API token: {api_token}")
    instead = f" in place of {made.replaces}" if made.replaces else ""
    whom = f"Grant {made.id}{instead} for {made.label}: {made.role} of {made.scope} and below."
    note(f"{whom} This address is shown once.")


def public_url_of(here: Context) -> str:
    """Where people find the service: as it runs, or as the settings say."""
    running = here.folder.service()
    return running.board_url if running and not here.settings.public_url else here.settings.board_url

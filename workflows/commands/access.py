"""Who may see what: grant, list, rotate and revoke addresses of feeds."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Annotated

import typer
from rich.table import Table
from sqlalchemy import Connection

from calendars.errors import UserError
from calendars.notices.signing_in import compose_link
from calendars.notices.transports.base import Outcome, Verdict
from calendars.notices.transports.smtp import SmtpTransport
from calendars.store import grants, mailed_links, sessions
from calendars.store.grants import Grant, Role
from calendars.store.mailed_links import MOST_OUT, contact_with
from calendars.store.reading import find_unit
from calendars.wallclock import real_now
from calendars.web.feed_addresses import feed_address
from workflows.commands.console import note, say, show
from workflows.commands.context import Context, Json, context_of
from workflows.commands.durations import duration_option, duration_text
from workflows.commands.output import emit_json

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
    email: Annotated[
        str, typer.Option(help="The address of a contact whose grant it is: links to sign in may be mailed there.")
    ] = "",
    json: Json = False,
) -> None:
    """Give somebody an address of their own. It is shown once and cannot be read again."""
    here = context_of(context)
    with here.store() as store:
        with store.reading() as connection:
            campaign = here.campaign(connection)
            find_unit(connection, campaign, unit)
            contact = contact_with(connection, campaign.name, unit, email).id if email else None
        with store.writing() as connection:
            made, token = grants.create(
                connection,
                campaign=campaign.name,
                scope=unit,
                role=role,
                label=label,
                created=real_now(),
                contact=contact,
            )
            more = _more_secrets(connection, made)
    _hand_over(here, made, token, more, json=json)


@app.command("sign-in")
def sign_in(
    context: typer.Context,
    id: Id,
    mail: Annotated[bool, typer.Option("--mail", help="Mail it to the grant's contact, for 30 minutes.")] = False,
    json: Json = False,
) -> None:
    """Make a link that signs the person of a grant in to the board: it opens once, within seven days."""
    here = context_of(context)
    if mail:
        _mail_link(here, id, json=json)
        return
    with here.store() as store, store.writing() as connection:
        address = _sign_in_url(here, sessions.issue_link(connection, id, real_now()))
        of = grants.known(connection, id)
    if json:
        emit_json({"id": of.id, "label": of.label, "role": of.role, "scope": of.scope, "sign_in_url": address})
        return
    say(address)
    note(f"Signs {of.label} in once, within seven days: {of.role} of {of.scope} and below. It is shown once.")


def _mail_link(here: Context, id: str, *, json: bool) -> None:
    if not here.settings.smtp_url:
        raise UserError("--mail: CONGRESS_SMTP_URL names no server, so nothing was mailed.")
    transport = SmtpTransport(here.settings.smtp_url, connections=1)
    with here.store() as store, store.writing() as connection:
        of = grants.known(connection, id)
        link = mailed_links.issue(connection, of, real_now())
    if link is None:
        raise UserError(f"Grant {id} ({of.label}) has {MOST_OUT} links that nobody used yet; nothing was mailed.")
    message = compose_link(link, here.settings.sender, public_url_of(here), real_now())
    outcome = asyncio.run(_sent(transport, link.to.email, message))
    if outcome.verdict is not Verdict.SENT:
        raise UserError(f"The link for {of.label} was not mailed: {outcome.detail}")
    if json:
        emit_json({"id": of.id, "label": of.label, "role": of.role, "scope": of.scope, "mailed": True})
        return
    say(f"A link that signs {of.label} in once, within 30 minutes, was mailed: {of.role} of {of.scope} and below.")


async def _sent(transport: SmtpTransport, address: str, message: bytes) -> Outcome:
    try:
        return await transport.send(address, message)
    finally:
        await transport.close()


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
    for heading in ("Label", "Role", "Scope", "Created", "Last used", "200", "304", "Client", "Revoked"):
        table.add_column(heading)
    table.add_column("Made by", no_wrap=True)
    table.add_column("Instead of")
    if idle is not None:
        table.add_column("Unused for")
    for one in found:
        created, used, revoked = [
            f"{at:%d/%m/%Y %H:%M}" if at else "–" for at in (one.created, one.last_used, one.revoked)
        ]
        answered = (f"{one.answered_200:,}", f"{one.answered_304:,}", one.user_agent or "–")
        unused = [duration_text(idle[one]) + ("" if one.last_used else ", never used")] if idle is not None else []
        table.add_row(
            one.id,
            one.label,
            one.role,
            one.scope,
            created,
            used,
            *answered,
            revoked,
            one.parent or "–",
            one.replaces or "–",
            *unused,
        )
    return table


@app.command("rotate")
def rotate(context: typer.Context, id: Id, json: Json = False) -> None:
    """Give a grant a new address, shown once; the former one, and those that its person made on the board, are gone at
    once."""
    here = context_of(context)
    with here.store() as store, store.writing() as connection:
        made, token = grants.rotate(connection, id, real_now())
        more = _more_secrets(connection, made)
    _hand_over(here, made, token, more, json=json)


@app.command("revoke")
def revoke(context: typer.Context, id: Id) -> None:
    """End a grant at once: its address answers that it is gone, and so do those that its person made on the board."""
    with context_of(context).store() as store, store.writing() as connection:
        ended = grants.revoke(connection, id, real_now())
        newer = grants.successor(connection, id)
    say(f"{ended.id} {ended.label}: revoked.")
    if newer and newer.revoked is None:
        note(f"Grant {newer.id} took its place and still opens {newer.scope}.")


@dataclass(frozen=True, slots=True)
class _More:
    """The secrets of those who may do more than look: one signs them in to the board once, one is for the API."""

    sign_in: str
    api_token: str


def _more_secrets(connection: Connection, made: Grant) -> _More | None:
    if made.role == Role.VIEW:
        return None
    return _More(sessions.issue_link(connection, made.id, real_now()), grants.issue_api_token(connection, made.id))


def _hand_over(here: Context, made: Grant, token: str, more: _More | None, *, json: bool) -> None:
    address = feed_address(public_url_of(here), token)
    sign_in_url = _sign_in_url(here, more.sign_in) if more else ""
    if json:
        document = {"id": made.id, "label": made.label, "role": made.role, "scope": made.scope, "feed_url": address}
        document |= {"sign_in_url": sign_in_url, "api_token": more.api_token} if more else {}
        emit_json(document | ({"replaces": made.replaces} if made.replaces else {}))
        return
    say(address)
    if more:
        say(f"Sign in once, within seven days: {sign_in_url}")
        say(f"API token: {more.api_token}")
    instead = f" in place of {made.replaces}" if made.replaces else ""
    whom = f"Grant {made.id}{instead} for {made.label}: {made.role} of {made.scope} and below."
    note(f"{whom} This is shown once.")


def _sign_in_url(here: Context, token: str) -> str:
    return f"{public_url_of(here)}/sign-in/{token}"


def public_url_of(here: Context) -> str:
    """Where people find the service: as it runs, or as the settings say."""
    running = here.folder.service()
    return running.board_url if running and not here.settings.public_url else here.settings.board_url

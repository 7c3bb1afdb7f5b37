"""Notices: what was sent or will be, to whom and when, and what became of it."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import Annotated, Any

import typer
from rich.table import Table

from calendars.notices.preview import Preview, Previewed
from calendars.notices.templates import Templates
from calendars.store.notice_list import Notice, notices
from calendars.store.outbox_statements import PLANNED, REFUSED, SENT, WITHDRAWN
from calendars.store.reading import Campaign, find_unit
from calendars.wallclock import real_now
from workflows.commands.console import day_text, note, say, show
from workflows.commands.context import Context, Json, context_of, day_option
from workflows.commands.output import emit_json
from workflows.posting import NO_MAIL, TEMPLATES, links_of

app = typer.Typer(help="What people are told, and when.", no_args_is_help=True)
SHOWN = 200
AHEAD = timedelta(days=90)
STATUSES = (PLANNED, SENT, REFUSED, WITHDRAWN)

Until = Annotated[date | None, day_option("--until", "The last day to look at; default 90 days ahead.")]
Texts = Annotated[bool, typer.Option("--text", help="Print the text of each message as well.")]
Status = Annotated[str, typer.Option("--status", metavar="STATUS", help=f"Only those that are {', '.join(STATUSES)}.")]


@app.command("list")
def list_(
    context: typer.Context,
    unit: Annotated[str, typer.Argument(metavar="[UNIT]", help="A unit's code; without it the campaign.")] = "",
    status: Status = "",
    json: Json = False,
) -> None:
    """Notices planned, sent, refused, withdrawn and acknowledged, with the times of each try."""
    if status not in ("", *STATUSES):
        raise typer.BadParameter(f"{status!r}: expected one of {', '.join(STATUSES)}", param_hint="--status")
    here = context_of(context)
    with here.reading() as (connection, campaign):
        if unit:
            find_unit(connection, campaign, unit)
        found = notices(connection, campaign.name, unit, status)
    _warn(here)
    if json:
        emit_json([asdict(one) for one in found])
    elif not found:
        about = f" about {unit}" if unit else ""
        say(f"No notices{about} so far; `congress notices preview UNIT` shows what is to come.")
    else:
        _show(found, campaign, unit or campaign.name)


@app.command("preview")
def preview(
    context: typer.Context,
    unit: Annotated[str, typer.Argument(metavar="UNIT", help="A unit's code.")],
    until: Until = None,
    text: Texts = False,
    json: Json = False,
) -> None:
    """What a unit will cause to be sent, when and to whom, if nothing happens meanwhile."""
    here = context_of(context)
    with here.reading() as (connection, campaign):
        today = here.day(campaign)
        templates = Templates(here.folder.path / TEMPLATES)
        made = Preview(connection, campaign, templates, links_of(here.settings, here.folder), here.settings.sender)
        found = made.of_unit(unit, today, real_now(), min(until or today + AHEAD, campaign.plan.until))
        name = find_unit(connection, campaign, unit).name
    _warn(here)
    if json:
        emit_json([_previewed_json(one) for one in found])
        return
    if not found:
        say(f"{name} ({unit}): nothing is to be sent by then.")
        return
    table = Table("Goes out", "Kind", "Stage", "Date", "To", "Subject", title=f"{name} ({unit}), if nothing happens")
    for one in found:
        when = f"{_local(one.at, campaign):%d/%m/%Y %H:%M}"
        to = f"{one.contact.name} ({one.recipient})" if one.contact else f"nobody at {one.recipient}"
        table.add_row(when, one.kind, one.stage or "–", _about(one.anchor, one.date), to, one.subject or "–")
    show(table)
    if text:
        for one in found:
            if one.text:
                say(f"\n--- {one.subject}\n{one.text}")


def _previewed_json(one: Previewed) -> dict[str, Any]:
    who = {"id": one.contact.id, "name": one.contact.name, "role": one.contact.role} if one.contact else None
    return asdict(one) | {"contact": who}


def _show(found: list[Notice], campaign: Campaign, title: str) -> None:
    table = Table("Goes out", "Unit", "Kind", "Stage", "Date", "To", "Status", "What became of it", title=title)
    for one in found[-SHOWN:]:
        at = _local(one.settled or one.due, campaign)
        to = f"{one.contact_name or one.contact} ({one.recipient})"
        about = _about(one.anchor, one.date)
        table.add_row(f"{at:%d/%m/%Y %H:%M}", one.unit, one.kind, one.stage or "–", about, to, one.status, _became(one))
    show(table)
    if len(found) > SHOWN:
        say(f"The last {SHOWN} of {len(found):,}; all of them with --json.")


def _became(one: Notice) -> str:
    said = [one.reason] if one.reason else [f"{last.channel}: {last.detail}" for last in one.deliveries[-1:]]
    if one.acknowledged:
        said.append(f"acknowledged on {day_text(one.acknowledged.on)} by {one.acknowledged.by}")
    return "; ".join(said) or "–"


def _about(anchor: str, day: date) -> str:
    return f"{anchor} {day_text(day)}".strip()


def _local(at: datetime, campaign: Campaign) -> datetime:
    """The instant as clocks of the campaign show it: its own day, at the time of day of its zone."""
    return at.astimezone(campaign.clock.zone) + timedelta(days=campaign.clock.shift_days)


def _warn(here: Context) -> None:
    """Says so where no e-mail leaves the house: by the service that runs, or else by these settings."""
    running = here.folder.service()
    if not (running.mail if running else here.settings.smtp_url):
        note(NO_MAIL)

"""Launching a campaign: check its folder, keep a copy in the data folder, start its workflow, admit its units."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from uuid import uuid4

from temporalio.client import WorkflowQueryFailedError
from temporalio.service import RPCError

from calendars.campaigns.bundle import Bundle, find_bundle, load_bundle
from calendars.campaigns.contacts import ContactRow, contacts_in_units
from calendars.campaigns.happenings import happenings
from calendars.campaigns.opening import check_opening
from calendars.errors import UserError
from calendars.plan.clock import campaign_today
from calendars.plan.model import Plan
from calendars.sequence.commands import Report
from calendars.sequence.messages import CampaignClock, CampaignStart, Progress
from calendars.sequence.refusals import Refused
from calendars.store import contacts
from calendars.store.database import Store
from calendars.store.reading import Campaign, campaign_names, read_campaign, releases
from workflows.admitting import write_units
from workflows.client import CongressClient
from workflows.datafolder import DataFolder

# What is kept of a folder. Contacts go to the store alone: a copy would outlast the removal of a person.
UNITS = "units.csv"
FILES = ("plan.yaml", UNITS, "reports.csv", "records.csv", "changes.csv")
LAUNCH = "launch"
POLL_SECONDS = 0.25


@dataclass(frozen=True, slots=True)
class Prepared:
    """A checked launch, ready to start."""

    bundle: Bundle
    start: CampaignStart


def prepare(
    name_or_dir: str, folder: DataFolder, store: Store, *, today: date | None, now: datetime, reports: bool, by: str
) -> Prepared:
    """Reads and checks a campaign's folder, keeps a copy of it and takes its contacts into the store, so that the first
    events of its units find them. Nothing is started.

    Contacts that the store ever had stay as they are: a repeated launch undoes no removal, and nothing that was
    unsubscribed or imported since. Raises `Problems` with every mistake of its files, `UserError` when the campaign was
    launched otherwise before.
    """
    source = find_bundle(name_or_dir)
    bundle = load_bundle(source)
    plan = bundle.plan
    in_units = contacts_in_units(source / UNITS, bundle.units)
    known = _known(store, plan.campaign)
    if known is not None:
        there, launched = known
        _check_same(there, launched, bundle, today)
        day, clock = there.launched_on, there.clock
    else:
        real = campaign_today(now, plan.timezone, 0)
        day = today or real
        if not plan.from_ <= day <= plan.until:
            raise UserError(
                f"--today {day}: the campaign {plan.campaign} lasts from {plan.from_} to {plan.until}, "
                "expected a day within it."
            )
        clock = CampaignClock(plan.timezone, (day - real).days, plan.reminders.jitter_minutes * 60)
    if reports:
        check_opening(bundle, day, str(source / "reports.csv"))
    _keep(source, folder.campaign_folder(plan.campaign) / LAUNCH, bundle, contacts_beside=bool(in_units))
    _take_contacts(store, plan.campaign, [*bundle.contacts, *in_units], now)
    return Prepared(bundle, CampaignStart(plan.campaign, day, clock, by, f"{plan.campaign}/{LAUNCH}", reports))


def _known(store: Store, campaign: str) -> tuple[Campaign, Plan] | None:
    with store.reading() as connection:
        if campaign not in campaign_names(connection):
            return None
        there = read_campaign(connection, campaign)
        return there, releases(connection, there)[0].plan


def _check_same(known: Campaign, launched: Plan, bundle: Bundle, today: date | None) -> None:
    if today is not None and today != known.launched_on:
        raise UserError(
            f"--today {today}: the campaign {known.name} was launched as of {known.launched_on}, and its clock runs on."
        )
    if bundle.plan.document() != launched.document():
        raise UserError(
            f"The plan of {known.name} differs from the one it was launched with; the dates of a running campaign "
            "are changed by `congress amend`, not by another launch."
        )


def _keep(source: Path, kept: Path, bundle: Bundle, *, contacts_beside: bool) -> None:
    kept.mkdir(parents=True, exist_ok=True)
    for name in FILES:
        if (source / name).exists():
            temporary = kept / f".{name}.{uuid4().hex}"
            if name == UNITS and contacts_beside:
                write_units(temporary, bundle.units)
            else:
                shutil.copyfile(source / name, temporary)
            temporary.replace(kept / name)


def _take_contacts(store: Store, campaign: str, rows: list[ContactRow], now: datetime) -> None:
    with store.reading() as connection:
        new = contacts.missing_rows(connection, campaign, rows)
    if new:  # a service that starts again should not wait for its own writers for nothing
        with store.writing() as connection:
            contacts.put(connection, campaign, contacts.missing_rows(connection, campaign, new), now)


async def launch(client: CongressClient, prepared: Prepared, progress: Callable[[Progress], None]) -> Progress:
    """Starts the campaign or completes its start: its units, then the freezes and changes of the tree that its folder
    tells up to its day. Safe to repeat, and to interrupt at any point."""
    await client.launch(prepared.start)
    done = await admit(client, prepared.start, progress)
    if prepared.start.reports:
        for happening in happenings(prepared.bundle):
            if happening.day <= prepared.start.today:
                await client.change(happening.change, by=happening.id, id=happening.id)
        await _report_of_added(client, prepared)
    return done


async def _report_of_added(client: CongressClient, prepared: Prepared) -> None:
    """Reports what units held that a change of the tree added: they were not there when the others opened."""
    there = {unit.code for unit in prepared.bundle.units}
    rows = [row for row in prepared.bundle.reports if row.unit not in there]
    for row in sorted(rows, key=lambda row: (row.to or row.on, row.line)):
        if (row.to or row.on) <= prepared.start.today:
            name = f"reports.csv:{row.line}"
            with suppress(Refused):
                await client.send(row.unit, Report(row.stage, row.on, row.to, row.results), by=name, id=name)


async def admit(client: CongressClient, start: CampaignStart, progress: Callable[[Progress], None]) -> Progress:
    """Admits the units of a kept folder, telling how far it is."""
    enrolling = asyncio.ensure_future(client.enrol(start))
    try:
        while not enrolling.done():
            await asyncio.wait([enrolling], timeout=POLL_SECONDS)
            with suppress(RPCError, WorkflowQueryFailedError):
                progress(await client.progress())
        return enrolling.result()
    finally:
        enrolling.cancel()

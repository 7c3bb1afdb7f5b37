"""What every command needs: settings, store, campaign, author and, for those that change something, the service."""

from __future__ import annotations

import asyncio
import getpass
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer
from sqlalchemy import Connection, make_url, select
from sqlalchemy.exc import ArgumentError

from calendars.errors import StoreAway, UserError
from calendars.plan.loading import load_plan
from calendars.plan.model import Plan
from calendars.store.database import Store, open_store
from calendars.store.reading import Campaign, read_campaign
from calendars.store.schema import units
from calendars.wallclock import real_now
from workflows.client import CongressClient, NoAnswer
from workflows.connection import cluster_is_named, connect
from workflows.datafolder import DataFolder
from workflows.settings import Settings, read_settings


@dataclass
class Context:
    """One call of the command line. The store is opened when first asked for."""

    campaign_name: str = ""
    by: str = ""
    settings: Settings = field(default_factory=read_settings)

    @property
    def folder(self) -> DataFolder:
        """The data folder."""
        return DataFolder(self.settings.data)

    @property
    def author(self) -> str:
        """Who gives the command: `--by`, else the user of this machine."""
        return self.by or getpass.getuser()

    @contextmanager
    def store(self) -> Iterator[Store]:
        """The store, which must exist. Raises `UserError` in a folder where nothing was ever started."""
        url = self.settings.store_url
        if not _exists(url):
            raise UserError(f"There is no data in {self.settings.data}; start the service with `python worker.py`.")
        store = open_store(url)
        try:
            yield store
        finally:
            store.close()

    @contextmanager
    def reading(self) -> Iterator[tuple[Connection, Campaign]]:
        """A reading connection and the chosen campaign: `--campaign`, else the last launched one."""
        with self.store() as store, store.reading() as connection:
            yield connection, self.campaign(connection)

    def campaign(self, connection: Connection) -> Campaign:
        """The chosen campaign. Raises `UserError` when there is none."""
        return read_campaign(connection, self.campaign_name or self.settings.campaign or None)

    def kept_plan(self) -> Plan:
        """The plan of the chosen campaign as its launch kept it in the data folder, for when the store is away.

        Raises `StoreAway` when no launch kept one here.
        """
        chosen = self.campaign_name or self.settings.campaign or "*"
        kept = sorted(
            self.folder.path.glob(f"campaigns/{chosen}/launch/plan.yaml"), key=lambda file: file.stat().st_mtime
        )
        if not kept:
            raise StoreAway("and the data folder keeps no campaign")
        return load_plan(kept[-1])

    def day(self, campaign: Campaign) -> date:
        """The campaign's day now."""
        return campaign.clock.day_at(real_now())

    @asynccontextmanager
    async def client(self, campaign: str) -> AsyncIterator[CongressClient]:
        """A client of the running service. Raises `UserError` when none runs: then nothing is sent."""
        service = self.folder.service()
        if service is None and not cluster_is_named():
            raise UserError(
                f"No service runs on the data folder {self.settings.data}, so nothing was sent; "
                "start it with `python worker.py`."
            )
        address = service.temporal_address if service else ""
        queue = service.task_queue if service else self.settings.task_queue
        yield CongressClient(await connect(address), campaign, queue, lambda unit: self._journalled(campaign, unit))

    def _journalled(self, campaign: str, unit: str) -> int:
        try:
            with self.store() as store, store.reading() as connection:
                query = select(units.c.version).where(units.c.campaign == campaign, units.c.unit == unit)
                return connection.scalar(query) or 0
        except StoreAway:
            return 0

    async def watch(self) -> None:
        """Raises `NoAnswer` once the service has ended: a long import need not wait for each answer to time out."""
        while self.folder.service() is not None or cluster_is_named():  # noqa: ASYNC110 - a file tells, no event
            await asyncio.sleep(0.5)
        raise NoAnswer("The service has ended.")


def _exists(url: str) -> bool:
    try:
        parsed = make_url(url)
    except ArgumentError:
        return True  # `open_store` says what is wrong with it
    return parsed.get_backend_name() != "sqlite" or not parsed.database or Path(parsed.database).exists()


def context_of(context: typer.Context) -> Context:
    """The context that the global options made."""
    found = context.obj
    assert isinstance(found, Context)
    return found


def _day(text: str) -> date:
    for pattern in (_iso, _vietnamese):
        try:
            return pattern(text.strip())
        except (ValueError, OverflowError):
            continue
    raise typer.BadParameter(f"{text!r} is no day, expected YYYY-MM-DD or DD/MM/YYYY")


def _iso(text: str) -> date:
    return date.fromisoformat(text)


def _vietnamese(text: str) -> date:
    day, month, year = text.split("/")
    return date(int(year), int(month), int(day))


def day_option(name: str, help: str) -> Any:
    """An option that takes a day, as ISO or as Vietnamese write it."""
    return typer.Option(name, parser=_day, metavar="DATE", help=help)


On = Annotated[date, day_option("--on", "The day, or the first of several: 2020-06-11 or 11/06/2020.")]
NewOn = Annotated[date | None, day_option("--on", "The day, or the first of several, if it was another.")]
OptionalOn = Annotated[date | None, day_option("--on", "The day, or the first of several, where it is known.")]
From = Annotated[date, day_option("--from", "The first day.")]
LastDay = Annotated[date | None, day_option("--to", "The last day.")]
Under = Annotated[str, typer.Option("--under", metavar="UNIT", help="Only this unit and all below it.")]
Filters = Annotated[
    list[str] | None,
    typer.Option(
        "--filter",
        metavar="NAME=VALUE",
        help="Narrow it as a feed's address does: level=commune, or level=commune&tag=pilot; may be repeated.",
    ),
]
To = Annotated[date | None, day_option("--to", "The last day, where it takes several.")]
Today = Annotated[date | None, day_option("--today", "The campaign's day at its launch; default the real one.")]
AsOf = Annotated[date | None, day_option("--as-of", "The day to look at, by what is known now.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON on standard output, and nothing else there.")]

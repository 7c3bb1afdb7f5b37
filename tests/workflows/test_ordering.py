"""The API's orders where nobody takes them: an order that may be sent again, and never an error of ours."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import psutil
import pytest

from calendars.campaigns.tables import Received
from calendars.sequence.commands import Acknowledge
from calendars.store.database import open_store
from calendars.tree.changes import Lift
from calendars.web.orders import Unanswered
from tests.service import free_port
from workflows.datafolder import DataFolder, ServiceRecord
from workflows.ordering import UnitOrders


@pytest.mark.parametrize("recorded", [False, True], ids=["no service", "a service without its Temporal"])
async def test_nobody_takes_an_order(tmp_path: Path, sqlite_url: str, recorded: bool) -> None:
    folder, store = DataFolder(tmp_path), open_store(sqlite_url)
    if recorded:
        folder.announce(record(f"127.0.0.1:{free_port()}"))
    orders = UnitOrders(folder, store, None, "congress")
    with pytest.raises(Unanswered):
        await orders.send("small", "22", Acknowledge(), by="x", id="y")
    with pytest.raises(Unanswered):
        await orders.change("small", Lift(date(2020, 6, 11)), by="x", id="y")
    with pytest.raises(Unanswered):
        await orders.add("small", Received("units.csv", b"code"), by="x", told=lambda *_: None)
    store.close()


def record(address: str) -> ServiceRecord:
    """A service that lives: this very process."""
    process = psutil.Process(os.getpid())
    return ServiceRecord(process.pid, process.create_time(), "http://127.0.0.1", address, "", "congress", mail=False)

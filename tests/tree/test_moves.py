"""What came and went before a superior has heard of it: if it learnt of that elsewhere, it hears that it went."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from calendars.ical.renderer import IcalRenderer
from calendars.sequence.commands import Report, Retract
from calendars.sequence.state import Gate
from calendars.store.database import Store, open_store
from calendars.store.journal import Journal
from calendars.tree.changes import Transfer
from calendars.tree.model import Unit
from tests.tree.simulated import SimulatedCampaign
from tests.tree.small import GRASSROOTS, PLAN, PROVINCIAL, START


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(f"sqlite:///{tmp_path}/congress.db")
    yield opened
    opened.close()


@pytest.mark.parametrize("heard_first", [False, True])
def test_a_superior_that_the_read_model_told_hears_that_the_unit_has_gone(store: Store, heard_first: bool) -> None:
    units = [
        Unit("22", "Tỉnh Thử", "province"),
        Unit("100", "Xã 1", "commune", "22"),
        Unit("200", "Xã 2", "commune", "22"),
    ]
    campaign = SimulatedCampaign(
        PLAN, [*units, Unit("100-00", "Thôn 0", "village", "100")], Journal(store, IcalRenderer()), START
    )

    def move(to: str) -> None:
        assert campaign.change(Transfer("100-00", to, campaign.today)) is None

    if heard_first:  # 100 was told that it has gone, and is not told that it is back
        move("200")
        campaign.deliver_all()
        move("100")
    else:
        move("200")
    former = "100" if heard_first else "200"
    campaign.look(former)
    move("200" if heard_first else "100")
    campaign.deliver_all()
    (gate,) = campaign.nodes[former].state.rules.gates
    assert campaign.nodes[former].neighbours.around().below(former, gate) == ()


def test_a_superior_that_the_read_model_told_hears_that_a_report_was_taken_back(store: Store) -> None:
    units = [Unit("22", "Tỉnh Thử", "province"), Unit("100", "Xã 1", "commune", "22")]
    campaign = SimulatedCampaign(PLAN, units, Journal(store, IcalRenderer()), START)
    campaign.deliver_all()
    campaign.pass_days(45)
    campaign.order("100", Report(GRASSROOTS, campaign.today))
    campaign.flush()
    campaign.order("22", Report(PROVINCIAL, campaign.today))  # refused at first, so that it looks
    assert campaign.nodes["22"].state.stage(PROVINCIAL).gate is Gate.OPEN
    campaign.order("100", Retract(GRASSROOTS, "another commune's report"))
    campaign.deliver_all()
    assert campaign.nodes["22"].state.stage(PROVINCIAL).gate is Gate.CONFLICT

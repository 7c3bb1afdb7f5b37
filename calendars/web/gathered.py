"""What overview, report and comparison read of a campaign, kept until anything in the campaign changes."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from threading import Lock
from typing import NamedTuple

from sqlalchemy import Connection

from calendars.sequence.events import Line
from calendars.store.feeds import CampaignView
from calendars.store.journal import stream
from calendars.store.neighbourhood import Looked, UnitConflict, look_at_all
from calendars.store.projecting import CAMPAIGN_STREAM
from calendars.store.reading import Campaign
from calendars.store.stage_lines import StageLine, stage_lines

CAMPAIGNS_KEPT = 4
FREEZING = ("frozen", "resumed")


class Revision(NamedTuple):
    """What differs after every change of a unit and every release."""

    campaign: str
    release: int
    position: int


@dataclass(frozen=True, slots=True)
class Facts:
    """A campaign as it is at one `revision`: its stages, each unit's conflicts, and what was ordered of freezes."""

    revision: Revision
    lines: tuple[StageLine, ...]
    looked: Mapping[str, Looked]
    freezing: tuple[Line, ...]

    @property
    def conflicts(self) -> tuple[UnitConflict, ...]:
        """All conflicts, by the codes of the units."""
        return tuple(one for looked in self.looked.values() for one in looked.found)


class Gathered:
    """The newest facts of the campaigns that were looked at last. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._kept: OrderedDict[str, Facts] = OrderedDict()

    def facts(self, connection: Connection, campaign: Campaign, view: CampaignView) -> Facts:
        """The campaign as the view has it, or newer."""
        revision = revision_of(campaign, view)
        with self._lock:
            facts = self._kept.get(campaign.name)
        if facts is None or facts.revision != revision:
            known = facts.looked if facts and facts.revision.release == revision.release else {}
            facts = Facts(
                revision,
                tuple(stage_lines(connection, campaign)),
                look_at_all(connection, campaign, known),
                tuple(line for line in stream(connection, campaign.name, CAMPAIGN_STREAM) if line.type in FREEZING),
            )
        with self._lock:
            self._kept[campaign.name] = facts
            self._kept.move_to_end(campaign.name)
            while len(self._kept) > CAMPAIGNS_KEPT:
                self._kept.popitem(last=False)
        return facts


def revision_of(campaign: Campaign, view: CampaignView) -> Revision:
    """The campaign's revision as the view has it."""
    newest = max((unit.revision for unit in view.units.values()), default=0)
    return Revision(campaign.name, campaign.release, newest)

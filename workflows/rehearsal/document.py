"""What a rehearsal showed, as the document that `congress rehearse --json` prints."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from calendars.store.reading import read_campaign
from calendars.store.status import CampaignStatus, StageSummary, campaign_status
from calendars.store.tallies import Late, event_counts, late_units, sent_by_kind
from workflows.rehearsal.running import Found, Rehearsed


@dataclass(frozen=True, slots=True)
class Milestone:
    """A stage of the plan in the rehearsed year: when the last unit held it, and how far ahead of the due days."""

    stage: str
    level: str
    held: int
    units: int
    last_held: date | None
    margin_target: int | None
    margin_deadline: int | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """Everything a rehearsal showed."""

    units: int
    status: CampaignStatus
    milestones: tuple[Milestone, ...]
    notices: dict[str, int]
    conflicts: tuple[Found, ...]
    late: tuple[Late, ...]

    def document(self, seconds: float) -> dict[str, Any]:
        """The document; `seconds` is how long the rehearsal took."""
        return {
            "campaign": self.status.campaign,
            "as_of": self.status.as_of,
            "seconds": round(seconds, 1),
            "units": self.units,
            "stages": [asdict(stage) for stage in self.status.stages],
            "indicators": [asdict(indicator) for indicator in self.status.indicators],
            "milestones": [asdict(milestone) for milestone in self.milestones],
            "notices": self.notices,
            "conflicts": [asdict(found) for found in self.conflicts],
            "late": [asdict(late) for late in self.late],
        }


def outcome(rehearsed: Rehearsed) -> Outcome:
    """Reads the store of a finished rehearsal as of the campaign's last day."""
    with rehearsed.store.reading() as connection:
        campaign = read_campaign(connection, rehearsed.bundle.plan.campaign)
        last = campaign.plan.until
        status = campaign_status(connection, campaign, last)
        counts = event_counts(connection, campaign.name)
        late = tuple(late_units(connection, campaign.name, last))
        notices = sent_by_kind(connection, campaign.name)
    milestones = tuple(_milestone(stage) for stage in status.stages)
    return Outcome(counts.get("enrolled", 0), status, milestones, notices, tuple(rehearsed.found), late)


def _milestone(stage: StageSummary) -> Milestone:
    return Milestone(
        stage.stage,
        stage.level,
        stage.held,
        stage.units,
        stage.last_held,
        stage.margin_target.min if stage.margin_target else None,
        stage.margin_deadline.min if stage.margin_deadline else None,
    )

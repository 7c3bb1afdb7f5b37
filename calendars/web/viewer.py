"""Who looks at the board, and what the role lets them do there."""

from __future__ import annotations

from dataclasses import dataclass

from calendars.store.feeds import CampaignView
from calendars.store.grants import Role
from calendars.store.sessions import Session


@dataclass(frozen=True, slots=True)
class Viewer:
    """Somebody who may see `scope` and what is below it; an empty scope is every unit of every campaign.

    `by` is the name under which the journal keeps what they do. `campaign` is the one that they see, empty for all;
    `session` is how they signed in, None where the board asks nobody who they are.
    """

    by: str
    role: Role
    scope: str = ""
    campaign: str = ""
    session: Session | None = None

    @classmethod
    def of(cls, session: Session) -> Viewer:
        """Whoever signed in."""
        grant = session.grant
        return cls(grant.label, grant.role, grant.scope, grant.campaign, session)

    def sees(self, campaign: CampaignView, unit: str) -> bool:
        """Whether the unit is within the scope."""
        return unit in campaign.units and (not self.scope or campaign.is_below(unit, self.scope))

    @property
    def reports(self) -> bool:
        """Whether they may schedule and report."""
        return self.role in (Role.REPORT, Role.ADMIN)

    @property
    def administers(self) -> bool:
        """Whether they may change what holds for others: dates, freezes, waivers, the tree."""
        return self.role == Role.ADMIN


# Whoever reaches an open board could run the command line on the same machine.
LOCAL = Viewer("board", Role.ADMIN)

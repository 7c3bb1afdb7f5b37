"""Who looks at the board, and what the role lets them do there."""

from __future__ import annotations

from dataclasses import dataclass

from calendars.store.feeds import CampaignView
from calendars.store.grants import Role
from calendars.store.sessions import Session

# What changes what holds for a unit is its superior's; what the unit itself did may be said by whoever reports for it.
OF_SUPERIORS = frozenset(
    {"waive", "consent", "review", "reopen", "pin", "unpin", "amend", "freeze", "resume", "add", "contacts"}
)


def roles_for(kind: str) -> tuple[Role, ...]:
    """The roles that allow a command or a change of this kind, on the board and by the API."""
    return (Role.ADMIN,) if kind in OF_SUPERIORS else (Role.REPORT, Role.ADMIN)


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

    def sees_all(self, campaign: CampaignView) -> bool:
        """Whether the scope is the whole campaign."""
        return not self.scope or campaign.roots == {self.scope}

    def may(self, kind: str) -> bool:
        """Whether the role allows a command of this kind. The scope is another question."""
        return self.role in roles_for(kind)


# Whoever reaches an open board could run the command line on the same machine.
LOCAL = Viewer("board", Role.ADMIN)

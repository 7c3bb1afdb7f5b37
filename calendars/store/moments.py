"""From the day a notice belongs to, to the instant at which it goes to one person."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from calendars.plan.clock import instant_of
from calendars.sequence.messages import CampaignClock

DAY = timedelta(days=1)
WEEKLY = "weekly"


@dataclass(frozen=True, slots=True)
class Moments:
    """The `hour` at which a campaign speaks, in its time zone, and on which days offices work. Instants are aware."""

    clock: CampaignClock
    hour: time
    works: Callable[[date], bool]

    def day_at(self, instant: datetime) -> date:
        """The campaign's day at an instant."""
        return self.clock.day_at(instant)

    def at(self, day: date, earliest: datetime) -> datetime:
        """The campaign's hour on `day`, or `earliest` if that is later."""
        return max(earliest, self._at(day, self.hour))

    def gathered(self, due: datetime, rhythm: str) -> datetime:
        """When a person who asked for a daily or weekly message instead of single ones gets what is due at `due`: at
        the campaign's hour of a working day, the first one of its week if weekly."""
        if not rhythm:
            return due
        day = self.day_at(due)
        while not (self._gathers(day, rhythm) and self._at(day, self.hour) >= due):
            day += DAY
        return self._at(day, self.hour)

    def awake(self, due: datetime, quiet: str) -> datetime:
        """The first instant from `due` on outside the hours `quiet`, such as 22:00-06:00."""
        if not quiet:
            return due
        first, last = (time.fromisoformat(part) for part in quiet.split("-"))
        for day in (self.day_at(due) - DAY, self.day_at(due)):
            begin, end = self._at(day, first), self._at(day if first < last else day + DAY, last)
            if begin <= due < end:
                return end
        return due

    def _gathers(self, day: date, rhythm: str) -> bool:
        if not self.works(day):
            return False
        monday = day - timedelta(days=day.weekday())
        return rhythm != WEEKLY or not any(self.works(monday + no * DAY) for no in range(day.weekday()))

    def _at(self, day: date, at: time) -> datetime:
        return instant_of(day, at, self.clock.timezone, self.clock.shift_days)

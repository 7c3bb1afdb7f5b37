"""The one sentence that says where a campaign stands, as a newspaper would: who has held their congress, and how early.

Stages with the same due date are told together. Everything comes from the plan and the reports.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from calendars.plan.model import Plan
from calendars.store.status import StageSummary
from calendars.web.words import Format, words


@dataclass(frozen=True, slots=True)
class Group:
    """Stages due on the same day: against the central deadline, or against the local target where there is none."""

    due: date
    central: bool
    stages: tuple[StageSummary, ...]

    @property
    def units(self) -> int:
        """How many congresses there are to be."""
        return sum(stage.units for stage in self.stages)

    @property
    def held(self) -> int:
        """How many were held."""
        return sum(stage.held for stage in self.stages)

    @property
    def finished(self) -> date | None:
        """The last day of the last congress, once all were held."""
        if self.held < self.units:
            return None
        return max((stage.last_held for stage in self.stages if stage.last_held), default=None)


@dataclass(frozen=True, slots=True)
class Headline:
    """The sentence, and what else there is to say of the groups that are still under way."""

    sentence: str
    rest: tuple[str, ...]


def groups(plan: Plan, summaries: Sequence[StageSummary]) -> list[Group]:
    """The stages that have a due date, those of one day together, the soonest first."""
    found: dict[tuple[date, bool], list[StageSummary]] = {}
    for summary in summaries:
        rule = plan.stage(summary.stage)
        due = rule.deadline or rule.target
        if due and summary.units:
            found.setdefault((due.date, rule.deadline is not None), []).append(summary)
    return [Group(due, central, tuple(stages)) for (due, central), stages in sorted(found.items())]


def headline(
    plan: Plan,
    summaries: Sequence[StageSummary],
    day: date,
    language: str,
    alone: Mapping[str, str] = MappingProxyType({}),
) -> Headline:
    """What to say on `day`: of what was finished last, else of what is under way, else of what comes first.

    `alone` names the one unit of stages that elsewhere have several.
    """
    teller = _Teller(plan, day, language, alone)
    found = groups(plan, summaries)
    if not found:
        return Headline(teller.without_dates(summaries), ())
    done = [(group.finished, group.due, group) for group in found if group.finished]
    still = [group for group in found if not group.finished]
    if done:
        finished, _, last = max(done, key=lambda one: one[:2])
        return Headline(teller.done(last, finished), tuple(teller.under_way(group) for group in still))
    return Headline(teller.under_way(still[0], alone=True), tuple(teller.under_way(group) for group in still[1:]))


class _Teller:
    def __init__(self, plan: Plan, day: date, language: str, alone: Mapping[str, str]) -> None:
        self._plan = plan
        self._alone = alone
        self._day = day
        self._language = language
        self._f = Format(language)

    def done(self, group: Group, finished: date) -> str:
        t = words(self._language)
        one = group.units == 1
        did = self._did(group, t.did_before_one if one else t.did_before, t.completed_before)
        who = self._who(group, "" if one else self._f.share(1))
        what = t.headline_done.format(day=self._f.day(finished), who=who, did=did)
        margin = (group.due - finished).days
        if margin == 0:
            when = t.headline_on_time
        else:
            when = (t.headline_early if margin > 0 else t.headline_late).format(days=self._days(abs(margin)))
        return f"{what}, {when} {self._due(group)}."

    def under_way(self, group: Group, *, alone: bool = False) -> str:
        t = words(self._language)
        if group.held:
            held, units = self._f.number(group.held), self._f.number(group.units)
            who = self._who(group, f"{self._f.share(group.held / group.units)} ({held}/{units})")
            did = self._did(group, t.did_by_now, t.completed_by_now)
        else:
            one = group.units == 1
            who = self._who(group, "" if one else self._f.number(group.units))
            did = self._did(group, t.did_not_one if one else t.did_not, t.completed_not_one if one else t.completed_not)
        left = (group.due - self._day).days
        when = (t.headline_left if left >= 0 else t.headline_passed).format(days=self._days(abs(left)))
        sentence = f"{who} {did}; {when} {self._due(group)} ({self._f.day(group.due)})."
        if alone:
            return str(words(self._language).headline_by.format(day=self._f.day(self._day), what=sentence))
        return sentence[0].upper() + sentence[1:]

    def without_dates(self, summaries: Sequence[StageSummary]) -> str:
        t = words(self._language)
        held, units = sum(one.held for one in summaries), sum(one.units for one in summaries)
        what = t.headline_all.format(share=self._f.share(held / units if units else 0), units=self._f.number(units))
        return str(t.headline_by.format(day=self._f.day(self._day), what=f"{what}."))

    def _who(self, group: Group, count: str) -> str:
        """The bodies, with how many of them before, if that is said."""
        t = words(self._language)
        rules = [self._plan.stage(stage.stage) for stage in group.stages]
        names = list(dict.fromkeys(rule.bodies[self._language] if rule.bodies else "" for rule in rules))
        if group.units == 1 and rules[0].id in self._alone:
            names = [self._alone[rules[0].id]]
        elif "" in names:
            names = [t.unit if group.units == 1 else t.units]
        who = f" {t.and_more} ".join([", ".join(names[:-1]), names[-1]] if names[1:] else names)
        if self._language == "en" and "%" in count:
            return f"{count} of {who}"
        return f"{count} {who}".strip()

    def _did(self, group: Group, congress: str, completed: str) -> str:
        rules = [self._plan.stage(stage.stage) for stage in group.stages]
        if all(rule.bodies for rule in rules):
            return congress
        titles = dict.fromkeys(rule.title[self._language] if rule.title else rule.id for rule in rules)
        return completed.format(stages=", ".join(titles))

    def _due(self, group: Group) -> str:
        t = words(self._language)
        return str(t.the_deadline if group.central else t.the_target)

    def _days(self, days: int) -> str:
        t = words(self._language)
        return f"{self._f.number(days)} {t.one_day if days == 1 else t.days}"

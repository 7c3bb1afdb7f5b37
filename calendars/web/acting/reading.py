"""From the fields of a form to a command, or to one sentence at each field that is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from calendars.plan.model import Text
from calendars.sequence import commands
from calendars.sequence.commands import Acknowledge
from calendars.sequence.results import EXPECTED, clean, parse_result
from calendars.sequence.state import Clock, Results
from calendars.web.acting.actions import Action, OfStage, clocks

LONGEST = 1_000
RESULT = "results."
_DAY = Text(vi="Cần một ngày, ví dụ 2020-06-11.", en="Expected a day such as 2020-06-11.")
_NEEDED = Text(vi="Cần điền mục này.", en="This is needed.")
_CHOICE = Text(vi="Cần chọn một trong các mục có trong danh sách.", en="Expected one of those in the list.")
_TOO_LONG = Text(vi="Không quá 1.000 ký tự.", en="At most 1,000 characters.")

Command = commands.OfStage | Acknowledge


@dataclass(slots=True)
class Read:
    """What a form says. With `mistakes` there is no command."""

    command: Command | None = None
    mistakes: dict[str, Text] = field(default_factory=dict)


def read(action: Action, of: OfStage, given: Mapping[str, str]) -> Read:
    """The command that a form asks for. Fields that the action does not ask for are not looked at."""
    reader = _Reader(of, given)
    command = reader.command(action)
    for name in action.needs:
        if not given.get(name, "").strip():
            reader.mistakes.setdefault(name, _NEEDED)
    return Read(None if reader.mistakes else command, reader.mistakes)


class _Reader:
    def __init__(self, of: OfStage, given: Mapping[str, str]) -> None:
        self._of, self._given = of, given
        self.mistakes: dict[str, Text] = {}

    def command(self, action: Action) -> Command:
        stage, day = self._of.rule.id, self._day
        match action.name:
            case "report":
                return commands.Report(stage, day("on") or date.min, day("to"), self._results())
            case "schedule":
                return commands.Schedule(stage, day("on") or date.min, day("to"))
            case "postpone":
                return commands.Postpone(stage, self._text("reason"), day("on"), day("to"))
            case "correct":
                return self._correction(stage)
            case "retract":
                return commands.Retract(stage, self._text("reason"))
            case "done":
                return commands.Done(stage, self._choice("lead_in", self._of.undone), day("on"))
            case "waive":
                return commands.Waive(stage, self._text("reason"))
            case "consent":
                return commands.GiveConsent(stage, self._choice("body", self._of.bodies), day("on") or date.min)
            case "review":
                return commands.Review(stage, day("on") or date.min, self._text("text"))
            case "reopen":
                return commands.Reopen(stage, self._text("reason"))
            case "pin":
                clock = self._choice("clock", [one.value for one in clocks(self._of)])
                return commands.SetPin(stage, Clock(clock or "on"), day("on") or date.min, self._text("reason"))
            case "unpin":
                clock = self._choice("clock", list(self._of.now.pins))
                return commands.Unpin(stage, Clock(clock or "on"), self._text("reason"))
        return Acknowledge(stage)

    def _correction(self, stage: str) -> Command:
        """Only what differs from what stands is corrected: the form shows all of it."""
        held, results = self._of.now.held, self._results()
        on, to = self._day("on"), self._day("to")
        same = held is not None and (on or held.first, to or on or held.last) == (held.first, held.last)
        changed = {key: value for key, value in results.items() if self._of.now.results.get(key) != value}
        return commands.Correct(stage, self._text("reason"), None if same else on, None if same else to, changed)

    def _results(self) -> Results:
        found: Results = {}
        for key, type_ in self._of.rule.results.items():
            text = self._text(RESULT + key)
            if not text:
                continue
            try:
                found[key] = parse_result(type_, text)
            except ValueError:
                expected = EXPECTED[type_]
                self.mistakes[RESULT + key] = Text(vi=f"Cần {expected.vi}.", en=f"Expected {expected.en}.")
        return found

    def _day(self, name: str) -> date | None:
        text = self._given.get(name, "").strip()
        if not text:
            return None
        try:
            day = date.fromisoformat(text)
        except ValueError:
            day = None
        if day is None or day.isoformat() != text:
            self.mistakes[name] = _DAY
            return None
        return day

    def _text(self, name: str) -> str:
        text = clean(self._given.get(name, ""))
        if len(text) > LONGEST:
            self.mistakes[name] = _TOO_LONG
        return text

    def _choice(self, name: str, among: list[str]) -> str:
        text = self._given.get(name, "").strip()
        if text and text not in among:
            self.mistakes[name] = _CHOICE
            return ""
        return text

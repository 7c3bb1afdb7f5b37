"""What templates see: every text in the reader's language, on one line, in NFC; every day already written out.

Nothing in here is escaped. HTML templates escape by themselves.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from urllib.parse import quote, urlsplit

from calendars.ical.lines import clean
from calendars.ical.wording import Wording, dated, day
from calendars.notices import phrases
from calendars.notices.headers import one_line
from calendars.notices.items import Digest, DigestLine, Item, NoticeKind
from calendars.plan.model import Text
from calendars.sequence.state import Clock

URL_CHARACTERS = 2000


@dataclass(frozen=True, slots=True)
class DateView:
    """A date of a stage: `label` names it, `when` and `left` are empty where it was called off, `was` is the day that
    it moved from; `chosen` is the one that the notice is about, `passed` one before today."""

    label: str
    when: str
    left: str
    was: str = ""
    chosen: bool = False
    passed: bool = False


@dataclass(frozen=True, slots=True)
class ItemView:
    """One notice. `title` is the stage of the unit, `said` its date in the words of a subject, `days` the days left,
    negative once it passed, None where it was called off. `unanswered` names who did not answer (an escalation),
    `ended` is True where the unit is no more. Addresses are empty where there is nothing to open."""

    kind: str
    title: str
    said: str
    unit: str
    code: str
    superior: str
    stage: str
    of_step: bool
    days: int | None
    dates: tuple[DateView, ...]
    lead_ins: tuple[DateView, ...]
    reason: str
    source: str
    unanswered: str
    step: int
    ended: bool
    successor: str
    unit_url: str
    acknowledge_url: str

    @classmethod
    def of(cls, item: Item, language: str) -> ItemView:
        """The notice in a language."""

        def in_words(of: Wording) -> str:
            return _pick(of, language)

        return cls(
            kind=item.kind.value,
            title=in_words(phrases.title(item)),
            said=in_words(phrases.said(item)),
            unit=in_words(phrases.capital(phrases.unit_name(item.unit))),
            code=one_line(item.unit.code),
            superior=one_line(item.unit.parent_name),
            stage=in_words(phrases.text(item.stage_title)) if item.stage else "",
            of_step=item.anchor.startswith(phrases.LEAD_IN),
            days=(item.day - item.today).days if item.day else None,
            dates=tuple(_dates(item, language)),
            lead_ins=tuple(
                _date(_pick(phrases.text(title), language), on, item.today, language)
                for title, on in item.lead_ins
                if title != item.anchor_title or on != item.day
            ),
            reason=one_line(item.reason),
            source=one_line(item.source),
            unanswered=in_words(phrases.unanswered(item)) if item.kind is NoticeKind.ESCALATION else "",
            step=item.step,
            ended=item.ended is not None,
            successor=in_words(phrases.inside(item.ended.successor_name or item.ended.successor)) if item.ended else "",
            unit_url=web_address(item.unit_url),
            acknowledge_url=web_address(item.acknowledge_url),
        )


@dataclass(frozen=True, slots=True)
class LineView:
    """A line of a summary: `note` are the margins of what was held, else which date it is and how far away."""

    unit: str
    code: str
    stage: str
    when: str
    note: str
    late: bool = False
    answered: bool = False


@dataclass(frozen=True, slots=True)
class DigestView:
    """A summary. `since` is empty for the first one; `totals` are stage, held and of how many."""

    title: str
    code: str
    today: str
    since: str
    held: tuple[LineView, ...]
    due: tuple[LineView, ...]
    overdue: tuple[LineView, ...]
    silent: tuple[LineView, ...]
    unreachable: tuple[str, ...]
    totals: tuple[tuple[str, int, int], ...]
    unit_url: str

    @classmethod
    def of(cls, digest: Digest, language: str) -> DigestView:
        """The summary in a language."""
        return cls(
            title=_pick(phrases.capital(phrases.unit_name(digest.unit)), language),
            code=one_line(digest.unit.code),
            today=day(digest.today),
            since=day(digest.since) if digest.since else "",
            held=tuple(_held(line, language) for line in digest.held),
            due=tuple(_ahead(line, language, -line.days) for line in digest.due),
            overdue=tuple(_ahead(line, language, line.days) for line in digest.overdue),
            silent=tuple(_ahead(line, language, line.days) for line in digest.silent),
            unreachable=tuple(one_line(name) or one_line(code) for code, name in digest.unreachable),
            totals=tuple((_pick(phrases.text(stage), language), held, of) for stage, held, of in digest.totals),
            unit_url=web_address(digest.unit_url),
        )


def web_address(url: str) -> str:
    """An address of http or https in ASCII, without spaces, quotes or pointed brackets; empty for any other."""
    found = quote(clean(url).strip(), safe="%/:=&?~#+!$,;'@()*[]")
    try:
        parts = urlsplit(found)
    except ValueError:
        return ""
    return found if parts.scheme in {"http", "https"} and parts.netloc and len(found) <= URL_CHARACTERS else ""


def _dates(item: Item, language: str) -> Iterator[DateView]:
    """The dates of the notice's stage, the one it is about among them, in the order in which they matter."""
    if item.ended is not None or not item.stage:
        return
    dates: dict[str, tuple[Text | None, date | None]] = {}
    if item.planned and (item.anchor != Clock.DAY or item.planned.first != item.day):
        dates[phrases.SCHEDULED] = (None, item.planned.first)
    for clock, on in ((Clock.TARGET, item.target), (Clock.DEADLINE, item.deadline)):
        if on:
            dates[clock.value] = (None, on)
    if item.anchor not in dates:
        dates = {item.anchor: (item.anchor_title, item.day), **dates}
    for anchor, (title, on) in dates.items():
        chosen = anchor == item.anchor
        label = _pick(phrases.date_label(anchor, title), language)
        was = day(item.former) if chosen and item.former and item.former != item.day else ""
        shown = item.day if chosen else on
        if shown is None:
            yield DateView(label, "", "", was, chosen)
            continue
        one = _date(label, shown, item.today, language)
        days = dated(item.planned) if anchor == phrases.SCHEDULED and item.planned else one.when
        yield DateView(label, days, one.left, was, chosen, one.passed)


def _date(label: str, on: date, today: date, language: str) -> DateView:
    return DateView(label, day(on), _pick(phrases.left(on, today), language), passed=on < today)


def _held(line: DigestLine, language: str) -> LineView:
    note = _pick(phrases.margins(line.margin_target, line.margin_deadline), language)
    late = any(margin is not None and margin < 0 for margin in (line.margin_target, line.margin_deadline))
    return _line(line, note, language, late)


def _ahead(line: DigestLine, language: str, passed: int) -> LineView:
    note = _pick(phrases.days_left(-passed), language)
    if line.anchor_title:
        note = f"{_pick(phrases.text(line.anchor_title), language)}, {note}"
    return _line(line, note, language, passed > 0)


def _line(line: DigestLine, note: str, language: str, late: bool) -> LineView:
    stage = _pick(phrases.text(line.stage_title), language)
    return LineView(one_line(line.name), one_line(line.unit), stage, day(line.day), note, late, line.answered)


def _pick(of: Wording, language: str) -> str:
    return of.en if language == "en" else of.vi

"""What must hold for any text, any days and any stamp."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta, timezone
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from icalendar import Calendar

from calendars.ical.calendar import assemble
from calendars.ical.entries import entries
from calendars.ical.entry import Entry, facts
from calendars.ical.lines import LINE_OCTETS, clean, fold
from calendars.ical.renderer import IcalRenderer
from calendars.ical.rendering import Stamp, render
from calendars.plan.model import Due
from calendars.sequence.state import Clock, Ending, Gate, Pin, Profile, Results, StageState, Suspension, UnitState
from tests.ical.cases import COMMUNE, PLAN, STAMP, STATES, pinned, span, unit
from tests.ical.test_golden import check

ANY_TEXT = st.text(max_size=200) | st.text(alphabet="\\;,nN \n\rạ\u2028\x0b\x85👩", max_size=200)
DAYS = st.dates(date(2019, 12, 1), date(2020, 12, 20))


@st.composite
def states(draw: st.DrawFn) -> UnitState:
    """A commune with any name, reasons and results, its congress planned, put off, held or overdue, or itself ended."""
    first = draw(DAYS)
    days = span(first.isoformat(), (first + timedelta(days=draw(st.integers(0, 4)))).isoformat())
    results: Results = {"remark": draw(ANY_TEXT), "direct_election": draw(st.booleans())}
    stage = StageState(
        overdue=draw(st.sampled_from([(), (Clock.TARGET,), (Clock.TARGET, Clock.DEADLINE)])),
        postponed=draw(st.none() | st.just(span("2020-04-10"))),
        gate=draw(st.none() | st.sampled_from(Gate)),
        taken=draw(st.sampled_from(["", "x"])),
        done=draw(st.dictionaries(st.just("notice"), DAYS)),
    )
    kept = draw(st.sampled_from([{}, {"scheduled": days}, {"held": days, "results": results}]))
    state = unit(Profile("06664", draw(ANY_TEXT), COMMUNE.level), grassroots_congress=replace(stage, **kept))
    if draw(st.booleans()):
        pin = Pin(draw(DAYS), draw(ANY_TEXT), draw(st.none() | st.builds(Due, date=DAYS)))
        state = pinned(state, "grassroots_congress", target=pin)
    freezes = draw(st.lists(st.builds(Suspension, st.just("x"), DAYS, st.none() | DAYS, ANY_TEXT), max_size=1))
    ending = st.builds(Ending, DAYS, st.just("merged"), st.just("06665"), ANY_TEXT, ANY_TEXT)
    return replace(state, freezes=tuple(freezes), ended=draw(st.none() | ending))


@given(states(), st.sampled_from(["vi", "en"]))
def test_any_text_survives_the_round_trip(state: UnitState, language: str) -> None:
    found = entries(PLAN, state)
    content = assemble("Tên", "Mô tả", [render(entry, STAMP, language) for entry in found])
    check_lines(content)
    events = Calendar.from_ical(content).events
    assert len({str(event["UID"]) for event in events}) == len(found)
    for event, entry in zip(events, found, strict=True):
        check(event, entry, language)


@given(states(), states())
def test_equal_facts_are_equal_bytes_and_the_other_way_round(one: UnitState, other: UnitState) -> None:
    for first, second in zip(entries(PLAN, one), entries(PLAN, other), strict=False):
        assert (facts(first) == facts(second)) == (both_languages(first) == both_languages(second))


@given(ANY_TEXT)
@example("a\x00b\x0bc\x85d\u2028e\u2029f\x7fg")
def test_clean_text(text: str) -> None:
    cleaned = clean(text)
    assert clean(cleaned) == cleaned == unicodedata.normalize("NFC", cleaned)
    assert cleaned.isascii() or not {"\x85", "\u2028", "\u2029"} & set(cleaned)
    assert all(character == "\n" or unicodedata.category(character) not in {"Cc", "Cs"} for character in cleaned)
    assert all(character in cleaned for character in "Hà Tu" if character in text)


@given(ANY_TEXT.map(clean).map(lambda text: text.replace("\n", "")))
@example("\\" * 200)
@example(" " * 200)
@example("ạ" * 100)
@example("Đại hội Đảng bộ " * 20)
def test_folding(text: str) -> None:
    folded = fold(text.encode())
    assert folded.replace(b"\r\n ", b"") == text.encode()
    for part in folded.split(b"\r\n"):
        assert len(part) <= LINE_OCTETS
        assert part.decode() is not None


def test_no_fold_next_to_a_space_or_inside_an_escape() -> None:
    parts = fold(("Đại hội; " * 40).replace(";", "\\;").strip().encode()).split(b"\r\n ")
    assert len(parts) > 5
    assert not [one for one, other in pairwise(parts) if one.endswith((b" ", b"\\")) or other.startswith(b" ")]


@given(st.integers(0, 2**31 - 1), DAYS, st.times(), st.integers(-12, 12))
def test_only_the_stamp_stamps(sequence: int, day: date, at: time, hours: int) -> None:
    modified = datetime.combine(day, at, timezone(timedelta(hours=hours)))
    (entry,) = entries(PLAN, STATES["held"])
    content = render(entry, Stamp(sequence, STAMP.created, modified), "vi")
    (event,) = Calendar.from_ical(assemble("Tên", "", [content])).events
    assert event["SEQUENCE"] == sequence
    assert event.decoded("DTSTAMP") == event.decoded("LAST-MODIFIED") == modified.astimezone(UTC).replace(microsecond=0)
    assert event.decoded("CREATED") == STAMP.created
    assert content == render(entry, Stamp(sequence, STAMP.created, modified), "vi")


@pytest.mark.parametrize("sequence", [-1, 2**31])
def test_a_sequence_no_client_can_hold_is_refused(sequence: int) -> None:
    with pytest.raises(ValueError, match="SEQUENCE of quang-ninh-2020"):
        render(entries(PLAN, STATES["held"])[0], Stamp(sequence, STAMP.created, STAMP.modified), "vi")


@given(ANY_TEXT)
@example("Đại hội, nhiệm kỳ; 2020\\2025\r\nMETHOD:PUBLISH")
def test_calendar_names_cannot_inject_or_need_escapes(name: str) -> None:
    content = assemble(name, name, [])
    check_lines(content)
    calendar = Calendar.from_ical(content)
    assert set(calendar) == set(Calendar.from_ical(assemble("Tên", "Mô tả", [])))
    assert str(calendar["NAME"]) == str(calendar["X-WR-CALNAME"])
    assert not set(",;\\\n") & set(str(calendar["NAME"]))
    assert len(str(calendar["NAME"])) <= 100
    assert str(calendar["DESCRIPTION"]) == clean(name)


def test_renderer_renders_as_the_functions_do() -> None:
    renderer = IcalRenderer()
    (entry,) = renderer.entries(PLAN, STATES["held"], PLAN)
    rendered = renderer.render(entry, sequence=3, created=STAMP.created, modified=STAMP.modified, language="en")
    assert rendered == render(entry, STAMP, "en")
    assert renderer.facts(entry) == facts(entry)


def both_languages(entry: Entry) -> tuple[bytes, bytes]:
    """The entry's bytes under one stamp."""
    return render(entry, STAMP, "vi"), render(entry, STAMP, "en")


def check_lines(content: bytes) -> None:
    """CRLF everywhere, no empty line, at most 75 octets, every line valid UTF-8."""
    lines = content.removesuffix(b"\r\n").split(b"\r\n")
    for line in lines:
        assert 0 < len(line) <= LINE_OCTETS
        assert not set(line.decode()) & set("\r\n\x00\x0b\x7f\x85\u2028\u2029")

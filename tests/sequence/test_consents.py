"""Consents of the armed forces' own party bodies before a secretary is elected directly."""

from __future__ import annotations

from datetime import date

import pytest

from calendars.sequence.commands import Correct, GiveConsent, Report
from calendars.sequence.deciding import decide
from calendars.sequence.facts import Consented
from tests.sequence.quang_ninh import BUNDLED, after, below, refused, unit

STAGE = "district_congress"
POLICE, MILITARY = "Đảng ủy Công an Trung ương", "Quân ủy Trung ương"
JULY = date(2020, 7, 15)
NOBODY = below("grassroots_congress")
DIRECT = Report(STAGE, date(2020, 7, 14), JULY, {"direct_election": True})


@pytest.mark.parametrize(
    ("tags", "body", "on", "case"),
    [
        ((), "", None, "accepted"),
        (("military",), MILITARY, None, "missing"),
        (("public_security",), POLICE, None, "missing"),
        (("public_security",), POLICE, date(2020, 7, 1), "accepted"),
        (("public_security",), POLICE, date(2020, 7, 15), "accepted"),
        (("public_security",), POLICE, date(2020, 7, 16), "late"),
        (("military", "public_security"), POLICE, date(2020, 7, 1), "missing"),
    ],
)
def test_a_direct_election_needs_the_consent_by_its_last_day(
    tags: tuple[str, ...], body: str, on: date | None, case: str
) -> None:
    state = unit("district", *tags, plan=BUNDLED)
    if on:
        state = after(state, (GiveConsent(STAGE, body, on), date(2020, 7, 20)))
    if case == "accepted":
        assert decide(state, DIRECT, JULY, NOBODY)
        return
    no = refused(state, DIRECT, JULY, NOBODY)
    assert (no.code, no.params.get("case", "missing")) == ("no_consent", case)
    assert no.params["body"] == (MILITARY if "military" in tags else POLICE)
    assert decide(state, Report(STAGE, DIRECT.on, DIRECT.to, {"direct_election": False}), JULY, NOBODY)
    assert decide(state, Report(STAGE, DIRECT.on, DIRECT.to), JULY, NOBODY)


def test_the_sentence_names_the_body_and_the_day() -> None:
    state = after(
        unit("district", "public_security", plan=BUNDLED),
        (GiveConsent(STAGE, POLICE, date(2020, 7, 16)), date(2020, 8, 1)),
    )
    assert refused(state, DIRECT, JULY, NOBODY).text("en") == (
        "The result direct_election of District congress needs the consent of Đảng ủy Công an Trung ương "
        "(newspaper article of 2020-06-11 (medium; names Police)) by the day it was held; it came on 16/07/2020."
    )


def test_only_the_named_body_may_consent_and_once() -> None:
    police = unit("district", "public_security", plan=BUNDLED)
    no = refused(police, GiveConsent(STAGE, MILITARY, JULY), JULY)
    assert (no.code, no.params["bodies_en"]) == ("unknown_body", POLICE)
    civilians = unit("district", plan=BUNDLED)
    assert refused(civilians, GiveConsent(STAGE, POLICE, JULY), JULY).params["bodies_en"] == "nobody"
    assert refused(police, GiveConsent(STAGE, POLICE, date(2020, 7, 16)), JULY).code == "day_in_future"
    assert decide(police, GiveConsent(STAGE, f" {POLICE}\n", JULY), JULY) == (Consented(JULY, STAGE, POLICE),)
    given = after(police, (GiveConsent(STAGE, POLICE, date(2020, 7, 10)), JULY))
    assert refused(given, GiveConsent(STAGE, POLICE, date(2020, 7, 11)), JULY).code == "already_consented"
    assert refused(given, GiveConsent(STAGE, POLICE, date(2020, 7, 10)), JULY).code == "already_consented"
    earlier = after(given, (GiveConsent(STAGE, POLICE, date(2020, 7, 1)), JULY))
    assert earlier.stage(STAGE).consents == {POLICE: date(2020, 7, 1)}


def test_a_correction_that_adds_the_result_needs_it_too() -> None:
    police = unit("district", "public_security", plan=BUNDLED)
    held = after(police, (Report(STAGE, DIRECT.on, DIRECT.to), JULY), around=NOBODY)
    correct = Correct(STAGE, "left out", results={"direct_election": True})
    assert refused(held, correct, JULY, NOBODY).code == "no_consent"
    agreed = after(held, (GiveConsent(STAGE, POLICE, date(2020, 7, 1)), JULY))
    assert decide(agreed, correct, JULY, NOBODY)
    # A congress that is moved before its consent loses what it needed.
    direct = after(agreed, (correct, JULY), around=NOBODY)
    moved = Correct(STAGE, "typing error", on=date(2020, 6, 29))
    assert refused(direct, moved, JULY, NOBODY).params["case"] == "late"

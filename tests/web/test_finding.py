"""Units are found by what people type: without diacritics, in any case, by name, by code, within their superiors."""

from __future__ import annotations

import pytest

from calendars.sequence.state import Profile
from calendars.store.database import Store
from calendars.store.feeds import CampaignView, Feeds
from calendars.web.finding import in_order, matching, plain
from tests.web.stores import SMALL, Filled

MORE = (
    Profile("205", "Thị xã Đông Triều", "district", "22", "Tỉnh Quảng Ninh"),
    Profile("06665", "Phường Hà Tú", "commune", "193", "Thành phố Hạ Long"),
    Profile("07000", "Xã Hà Tuấn", "commune", "205", "Thị xã Đông Triều"),
    *(Profile(f"06664-{no:02}", f"Khu phố {no}", "village", "06664", "Phường Hà Tu") for no in (2, 3, 10)),
    Profile("06665-03", "Khu phố 3", "village", "06665", "Phường Hà Tú"),
)


@pytest.fixture
def view(store: Store) -> CampaignView:
    filled = Filled(store, [*SMALL, *MORE])
    return Feeds(store).refresh().campaigns[filled.plan.campaign]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("Đông Triều", "dong trieu"),
        ("  PHƯỜNG   Hà Tu ", "phuong ha tu"),
        ("Uông Bí", "uong bi"),
        ("Quảng Yên", "quang yen"),  # one letter composed of three, and the same decomposed
        ("Đặc khu Vân Đồn", "dac khu van don"),
        ("", ""),
    ],
)
def test_plain_letters(written: str, read: str) -> None:
    assert plain(written) == read


@pytest.mark.parametrize(
    ("typed", "codes"),
    [
        ("ha tu", ["06664", "06665", "07000"]),  # the whole word before its beginning
        ("HÀ TU", ["06664", "06665", "07000"]),
        ("Hà Tú", ["06665", "06664", "07000"]),  # diacritics that were typed come first
        ("dong trieu", ["205"]),
        ("đông triều", ["205"]),
        ("06664", ["06664", "06664-01", "06664-02", "06664-03", "06664-10"]),
        ("06664-03", ["06664-03"]),
        ("khu pho", ["06664-01", "06664-02", "06664-03", "06665-03", "06664-10"]),
        ("ha tu khu 3", ["06664-03", "06665-03"]),
        ("khu pho 3 ha long", ["06664-03", "06665-03"]),
        ("ha long", ["193"]),
        ("nowhere", []),
        (" ", []),
        ("%_'\"<b>", []),
    ],
)
def test_what_was_meant(view: CampaignView, typed: str, codes: list[str]) -> None:
    assert [unit.code for unit in matching(view, view.units, typed)] == codes


def test_only_within_what_is_given(view: CampaignView) -> None:
    assert [unit.code for unit in matching(view, view.below("06665"), "khu pho 3")] == ["06665-03"]


def test_numbers_in_names_sort_by_their_size() -> None:
    names = ["Khu phố 10", "Khu phố 2", "Đông Mai", "Khu phố 1", "Đại Yên", "10A", "An"]
    assert sorted(names, key=in_order) == ["10A", "An", "Đại Yên", "Đông Mai", "Khu phố 1", "Khu phố 2", "Khu phố 10"]

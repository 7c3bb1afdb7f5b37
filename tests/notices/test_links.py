"""Links in messages: short, without personal data, and read only as they were made."""

from __future__ import annotations

import re
import secrets
import stat
import string
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendars.errors import UserError
from calendars.notices.links import Acknowledge, Links, Unsubscribe
from workflows.datafolder import DataFolder

SECRET = bytes(range(32))
LINKS = Links(SECRET, "https://lich.example/")
CONTACT, KEY = "0123456789abcdef", "fedcba9876543210"
ACKNOWLEDGE = LINKS.acknowledge("quang-ninh-2020", "06664", CONTACT)
UNSUBSCRIBE = LINKS.unsubscribe("quang-ninh-2020", CONTACT, KEY)


def token(url: str) -> str:
    return url.removeprefix("https://lich.example/notices/")


def test_what_a_link_says() -> None:
    assert LINKS.read(token(ACKNOWLEDGE)) == Acknowledge("quang-ninh-2020", "06664", CONTACT)
    assert LINKS.read(token(UNSUBSCRIBE)) == Unsubscribe("quang-ninh-2020", CONTACT, KEY)
    assert LINKS.unit("quang-ninh-2020", "06664-01") == ("https://lich.example/units/06664-01?campaign=quang-ninh-2020")


def test_a_link_stays_the_same_between_versions() -> None:
    # Messages that were sent hold it.
    assert token(ACKNOWLEDGE) == "quang-ninh-2020~06664~0123456789abcdef~Xk3lKO6Uq6qOwrWoXM68tEaK5MaDcGpz13j6eLU-Icg"


def test_links_are_short_and_need_no_escaping() -> None:
    links = Links(SECRET, "https://lich-dai-hoi.tinh-uy.quangninh.example:8443")
    longest = "x" * 64
    for url in (
        links.acknowledge(longest, longest, CONTACT),
        links.unsubscribe(longest, CONTACT, KEY),
        links.unit(longest, longest),
    ):
        assert len(url) <= 256
        assert re.fullmatch(r"https://[A-Za-z0-9.:-]+/[A-Za-z0-9._~/?=-]+", url)


@pytest.mark.parametrize("url", [ACKNOWLEDGE, UNSUBSCRIBE])
def test_a_changed_link_is_refused(url: str) -> None:
    whole = token(url)
    other = string.ascii_letters + string.digits + "-_~."
    for place, letter in enumerate(whole[:-1]):  # the last letter of a seal holds two bits that say nothing
        for damaged in (whole[:place] + whole[place + 1 :], whole[:place] + other[place % 7] + whole[place + 1 :]):
            if damaged != whole:
                with pytest.raises(UserError):
                    LINKS.read(damaged)
        assert letter in other
    with pytest.raises(UserError, match="not one of ours, or it was damaged") as refused:
        LINKS.read(whole[:-1])
    assert whole[:-1] not in str(refused.value)


def test_a_link_of_one_purpose_is_none_of_another() -> None:
    parts = ("quang-ninh-2020", "06664", CONTACT)
    assert token(LINKS.acknowledge(*parts)) != token(LINKS.unsubscribe(*parts))
    assert isinstance(LINKS.read(token(LINKS.unsubscribe(*parts))), Unsubscribe)


def test_a_link_of_another_service_is_refused() -> None:
    with pytest.raises(UserError):
        Links(secrets.token_bytes(32), "https://lich.example").read(token(ACKNOWLEDGE))


@given(st.text(max_size=80) | st.text("~abc-_.", max_size=80))
def test_nothing_else_is_a_link(text: str) -> None:
    with pytest.raises(UserError):
        LINKS.read(text)


@pytest.mark.parametrize("text", ["", "~", "\udcff", "a~b~c~d", "~~~" + "A" * 43])
def test_odd_texts_are_none(text: str) -> None:
    with pytest.raises(UserError):
        LINKS.read(text)


def test_the_secret_is_made_once_and_kept_from_others(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as starts:
        found = set(starts.map(lambda _: DataFolder(tmp_path).secret(), range(16)))
    (secret,) = found
    assert len(secret) == 32
    assert DataFolder(tmp_path).secret() == secret
    assert sorted(file.name for file in tmp_path.iterdir()) == ["secret.json", "secret.lock"]
    assert stat.S_IMODE((tmp_path / "secret.json").stat().st_mode) == 0o600


@pytest.mark.parametrize("content", ["", "{}", '{"secret": 7}', '{"secret": "abc"}', '{"secret": "00ff"}', "[]"])
def test_a_damaged_secret_is_not_replaced(tmp_path: Path, content: str) -> None:
    (tmp_path / "secret.json").write_text(content, encoding="utf-8")
    with pytest.raises(UserError, match=r"secret\.json: expected 32 bytes in hexadecimal"):
        DataFolder(tmp_path).secret()
    assert (tmp_path / "secret.json").read_text(encoding="utf-8") == content

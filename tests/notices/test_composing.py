"""Whole messages: golden bytes, what a mail program reads in them, and that no field gets out of its place."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from datetime import timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calendars.errors import UserError
from calendars.notices.composing import SUBJECT_CHARACTERS, compose
from calendars.notices.headers import cut, mailbox, one_line, parse_mailbox
from calendars.notices.items import Digest, Envelope, Item, Recipient
from calendars.notices.templates import Templates
from calendars.notices.views import web_address
from tests.notices.cases import BASE, CALLED_OFF, DIGEST, ENDED, MOVED, OVERDUE, REMINDER, envelope, envelopes
from tests.notices.golden import FOLDER, golden
from tests.notices.reading import body, calendars, check_rules, display_name, read

TEMPLATES = Templates()
ENVELOPES = envelopes()
GOLDEN = golden()
FEW = settings(max_examples=50)  # each of them parses a whole message
NASTY = st.one_of(
    st.text(max_size=60),
    st.text(st.sampled_from("\r\n\t\0\"'\\<>@,;:=?_. aĐệ😀\u202e\u2028\ud800\u0301"), max_size=60),
    st.sampled_from(
        (
            "Bcc: all@example.org",
            "x\r\nBcc: all@example.org\r\n\r\n<script>alert(1)</script>",
            "=?utf-8?q?=0D=0ABcc:_all@example.org?=",
            "<img src=http://example.org/x.png>",
            "{{ 1/0 }}{% for %}",
            "👩‍👩‍👧‍👦" * 40,
            "Nguyễn " * 300,
            "Đ" * 3000,
            "a" * 3000,
        )
    ),
)


def test_every_golden_file_is_made() -> None:
    assert {path.name for path in FOLDER.glob("*.eml")} == set(GOLDEN)


@pytest.mark.parametrize("name", GOLDEN)
def test_bytes(name: str) -> None:
    assert GOLDEN[name] == (FOLDER / name).read_bytes()


@pytest.mark.parametrize("name", ENVELOPES)
def test_parses_back(name: str) -> None:
    sent = ENVELOPES[name]
    composed = compose(sent, TEMPLATES)
    message = check_rules(composed.content)
    assert message["Subject"] == composed.subject
    assert composed == compose(sent, Templates())
    assert message["Message-ID"] == f"<{sent.message_id}>"
    assert message["Date"].datetime == sent.written
    assert message["From"].addresses[0].addr_spec == "lich@quang-ninh.example"
    assert message["To"].addresses[0].addr_spec == sent.recipient.email
    assert display_name(composed.content, "From") == "Ban Tổ chức Tỉnh ủy Quảng Ninh"
    assert display_name(composed.content, "To") == sent.recipient.name
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Content-Language"] == sent.recipient.language
    assert f"\r\nList-Unsubscribe: <{sent.unsubscribe_url}>\r\n".encode() in composed.content
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    text, html = body(message, "plain"), body(message, "html")
    assert sent.recipient.name in text
    assert sent.recipient.name in html
    assert "Ban Tổ chức Tỉnh ủy Quảng Ninh" in text
    assert "Ban Tổ chức Tỉnh ủy Quảng Ninh" in html
    assert sent.unsubscribe_url in text
    assert sent.unsubscribe_url in html
    assert "None" not in text + html
    assert "{{" not in text + html
    for item in sent.items:
        assert item.unit_url in text
        assert item.unit_url in html
        assert item.acknowledge_url in text
        assert item.acknowledge_url in html


@pytest.mark.parametrize("name", ENVELOPES)
def test_html_brings_nothing_in(name: str) -> None:
    html = body(read(compose(ENVELOPES[name], TEMPLATES).content), "html")
    assert not re.search(r"<(script|img|link|style|iframe|object|form|svg)|url\(|@import|\son\w+=|javascript:", html)
    assert all(address.startswith(BASE) for address in re.findall(r"https?://[^\s\"<]+", html))
    assert '<html lang="vi">' in html or '<html lang="en">' in html
    assert "width=device-width" in html
    assert "max-width:600px" in html


def test_a_single_date_stands_among_the_forms_and_is_attached_once_more() -> None:
    message = read(compose(envelope("vi", REMINDER), TEMPLATES).content)
    alternative, attached = message.iter_parts()
    assert [part.get_content_type() for part in alternative.iter_parts()] == [
        "text/plain",
        "text/html",
        "text/calendar",
    ]
    inline = list(alternative.iter_parts())[-1]
    assert inline.get_param("method") == "REQUEST"
    assert inline.get_filename() is None
    assert attached.get_content_type() == "application/ics"
    assert attached.get_filename() == "invitation.ics"
    assert attached.is_attachment()
    assert attached.get_payload(decode=True) == inline.get_payload(decode=True)


def test_several_dates_are_attached_each_with_its_method() -> None:
    message = read(compose(envelope("vi", OVERDUE, MOVED, CALLED_OFF, ENDED), TEMPLATES).content)
    _, *attached = message.iter_parts()
    assert [(part.get_content_type(), part.get_param("method"), part.get_filename()) for part in attached] == [
        ("text/calendar", "REQUEST", "invitation-1.ics"),
        ("text/calendar", "REQUEST", "invitation-2.ics"),
        ("text/calendar", "CANCEL", "cancellation-3.ics"),
    ]
    text = body(message, "plain")
    assert "3 tệp lịch (.ics)" in text


def test_nothing_for_calendars_without_an_entry() -> None:
    message = read(compose(envelope("en", replace(REMINDER, entry=None)), TEMPLATES).content)
    assert not calendars(message)
    assert "(.ics)" not in body(message, "plain")
    assert message.get_content_type() == "multipart/mixed"


def test_without_an_address_there_is_no_to_and_no_invitation() -> None:
    sent = envelope("vi", REMINDER)
    composed = compose(replace(sent, recipient=replace(sent.recipient, email="")), TEMPLATES)
    message = check_rules(composed.content)
    assert message["To"] is None
    assert not calendars(message)


def test_without_names_and_links() -> None:
    sent = Envelope("a@b", ENVELOPES["reminder.vi"].written, "a@example.org", Recipient("1", "", "b@example.org", "vi"))
    bare = replace(OVERDUE, unit_url="", acknowledge_url="", entry=None, target=None, deadline=None)
    message = check_rules(compose(replace(sent, items=(bare,)), TEMPLATES).content)
    assert message["From"] == "a@example.org"
    assert message["List-Unsubscribe"] is None
    text, html = body(message, "plain"), body(message, "html")
    assert text.startswith("Kính gửi đồng chí,")
    assert "http" not in text
    assert "<a " not in html
    assert text.endswith("Thư này được gửi tự động theo kế hoạch đại hội.\n")


def test_the_instant_keeps_its_zone() -> None:
    zone = timezone(timedelta(hours=7))
    written = ENVELOPES["reminder.vi"].written.astimezone(zone)
    content = compose(replace(ENVELOPES["reminder.vi"], written=written), TEMPLATES).content
    assert content.startswith(b"Date: Sun, 17 May 2020 08:00:05 +0700\r\n")


@pytest.mark.parametrize("language", ["vi", "en", "", "fr"])
def test_another_language_is_vietnamese(language: str) -> None:
    sent = envelope("vi", REMINDER)
    message = read(compose(replace(sent, recipient=replace(sent.recipient, language=language)), TEMPLATES).content)
    assert message["Content-Language"] == ("en" if language == "en" else "vi")


def test_text_comes_out_composed() -> None:
    apart = unicodedata.normalize("NFD", "Phường Hà Tu")
    assert apart != "Phường Hà Tu"
    item = replace(REMINDER, unit=replace(REMINDER.unit, name=apart))
    composed = compose(envelope("en", item), TEMPLATES)
    assert composed.subject == compose(envelope("en", REMINDER), TEMPLATES).subject
    assert "Grassroots congress, Phường Hà Tu" in body(check_rules(composed.content), "html")


def test_a_long_address_is_not_broken() -> None:
    url = f"{BASE}/unsubscribe/{'x' * 700}?a=b&c=%20"
    content = compose(replace(envelope("en", REMINDER), unsubscribe_url=url), TEMPLATES).content
    assert f"List-Unsubscribe: <{url}>\r\n".encode() in content
    too_long = compose(replace(envelope("en", REMINDER), unsubscribe_url=url + "x" * 500), TEMPLATES).content
    assert b"List-Unsubscribe" not in too_long
    assert f"{url}{'x' * 500}" in body(check_rules(too_long), "plain")


@pytest.mark.parametrize("sender", ["", "Ban Tổ chức", "a@b c", "A <a@b>, C <c@d>", "<a@b@c>"])
def test_a_sender_must_be_an_address(sender: str) -> None:
    with pytest.raises(UserError, match="sender of notices"):
        compose(replace(envelope("vi", REMINDER), sender=sender), TEMPLATES)


def test_an_empty_envelope_is_a_bug() -> None:
    with pytest.raises(ValueError, match="nothing to say"):
        compose(envelope("vi"), TEMPLATES)


@pytest.mark.parametrize(
    ("written", "name", "address"),
    [
        ("a@b.vn", "", "a@b.vn"),
        ("<a@b.vn>", "", "a@b.vn"),
        ("Ban Tổ chức, Tỉnh ủy <a@b.vn>", "Ban Tổ chức, Tỉnh ủy", "a@b.vn"),
        ('"Ban \\"Tổ chức\\"" <a@b.vn>', 'Ban "Tổ chức"', "a@b.vn"),
    ],
)
def test_senders(written: str, name: str, address: str) -> None:
    found = parse_mailbox(written)
    assert found is not None
    assert (found.name, found.address) == (name, address)


@FEW
@given(name=NASTY, address=NASTY, sender=NASTY, url=NASTY, message_id=NASTY, language=st.sampled_from(["vi", "en"]))
def test_no_field_gets_out_of_its_place(
    name: str, address: str, sender: str, url: str, message_id: str, language: str
) -> None:
    sent = replace(
        envelope(language, REMINDER),
        sender=f"{sender} <lich@quang-ninh.example>",
        recipient=Recipient("1", name, address, language),
        unsubscribe_url=f"https://example.org/{url}",
        message_id=message_id,
    )
    composed = compose(sent, TEMPLATES) if parse_mailbox(sent.sender) else None
    if composed is not None:
        message = check_rules(composed.content)
        assert message["Subject"] == composed.subject
        assert (message["To"] is None) == (mailbox(name, address) is None)
        assert one_line(name) in body(message, "plain")


@FEW
@given(
    name=NASTY,
    title=NASTY,
    reason=NASTY,
    url=NASTY,
    item=st.sampled_from([REMINDER, OVERDUE, MOVED, CALLED_OFF, ENDED]),
)
def test_odd_words_stay_words(name: str, title: str, reason: str, url: str, item: Item) -> None:
    unit = replace(item.unit, name=name, parent_name=title, code=reason)
    stage_title = item.stage_title.model_copy(update={"vi": title, "en": title})
    odd = replace(
        item, unit=unit, stage_title=stage_title, reason=reason, source=title, unit_url=url, acknowledge_url=url
    )
    for sent in (envelope("en", odd), envelope("vi", odd, odd)):
        composed = compose(sent, TEMPLATES)
        message = check_rules(composed.content)
        assert message["Subject"] == composed.subject
        assert len(composed.subject) <= SUBJECT_CHARACTERS
        html = body(message, "html")
        assert not re.search(r"<(script|img)|javascript:", html)
        assert web_address(url) in body(message, "plain")


@FEW
@given(name=NASTY)
def test_odd_names_in_a_digest(name: str) -> None:
    lines = tuple(replace(one, name=name) for one in DIGEST.held)
    digest: Digest = replace(DIGEST, held=lines, overdue=lines, silent=lines, unreachable=(("1", name),), unit_url=name)
    message = check_rules(compose(envelope("vi", digest=digest), TEMPLATES).content)
    assert one_line(name) in body(message, "plain")


@FEW
@given(name=NASTY.map(one_line).filter(bool))
def test_names_are_read_back(name: str) -> None:
    sent = envelope("vi", REMINDER)
    content = compose(replace(sent, recipient=replace(sent.recipient, name=name)), TEMPLATES).content
    assert display_name(content, "To") == cut(name, 200)
    assert len(read(content)["To"].addresses) == 1
    assert read(content)["To"].addresses[0].addr_spec == sent.recipient.email


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("https://example.org/a?b=c&d=%20#e", "https://example.org/a?b=c&d=%20#e"),
        ("http://127.0.0.1:8080/units/06664", "http://127.0.0.1:8080/units/06664"),
        ("https://example.org/đơn vị", "https://example.org/%C4%91%C6%A1n%20v%E1%BB%8B"),
        ('https://example.org/"><script>', "https://example.org/%22%3E%3Cscript%3E"),
        ("https://example.org/\r\nBcc: x", "https://example.org/%0ABcc:%20x"),
        ("javascript:alert(1)", ""),
        ("//example.org/", ""),
        ("https:///units", ""),
        ("https://[::1/units", ""),
        ("", ""),
    ],
)
def test_addresses_of_pages(url: str, found: str) -> None:
    assert web_address(url) == found


def test_a_digest_may_carry_the_notices_of_the_unit_itself() -> None:
    message = check_rules(compose(envelope("vi", OVERDUE, digest=DIGEST), TEMPLATES).content)
    assert "THÔNG BÁO CỦA ĐƠN VỊ (1)" in body(message, "plain")
    assert OVERDUE.acknowledge_url in body(message, "html")
    assert len(calendars(message)) == 2

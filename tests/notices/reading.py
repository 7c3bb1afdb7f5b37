"""What a mail program reads in a message, and the rules that every message keeps."""

from __future__ import annotations

import email
import re
import unicodedata
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.policy import compat32, default

HEADERS = (
    "Date",
    "From",
    "To",
    "Subject",
    "Message-ID",
    "Auto-Submitted",
    "Content-Language",
    "List-Unsubscribe",
    "List-Unsubscribe-Post",
    "MIME-Version",
    "Content-Type",
)


def read(content: bytes) -> EmailMessage:
    """The message as the standard library parses it."""
    message = email.message_from_bytes(content, policy=default)
    assert isinstance(message, EmailMessage)
    return message


def display_name(content: bytes, header: str) -> str:
    """The name before the address of `header`. The modern parser puts spaces between encoded words of a name (CPython
    issue 79728), so the old one reads it."""
    raw = str(email.message_from_bytes(content, policy=compat32)[header])
    phrase = raw.rpartition("<")[0].strip()
    if phrase.startswith('"'):
        return re.sub(r"\\(.)", r"\1", phrase[1:-1])
    return str(make_header(decode_header(phrase)))


def body(message: EmailMessage, subtype: str) -> str:
    """The words in one form, with LF as line break."""
    part = message.get_body((subtype,))
    assert part is not None
    text = part.get_content()
    assert isinstance(text, str)
    return text.replace("\r\n", "\n")


def calendars(message: EmailMessage) -> list[EmailMessage]:
    """The parts with calendar data, those among the forms of the words first."""
    return [
        part
        for part in message.walk()
        if isinstance(part, EmailMessage) and part.get_content_type() in {"text/calendar", "application/ics"}
    ]


def check_rules(content: bytes) -> EmailMessage:
    """The message keeps the rules of RFC 5322 and of MIME; it is parsed back."""
    content.decode("ascii")
    assert b"\n" not in content.replace(b"\r\n", b"")
    assert b"\r" not in content.replace(b"\r\n", b"")
    head, _, rest = content.partition(b"\r\n\r\n")
    fields = re.split(rb"\r\n(?![ \t])", head)
    names = [field.partition(b":")[0].decode() for field in fields]
    assert set(names) <= set(HEADERS)
    assert len(names) == len(set(names))
    for name, field in zip(names, fields, strict=True):
        assert all(len(line) <= (76 if name == "Subject" else 998) for line in field.split(b"\r\n"))
    assert all(len(line) <= 76 for line in rest.split(b"\r\n"))
    message = read(content)
    for part in message.walk():
        assert not part.defects
    assert message.get_content_type() == "multipart/mixed"
    for text in (str(message["Subject"]), body(message, "plain"), body(message, "html")):
        assert text == unicodedata.normalize("NFC", text)
    return message

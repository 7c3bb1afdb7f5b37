"""Header fields of messages, written by hand: addresses, encoded words, folding.

The standard library's policies write long addresses of pages and long message ids as encoded words, which no mailbox
then understands, and lose the quoting of folded names (CPython issues 79986, 85725, 121284). Whatever comes in, nothing
here gives a line break without a space after it, or a character that is not ASCII.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from email.header import Header

from calendars.ical.lines import clean

LINE_OCTETS = 76  # RFC 2047 2: of a line that holds an encoded word
NAME_CHARACTERS = 200
ADDRESS_CHARACTERS = 254  # RFC 5321 4.5.3.1.3, without its angle brackets

_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ADDRESS = re.compile(rf"[A-Za-z0-9.!#$%&'*+/=?^_`{{|}}~-]{{1,64}}@{_LABEL}(?:\.{_LABEL})*", re.ASCII)
_NAMED = re.compile(r"""("(?:[^"\\]|\\.)*" ?|[^<>]*)<([^<>]*)>""")
_PHRASE = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]+", re.ASCII)  # RFC 5322 3.2.3: atoms


@dataclass(frozen=True, slots=True)
class Mailbox:
    """An e-mail address, and the name shown for it, which may be empty."""

    name: str
    address: str


def one_line(text: str) -> str:
    """The text in NFC on one line, without control characters and without repeated spaces."""
    return " ".join(clean(text).split())


def cut(text: str, characters: int) -> str:
    """The text, or as much of it as leaves room for an ellipsis."""
    return text if len(text) <= characters else f"{text[: characters - 1].rstrip()}…"


def mailbox(name: str, address: str) -> Mailbox | None:
    """A mailbox with a name fit to be shown; None for what is no e-mail address."""
    found = address.strip()
    if len(found) > ADDRESS_CHARACTERS or not _ADDRESS.fullmatch(found):
        return None
    return Mailbox(cut(one_line(name), NAME_CHARACTERS), found)


def parse_mailbox(text: str) -> Mailbox | None:
    """A mailbox written `Name <address>`, the name perhaps in quotation marks, or as an address alone."""
    found = _NAMED.fullmatch(one_line(text))
    if found is None:
        return mailbox("", text)
    name = found[1].strip()
    if len(name) > 1 and name[0] == name[-1] == '"':
        name = re.sub(r"\\(.)", r"\1", name[1:-1])
    return mailbox(name, found[2])


def text_header(name: str, text: str) -> bytes:
    """A header of plain words, such as a subject."""
    value = one_line(text)
    fits = len(name) + 2 + len(value) <= LINE_OCTETS
    return _field(name, value if value.isascii() and fits and "=?" not in value else _encoded(value, len(name) + 2))


def address_header(name: str, of: Mailbox) -> bytes:
    """A header with one mailbox."""
    address = f"<{of.address}>"
    if not of.name:
        return _field(name, address)
    phrase = _phrase(of.name, len(name) + 2)
    last = phrase.rpartition("\n")[2] if "\n" in phrase else f"{name}: {phrase}"
    return _field(name, f"{phrase}{' ' if len(last) + 1 + len(address) <= LINE_OCTETS else _BREAK}{address}")


def verbatim_header(name: str, value: str) -> bytes:
    """A header whose value must stay in one piece; what is not printable ASCII leaves it."""
    return _field(name, re.sub(r"[^ -~]", "", value))


_BREAK = "\r\n "


def _phrase(name: str, used: int) -> str:
    """A display name: as it is, or quoted, or as encoded words where it is long or not ASCII."""
    if not name.isascii() or "=?" in name or used + len(name) + 2 > LINE_OCTETS:
        return _encoded(name, used)
    if _PHRASE.fullmatch(name):
        return name
    return '"' + re.sub(r'(["\\])', r"\\\1", name) + '"'


def _encoded(text: str, used: int) -> str:
    """Encoded words (RFC 2047), folded; `used` characters of the first line are taken."""
    header = Header(text, "utf-8", maxlinelen=LINE_OCTETS, header_name="x" * (used - 2))
    return header.encode(splitchars="", linesep="\r\n")


def _field(name: str, value: str) -> bytes:
    return f"{name}: {value}\r\n".encode("ascii")

"""Who is told: `contacts.csv`, one person or office of a unit a row. Personal data: it stays out of the journal.

unit      the code of the unit
role      secretary, office, superior, or another word in small letters. `superior` is somebody at the superior who
          watches this unit: told of escalations
name      how the person or office is addressed
language  of what is sent: vi (where it is empty) or en
email     an address
channels  where messages go, separated by blanks: `email` (where it is empty), or addresses as Apprise writes them;
          `kept:KIND:KEY` stands for such an address in files that we give out, for it is a secret
quiet     hours in which nothing is sent, as 22:00-06:00 in the campaign's time zone; they may pass midnight
digest    daily or weekly: one summary instead of single messages; no, or empty: single messages

A units file may have one contact a row in columns of the same names after `contact.`, as in `contact.email`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from calendars.campaigns.faults import Faults, UnitLike, by_code
from calendars.campaigns.tables import File, Row, read_table
from calendars.plan.model import Text

COLUMNS = ("unit", "role")
WAYS = ("email", "channels")
IN_UNITS = "contact."
OF_CONTACT = ("name", "role", "language", "email", "channels", "quiet", "digest")
LANGUAGES = ("vi", "en")
DIGESTS = {"": "", "no": "", "daily": "daily", "weekly": "weekly"}
EMAIL_CHANNEL = "email"
KEPT = "kept:"
SUPERIOR = "superior"
ROLE = re.compile(r"[a-z][a-z_]{0,31}", re.ASCII)
# The valid e-mail address of the HTML standard, with at least one dot in the domain.
LABEL = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
EMAIL = re.compile(rf"[A-Za-z0-9.!#$%&'*+/=?^_`{{|}}~-]+@{LABEL}(?:\.{LABEL})+", re.ASCII)
HOUR = "(?:[01][0-9]|2[0-3]):[0-5][0-9]"
QUIET = re.compile(f"(?P<from>{HOUR})-(?P<to>{HOUR})", re.ASCII)
EXPECTED = {
    "role": Text(en="a word like secretary or office", vi="một từ như secretary hoặc office"),
    "language": Text(en=" or ".join(LANGUAGES), vi=" hoặc ".join(LANGUAGES)),
    "quiet": Text(en="two different times of day like 22:00-06:00", vi="hai giờ khác nhau như 22:00-06:00"),
    "digest": Text(en="no, daily or weekly", vi="no, daily hoặc weekly"),
}


@dataclass(frozen=True, slots=True)
class ContactRow:
    """A contact of a unit; what each column means is said at the top. `channels` are in order, `digest` is daily,
    weekly or empty."""

    unit: str
    name: str
    role: str
    language: str
    email: str
    channels: tuple[str, ...]
    quiet: str = ""
    digest: str = ""
    source: str = ""
    certainty: str = ""
    line: int = 0

    @property
    def address(self) -> str:
        """What tells contacts of one unit and role apart: the e-mail address in small letters, or the first channel."""
        return identity(self.email, self.channels)


def identity(email: str, channels: Iterable[str]) -> str:
    """What stays the same of a contact whatever else of it changes: its e-mail address in small letters, where it has
    none its first channel. Personal data."""
    return email.lower() or next(iter(channels), "")


@dataclass(frozen=True, slots=True)
class Channels:
    """Which channels besides e-mail a file may name: those that are `kept`, by what stands for them in files, and, if
    they may be `new`, any address."""

    kept: Mapping[str, str] = field(default_factory=dict)
    new: bool = True


ANY_CHANNEL = Channels()


def reference(channel: str) -> str:
    """What stands for a channel in files that we give out."""
    from calendars.notices.transports.channels import key_of, kind_of

    return channel if channel == EMAIL_CHANNEL else f"{KEPT}{kind_of(channel)}:{key_of(channel)}"


def read_contacts(path: File, units: Iterable[UnitLike], channels: Channels = ANY_CHANNEL) -> tuple[ContactRow, ...]:
    """The contacts of a file in its order. No message ever holds an address: problems are printed and logged.

    Raises `Problems` with every mistake found, `NoTable` for a file that is none.
    """
    faults = Faults(path)
    rows = read_table(path, COLUMNS)
    if rows and not any(way in rows[0].cells for way in WAYS):
        email, other = map(repr, WAYS)
        faults.add(0, f"the header lacks the column {email} or {other}", f"dòng tiêu đề thiếu cột {email} hoặc {other}")
        faults.raise_any()
    return _read(rows, units, faults, channels)


def contacts_in_units(path: File, units: Iterable[UnitLike]) -> tuple[ContactRow, ...]:
    """The contacts in a units file: one of each row that fills a column of `contact.`.

    Raises as `read_contacts` does, and for a column of `contact.` that says nothing of a contact.
    """
    faults = Faults(path)
    rows = read_table(path, ("code",))
    known = [f"{IN_UNITS}{name}" for name in OF_CONTACT]
    for column in rows[0].cells if rows else ():
        if column.startswith(IN_UNITS) and column not in known:
            expected = ", ".join(known)
            said = f"the header's column {column!r}: expected one of {expected}"
            faults.add(0, said, f"cột {column!r} ở dòng tiêu đề: cần một trong số {expected}")
    return _read([row for row in map(_of_unit, rows) if row], units, faults, ANY_CHANNEL, IN_UNITS)


def _of_unit(row: Row) -> Row | None:
    cells = {name: row[f"{IN_UNITS}{name}"] for name in OF_CONTACT}
    if not any(cells.values()):
        return None
    return Row(row.line, {**cells, "unit": row["code"], "source": row["source"], "certainty": row["certainty"]})


def _read(
    rows: Iterable[Row], units: Iterable[UnitLike], faults: Faults, channels: Channels, prefix: str = ""
) -> tuple[ContactRow, ...]:
    known = by_code(units)
    contacts = [_contact(row, known, faults, channels, prefix) for row in rows]
    seen: dict[tuple[str, str, str], int] = {}
    for contact in contacts:
        first = seen.setdefault((contact.unit, contact.role, contact.address), contact.line)
        if first != contact.line and contact.address != EMAIL_CHANNEL:  # that one lacks its e-mail address
            said = f"the same contact is already on line {first}"
            faults.add(contact.line, said, f"người nhận này đã có ở dòng {first}")
    faults.raise_any()
    return tuple(contacts)


def _contact(row: Row, units: dict[str, UnitLike], faults: Faults, may: Channels, prefix: str) -> ContactRow:
    faults.shape(row)
    if _is_address(row["unit"]):
        faults.add(row.line, "unit: an address, expected a code", "unit: là một địa chỉ, cần mã đơn vị")
    else:
        faults.unit(row, units)
    named = (may.kept.get(text, _channel(text)) for text in row["channels"].split())
    channels = tuple(dict.fromkeys(named)) or (EMAIL_CHANNEL,)
    language = row["language"] or LANGUAGES[0]
    for column, right in (
        ("role", bool(ROLE.fullmatch(row["role"]))),
        ("language", language in LANGUAGES),
        ("quiet", not row["quiet"] or _is_quiet(row["quiet"])),
        ("digest", row["digest"] in DIGESTS),
    ):
        if not right:
            expected, given = EXPECTED[column], f"{prefix}{column}{_quoted(row[column])}"
            faults.add(row.line, f"{given}: expected {expected.en}", f"{given}: cần {expected.vi}")
    if not row["email"] and not row["channels"]:
        both = f"{prefix}email and {prefix}channels are empty, expected at least one of them"
        faults.add(row.line, both, f"{prefix}email và {prefix}channels đều trống, cần ít nhất một mục")
    elif (row["email"] or EMAIL_CHANNEL in channels) and not EMAIL.fullmatch(row["email"]):
        expected_vi = f"{prefix}email: cần một địa chỉ như office@example.org"
        faults.add(row.line, f"{prefix}email: expected an address like office@example.org", expected_vi)
    _check_channels(row, may, faults)
    return ContactRow(
        row["unit"],
        row["name"],
        row["role"],
        language,
        row["email"],
        channels,
        row["quiet"],
        DIGESTS.get(row["digest"], ""),
        row["source"],
        row["certainty"],
        row.line,
    )


def _channel(text: str) -> str:
    return EMAIL_CHANNEL if text.lower() == EMAIL_CHANNEL else text


def _check_channels(row: Row, may: Channels, faults: Faults) -> None:
    """Channels are told by their place only: their addresses hold secrets."""
    for place, text in enumerate(row["channels"].split(), start=1):
        if _channel(text) == EMAIL_CHANNEL or text in may.kept:
            continue
        if not may.new or text.startswith(KEPT):
            said = f"channel {place}: expected email, or a channel that a contact has here"
            faults.add(row.line, said, f"kênh thứ {place}: cần email, hoặc một kênh mà người nhận ở đây đang có")
            continue
        # Only files with such channels need what knows them.
        from calendars.notices.transports.channels import is_channel

        if not is_channel(text):
            said = f"channel {place}: not an address that Apprise knows"
            faults.add(row.line, said, f"kênh thứ {place}: Apprise không nhận địa chỉ này")


def _is_quiet(text: str) -> bool:
    hours = QUIET.fullmatch(text)
    return hours is not None and hours["from"] != hours["to"]


def _is_address(text: str) -> bool:
    return "://" in text or "@" in text


def _quoted(text: str) -> str:
    """The text behind its column's name. One that slipped into the wrong column may be an address, and stays out."""
    return "" if _is_address(text) else f" {text!r}"

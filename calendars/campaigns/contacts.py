"""Who is told: `contacts.csv`, one person or office of a unit a row. Personal data: it stays out of the journal.

unit      the code of the unit
role      secretary, office, superior, or another word in small letters. `superior` is somebody at the superior who
          watches this unit: told of escalations
name      how the person or office is addressed
language  of what is sent: vi (where it is empty) or en
email     an address
channels  where messages go, separated by blanks: `email` (where it is empty), or addresses as Apprise writes them
quiet     hours in which nothing is sent, as 22:00-06:00 in the campaign's time zone; they may pass midnight
digest    daily or weekly: one summary instead of single messages; no, or empty: single messages

A units file may have one contact a row in columns of the same names after `contact.`, as in `contact.email`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from calendars.campaigns.faults import Faults, UnitLike, by_code
from calendars.campaigns.tables import Row, read_table

COLUMNS = ("unit", "role")
WAYS = ("email", "channels")
IN_UNITS = "contact."
OF_CONTACT = ("name", "role", "language", "email", "channels", "quiet", "digest")
LANGUAGES = ("vi", "en")
DIGESTS = {"": "", "no": "", "daily": "daily", "weekly": "weekly"}
EMAIL_CHANNEL = "email"
SUPERIOR = "superior"
ROLE = re.compile(r"[a-z][a-z_]{0,31}", re.ASCII)
# The valid e-mail address of the HTML standard, with at least one dot in the domain.
LABEL = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
EMAIL = re.compile(rf"[A-Za-z0-9.!#$%&'*+/=?^_`{{|}}~-]+@{LABEL}(?:\.{LABEL})+", re.ASCII)
HOUR = "(?:[01][0-9]|2[0-3]):[0-5][0-9]"
QUIET = re.compile(f"(?P<from>{HOUR})-(?P<to>{HOUR})", re.ASCII)


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


def read_contacts(path: Path | str, units: Iterable[UnitLike]) -> tuple[ContactRow, ...]:
    """The contacts of a file in its order. No message ever holds an address: problems are printed and logged.

    Raises `Problems` with every mistake found, `UserError` for a file that is no table.
    """
    faults = Faults(path)
    rows = read_table(path, COLUMNS)
    if rows and not any(way in rows[0].cells for way in WAYS):
        faults.add(0, f"the header lacks the column {' or '.join(map(repr, WAYS))}")
        faults.raise_any()
    return _read(rows, units, faults)


def contacts_in_units(path: Path | str, units: Iterable[UnitLike]) -> tuple[ContactRow, ...]:
    """The contacts in a units file: one of each row that fills a column of `contact.`.

    Raises as `read_contacts` does, and for a column of `contact.` that says nothing of a contact.
    """
    faults = Faults(path)
    rows = read_table(path, ("code",))
    known = [f"{IN_UNITS}{name}" for name in OF_CONTACT]
    for column in rows[0].cells if rows else ():
        if column.startswith(IN_UNITS) and column not in known:
            faults.add(0, f"the header's column {column!r}: expected one of {', '.join(known)}")
    return _read([row for row in map(_of_unit, rows) if row], units, faults, IN_UNITS)


def _of_unit(row: Row) -> Row | None:
    cells = {name: row[f"{IN_UNITS}{name}"] for name in OF_CONTACT}
    if not any(cells.values()):
        return None
    return Row(row.line, {**cells, "unit": row["code"], "source": row["source"], "certainty": row["certainty"]})


def _read(rows: Iterable[Row], units: Iterable[UnitLike], faults: Faults, prefix: str = "") -> tuple[ContactRow, ...]:
    known = by_code(units)
    contacts = [_contact(row, known, faults, prefix) for row in rows]
    seen: dict[tuple[str, str, str], int] = {}
    for contact in contacts:
        first = seen.setdefault((contact.unit, contact.role, contact.address), contact.line)
        if first != contact.line and contact.address != EMAIL_CHANNEL:  # that one lacks its e-mail address
            faults.add(contact.line, f"the same contact is already on line {first}")
    faults.raise_any()
    return tuple(contacts)


def _contact(row: Row, units: dict[str, UnitLike], faults: Faults, prefix: str) -> ContactRow:
    faults.shape(row)
    if _is_address(row["unit"]):
        faults.add(row.line, "unit: an address, expected a code")
    else:
        faults.unit(row, units)
    channels = tuple(dict.fromkeys(map(_channel, row["channels"].split()))) or (EMAIL_CHANNEL,)
    language = row["language"] or LANGUAGES[0]
    for column, right, expected in (
        ("role", bool(ROLE.fullmatch(row["role"])), "a word like secretary or office"),
        ("language", language in LANGUAGES, " or ".join(LANGUAGES)),
        ("quiet", not row["quiet"] or _is_quiet(row["quiet"]), "two different times of day like 22:00-06:00"),
        ("digest", row["digest"] in DIGESTS, "no, daily or weekly"),
    ):
        if not right:
            faults.add(row.line, f"{prefix}{column}{_quoted(row[column])}: expected {expected}")
    if not row["email"] and not row["channels"]:
        faults.add(row.line, f"{prefix}email and {prefix}channels are empty, expected at least one of them")
    elif (row["email"] or EMAIL_CHANNEL in channels) and not EMAIL.fullmatch(row["email"]):
        faults.add(row.line, f"{prefix}email: expected an address like office@example.org")
    _check_channels(row, faults)
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


def _check_channels(row: Row, faults: Faults) -> None:
    """Channels are told by their place only: their addresses hold secrets."""
    for place, text in enumerate(row["channels"].split(), start=1):
        if _channel(text) == EMAIL_CHANNEL:
            continue
        # Only files with such channels need what knows them.
        from calendars.notices.transports.channels import is_channel

        if not is_channel(text):
            faults.add(row.line, f"channel {place}: not an address that Apprise knows")


def _is_quiet(text: str) -> bool:
    hours = QUIET.fullmatch(text)
    return hours is not None and hours["from"] != hours["to"]


def _is_address(text: str) -> bool:
    return "://" in text or "@" in text


def _quoted(text: str) -> str:
    """The text behind its column's name. One that slipped into the wrong column may be an address, and stays out."""
    return "" if _is_address(text) else f" {text!r}"

"""Who is reminded: `contacts.csv`, one person or office of a unit a row. Personal data: it stays out of the journal."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from calendars.campaigns.faults import Faults, UnitLike, by_code
from calendars.campaigns.tables import Row, read_table

COLUMNS = ("unit", "role", "email")
LANGUAGES = ("vi", "en")
EMAIL_CHANNEL = "email"
ROLE = re.compile(r"[a-z][a-z_]{0,31}", re.ASCII)
# The valid e-mail address of the HTML standard, with at least one dot in the domain.
LABEL = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
EMAIL = re.compile(rf"[A-Za-z0-9.!#$%&'*+/=?^_`{{|}}~-]+@{LABEL}(?:\.{LABEL})+", re.ASCII)


@dataclass(frozen=True, slots=True)
class ContactRow:
    """A contact of a unit: `role` as in "secretary" or "office", `language` of its notices, `channels` in order."""

    unit: str
    name: str
    role: str
    language: str
    email: str
    channels: tuple[str, ...]
    source: str = ""
    certainty: str = ""
    line: int = 0


def read_contacts(path: Path | str, units: Iterable[UnitLike]) -> tuple[ContactRow, ...]:
    """The contacts of a file in its order; language defaults to vi, channels to e-mail.

    Raises `Problems` with every mistake found, `UserError` for a file that is no table.
    """
    known = by_code(units)
    faults = Faults(path)
    contacts = [_contact(row, known, faults) for row in read_table(path, COLUMNS)]
    seen: dict[tuple[str, str, str], int] = {}
    for contact in contacts:
        first = seen.setdefault((contact.unit, contact.role, contact.email.lower()), contact.line)
        if first != contact.line:
            faults.add(contact.line, f"the same contact is already on line {first}")
    faults.raise_any()
    return tuple(contacts)


def _contact(row: Row, units: dict[str, UnitLike], faults: Faults) -> ContactRow:
    faults.shape(row)
    faults.unit(row, units)
    channels = tuple(dict.fromkeys(row["channels"].split())) or (EMAIL_CHANNEL,)
    language = row["language"] or LANGUAGES[0]
    if not ROLE.fullmatch(row["role"]):
        faults.add(row.line, f"role {row['role']!r}: expected a word like secretary or office")
    if language not in LANGUAGES:
        faults.add(row.line, f"language {language!r}: expected {' or '.join(LANGUAGES)}")
    # The message leaves the address out: problems are printed and logged.
    if (row["email"] or EMAIL_CHANNEL in channels) and not EMAIL.fullmatch(row["email"]):
        faults.add(row.line, "email: expected an address like office@example.org")
    return ContactRow(
        row["unit"],
        row["name"],
        row["role"],
        language,
        row["email"],
        channels,
        row["source"],
        row["certainty"],
        row.line,
    )

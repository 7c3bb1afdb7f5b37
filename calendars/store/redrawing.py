"""What a new version of the renderer changed in entries that nobody's event changed: an event of the campaign.

Calendar programs keep what they have unless SEQUENCE and DTSTAMP move, so an upgrade that words a title otherwise is a
change like any other. The event tells the number each changed entry has from then on; its instant is their DTSTAMP. A
later rebuild, by whatever renderer, comes to the same numbers, and none is ever lower than one that was served.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from typing import Any

from sqlalchemy import Connection, bindparam, select, update

from calendars.plan.clock import campaign_today
from calendars.sequence.events import Line
from calendars.store.renderer import Renderer
from calendars.store.schema import Instant, campaigns, entries
from calendars.store.statements import TOUCH_ALL

REDRAWN = "redrawn"
AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Drawn:
    """An entry as it was served: its SEQUENCE and a digest of its bytes, None for one that was not in the feed."""

    sequence: int
    digest: bytes | None


def drawn(connection: Connection, campaign: str) -> dict[str, Drawn]:
    """Every entry of a campaign by its UID."""
    columns = [entries.c[name] for name in ("uid", "live", "sequence", "vi", "en")]
    rows = connection.execute(select(*columns).where(entries.c.campaign == campaign))
    return {
        uid: Drawn(sequence, blake2b(vi + en, digest_size=16).digest() if live else None)
        for uid, live, sequence, vi, en in rows
    }


def former_renderers(connection: Connection, renderer: Renderer) -> dict[str, int]:
    """The campaigns whose entries another version made, with that version."""
    query = select(campaigns.c.campaign, campaigns.c.renderer).where(campaigns.c.renderer != renderer.version)
    return {row.campaign: row.renderer for row in connection.execute(query)}


def changed(before: Mapping[str, Drawn], after: Mapping[str, Drawn]) -> dict[str, int]:
    """The entries that are to be told of, with the SEQUENCE they have from now on."""
    found: dict[str, int] = {}
    for uid, now in after.items():
        was = before.get(uid)
        if was is None:
            found[uid] = now.sequence
        elif was.digest != now.digest or now.sequence < was.sequence:
            found[uid] = max(was.sequence, now.sequence) + 1
    return found


def redrawn_line(
    connection: Connection,
    campaign: str,
    no: int,
    sequences: Mapping[str, int],
    versions: tuple[int, int],
    now: datetime,
) -> Line:
    """The event, of the campaign's day at the instant `now`; `versions` are those of the renderer before and after.

    What all UIDs begin and end with stands there once: a province has fifteen thousand of them.
    """
    row = connection.execute(
        select(campaigns.c.timezone, campaigns.c.shift_days).where(campaigns.c.campaign == campaign)
    ).one()
    begin = _shared(sequences)
    rest = [uid[len(begin) :] for uid in sequences]
    end = _shared([uid[::-1] for uid in rest])[::-1]
    by_number: dict[str, list[str]] = {}
    for uid in sorted(sequences):
        core = uid[len(begin) : len(uid) - len(end)]
        by_number.setdefault(str(sequences[uid]), []).append(core)
    data = {"former": versions[0], "renderer": versions[1], "begin": begin, "end": end, "sequences": by_number}
    return Line(no, REDRAWN, campaign_today(now, row.timezone, row.shift_days), now, "calendar", data)


def _shared(texts: Collection[str]) -> str:
    """What all of the texts begin with: the first and the last of them in order tell it."""
    first, last = min(texts), max(texts)
    same = (no for no, (one, other) in enumerate(zip(first, last, strict=False)) if one != other)
    return first[: next(same, min(len(first), len(last)))]


def redraw(connection: Connection, renderer: Renderer, campaign: str, position: int, line: Line) -> None:
    """Gives the entries of a journalled event their numbers and its instant. All lines before it are projected."""
    begin, end = line.data["begin"], line.data["end"]
    wanted = {f"{begin}{core}{end}": int(number) for number, cores in line.data["sequences"].items() for core in cores}
    uids = sorted(wanted)
    for first in range(0, len(uids), AT_ONCE):
        _restamp(connection, renderer, campaign, position, line, wanted, uids[first : first + AT_ONCE])
    connection.execute(TOUCH_ALL, {"in_campaign": campaign, "new": position, "at": line.recorded})


def _restamp(
    connection: Connection,
    renderer: Renderer,
    campaign: str,
    position: int,
    line: Line,
    wanted: Mapping[str, int],
    uids: Sequence[str],
) -> None:
    columns = [entries.c[name] for name in ("uid", "live", "created", "modified", "facts")]
    query = select(*columns).where(entries.c.campaign == campaign, entries.c.uid.in_(uids))
    rows = []
    for row in connection.execute(query):
        stamp = {
            "sequence": wanted[row.uid],
            "created": row.created,
            "modified": max(row.modified, line.recorded),
        }
        shown: dict[str, Any] = {"vi": b"", "en": b""}
        if row.live:
            entry = renderer.entry_of(row.facts)
            shown = {language: renderer.render(entry, language=language, **stamp) for language in shown}
        del stamp["created"]
        rows.append({"in_campaign": campaign, "of": row.uid, "new_position": position} | _named(stamp) | _named(shown))
    if rows:
        connection.execute(_RESTAMP, rows)


def _named(values: Mapping[str, Any]) -> dict[str, Any]:
    return {f"new_{name}": value for name, value in values.items()}


_RESTAMP = (
    update(entries)
    .where(entries.c.campaign == bindparam("in_campaign"), entries.c.uid == bindparam("of"))
    .values(
        sequence=bindparam("new_sequence"),
        modified=bindparam("new_modified", type_=Instant),
        position=bindparam("new_position"),
        vi=bindparam("new_vi"),
        en=bindparam("new_en"),
    )
)

"""Conditional requests and content codings of RFC 9110, over the raw headers of ASGI."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime

RawHeaders = Iterable[tuple[bytes, bytes]]
_ENTITY_TAG = re.compile(r'(?:W/)?("[^"]*")')


def header(headers: RawHeaders, name: bytes) -> str | None:
    """The values of a header field joined by commas, or None when it is absent."""
    found = [value.decode("latin-1") for key, value in headers if key == name]
    return ", ".join(found) if found else None


def http_date(instant: datetime) -> str:
    """The instant as a header has it, in whole seconds."""
    return format_datetime(instant.astimezone(UTC).replace(microsecond=0), usegmt=True)


def not_modified(headers: RawHeaders, etag: str, modified: datetime) -> bool:
    """Whether the client has this already. If-None-Match decides alone when it is there (RFC 9110 13.2.2)."""
    if (b"if-none-match", etag.encode()) in headers:  # as nearly every client that has it asks
        return True
    known = header(headers, b"if-none-match")
    if known is not None:
        return known.strip() == "*" or etag in _ENTITY_TAG.findall(known)
    since = header(headers, b"if-modified-since")
    if since is None:
        return False
    try:
        instant = parsedate_to_datetime(since)
    except (ValueError, TypeError, IndexError, OverflowError):
        return False  # RFC 9110 13.1.3: a date that is none is as if absent
    return modified.replace(microsecond=0) <= (instant if instant.tzinfo else instant.replace(tzinfo=UTC))


def is_conditional(headers: RawHeaders) -> bool:
    """Whether the client says what it has, so that the answer may be that it is still the same."""
    return any(name in (b"if-none-match", b"if-modified-since") for name, _ in headers)


def wants_gzip(headers: RawHeaders) -> bool:
    """Whether gzip was asked for by name and is not less welcome than the plain bytes."""
    qualities = dict(_quality(part) for part in (header(headers, b"accept-encoding") or "").split(","))
    gzip = max(qualities.get("gzip", 0.0), qualities.get("x-gzip", 0.0))
    return gzip > 0 and gzip >= qualities.get("identity", 0.0)


def _quality(part: str) -> tuple[str, float]:
    coding, *parameters = part.split(";")
    quality = 1.0
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "q":
            try:
                quality = float(value)
            except ValueError:
                quality = 0.0
    return coding.strip().lower(), quality

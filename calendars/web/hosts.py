"""The names under which a board that asks nobody who they are answers.

A foreign site may point its own name at this machine.
"""

from __future__ import annotations

from urllib.parse import urlsplit

_LOCAL = frozenset({"127.0.0.1", "localhost", "::1"})


def own_names(public_url: str) -> frozenset[str]:
    """This machine's, and the one that people are given."""
    return _LOCAL | {urlsplit(public_url).hostname or ""} - {""}


def name_in(host: str | None) -> str | None:
    """The name in a Host header, without its port."""
    return urlsplit(f"//{host or ''}").hostname

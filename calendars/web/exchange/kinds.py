"""What may be exchanged as files, and who may give or take it."""

from __future__ import annotations

from calendars.web.pages.page import Seen

UNITS, REPORTS, CONTACTS = KINDS = ("units", "reports", "contacts")
# What the viewer's role must allow. Units come for the whole campaign only; reports and contacts within the scope.
_NEEDS = {UNITS: "add", REPORTS: "report", CONTACTS: "contacts"}


def may_import(kind: str, seen: Seen) -> bool:
    """Whether the viewer may send a file of this kind."""
    return seen.viewer.may(_NEEDS[kind]) and (kind != UNITS or seen.viewer.sees_all(seen.view))


def may_export(kind: str, seen: Seen) -> bool:
    """Whether the viewer may have a file of this kind, of what is in their scope. Units and reports are what pages show
    anyway; contacts are personal data, for administrators who said who they are."""
    return kind != CONTACTS or (seen.viewer.session is not None and may_import(kind, seen))

"""Who asks, told by a bearer token before anything else of a request is looked at."""

from __future__ import annotations

from dataclasses import dataclass

from calendars.store.feeds import View
from calendars.store.grants import Grant, token_hash
from calendars.web.api.problems import Problem
from calendars.web.conditional import RawHeaders, header
from calendars.web.hosts import name_in
from calendars.web.viewer import LOCAL, Viewer

REALM = 'Bearer realm="congress"'


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody with a grant, or whoever sits at the machine of an open board: `grant` is empty then."""

    viewer: Viewer
    grant: str = ""

    @property
    def campaign(self) -> str:
        """The one that the grant is for, empty for every campaign."""
        return self.viewer.campaign

    def opens(self, campaign: str) -> bool:
        """Whether anything of the campaign may be seen."""
        return self.campaign in ("", campaign)


def caller_of(headers: RawHeaders, view: View, *, reading: bool, open_to: frozenset[str]) -> Caller:
    """The caller. Where the board is open (`open_to` holds the names it answers under) reading needs no token: whoever
    reaches it could run the command line. Acting always does: a foreign page in a browser there could send a form.

    A feed's secret opens nothing here, whatever the role of its grant. Raises `Problem`.
    """
    sent = header(headers, b"authorization")
    if sent is None:
        if reading and name_in(header(headers, b"host")) in open_to:
            return Caller(LOCAL)
        raise Problem(401, "no_token", headers={"www-authenticate": REALM})
    scheme, _, token = sent.partition(" ")
    grant = granted(view, token) if scheme.lower() == "bearer" else None
    if grant is None:
        raise Problem(401, "wrong_token", headers={"www-authenticate": f'{REALM}, error="invalid_token"'})
    return Caller(Viewer(grant.label, grant.role, grant.scope, grant.campaign), grant.id)


def granted(view: View, token: str) -> Grant | None:
    """The living grant whose API token this is."""
    grant = view.api_tokens.get(token_hash(token.strip()))
    return grant if grant is not None and grant.revoked is None else None

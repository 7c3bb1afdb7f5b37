"""What the address of a feed opens: with a secret a grant's part of a campaign; without one, where the settings allow
it, the public calendar of a campaign."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote

from calendars.errors import UserError
from calendars.store.feeds import View
from calendars.store.grants import token_hash

PREFIX, SUFFIX = "/feeds/", ".ics"
PUBLIC_PREFIX = "/public/"


class Refused(UserError):
    """An answer that is not a calendar: status and one sentence."""

    def __init__(self, status: int, sentence: str, *headers: tuple[bytes, bytes], vi: str) -> None:
        super().__init__(sentence, vi=vi)
        self.status = status
        self.headers = list(headers)


@dataclass(frozen=True, slots=True)
class Opening:
    """What an address opens: the unit `scope` of the campaign and all below it.

    `grant` is the id of the grant that opens it; there is none for the public calendar, whose address is `public_at`. A
    scope that is no longer below `within` opens nothing: units move, and an address that people made for themselves
    never shows more than they may see.
    """

    campaign: str
    scope: str
    grant: str = ""
    within: str = ""
    public_at: str = ""


def opening(view: View, path: str, public_url: str, *, public: bool) -> Opening:
    """What the path opens. Raises `Refused` for one that opens nothing, or nothing any more."""
    name = path.removesuffix(SUFFIX) if path.endswith(SUFFIX) else ""
    if name.startswith(PUBLIC_PREFIX):
        campaign = view.campaigns.get(name.removeprefix(PUBLIC_PREFIX)) if public else None
        if campaign is None:
            raise _unknown()
        return Opening(campaign.name, campaign.top, public_at=public_address(public_url, campaign.name))
    return _granted(view, token_hash(name.removeprefix(PREFIX)))


def _granted(view: View, hashed: str) -> Opening:
    grant = view.grants.get(hashed)
    if grant is None:
        raise _unknown()
    if grant.revoked is not None:
        raise Refused(
            410, "This address was withdrawn; ask for a new one.", vi="Địa chỉ này đã bị thu hồi; hãy xin địa chỉ mới."
        )
    parent = view.grants_by_id[grant.parent] if grant.parent else None
    return Opening(grant.campaign, grant.scope, grant.id, parent.scope if parent else "")


def _unknown() -> Refused:
    return Refused(404, "There is no calendar at this address.", vi="Không có lịch nào ở địa chỉ này.")


def feed_address(public_url: str, token: str) -> str:
    """The address of the feed behind a secret."""
    return f"{public_url}{PREFIX}{token}{SUFFIX}"


def public_address(public_url: str, campaign: str) -> str:
    """Where the public calendar of a campaign is found."""
    return f"{public_url}{PUBLIC_PREFIX}{quote(campaign, safe='')}{SUFFIX}"


def client_of(scope: Mapping[str, object]) -> str:
    """Where a request comes from, as the server says."""
    client = scope.get("client")
    return str(client[0]) if isinstance(client, tuple | list) and client else ""

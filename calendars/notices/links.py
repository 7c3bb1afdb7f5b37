"""Links in messages: they are signed, so that whoever has one may do what it says and nothing else, without a login.

A link holds the contact's id, never an address or a name. Its parts are joined by a sign that no name has, which keeps
the whole within 256 characters, the most that some programs take: `https://host/notices/CAMPAIGN~UNIT~CONTACT~SEAL`.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from urllib.parse import quote

from itsdangerous import BadSignature, Signer

from calendars.errors import UserError

PREFIX = "/notices/"
JOINED = "~"


@dataclass(frozen=True, slots=True)
class Acknowledge:
    """Somebody who was told says that the unit knows: `contact` is the id of who was told."""

    campaign: str
    unit: str
    contact: str


@dataclass(frozen=True, slots=True)
class Unsubscribe:
    """A contact wants no more messages on one channel; `channel` is the key that `key_of` gives for it."""

    campaign: str
    contact: str
    channel: str


class Links:
    """Makes and reads links. `secret` are 32 random bytes, `public_url` is where people find the service."""

    def __init__(self, secret: bytes, public_url: str) -> None:
        self._public_url = public_url.rstrip("/")
        # A salt for each purpose: what was made for one is no link of another.
        self._acknowledge = _signer(secret, b"congress.notices.acknowledge")
        self._unsubscribe = _signer(secret, b"congress.notices.unsubscribe")

    def acknowledge(self, campaign: str, unit: str, contact_id: str) -> str:
        """The address under which the contact acknowledges what it was told of the unit."""
        return self._signed(self._acknowledge, campaign, unit, contact_id)

    def unsubscribe(self, campaign: str, contact_id: str, channel_key: str) -> str:
        """The address under which the contact wants no more on this channel; fit for a List-Unsubscribe header."""
        return self._signed(self._unsubscribe, campaign, contact_id, channel_key)

    def unit(self, campaign: str, unit: str) -> str:
        """The address of the unit's page, which is not signed: it opens where the board does."""
        return f"{self._public_url}/units/{quote(unit, safe='')}?campaign={quote(campaign, safe='')}"

    def read(self, token: str) -> Acknowledge | Unsubscribe:
        """What a link says, from the last part of its path. Raises `UserError` for one that is not ours or damaged."""
        for signer, purpose in ((self._acknowledge, Acknowledge), (self._unsubscribe, Unsubscribe)):
            try:
                parts = signer.unsign(token).decode().split(JOINED)
            except (BadSignature, UnicodeError):
                continue
            if len(parts) == 3:
                return purpose(*parts)
        raise UserError("This link is not one of ours, or it was damaged on its way; open it from the message again.")

    def _signed(self, signer: Signer, *parts: str) -> str:
        return f"{self._public_url}{PREFIX}{signer.sign(JOINED.join(parts)).decode()}"


def _signer(secret: bytes, salt: bytes) -> Signer:
    return Signer(secret, salt=salt, sep=JOINED, key_derivation="hmac", digest_method=sha256)

"""The one cookie of the board, and what proves that a form came from one of its pages."""

from __future__ import annotations

from hashlib import sha256
from hmac import compare_digest
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

from calendars.store.sessions import LONGEST


class Cookie:
    """A secret that a browser keeps: of a session, or of nobody in particular where the board asks nobody who they are.

    Over https browsers take it from this host alone and send it to nobody else.
    """

    def __init__(self, public_url: str) -> None:
        self._secure = urlsplit(public_url).scheme == "https"
        self.name = "__Host-congress" if self._secure else "congress"

    def of(self, request: Request) -> str:
        """What the browser sent, or nothing."""
        return request.cookies.get(self.name, "")[:200]

    def give(self, response: Response, secret: str) -> None:
        """Has the browser keep the secret. It is never stored by what lies between."""
        response.set_cookie(
            self.name,
            secret,
            max_age=int(LONGEST.total_seconds()),
            path="/",
            secure=self._secure,
            httponly=True,
            samesite="lax",
        )
        response.headers["cache-control"] = "no-store"

    def take(self, response: Response) -> None:
        """Has the browser forget it."""
        response.delete_cookie(self.name, path="/", secure=self._secure, httponly=True, samesite="lax")
        response.headers["cache-control"] = "no-store"


def form_token(secret: str) -> str:
    """What a form carries. A foreign page knows neither the cookie nor what is made of it."""
    return sha256(f"form:{secret}".encode()).hexdigest()


def is_ours(request: Request, secret: str, token: str) -> bool:
    """Whether the form came from a page that this browser was given."""
    return is_same_site(request) and bool(secret) and compare_digest(form_token(secret), token)


def is_same_site(request: Request) -> bool:
    """Whether the browser says that no foreign page sent this. Old ones, and any over plain http, may say nothing; our
    pages name no address to others, so that theirs is "null" then."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = request.headers.get("origin", "null")
    return origin == "null" or urlsplit(origin).netloc == request.headers.get("host", "")

"""Refusals as problem documents (RFC 9457): one sentence in the reader's language, a code for programs, the field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from pydantic import BaseModel, Field
from pydantic_core import to_json
from starlette.responses import Response

from calendars.plan.model import Text
from calendars.web.api.sentences import SENTENCES

MEDIA_TYPE = "application/problem+json"
RETRY_SECONDS = 30
DOCS = "/api/docs"


class Mistake(BaseModel):
    """One of several mistakes: in which field, or at which place of a text, and what was expected."""

    field: str | None = None
    line: int | None = None
    column: int | None = None
    detail: str


class ProblemDocument(BaseModel):
    """Why nothing was done. `detail` is the sentence to show, in the language of Accept-Language; `code` never changes
    with it; `field` names what of the request is wrong, if one thing is; `errors` lists them where several are."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    field: str | None = None
    errors: list[Mistake] = Field(default_factory=list)


class Problem(Exception):
    """An answer that refuses. `params` fill the sentence; `said` stands in its place where another part said it."""

    def __init__(
        self,
        status: int,
        code: str,
        *,
        field: str | None = None,
        said: Text | None = None,
        errors: Sequence[Mistake] = (),
        headers: Mapping[str, str] | None = None,
        **params: object,
    ) -> None:
        super().__init__(code)
        self.status, self.code, self.field = status, code, field
        self.errors = list(errors)
        self.headers = dict(headers or {})
        self._said = said or SENTENCES[code]
        self._params = {**params, "field": field} if said is None else None

    def sentence(self, language: str) -> str:
        """What is wrong."""
        text = self._said[language]
        return text.format_map(self._params) if self._params else text

    def response(self, language: str) -> Response:
        """The answer."""
        document = ProblemDocument(
            type=f"{DOCS}#{self.code}",
            title=HTTPStatus(self.status).phrase,
            status=self.status,
            detail=self.sentence(language),
            code=self.code,
            field=self.field,
            errors=self.errors,
        )
        headers = {
            "cache-control": "no-store",
            "content-language": language,
            "vary": "accept-language, authorization",
            "x-content-type-options": "nosniff",
            **self.headers,
        }
        body = to_json(document.model_dump(exclude_none=True, exclude_defaults=True))
        return Response(body, self.status, headers, MEDIA_TYPE)


def away(code: str = "store_away") -> Problem:
    """Something that the answer needs does not answer now."""
    return Problem(503, code, headers={"retry-after": str(RETRY_SECONDS)})


WHEN: Mapping[int, str] = {
    400: "A parameter or a header is not understood.",
    401: "No token, or one that opens nothing.",
    403: "The token's role or scope does not allow it.",
    404: "There is no such thing within the token's scope.",
    405: "The address does not take this method.",
    409: "What is asked does not fit where things stand.",
    413: "The body is too large.",
    415: "The body is of another type.",
    422: "A field of the body is wrong.",
    429: "The token asks too often.",
    503: "The store, or the service that takes orders, does not answer now.",
}
READING = (400, 401, 404, 405, 429, 503)
ACTING = (*READING, 403, 409, 413, 415, 422)


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """What OpenAPI says of the refusals that an operation may answer with."""
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemDocument"}}}
    found: dict[int | str, dict[str, Any]] = {}
    for status in sorted(statuses):
        found[status] = {"description": WHEN[status], "content": content}
        if status in (429, 503):
            found[status]["headers"] = {"Retry-After": {"schema": {"type": "integer"}, "description": "Seconds."}}
        if status == 401:
            found[status]["headers"] = {"WWW-Authenticate": {"schema": {"type": "string"}}}
    return found

"""`/api/docs`: the OpenAPI document as one page, without scripts."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from calendars.sequence.sentences import SENTENCES as OF_THE_RULES
from calendars.web.api.asked import language_of
from calendars.web.api.sentences import SENTENCES
from calendars.web.templating import environment
from calendars.web.words import LANGUAGES, words


def page(document: dict[str, Any], request: Request) -> Response:
    """The page, in the language that `lang` or the browser asks for."""
    wanted = request.query_params.get("lang", "")
    language = wanted if wanted in LANGUAGES else language_of(request)
    codes = {code.partition(".")[0]: text for code, text in reversed(OF_THE_RULES.items()) if code[:9] != "conflict."}
    html = (
        environment()
        .get_template("api.html")
        .render(
            document=document,
            operations=_operations(document),
            schemas=document["components"]["schemas"],
            codes={**codes, **SENTENCES},
            language=language,
            other=next(one for one in LANGUAGES if one != language),
            t=words(language),
        )
    )
    headers = {
        "cache-control": "no-cache",
        "content-language": language,
        "content-security-policy": (
            "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; "
            "frame-ancestors 'none'"
        ),
        "referrer-policy": "no-referrer",
        "vary": "accept-language",
        "x-content-type-options": "nosniff",
    }
    return HTMLResponse(html, 200, headers)


def _operations(document: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """The operations by their tags."""
    found: dict[str, list[dict[str, Any]]] = {}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            tag = operation["tags"][0]
            found.setdefault(tag, []).append({**operation, "path": path, "method": method.upper()})
    return found

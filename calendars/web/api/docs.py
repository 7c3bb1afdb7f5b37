"""`/api/docs`: the OpenAPI document as one page, without scripts."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from markupsafe import Markup, escape
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from calendars.sequence.sentences import SENTENCES as OF_THE_RULES
from calendars.web.api.asked import language_of
from calendars.web.api.problems import WHEN
from calendars.web.api.sentences import SENTENCES
from calendars.web.templating import environment
from calendars.web.words import LANGUAGES, words

_CODE = re.compile(r"`([^`]*)`")
WHOLE = ""  # under which the whole document is described


@cache
def vietnamese() -> dict[str, str]:
    """What is said of the whole document, and of each operation by its id."""
    found: dict[str, str] = yaml.safe_load(Path(__file__).with_name("vietnamese.yaml").read_text("utf-8"))
    return found


def page(document: dict[str, Any], request: Request) -> Response:
    """The page, in the language that `lang` or the browser asks for."""
    wanted = request.query_params.get("lang", "")
    language = wanted if wanted in LANGUAGES else language_of(request)
    codes = {code.partition(".")[0]: text for code, text in reversed(OF_THE_RULES.items()) if code[:9] != "conflict."}
    html = (
        environment()
        .get_template("api.html")
        .render(
            intro=_paragraphs(vietnamese()[WHOLE] if language == "vi" else document["info"]["description"]),
            operations=_operations(document, language),
            schemas=document["components"]["schemas"],
            codes={**codes, **SENTENCES},
            statuses=WHEN,
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


def _operations(document: dict[str, Any], language: str) -> dict[str, list[dict[str, Any]]]:
    """The operations by their tags."""
    found: dict[str, list[dict[str, Any]]] = {}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            told = vietnamese()[operation["operationId"]] if language == "vi" else operation["description"]
            answers = {status: one for status, one in operation["responses"].items() if status < "400"}
            shown = {
                **operation,
                "path": path,
                "method": method.upper(),
                "told": _paragraphs(told),
                "answers": answers,
                "refusals": [status for status in operation["responses"] if status not in answers],
            }
            found.setdefault(operation["tags"][0], []).append(shown)
    return found


def _paragraphs(text: str) -> list[Markup]:
    return [Markup(_CODE.sub(r"<code>\1</code>", str(escape(part)))) for part in text.strip().split("\n\n")]  # noqa: S704 - escaped

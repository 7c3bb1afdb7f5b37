"""The OpenAPI document: what FastAPI knows of the operations, and what holds for all of them."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from calendars.web.api.problems import Mistake, ProblemDocument

DESCRIPTION = """\
Where a campaign of congresses stands, what happened, and the orders of officials.

Send `Authorization: Bearer TOKEN`; `congress access grant UNIT --role report --label NAME` gives one. A token opens a
unit and all below it: what lies outside answers 404. Days are days of the campaign's time zone (`2020-06-30`), instants
are UTC, margins whole days, + is early. Refusals are problem documents (RFC 9457) with a sentence in the language of
`Accept-Language` (vi or en), a `code`, and the `field`. Reading answers with an `ETag`, to be sent back as
`If-None-Match`.
Lists come in parts; the `Link` header has the address of the rest. Orders take an `Idempotency-Key`.
"""


def document_of(api: FastAPI) -> dict[str, Any]:
    """The document of all operations."""
    made = get_openapi(
        title=api.title, version=api.version, summary="", description=DESCRIPTION, routes=api.routes, servers=None
    )
    made["info"].pop("summary", None)
    components = made.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    for model in (ProblemDocument, Mistake):
        schema = model.model_json_schema(ref_template="#/components/schemas/{model}")
        schema.pop("$defs", None)
        schemas[model.__name__] = schema
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    for methods in made["paths"].values():
        for operation in methods.values():
            # The framework's own, where an operation has no body to be wrong: parameters are answered with 400.
            if "application/json" in operation["responses"].get("422", {}).get("content", {}):
                del operation["responses"]["422"]
    components["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
    made["security"] = [{"token": []}]
    return made

"""The OpenAPI document says what is so, and its page needs nothing from elsewhere."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import httpx
import pytest

from calendars.sequence.sentences import SENTENCES as OF_THE_RULES
from calendars.web.api.docs import WHOLE, vietnamese
from calendars.web.api.problems import ACTING, READING
from calendars.web.api.sentences import SENTENCES
from calendars.web.templating import asset
from tests.web.api.house import House

OF_UNITS = {"schedule", "report", "correct", "retract", "postpone", "done", "acknowledge"}
OF_SUPERIORS = {"waive", "consent", "review", "reopen", "pin", "unpin", "amend", "freeze", "resume"}


async def document_of(house: House) -> dict[str, Any]:
    answer = await house.http.get("/api/openapi.json")
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found


def operations(document: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [(path, method, one) for path, methods in document["paths"].items() for method, one in methods.items()]


async def test_every_operation_documents_its_errors(house: House) -> None:
    document = await document_of(house)
    assert document["openapi"].startswith("3.")
    for path, method, operation in operations(document):
        assert path.startswith("/api/v1/")
        answers = operation["responses"]
        assert {str(status) for status in (READING if method == "get" else ACTING)} <= set(answers), path
        for status, answer in answers.items():
            if status >= "400":
                assert list(answer["content"]) == ["application/problem+json"], (path, status)
            elif status != "304":
                assert answer["content"]["application/json"]["schema"], (path, status)
        assert operation["description"]
    assert document["components"]["securitySchemes"]["token"] == {"type": "http", "scheme": "bearer"}


async def test_everything_that_officials_do_is_there(house: House) -> None:
    document = await document_of(house)
    assert {
        one["operationId"] for _, method, one in operations(document) if method == "post"
    } == OF_UNITS | OF_SUPERIORS
    for _, method, operation in operations(document):
        if method == "post":
            assert "Idempotency-Key" in {one["name"] for one in operation["parameters"]}


async def test_every_reference_leads_somewhere(house: House) -> None:
    answer = await house.http.get("/api/openapi.json")
    schemas = answer.json()["components"]["schemas"]
    named = set(re.findall(r'"#/components/schemas/([^"]*)"', answer.text))
    assert named == named & set(schemas)
    assert "HTTPValidationError" not in schemas


async def test_every_operation_is_told_in_both_languages(house: House) -> None:
    ids = {one["operationId"] for _, _, one in operations(await document_of(house))}
    assert ids == vietnamese().keys() - {WHOLE}


@pytest.mark.parametrize("language", ["vi", "en"])
async def test_the_page(house: House, language: str) -> None:
    page = await house.http.get("/api/docs", headers={"accept-language": language})
    document = await document_of(house)
    html = page.text
    assert page.status_code == 200
    assert f'<html lang="{language}">' in html
    policy = page.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; style-src 'self'")
    assert "script-src" not in policy
    assert not re.search(r"<script|\sstyle=|\son\w+=|Undefined|built-in", html)
    loaded = re.findall(r'<(?:link|img)[^>]*(?:href|src)="([^"]*)"', html)
    assert loaded == [asset("style.css"), asset("api.css")]
    anchors = re.findall(r'\sid="([^"]*)"', html)
    assert len(anchors) == len(set(anchors))
    # Every link on the page, and the `type` of every problem, leads to a place on it.
    assert set(re.findall(r'href="#([^"]*)"', html)) <= set(anchors)
    codes = {code.partition(".")[0] for code in OF_THE_RULES if not code.startswith("conflict.")} | set(SENTENCES)
    assert codes <= set(anchors)
    for _, _, operation in operations(document):
        assert operation["operationId"] in anchors
    assert SENTENCES["wrong_token"][language] in unescape(html)


@pytest.mark.parametrize("path", ["/api", "/api/", "/api/v1", "/api/v1/", "/api/docs/x"])
async def test_other_addresses(house: House, path: str) -> None:
    answer: httpx.Response = await house.http.get(path, headers=house.bearer())
    assert (answer.status_code, answer.json()["code"]) == (404, "no_such_address")

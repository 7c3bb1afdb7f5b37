"""What the OpenAPI document says, tried on a real server by generated requests, right and wrong ones, of every role."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.strategies import just
from schemathesis import GenerationMode, checks
from schemathesis.specs.openapi import checks as openapi_checks

from calendars.store.database import open_store
from calendars.store.grants import Role
from calendars.web.app import WebApplication, create_app
from tests.web.api.conftest import fill
from tests.web.api.house import CAMPAIGN, DAY, FakeOrders
from tests.web.stores import START, Filled
from workflows.webserver import listen, web_server

# Of each operation, kind and caller: some thousand requests in all.
SOME = settings(
    max_examples=6,
    deadline=None,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
CALLERS = [(Role.VIEW, "193"), (Role.REPORT, "193"), (Role.ADMIN, "193"), (Role.ADMIN, "22")]
OUTSIDE = ("Huyện Đầm Hà", "Xã Tân Bình", "huyện Đầm Hà", "xã Tân Bình")
CHECKS = (
    checks.not_a_server_error,
    openapi_checks.status_code_conformance,
    openapi_checks.content_type_conformance,
    openapi_checks.response_headers_conformance,
    openapi_checks.response_schema_conformance,
    openapi_checks.negative_data_rejection,
    openapi_checks.ignored_auth,
    openapi_checks.unsupported_method,
)
# Random codes would all be unknown; most of what is generated is about what there is.
REAL: dict[str, tuple[str, ...]] = {
    "campaign": (CAMPAIGN, CAMPAIGN, CAMPAIGN, "other"),
    "unit": ("193", "06664", "06664-01", "200", "06868", "22", "none"),
    "under": ("193", "06664", "200"),
    "stage": ("grassroots_congress", "district_congress", "cell_congress"),
}


class Server:
    """The application on a port of its own, in a thread with its own loop."""

    def __init__(self, web: WebApplication) -> None:
        self.web = web
        self.socket: socket.socket = listen("127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self.socket.getsockname()[1]}"
        self._server = web_server(web)
        self._thread = threading.Thread(target=self._serve)

    def _serve(self) -> None:
        asyncio.run(self._server.serve([self.socket]))

    @contextmanager
    def running(self) -> Iterator[Server]:
        self._thread.start()
        try:
            yield self
        finally:
            self._server.should_exit = True
            self._thread.join(30)
            self.socket.close()


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, Filled]]:
    store = open_store(f"sqlite:///{tmp_path_factory.mktemp('api')}/congress.db")
    filled = Filled(store)
    fill(filled)
    orders = FakeOrders(filled)
    web = create_app(
        store,
        public_url="https://lich.example",
        open_board=False,
        today=lambda campaign: DAY,
        now=lambda: START,
        orders=orders,
    )
    orders.web = web
    with Server(web).running() as server:
        yield server, filled
    store.close()


def real(values: Any, *, always: bool = False) -> None:
    """Puts what there is in the place of what was made up, the same for the same."""
    for name, known in REAL.items():
        made_up = values.get(name) if isinstance(values, dict) else None
        if isinstance(made_up, str) and made_up and (always or len(made_up) % 2):
            values[name] = known[sum(map(ord, made_up)) % len(known)]


def suitable(case: schemathesis.Case) -> list[checks.CheckFunction]:
    """What the answer is to be checked for. Where all that is wrong with a request is that it has no token, it has one
    all the same."""
    spoilt = "Authorization" in (case.headers or {})
    return [check for check in CHECKS if spoilt or check is not openapi_checks.negative_data_rejection]


@pytest.mark.parametrize(("role", "scope"), CALLERS)
def test_the_document_holds(house: tuple[Server, Filled], role: Role, scope: str) -> None:
    server, filled = house
    token = filled.api_token(role, scope, f"{role} of {scope}")
    server.web.changed()
    headers = {"Authorization": f"Bearer {token}", "accept": "application/json"}
    schema = schemathesis.openapi.from_url(f"{server.url}/api/openapi.json")
    statuses: set[int] = set()

    def tried(case: schemathesis.Case, mode: GenerationMode) -> None:
        real(case.path_parameters, always=True)
        if mode is GenerationMode.POSITIVE:
            real(case.query)
            real(case.body)
        if isinstance(case.query, dict) and "wait" in case.query:
            case.query["wait"] = 0
        response = case.call_and_validate(base_url=server.url, headers=headers, checks=suitable(case))
        statuses.add(response.status_code)
        if scope == "193":
            assert not any(name in response.text for name in OUTSIDE), response.text

    for found in schema.get_all_operations():
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            given_case = given(case=found.ok().as_strategy(generation_mode=mode), mode=just(mode))
            SOME(given_case(tried))()
    assert {200, 400, 404, 403 if role != Role.ADMIN or scope != "22" else 422} <= statuses

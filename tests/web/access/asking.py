"""The access table as requests: its rows, who sends them, and with which secret."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from calendars.notices.links import Links
from calendars.sequence.messages import Answer
from calendars.store import grants, sessions
from calendars.store.grants import Role
from calendars.web.templating import asset
from tests.web.api.house import CAMPAIGN, House, house_of
from tests.web.stores import START, Filled
from tests.web.test_acting import hidden
from tests.web.test_campaign_pages import RELEASE

REPORTING = ("report", "schedule", "postpone", "correct", "retract", "done", "acknowledge")
RULING = ("waive", "consent", "review", "reopen", "pin", "unpin")
VIEWERS: dict[str, tuple[Role, str]] = {
    "view": (Role.VIEW, "06664"),
    "report": (Role.REPORT, "06664"),
    "admin": (Role.ADMIN, "06664"),
    "province": (Role.ADMIN, "22"),
}
UNITS = {"own": "06664", "below": "06664-01", "above": "193", "beside": "06868", "nowhere": "99999"}
STAGES = {"193": "district_congress", "06664-01": "cell_congress"}
# All that any form asks for; each takes what it knows.
TYPED = {
    "on": "2020-06-10",
    "reason": "bão",
    "body": "Quân ủy",
    "lead_in": "notice",
    "clock": "target",
    "release": RELEASE,
    "apply": "1",
    "first": "2020-06-20",
}
BODIES: dict[str, tuple[str, ...]] = {
    "schedule": ("stage", "on"),
    "report": ("stage", "on"),
    "done": ("stage", "lead_in"),
    "acknowledge": (),
    "consent": ("stage", "body", "on"),
    "review": ("stage", "on"),
    "pin": ("stage", "reason", "clock", "on"),
    "unpin": ("stage", "reason", "clock"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table, for one action where it stands for several."""

    method: str
    endpoint: str
    of: str
    action: str
    expected: dict[str, frozenset[int]]

    @property
    def unit(self) -> str:
        """The unit that is asked about, or none."""
        return UNITS.get(self.of, "")

    @property
    def kind(self) -> str:
        """Which secret opens it, none for what is open to everybody."""
        kinds = {"/feeds/": "feed", "/api/v1/": "api", "/sign-in/": "link"}
        named = next((kind for begins, kind in kinds.items() if self.endpoint.startswith(begins)), "session")
        return "" if self.expected["stranger"] == self.expected["view"] else named

    @property
    def route(self) -> str:
        """The endpoint as the service names it."""
        path = self.endpoint.partition("?")[0]
        if "{stage}" in path:
            return "/units/{unit}/{stage}/{action}"
        if path.startswith("/data/"):
            return "/data/{kind}.{format}" if "." in path else "/data/{kind}"
        return path.replace("{reporting}", self.action).replace("{ruling}", self.action)

    def __str__(self) -> str:
        return f"{self.method} {self.endpoint} {self.action} of {self.of}"

    def path(self, secret: str) -> str:
        """The address."""
        values = {
            "secret": secret,
            "unit": self.unit,
            "stage": STAGES.get(self.unit, "grassroots_congress"),
            "campaign": CAMPAIGN,
            "reporting": self.action,
            "ruling": self.action,
            "asset": asset("style.css").removeprefix("/static/"),
        }
        return self.endpoint.format(**values)

    def body(self) -> dict[str, Any]:
        """What the API is sent."""
        if self.endpoint.endswith(("freeze", "resume")):
            under = {"under": self.unit} if self.unit else {}
            until = (
                {"on": "2020-06-20"}
                if self.endpoint.endswith("resume")
                else {"from": "2020-06-20", "to": None, "reason": "bão"}
            )
            return {**until, **under}
        given = {**TYPED, "stage": STAGES.get(self.unit, "grassroots_congress")}
        return {name: given[name] for name in BODIES.get(self.action, ("stage", "reason"))}


def _rows() -> Iterator[Row]:
    """The table, a row for each action."""
    names: list[str] = []
    for line in Path(__file__).with_name("table.txt").read_text("utf-8").splitlines():
        cells = line.split()
        if not cells or cells[0] == "#":
            continue
        if not names:
            names = cells[3:]
            continue
        method, endpoint, of, *codes = cells
        expected = dict(zip(names, map(statuses, codes), strict=True))
        actions = REPORTING if "{reporting}" in endpoint else RULING if "{ruling}" in endpoint else ("",)
        for action in actions:
            yield Row(method, endpoint, of, action, expected)


def statuses(cell: str) -> frozenset[int]:
    """The answers that a cell of the table allows."""
    return frozenset({303, 422}) if cell == "ok" else frozenset({int(cell)})


Spoil = Callable[[str], str]
KINDS = ("feed", "api", "link", "session")


class Asking:
    """Sends the rows for one viewer. `spoil` is what becomes of each secret before it is used."""

    def __init__(self, house: House, role: Role, scope: str, spoil: Spoil) -> None:
        self.house, self._spoil, self._opens = house, spoil, spoil is same
        with house.filled.store.writing() as connection:
            self.grant, feed = grants.create(
                connection, campaign=CAMPAIGN, scope=scope, role=role, label=f"{role} of {scope}", created=START
            )
            self.secrets = {
                "feed": feed,
                "api": grants.issue_api_token(connection, self.grant.id),
                "link": self._link(connection),
            }
        house.web.changed()

    def _link(self, connection: Any) -> str:
        return sessions.issue_link(connection, self.grant.id, START)

    async def begin(self) -> None:
        """Signs in, and keeps the session's secret and what its forms carry."""
        http = self.house.http
        http.cookies.clear()
        assert (await http.post(f"/sign-in/{self.secrets['link']}")).status_code == 303
        (self._cookie,) = http.cookies.jar
        self.secrets["session"] = self._cookie.value or ""
        self._form = hidden((await http.get("/")).text)["form_token"]
        http.cookies.clear()

    def revoke(self) -> None:
        """Ends the grant."""
        self._opens = False
        self.house.filled.revoke(self.grant)
        self.house.web.changed()

    def use_only(self, kind: str) -> None:
        """Uses one secret for everything."""
        self._opens = False
        self.secrets = dict.fromkeys(KINDS, self.secrets[kind])

    async def ask(self, row: Row) -> tuple[int, int]:
        """The status of the answer, and how many orders were sent on."""
        orders = self.house.orders.sent
        orders.clear()
        return await self._status(row), len(orders)

    async def _status(self, row: Row) -> int:
        http = self.house.http
        http.cookies.clear()
        if row.endpoint.startswith("/api/"):
            headers = {"authorization": f"Bearer {self._spoil(self.secrets['api'])}"}
            if row.method == "GET":
                return (await http.get(row.path(""), headers=headers)).status_code
            if "/amend" in row.endpoint:
                headers["content-type"] = "application/yaml"
                return (await http.post(row.path(""), headers=headers, content=RELEASE.encode())).status_code
            return (await http.post(row.path(""), headers=headers, json=row.body())).status_code
        secret = self.secrets["feed"]
        if row.endpoint.startswith("/sign-in"):
            with self.house.filled.store.writing() as connection:
                secret = self._link(connection) if self._opens else self.secrets["link"]
        self.house.http.cookies.set(self._cookie.name, self._spoil(self.secrets["session"]))
        if row.endpoint == "/sign-out" and self._opens:
            await self._again()
        data = {**TYPED, "form_token": self._form} if row.method == "POST" else None
        answer = await http.request(row.method, row.path(self._spoil(secret)), data=data)
        return answer.status_code

    async def _again(self) -> None:
        with self.house.filled.store.writing() as connection:
            self.secrets["link"] = self._link(connection)
        await self.begin()
        self.house.http.cookies.set(self._cookie.name, self.secrets["session"])


ROWS = tuple(_rows())


def same(secret: str) -> str:
    """The secret as it is."""
    return secret


@asynccontextmanager
async def asking(june: Filled, viewer: str, spoil: Spoil = same) -> AsyncIterator[Asking]:
    """Whoever asks, at a service that strangers reach and that takes every order."""
    links = Links(b"x" * 32, "https://lich.example")
    async with house_of(june, links=links) as house:
        house.orders.answer = Answer(2, 2)
        house.http.base_url = httpx.URL("https://lich.example")  # cookies of a service behind TLS go there only
        made = Asking(house, *VIEWERS[viewer], spoil)
        await made.begin()
        yield made

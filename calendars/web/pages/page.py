"""One page in the making: its language, its day, and the addresses that keep both from page to page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from jinja2 import Environment
from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from calendars.plan.model import Plan, Text
from calendars.store.feeds import CampaignView, FeedUnit
from calendars.store.grants import new_token
from calendars.store.reading import Campaign
from calendars.web.cookies import form_token
from calendars.web.viewer import Viewer
from calendars.web.words import Format, words

HEADERS = {
    "cache-control": "no-cache",
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; img-src 'self' data:; "
        "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "referrer-policy": "no-referrer",
    "vary": "accept-language, cookie",
    "x-content-type-options": "nosniff",
}
# What follows a reader from page to page; the other parameters are a page's own.
DAY = timedelta(days=1)
KEPT = ("lang", "campaign", "as_of")


@dataclass(frozen=True, slots=True)
class Seen:
    """What a page is made of: a snapshot of the store, and who looks at it.

    `today` is the campaign's day, `day` the one that the page shows: today, or the day that the address asks for.
    """

    connection: Connection
    campaign: Campaign
    view: CampaignView
    today: date
    day: date
    viewer: Viewer

    @property
    def top(self) -> str:
        """The highest unit that the viewer sees."""
        if self.viewer.scope:
            return self.viewer.scope
        return [unit.code for unit in self.view.upward(next(iter(self.view.units)))][-1]

    def children(self, unit: str) -> list[FeedUnit]:
        """The units directly below, in the order of their codes."""
        found = (self.view.units[code] for code in self.view.children.get(unit, ()))
        return sorted(found, key=lambda child: child.code)


class Page:
    """One answer. `values` are read by its template beside those of `respond`."""

    def __init__(self, templates: Environment, request: Request, language: str, secret: str = "") -> None:
        """`secret` is what forms are bound to: the session, or the cookie of a browser that has none."""
        self._templates = templates
        self.secret = secret
        self.new_secret = ""  # of a browser that had neither, once a form needs it
        self._url = request.url
        self.parameters = request.query_params
        self.language = language
        self._plan: Plan | None = None
        self.values: dict[str, Any] = {"viewer": None, "today": None, "day": None}

    def query(self, **changes: str | None) -> str:
        """A query string that keeps campaign, language and day; `changes` replace or, with None, leave out."""
        kept = {name: self.parameters[name] for name in KEPT if name in self.parameters}
        return _query({**kept, "lang": self.language, **changes})

    def here(self, **changes: str | None) -> str:
        """The address of this page with all its parameters but for the `changes`."""
        return self._url.path + _query({**dict(self.parameters), "lang": self.language, **changes})

    def fields(self, *own: str) -> list[tuple[str, str]]:
        """What a form of this page must carry along hidden: the address's parameters but for the form's `own`."""
        kept = [pair for pair in self.parameters.multi_items() if pair[0] not in (*own, "lang")]
        return [*kept, ("lang", self.language)]

    def form_token(self) -> str:
        """What every form of this page carries, to be known again as one of ours."""
        if not self.secret:
            self.secret = self.new_secret = new_token()
        return form_token(self.secret)

    def kept(self) -> list[tuple[str, str]]:
        """What a form that leads to another page must carry along hidden: campaign, language and day."""
        given = [(name, self.parameters[name]) for name in KEPT if name in self.parameters and name != "lang"]
        return [*given, ("lang", self.language)]

    def tell(self, seen: Seen) -> None:
        """Gives templates what every page of a campaign shows."""
        plan = self._plan = seen.campaign.plan
        self.values |= {
            "campaign": seen.campaign,
            "view": seen.view,
            "viewer": seen.viewer,
            "today": seen.today,
            "day": seen.day,
            "day_before": max(seen.day - DAY, plan.from_) if seen.day > plan.from_ else None,
            "day_after": seen.day + DAY if seen.day < seen.today else None,
            "level_title": self.level_title,
            "stage_title": self.stage_title,
            "lead_in_title": lambda stage, lead_in: lead_in_title(plan, stage, lead_in, self.language),
        }

    def level_title(self, level: str) -> str:
        """What a level is called. Once the page was told of its campaign."""
        assert self._plan is not None, "the page was told of its campaign"
        return _title(self._plan.level_titles.get(level), level, self.language)

    def stage_title(self, stage: str) -> str:
        """What a stage is called. Once the page was told of its campaign."""
        assert self._plan is not None, "the page was told of its campaign"
        return _title(self._plan.stage(stage).title, stage, self.language)

    def render(self, template: str, **values: Any) -> str:
        """The text of a template, or of a part of a page."""
        given = {
            **self.values,
            **values,
            "t": words(self.language),
            "f": Format(self.language),
            "language": self.language,
            "query": self.query,
            "here": self.here,
            "form_token": self.form_token,
            "fields": self.fields,
            "kept": self.kept,
            "path": self._url.path,
        }
        return self._templates.get_template(template).render(given)

    def respond(self, template: str, code: int = 200, **values: Any) -> Response:
        """The page."""
        return HTMLResponse(self.render(template, **values), code, {**HEADERS, "content-language": self.language})

    def mistaken(self, sentence: str, code: int = 400) -> Response:
        """A page that says what is wrong with the address."""
        return self.respond("mistaken.html", code, sentence=sentence)


Make = Callable[[Request, Page, Seen], Response]


def lead_in_title(plan: Plan, stage: str, lead_in: str, language: str) -> str:
    """What a preparatory step is called."""
    titles = {one.id: one.title for one in plan.stage(stage).lead_ins}
    return _title(titles.get(lead_in), lead_in, language)


def _title(text: Text | None, fallback: str, language: str) -> str:
    return text[language] if text else fallback.replace("_", " ").capitalize()


def _query(parameters: Mapping[str, str | None]) -> str:
    return "?" + urlencode({name: value for name, value in parameters.items() if value is not None}, safe=",")

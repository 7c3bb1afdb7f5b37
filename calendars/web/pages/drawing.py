"""What the pages with figures share: the campaign's standing, and its charts with the tables behind them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from markupsafe import Markup

from calendars.web.burn_up import Band, burn_up
from calendars.web.charts import Charts
from calendars.web.gathered import Gathered
from calendars.web.margin_chart import bins, margin_chart
from calendars.web.pages.page import Page, Seen
from calendars.web.standing import Curve, Distribution, Standing
from calendars.web.words import Format, words


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart for wide and for narrow screens."""

    wide: Markup
    narrow: Markup


@dataclass(frozen=True, slots=True)
class Span:
    """How many units of a stage were between `first` and `last` days early, both included."""

    stage: str
    level: str
    first: int
    last: int
    units: int


@dataclass(frozen=True, slots=True)
class Figures:
    """The charts, and the numbers behind them; None where nothing was held yet."""

    burn_up: Chart | None
    curves: list[Curve]
    margins: Chart | None
    spans: list[Span]


def warm() -> None:
    """Draws one of each chart for nobody, so that nobody's first page waits for the engine to start."""
    days = date(2000, 1, 1), date(2000, 3, 1)
    curve = Curve("stage", "level", 1, 1, ((days[0], 1),), ((days[0], 1),), days[0], days[1], days[1])
    margins = Distribution("stage", "level", True, ((60, 1),))
    charts = Charts()
    charts.svg(burn_up([curve], [Band(*days)], days[1], lambda _: ["title"], "en"), "", "", "")
    charts.svg(margin_chart([margins], lambda _: ["title"], "en"), "", "", "")


class Drawing:
    """The facts and the charts that the pages of one application show, kept for whoever asks next."""

    def __init__(self, gathered: Gathered) -> None:
        self._gathered = gathered
        self._charts = Charts()

    def standing(self, seen: Seen, under: str, day: date | None = None) -> Standing:
        """Where the units below `under` stand on the shown day, or another one."""
        facts = self._gathered.facts(seen.connection, seen.campaign, seen.view)
        return Standing(facts, seen.campaign, seen.view, day or seen.day, under)

    def figures(self, standing: Standing, page: Page) -> Figures:
        """The charts of the standing in the page's language."""
        curves = [standing.curve(summary) for summary in standing.summaries]
        found = [one for one in map(standing.distribution, standing.summaries) if one]
        width, counted = bins(found)
        return Figures(
            burn_up=self._burn_up(standing, curves, page) if curves else None,
            curves=curves,
            margins=self._margins(standing, found, page) if found else None,
            spans=[
                Span(one.stage, one.level, start, start + width - 1, units)
                for one, counts in zip(found, counted, strict=True)
                for start, units in sorted(counts.items(), reverse=True)
            ],
        )

    def _burn_up(self, standing: Standing, curves: list[Curve], page: Page) -> Chart:
        t, f = words(page.language), Format(page.language)
        bands = [Band(one.first, one.last) for one in standing.freezes if standing.covers_all(one)]

        def titles(curve: Curve) -> list[str]:
            done = f"{f.number(curve.held)}/{f.number(curve.units)} · {f.share(curve.held / curve.units)}"
            return [page.stage_title(curve.stage), page.level_title(curve.level), done]

        described = "; ".join(" ".join(titles(curve)) for curve in curves)

        def drawn(narrow: bool) -> Markup:
            spec = burn_up(curves, bands, standing.day, titles, page.language, narrow=narrow)
            return self._charts.svg(spec, "narrow" if narrow else "wide", t.burn_up, f"{t.burn_up_how} {described}.")

        return Chart(drawn(False), drawn(True))

    def _margins(self, standing: Standing, found: list[Distribution], page: Page) -> Chart:
        t, f = words(page.language), Format(page.language)

        def titles(one: Distribution) -> list[str]:
            return [page.stage_title(one.stage), page.level_title(one.level)]

        def least_and_most(one: Distribution) -> str:
            return f"{' '.join(titles(one))} {f.signed(one.counts[0][0])} … {f.signed(one.counts[-1][0])}"

        described = "; ".join(least_and_most(one) for one in found)

        def drawn(narrow: bool) -> Markup:
            spec = margin_chart(found, titles, page.language, narrow=narrow)
            said = f"{t.distribution_how} {described}."
            return self._charts.svg(spec, "narrow" if narrow else "wide", t.distribution, said)

        return Chart(drawn(False), drawn(True))

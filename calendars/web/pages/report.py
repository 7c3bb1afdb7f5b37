"""`/report`: the report to the committee on paper; `/report.xlsx`: the same as a workbook."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from calendars.web.headline import headline
from calendars.web.official import committee, dated, place
from calendars.web.pages.drawing import Drawing
from calendars.web.pages.page import HEADERS, Page, Seen
from calendars.web.reporting import branches, early, late, pilots
from calendars.web.sheets import XLSX
from calendars.web.standing import Standing
from calendars.web.workbook import workbook

NAMED = 100


class Report:
    """The page."""

    def __init__(self, drawing: Drawing) -> None:
        self._drawing = drawing

    def __call__(self, request: Request, page: Page, seen: Seen) -> Response:
        """The report on the units below `under`, as far as the viewer sees them."""
        standing = chosen(self._drawing, page, seen)
        if standing is None:
            return page.respond("missing.html", 404)
        return page.respond("report.html", **self._told(page, seen, standing))

    def _told(self, page: Page, seen: Seen, standing: Standing) -> dict[str, Any]:
        unit = seen.view.units[standing.under]
        superior = seen.view.units.get(unit.parent)
        *_, top = seen.view.upward(standing.under)
        found = late(standing)
        return {
            "unit": unit,
            "name": standing.name,
            "committee": committee(unit.name),
            "superior": committee(superior.name) if superior else "",
            "place": place(unit.name) if committee(unit.name).split()[0] != "Đảng" else place(top.name),
            "dated": dated(seen.day, page.language),
            "headline": headline(seen.campaign.plan, standing.summaries, seen.day, page.language, standing.alone),
            "summaries": standing.summaries,
            "figures": self._drawing.figures(standing, page),
            "indicators": standing.indicators,
            "branches": branches(standing, seen.children(standing.under)),
            "overdue": standing.overdue[:NAMED],
            "overdue_count": len(standing.overdue),
            "late": found[:NAMED],
            "late_count": len(found),
            "early": early(standing),
            "pilots": pilots(standing),
            "freezes": standing.freezes,
            "conflicts": standing.conflicts[:NAMED],
            "conflict_count": len(standing.conflicts),
        }


class ReportWorkbook:
    """The workbook."""

    def __init__(self, drawing: Drawing) -> None:
        self._drawing = drawing

    def __call__(self, request: Request, page: Page, seen: Seen) -> Response:
        """The report as a file to keep and to count with."""
        standing = chosen(self._drawing, page, seen)
        if standing is None:
            return page.respond("missing.html", 404)
        content = workbook(standing, seen.children(standing.under), page)
        name = f"{seen.campaign.name}-{standing.under}-{seen.day}.xlsx"
        headers = {
            **HEADERS,
            "content-disposition": f'attachment; filename="{name}"',
            "content-language": page.language,
        }
        return Response(content, 200, headers, XLSX)


def chosen(drawing: Drawing, page: Page, seen: Seen) -> Standing | None:
    """The standing of the unit that the address asks for; None where the viewer sees no such unit."""
    under = page.parameters.get("under") or seen.top
    return drawing.standing(seen, under) if seen.viewer.sees(seen.view, under) else None

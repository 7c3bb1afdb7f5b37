"""Which page answers which address."""

from __future__ import annotations

from starlette.routing import BaseRoute, Route

from calendars.web.branches import Grown
from calendars.web.coming import Coming
from calendars.web.exchange.exports import DataPage, Export
from calendars.web.gathered import Gathered
from calendars.web.pages.compare import Compare
from calendars.web.pages.drawing import Drawing
from calendars.web.pages.frame import Frame
from calendars.web.pages.overview import Overview
from calendars.web.pages.report import Report, ReportWorkbook
from calendars.web.pages.subscribe import Subscribe
from calendars.web.pages.tree import Tree
from calendars.web.pages.unit import UnitPage


def routes(frame: Frame, gathered: Gathered) -> list[BaseRoute]:
    """The board's pages; `gathered` keeps what several of them read of a campaign."""
    drawing = Drawing(gathered)
    grown = Grown()
    coming = Coming(gathered)
    subscribe = Subscribe(frame)
    return [
        Route("/", frame.page(Overview(frame.settings, drawing, coming))),
        Route("/compare", frame.page(Compare(frame.settings, drawing))),
        Route("/data", frame.page(DataPage())),
        Route("/data/{kind}.{format}", frame.page(Export())),
        Route("/report", frame.page(Report(drawing))),
        Route("/report.xlsx", frame.page(ReportWorkbook(drawing))),
        Route("/tree", frame.page(Tree(frame.settings, grown, frame.past))),
        Route("/subscribe", frame.page(subscribe.show), methods=["GET"]),
        Route("/subscribe", subscribe.take, methods=["POST"]),
        Route("/units/{unit}", frame.page(UnitPage(frame.settings, grown, coming))),
    ]

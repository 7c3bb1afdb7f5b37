"""`/data`: what may be exchanged; `/data/KIND.csv` and `/data/KIND.xlsx`: the files."""

from __future__ import annotations

from uuid import uuid4

from openpyxl import Workbook
from starlette.requests import Request
from starlette.responses import Response

from calendars.campaigns.writing import csv_text
from calendars.web.acting.form import FORBIDDEN
from calendars.web.exchange.kinds import KINDS, may_export, may_import
from calendars.web.exchange.tables import TABLES, Table
from calendars.web.pages.page import HEADERS, Page, Seen
from calendars.web.sheets import XLSX, add_sheet, octets_of
from calendars.web.words import words

CSV = "text/csv; charset=utf-8"


class DataPage:
    """The page."""

    def __call__(self, request: Request, page: Page, seen: Seen) -> Response:
        """What the viewer may have and send."""
        shown = [(kind, may_export(kind, seen), may_import(kind, seen), uuid4().hex) for kind in KINDS]
        response = page.respond("data.html", kinds=[one for one in shown if one[1] or one[2]])
        response.headers["cache-control"] = "no-store"
        return response


class Export:
    """The files."""

    def __call__(self, request: Request, page: Page, seen: Seen) -> Response:
        """One file of what the viewer sees today."""
        kind, format_ = request.path_params["kind"], request.path_params["format"]
        if kind not in KINDS or format_ not in ("csv", "xlsx"):
            return page.respond("missing.html", 404)
        if not may_export(kind, seen):
            return page.mistaken(words(page.language).no_export, FORBIDDEN)
        table = TABLES[kind](seen)
        content, type_ = (_workbook(kind, table), XLSX) if format_ == "xlsx" else (_csv(table), CSV)
        name = f"{seen.campaign.name}-{kind}-{seen.top}-{seen.today}.{format_}"
        headers = {**HEADERS, "cache-control": "no-store", "content-disposition": f'attachment; filename="{name}"'}
        return Response(content, 200, headers, type_)


def _csv(table: Table) -> bytes:
    # With the mark at its beginning Excel reads Vietnamese right.
    return csv_text(table.columns, table.rows).encode("utf-8-sig")


def _workbook(kind: str, table: Table) -> bytes:
    made = Workbook(write_only=True)
    add_sheet(made, kind, table.columns, table.rows)
    return octets_of(made)

"""What superiors' calendars say of the units below: counted by real workflows as weeks and months end."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

from calendars.ical.entry import Kind
from calendars.store.feeds import Feeds
from tests.workflows.gated import GRASSROOTS, gated_campaign, journalled_type, report_cells
from tests.workflows.launches import launched, lines
from tests.workflows.temporal import skipping_server, workbench

NAME = "figures-2020"


async def test_figures_are_renewed_weekly_and_at_the_end_of_a_month(tmp_path: Path) -> None:
    async with skipping_server() as environment, workbench(environment, tmp_path) as place:
        source = gated_campaign(tmp_path, NAME)
        # A Friday: what stood on Sunday 3 May is the first that the province can tell.
        await launched(place, source, date(2020, 5, 1), await environment.get_current_time())
        await report_cells(place, NAME, "200-01")

        async def until(days: int, counted: int) -> list[tuple[date, str, int, int]]:
            for _ in range(days):
                await environment.sleep(timedelta(days=1))
            await journalled_type(place, NAME, "22", "rolled_up", counted)
            return [
                (line.effective, count["stage"], count["held"], count["of"])
                for line in lines(place, NAME, "22")
                if line.type == "rolled_up"
                for count in line.data["counts"]
            ]

        cells = [(date(2020, 5, 3), stage, 1, 3) for stage in ("headman_election", "cell_congress")]
        assert await until(4, 1) == cells
        await place.congress(NAME).report("200", GRASSROOTS, date(2020, 5, 5), by="test")
        communes = (date(2020, 5, 10), GRASSROOTS, 1, 2)
        # Nothing changed in the two weeks after, nor by the end of the month.
        assert await until(30, 2) == [*cells, communes]

        pieces = Feeds(place.store).refresh().campaigns[NAME].pieces.values()
        shown = {piece.uid.split("@")[0]: piece for piece in pieces if piece.unit == "22" and piece.kind == Kind.ROLLUP}
        assert {uid: piece.first for uid, piece in shown.items()} == {
            f"{NAME}.22.-rollup.headman_election.2020-05": date(2020, 5, 3),
            f"{NAME}.22.-rollup.cell_congress.2020-05": date(2020, 5, 3),
            f"{NAME}.22.-rollup.{GRASSROOTS}.2020-05": date(2020, 5, 10),
        }
        said = shown[f"{NAME}.22.-rollup.{GRASSROOTS}.2020-05"].vi.replace(b"\r\n ", b"").decode()
        assert "1/2 đã tổ chức đến 10/05" in said
        # A commune tells of its own villages only, and counts them by what they told it.
        (of_commune,) = [line for line in lines(place, NAME, "200") if line.type == "rolled_up"]
        assert of_commune.data["counts"] == [{"stage": "cell_congress", "held": 1, "of": 1}]

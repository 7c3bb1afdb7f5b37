"""`congress plan`: check a plan, print it as a timetable, list the bundled campaigns, give the JSON Schema."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text as Cell

from calendars.campaigns.bundle import PLAN, bundled, find_bundle
from calendars.errors import Problem, Problems, UserError
from calendars.plan.loading import check_plan, load_plan, read_text
from calendars.plan.model import Plan, Text
from calendars.plan.timetable import Row, Timetable, timetable
from workflows.commands.output import emit_json, fail

app = typer.Typer(help="Check and show the rules of a campaign.", no_args_is_help=True)

Named = Annotated[
    str, typer.Argument(metavar="NAME_OR_FILE", help="A plan file, a campaign's folder or a bundled name.")
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON and nothing else.")]


class Language(StrEnum):
    """The languages a plan can be shown in."""

    VI = "vi"
    EN = "en"


@app.command()
def check(file: Named, as_json: Json = False) -> None:
    """Say every problem of a plan at once, each with its place; exit with 1 if there is one."""
    path = _plan_file(file)
    problems = _problems(path)
    if as_json:
        told = [{"line": one.line, "column": one.column, "message": one.message} for one in problems]
        emit_json({"file": str(path), "ok": not problems, "problems": told})
    elif problems:
        for each in problems:
            typer.echo(f"{path}:{each.line}:{each.column}: {each.message}")
    else:
        typer.echo(f"{path}: no problems")
    raise typer.Exit(1 if problems else 0)


@app.command()
def show(
    name: Named,
    lang: Annotated[Language, typer.Option(help="The language of titles and explanations.")] = Language.VI,
    as_json: Json = False,
) -> None:
    """Print a plan as a timetable."""
    table = timetable(_load(_plan_file(name)))
    if as_json:
        emit_json(_document(table))
        return
    console = Console()
    for part in _tables(table, lang):
        if isinstance(part, str) or part.row_count:
            console.print(part, highlight=False, markup=False)


@app.command("list")
def list_(as_json: Json = False) -> None:
    """List the bundled campaigns."""
    plans = {name: _load(find_bundle(name) / PLAN) for name in bundled()}
    if as_json:
        emit_json(
            [
                {"name": name, "title": plan.title, "from": plan.from_, "until": plan.until}
                for name, plan in plans.items()
            ]
        )
        return
    for name, plan in plans.items():
        typer.echo(f"{name}  {plan.from_} - {plan.until}  {plan.title.vi} / {plan.title.en}")


@app.command()
def schema() -> None:
    """Print the JSON Schema of a plan, with which an editor completes and explains its keys."""
    emit_json({"$schema": "https://json-schema.org/draft/2020-12/schema", **Plan.model_json_schema(by_alias=True)})


def _plan_file(name: str) -> Path:
    path = Path(name)
    if path.is_file():
        return path
    try:
        return find_bundle(name) / PLAN
    except UserError as error:
        fail(str(error))


def _problems(path: Path) -> tuple[Problem, ...]:
    try:
        return check_plan(read_text(path))[1]
    except Problems as error:
        return error.problems
    except UserError as error:
        fail(str(error))


def _load(path: Path) -> Plan:
    try:
        return load_plan(path)
    except Problems as error:
        count = f"{len(error.problems)} problem" + ("s" if len(error.problems) > 1 else "")
        fail(f"{path}: the plan has {count}; `congress plan check {path}` says where")
    except UserError as error:
        fail(str(error))


def _document(table: Timetable) -> dict[str, Any]:
    return {
        "campaign": table.campaign,
        "title": table.title,
        "timezone": table.timezone,
        "from": table.from_,
        "until": table.until,
        "levels": [{"level": each.level, "title": each.title, "stages": each.rows} for each in table.levels],
        "freezes": table.freezes,
        "instruments": table.instruments,
    }


WORDS = {
    "stage": Text(vi="Giai đoạn", en="Stage"),
    "held": Text(vi="Tổ chức", en="To be held"),
    "from": Text(vi="từ", en="from"),
    "days": Text(vi="tối đa {} ngày", en="days at most: {}"),
    "pilots": Text(vi="Đại hội điểm", en="Pilots"),
    "target": Text(vi="Mốc của cấp trên", en="Local target"),
    "deadline": Text(vi="Hạn của Trung ương", en="Central deadline"),
    "waits": Text(vi="Sau khi", en="Waits for"),
    "steps": Text(vi="Các bước chuẩn bị", en="Preparatory steps"),
    "step": Text(vi="Bước", en="Step"),
    "derivation": Text(vi="Cách tính", en="Derivation"),
    "freezes": Text(vi="Tạm dừng", en="Suspensions"),
    "sources": Text(vi="Căn cứ", en="Sources"),
    "instruments": Text(vi="Văn bản", en="Instruments"),
    "number": Text(vi="Số", en="Number"),
    "day": Text(vi="Ngày", en="Date"),
    "issuer": Text(vi="Cơ quan ban hành", en="Issued by"),
}
# A date is never broken: ten characters must stay on one line.
DATES = {"held", "pilots", "target", "deadline", "day"}


def _tables(table: Timetable, lang: Language) -> Iterator[Table | str]:
    yield f"{table.title[lang]}\n{table.campaign}, {_span(table.from_, table.until)}, {table.timezone}\n"
    rows = [row for level in table.levels for row in level.rows]
    titles = {row.stage: row.title[lang] for row in rows}
    for level in table.levels:
        if level.rows:
            cells = [_cells(row, titles, lang) for row in level.rows]
            yield _table(level.title[lang], lang, ("stage", "held", "pilots", "target", "deadline", "waits"), cells)
    cells = [
        (row.title[lang], step.title[lang], _written(step.day), step.derivation[lang])
        for row in rows
        for step in row.lead_ins
    ]
    yield _table(WORDS["steps"][lang], lang, ("stage", "step", "day", "derivation"), cells)
    cells = [(_span(freeze.from_, freeze.to), freeze.source or "") for freeze in table.freezes]
    yield _table(WORDS["freezes"][lang], lang, ("day", "sources"), cells)
    cells = [(row.title[lang], source) for row in rows for source in row.sources]
    yield _table(WORDS["sources"][lang], lang, ("stage", "sources"), cells)
    cells = [(each.number, _written(each.date), each.issuer or "") for each in table.instruments.values()]
    yield _table(WORDS["instruments"][lang], lang, ("number", "day", "issuer"), cells)


def _cells(row: Row, titles: dict[str, str], lang: Language) -> tuple[str, ...]:
    held = [
        _written(row.on),
        f"{WORDS['from'][lang]} {_written(row.opens)}" if row.opens else "",
        WORDS["days"][lang].format(row.max_days) if row.max_days else "",
    ]
    waits = [
        titles.get(row.after or "", ""),
        f"{titles.get(row.gate.children, row.gate.children)} ({row.gate.share:.0%})" if row.gate else "",
    ]
    return (
        row.title[lang],
        _lines(held),
        _span(row.pilots.from_, row.pilots.to) if row.pilots else "",
        _written(row.target),
        _written(row.deadline),
        _lines(waits),
    )


def _table(title: str, lang: Language, columns: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Table:
    part = Table(title=Cell(title, style="bold"), title_justify="left", box=SIMPLE_HEAD)
    for column in columns:
        part.add_column(WORDS[column][lang], min_width=10 if column in DATES else None, overflow="fold")
    for row in rows:
        part.add_row(*(Cell(cell) for cell in row))
    return part


def _lines(parts: Iterable[str]) -> str:
    return "\n".join(part for part in parts if part)


def _span(first: date, last: date | None) -> str:
    return f"{_written(first)} - {_written(last)}"


def _written(day: date | None) -> str:
    return f"{day:%d/%m/%Y}" if day else ""

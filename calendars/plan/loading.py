"""Reading a plan: a file's text becomes a plan, or every mistake in it with its place."""

from __future__ import annotations

import codecs
from dataclasses import replace
from pathlib import Path

from pydantic import ValidationError

from calendars.errors import Problem, Problems, UserError
from calendars.plan.check import check
from calendars.plan.draft import Draft, Finding
from calendars.plan.model import Plan
from calendars.plan.wording import record
from calendars.plan.yaml_text import Document, read_yaml


def load_plan(path: Path) -> Plan:
    """The plan in a YAML file. Raises `Problems` with every mistake, `UserError` when the file cannot be read."""
    plan, problems = check_plan(read_text(path))
    if plan is None:
        raise Problems(str(path), problems)
    return plan


def read_text(path: Path, what: str = "a plan file") -> str:
    """The text of a file that is to be `what`, which is UTF-8.

    Raises `Problems` with the place of the first byte that is not UTF-8, `UserError` when the file cannot be read.
    """
    try:
        content = path.read_bytes().removeprefix(codecs.BOM_UTF8)
    except OSError as error:
        raise UserError(f"{path}: cannot be read ({error.strerror}), expected {what}") from error
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        before = content[: error.start].decode()
        line, column = before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1
        problem = Problem(line, column, f"found the byte {content[error.start]:#04x}, expected text in UTF-8")
        raise Problems(str(path), [problem]) from error


def check_plan(text: str) -> tuple[Plan | None, tuple[Problem, ...]]:
    """Check a plan's text: the plan and no problem, or no plan and every problem, one for each mistake, by place."""
    document = read_yaml(text)
    if not document.readable:
        return None, tuple(map(printable, document.problems))
    if document.data is None and not document.problems:
        return None, (Problem(1, 1, "found nothing, expected a plan"),)
    draft = Draft(document.data, document.mistaken)
    plan: Plan | None = None
    try:
        plan = Plan.model_validate(document.data, by_alias=True, by_name=False)
    except ValidationError as error:
        record(error.errors(include_url=False), draft)
    check(draft)
    problems = [*document.problems, *(placed(finding, document) for finding in draft.findings)]
    return (None, tuple(sorted(map(printable, problems)))) if problems else (plan, ())


def placed(finding: Finding, document: Document) -> Problem:
    """A finding with its line and column."""
    places = document.keys if finding.at == "key" else document.values
    path = finding.path
    return Problem(*places.get(path, document.values.get(path, (1, 1))), finding.message)


def printable(problem: Problem) -> Problem:
    """The problem in one line: what the file holds must not break it, nor steer a terminal."""
    message = "".join(
        letter if letter.isprintable() else letter.encode("unicode_escape").decode() for letter in problem.message
    )
    return replace(problem, message=message)

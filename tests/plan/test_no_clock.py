from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CLOCKS = {"today", "now", "utcnow", "monotonic", "time_ns"}


def clock_calls(tree: ast.AST) -> list[str]:
    """What in the code asks what time it is, `workflow.now()` aside, which a replay answers the same again."""
    called = [node.func for node in ast.walk(tree) if isinstance(node, ast.Call)]
    named = [ast.unparse(function) for function in called]
    return [name for name in named if name.split(".")[-1] in CLOCKS or name == "time.time"]


# The command line is where days come from.
SOURCES = [
    path
    for folder in ("calendars/plan", "calendars/sequence", "calendars/tree", "workflows")
    for path in sorted((ROOT / folder).rglob("*.py"))
    if path != ROOT / "workflows" / "cli.py" and ROOT / "workflows" / "commands" not in path.parents
]


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_rules_and_workflows_read_no_clock(path: Path) -> None:
    calls = clock_calls(ast.parse(path.read_text(encoding="utf-8")))
    assert [call for call in calls if call != "workflow.now"] == []


@pytest.mark.parametrize(
    "code",
    [
        "date.today()",
        "datetime.now(UTC)",
        "datetime.datetime.utcnow()",
        "time.time()",
        "pendulum.now()",
        "x = [time.monotonic()]",
    ],
)
def test_a_clock_would_be_found(code: str) -> None:
    assert clock_calls(ast.parse(code))

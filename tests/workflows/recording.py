"""Keeping a workflow's history as a file of the repository, once and for all and without the machine it ran on."""

from __future__ import annotations

import base64
import json
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from temporalio.client import Client, WorkflowExecutionStatus

HISTORIES = Path(__file__).parents[1] / "histories"
IDENTITY = "congress"
# A process on a machine, and a path from the root of a file system.
OF_A_MACHINE = re.compile(r"\d+@[\w.-]+|(?<![\w.~}-])/[A-Za-z_]+/")


@dataclass(frozen=True)
class Recorder:
    """Keeps histories as files, `WORKFLOW/case.json`."""

    folder: Path
    added: list[str]

    async def keep(self, client: Client, workflow_id: str, case: str, run_id: str | None = None) -> None:
        """Keeps the history of a workflow as it is now, unless the case has a file."""
        handle = client.get_workflow_handle(workflow_id, run_id=run_id)
        described = await handle.describe()
        if described.status == WorkflowExecutionStatus.RUNNING:
            # Answered between two tasks of the workflow: the history then ends where the workflow waits.
            query = "version" if described.workflow_type == "UnitCongress" else "progress"
            await handle.query(query)
        history = await handle.fetch_history()
        self.write(f"{described.workflow_type}/{case}", history.to_json_dict())

    def write(self, case: str, history: dict[str, Any]) -> None:
        """Writes a history without what it tells of the machine, unless the case has a file."""
        file = self.folder / f"{case}.json"
        if file.exists():
            return
        neutral = _neutral(history)
        if found := sorted(set(told_of_a_machine(neutral))):
            sys.exit(f"{case} tells of this machine: {', '.join(found)}")
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("x", encoding="utf-8") as target:
            json.dump(neutral, target, ensure_ascii=False, indent=1)
            target.write("\n")
        self.added.append(case)


def told_of_a_machine(value: Any) -> Iterator[str]:
    """Paths and processes that a history names anywhere, in its payloads too."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from told_of_a_machine(_decoded(inner) if key == "data" else inner)
    elif isinstance(value, list):
        for inner in value:
            yield from told_of_a_machine(inner)
    elif isinstance(value, str):
        yield from OF_A_MACHINE.findall(value)


def _decoded(payload: Any) -> Any:
    return base64.b64decode(payload).decode("utf-8", "replace") if isinstance(payload, str) else payload


def _neutral(value: Any) -> Any:
    if isinstance(value, list):
        return [_neutral(inner) for inner in value]
    if not isinstance(value, dict):
        return value
    if value.get("kind") == "TASK_QUEUE_KIND_STICKY":
        return {**value, "name": f"{IDENTITY}-sticky"}
    fixed = {"identity": IDENTITY, "stackTrace": ""}
    return {key: fixed.get(key, _neutral(inner)) for key, inner in value.items()}

"""Starting the workflow of a unit: the one place that says how."""

from __future__ import annotations

from temporalio.client import Client
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy

from calendars.sequence.messages import UnitStart, unit_workflow_id


async def start_unit(client: Client, task_queue: str, start: UnitStart) -> None:
    """Starts the unit's workflow, unless it runs, with what it is given."""
    await client.start_workflow(
        "UnitCongress",
        start,
        id=unit_workflow_id(start.campaign, start.unit),
        task_queue=task_queue,
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
        # The worker of this very process gets the first task with the answer, which saves the server a queue.
        request_eager_start=True,
    )

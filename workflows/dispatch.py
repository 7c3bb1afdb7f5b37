"""Keeps exactly one delivery of notices alive, whichever worker it runs on."""

from __future__ import annotations

from datetime import timedelta

from temporalio import workflow
from temporalio.client import Client
from temporalio.common import RetryPolicy, WorkflowIDConflictPolicy, WorkflowIDReusePolicy

with workflow.unsafe.imports_passed_through():
    from workflows.connection import cluster_is_named

# An activity that beat no more for so long is given to another worker.
HEARTBEAT = timedelta(seconds=10)
SHIFT = timedelta(hours=3)  # longer than the activity means to stay
SHIFTS = 50
RETRY = RetryPolicy(initial_interval=timedelta(seconds=1), maximum_interval=timedelta(seconds=30))


@workflow.defn(name="Dispatch")
class Dispatch:
    """Runs for ever, through any number of continue-as-new."""

    @workflow.run
    async def run(self) -> None:
        """One delivery after the other."""
        for _ in range(SHIFTS):
            await workflow.execute_activity(
                "deliver_notices", start_to_close_timeout=SHIFT, heartbeat_timeout=HEARTBEAT, retry_policy=RETRY
            )
        workflow.continue_as_new()


async def keep_delivering(client: Client, task_queue: str) -> None:
    """Starts the dispatch of the services on this task queue, unless it runs on a cluster that others may use.

    An embedded server has one worker, which holds the data folder: whoever delivered before is dead, and nobody need
    wait for its beat to fail. Should it live after all, no notice is sent by both: the leases of its notices hold.
    """
    conflict = (
        WorkflowIDConflictPolicy.USE_EXISTING if cluster_is_named() else WorkflowIDConflictPolicy.TERMINATE_EXISTING
    )
    await client.start_workflow(
        "Dispatch",
        id=f"dispatch/{task_queue}",
        task_queue=task_queue,
        id_conflict_policy=conflict,
        id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
    )

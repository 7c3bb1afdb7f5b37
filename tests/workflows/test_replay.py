"""Every recorded history replays: units that are under way go on after a change of the workflows.

`make histories` records; a history that exists is never written again, so what a release once did stays here.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from temporalio import workflow
from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer, UnsandboxedWorkflowRunner, WorkflowRunner
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner

from calendars.sequence.messages import Append, Appended
from tests.workflows import record_histories
from tests.workflows.record_histories import SCENARIOS
from tests.workflows.recording import HISTORIES, Recorder, told_of_a_machine
from workflows.campaign import CampaignCongress
from workflows.conversion import DATA_CONVERTER
from workflows.dispatch import HEARTBEAT, RETRY, SHIFT, SHIFTS, Dispatch
from workflows.unit import FULL_ATTEMPT, JOURNAL, LOCAL_ATTEMPT, UnitCongress

WORKFLOWS = {"UnitCongress": UnitCongress, "CampaignCongress": CampaignCongress, "Dispatch": Dispatch}
CASES = sorted(file.relative_to(HISTORIES).with_suffix("").as_posix() for file in HISTORIES.glob("*/*.json"))
CLOSING = ("COMPLETED", "TERMINATED", "CONTINUED_AS_NEW")


def history(case: str) -> WorkflowHistory:
    text = (HISTORIES / f"{case}.json").read_text(encoding="utf-8")
    return WorkflowHistory.from_json(f"replayed/{case}", text)


def types(case: str) -> list[str]:
    """The kinds of events of a history, in order."""
    document = json.loads((HISTORIES / f"{case}.json").read_text(encoding="utf-8"))
    return [event["eventType"].removeprefix("EVENT_TYPE_") for event in document["events"]]


def closed(case: str) -> bool:
    return types(case)[-1] in {f"WORKFLOW_EXECUTION_{way}" for way in CLOSING}


def of(workflow_type: str, *kinds: str) -> list[str]:
    """The cases of a workflow in whose history all these kinds of events occur."""
    return [case for case in CASES if case.startswith(f"{workflow_type}/") and set(kinds) <= set(types(case))]


async def replay(case: str, runner: WorkflowRunner) -> None:
    """Raises what the replay raises."""
    replayer = Replayer(workflows=list(WORKFLOWS.values()), data_converter=DATA_CONVERTER, workflow_runner=runner)
    await replayer.replay_workflow(history(case))


@pytest.mark.parametrize("case", CASES)
async def test_history_replays(case: str) -> None:
    await replay(case, UnsandboxedWorkflowRunner())


@pytest.mark.parametrize("case", CASES)
async def test_history_replays_in_the_sandbox(case: str) -> None:
    await replay(case, SandboxedWorkflowRunner())


@pytest.mark.parametrize("workflow_type", WORKFLOWS)
def test_each_workflow_has_open_and_closed_histories(workflow_type: str) -> None:
    found = [case for case in CASES if case.startswith(f"{workflow_type}/")]
    assert {closed(case) for case in found} == {True, False}


def test_every_case_that_can_be_recorded_is_there() -> None:
    assert {case for cases in SCENARIOS.values() for case in cases} <= set(CASES)


def test_the_cases_show_what_they_are_named_for() -> None:
    assert "TIMER_FIRED" in types("UnitCongress/overdue_by_its_timers")
    assert types("UnitCongress/waiting_for_its_deadline")[-1] == "TIMER_STARTED"
    assert {"ACTIVITY_TASK_SCHEDULED", "ACTIVITY_TASK_COMPLETED"} <= set(types("UnitCongress/store_away"))
    assert types("UnitCongress/continued_as_new")[-1] == "WORKFLOW_EXECUTION_CONTINUED_AS_NEW"
    assert '"journal_state":{"rules"' in payloads("UnitCongress/adopted_the_journal")
    assert '"journal_state":{"rules"' in payloads("UnitCongress/order_overtaken_by_adoption")


def test_the_cases_of_neighbours_show_what_they_are_named_for() -> None:
    told = types("UnitCongress/sealed_and_reopened")
    assert {"SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_INITIATED", "EXTERNAL_WORKFLOW_EXECUTION_SIGNALED"} <= set(told)
    assert "WORKFLOW_EXECUTION_SIGNALED" in told
    missed = "SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_FAILED"
    assert types("UnitCongress/superior_cannot_be_told").count(missed) == 1
    assert types("UnitCongress/news_repeated").count(missed) > 1
    assert "WORKFLOW_EXECUTION_SIGNALED" in types("UnitCongress/gate_opened_and_in_conflict")
    assert '"children":{"100-01"' in payloads("UnitCongress/looked_around_and_waived")
    assert types("UnitCongress/continued_among_neighbours")[-1] == "WORKFLOW_EXECUTION_CONTINUED_AS_NEW"
    assert "ACTIVITY_TASK_COMPLETED" in types("CampaignCongress/changed")


def test_the_cases_of_notices_show_what_they_are_named_for() -> None:
    # Enrolled, overdue, pressed three times, climbed to both superiors; the other one answered before that.
    pressed, answered = types("UnitCongress/pressed_and_escalated"), types("UnitCongress/pressed_after_an_answer")
    assert pressed.count("TIMER_FIRED") > answered.count("TIMER_FIRED") > 5
    assert "WORKFLOW_EXECUTION_UPDATE_COMPLETED" in answered
    assert types("UnitCongress/summaries_of_a_commune").count("TIMER_FIRED") >= 4
    assert types("Dispatch/delivering")[-1] == "ACTIVITY_TASK_SCHEDULED"
    assert types("Dispatch/continued_as_new").count("ACTIVITY_TASK_COMPLETED") == SHIFTS


def test_the_case_of_an_end_shows_what_it_is_named_for() -> None:
    told = types("UnitCongress/cleared_after_its_end")
    ended = told.index("WORKFLOW_EXECUTION_UPDATE_COMPLETED")
    assert told[ended:].count("TIMER_FIRED") == 1
    assert told[-1] == "MARKER_RECORDED"  # the flush of what fell due, and no timer after it


def test_the_cases_of_figures_show_what_they_are_named_for() -> None:
    assert '"activity_type":"count_below"' in payloads("UnitCongress/figures_of_a_province").replace(": ", ":")
    assert '"activity_type":"count_below"' not in payloads("UnitCongress/figures_of_a_commune").replace(": ", ":")


def payloads(case: str) -> str:
    found = history(case).events
    return "\n".join(
        payload.data.decode()
        for event in found
        for details in event.marker_recorded_event_attributes.details.values()
        for payload in details.payloads
    )


# Changes of control flow that somebody might make, as variants of the method they would change.


async def waits_before_it_flushes(self: UnitCongress) -> None:
    await workflow.sleep(timedelta(seconds=1))
    await FLUSH(self)


async def flushes_by_a_normal_activity(self: UnitCongress) -> None:
    lines = tuple(self._unflushed)
    append = Append(self._start.campaign, self._start.unit, lines)
    appended = await workflow.execute_activity(
        JOURNAL, append, result_type=Appended, start_to_close_timeout=FULL_ATTEMPT
    )
    if appended.journal_state is not None:
        self._adopt(appended)
        return
    del self._unflushed[: len(lines)]
    self._flushed = lines[-1].no


async def flushes_twice(self: UnitCongress) -> None:
    append = Append(self._start.campaign, self._start.unit, tuple(self._unflushed))
    await workflow.execute_local_activity(JOURNAL, append, result_type=Appended, start_to_close_timeout=LOCAL_ATTEMPT)
    await FLUSH(self)


async def waits_without_a_timer(self: UnitCongress, today: date) -> None:
    await workflow.wait_condition(lambda: bool(self._unflushed) or self._may_end())


async def admits_without_waiting_for_readers(self: CampaignCongress, start: Any) -> Any:
    units: int = await workflow.execute_activity(
        "count_units", start, result_type=int, start_to_close_timeout=timedelta(seconds=30)
    )
    self._progress = type(self._progress)(units, units, done=True)
    return self._progress


FLUSH = UnitCongress._flush
Variant = Callable[..., Awaitable[Any]]
FLUSHED = of("UnitCongress", "MARKER_RECORDED")
# Where a flush is the last thing recorded, a second one goes on from there; where two follow each other, it fits.
WENT_ON = [
    case
    for case in FLUSHED
    if types(case)[types(case).index("MARKER_RECORDED") + 1 :][:1]
    in (["TIMER_STARTED"], ["WORKFLOW_EXECUTION_UPDATE_COMPLETED"])
]
CHANGES: list[tuple[type, str, Variant, list[str]]] = [
    (UnitCongress, "_flush", waits_before_it_flushes, FLUSHED),
    (UnitCongress, "_flush", flushes_by_a_normal_activity, FLUSHED),
    (UnitCongress, "_flush", flushes_twice, WENT_ON),
    (UnitCongress, "_wait", waits_without_a_timer, of("UnitCongress", "TIMER_STARTED")),
    (CampaignCongress, "_enrol", admits_without_waiting_for_readers, of("CampaignCongress")),
]


@pytest.mark.parametrize(("cls", "method", "variant", "cases"), CHANGES, ids=[change[2].__name__ for change in CHANGES])
async def test_a_changed_control_flow_fails_the_replay(
    cls: type, method: str, variant: Variant, cases: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cls, method, variant)
    assert cases
    for case in cases:
        with pytest.raises(workflow.NondeterminismError):
            async with asyncio.timeout(10):
                await replay(case, UnsandboxedWorkflowRunner())


@workflow.defn(name="Dispatch")
class PausesBetweenShifts:
    """Waits before each delivery."""

    @workflow.run
    async def run(self) -> None:
        for _ in range(SHIFTS):
            await workflow.sleep(timedelta(seconds=1))
            await _shift()
        workflow.continue_as_new()


@workflow.defn(name="Dispatch")
class NeverContinuesAsNew:
    """Goes on for ever in one run."""

    @workflow.run
    async def run(self) -> None:
        while True:
            await _shift()


async def _shift() -> None:
    await workflow.execute_activity(
        "deliver_notices", start_to_close_timeout=SHIFT, heartbeat_timeout=HEARTBEAT, retry_policy=RETRY
    )


@pytest.mark.parametrize(
    ("variant", "cases"),
    [
        (PausesBetweenShifts, of("Dispatch")),
        (NeverContinuesAsNew, of("Dispatch", "WORKFLOW_EXECUTION_CONTINUED_AS_NEW")),
    ],
)
async def test_a_changed_dispatch_fails_the_replay(variant: type, cases: list[str]) -> None:
    assert cases
    replayer = Replayer(workflows=[variant], data_converter=DATA_CONVERTER, workflow_runner=UnsandboxedWorkflowRunner())
    for case in cases:
        with pytest.raises(workflow.NondeterminismError):
            await replayer.replay_workflow(history(case))


@pytest.mark.parametrize("case", CASES)
def test_a_history_tells_nothing_of_the_machine_it_was_recorded_on(case: str) -> None:
    document = json.loads((HISTORIES / f"{case}.json").read_text(encoding="utf-8"))
    assert list(told_of_a_machine(document)) == []


def test_what_tells_of_a_machine_is_found_in_payloads_too() -> None:
    line = "RmlsZSAiL2hvbWUvc29tZWJvZHkvd29ya2VyLnB5Ig=="  # File "/home/somebody/worker.py"
    assert list(told_of_a_machine({"payloads": [{"data": line}]})) == ["/home/"]
    assert list(told_of_a_machine({"identity": "412@desk"})) == ["412@desk"]
    assert list(told_of_a_machine({"workflowId": "congress/small-2020/100", "text": "5/6 units"})) == []


def test_a_recording_never_overwrites_a_history(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path, [])
    recorder.write("UnitCongress/open", {"events": [{"identity": "412@desk"}]})
    kept = (tmp_path / "UnitCongress/open.json").read_bytes()
    recorder.write("UnitCongress/open", {"events": []})
    assert (tmp_path / "UnitCongress/open.json").read_bytes() == kept
    assert b"412" not in kept
    assert recorder.added == ["UnitCongress/open"]


async def test_a_recording_runs_only_what_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def there(recorder: Recorder, folder: Path) -> None:
        raise AssertionError("nothing of it is missing")

    async def half(recorder: Recorder, folder: Path) -> None:
        recorder.write("UnitCongress/one", {"events": [1]})
        recorder.write("UnitCongress/two", {"events": [2]})

    monkeypatch.setattr(
        record_histories, "SCENARIOS", {there: ("A/x",), half: ("UnitCongress/one", "UnitCongress/two")}
    )
    Recorder(tmp_path, []).write("A/x", {"events": []})
    Recorder(tmp_path, []).write("UnitCongress/one", {"events": []})
    assert await record_histories.record(tmp_path) == ["UnitCongress/two"]
    assert json.loads((tmp_path / "UnitCongress/one.json").read_text()) == {"events": []}

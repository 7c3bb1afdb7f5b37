"""One thread writes to the journal; what arrives while it is writing shares the next transaction (group commit)."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future

from calendars.errors import StoreAway
from calendars.sequence.messages import Append, Appended
from calendars.store.journal import Journal

GROUP = 64


class Writer:
    """Takes appends from any thread. A commit waits for the disk; sharing one makes a thousand reports a second
    possible where each alone would wait its turn."""

    def __init__(self, journal: Journal, committed: Callable[[], None] = lambda: None, patience: float = 0.0) -> None:
        """With `patience` a transaction waits for company as long as more keeps coming within so many seconds: where a
        commit need not wait for the disk, nothing else makes groups. `committed` is called after each transaction.
        """
        self._journal = journal
        self._patience = patience
        self._committed = committed
        self._waiting: queue.SimpleQueue[tuple[Append, Future[Appended]] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="journal-writer", daemon=True)
        self._thread.start()

    def submit(self, append: Append) -> Future[Appended]:
        """Asks for one append; the future raises what `Journal.append` raises."""
        answer: Future[Appended] = Future()
        self._waiting.put((append, answer))
        return answer

    def close(self) -> None:
        """Writes what is waiting, then ends the thread."""
        self._waiting.put(None)
        self._thread.join()

    def _work(self) -> None:
        while (first := self._waiting.get()) is not None:
            self._await_company()
            group, last = [first], False
            while len(group) < GROUP:
                try:
                    following = self._waiting.get_nowait()
                except queue.Empty:
                    break
                if following is None:
                    last = True
                    break
                group.append(following)
            self._write([item for item in group if item[1].set_running_or_notify_cancel()])
            if last:
                return

    def _await_company(self) -> None:
        before = -1
        while self._patience and before < (waiting := self._waiting.qsize()) < GROUP:
            before = waiting
            time.sleep(self._patience)

    def _write(self, group: Sequence[tuple[Append, Future[Appended]]]) -> None:
        if not group:
            return
        try:
            written = self._journal.append([append for append, _ in group])
        except StoreAway as error:
            for _, answer in group:
                answer.set_exception(error)
        except Exception as error:  # noqa: BLE001 - it belongs to whoever asked, and goes there
            if len(group) == 1:
                group[0][1].set_exception(error)
                return
            # One bad append must not fail its neighbours: each is tried alone.
            for item in group:
                self._write([item])
        else:
            self._committed()  # before the answers: whoever is answered may look at once
            for (_, answer), appended in zip(group, written, strict=True):
                answer.set_result(appended)

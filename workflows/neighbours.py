"""What a unit was told by the units around it, and what it still has to tell them.

News are whole and carry a version, so that repeated and overtaken ones do no harm; what could not be sent stays owed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from calendars.sequence.messages import UnitStart
from calendars.sequence.state import Span, UnitState
from calendars.sequence.surroundings import Child, Superior, Surroundings, child_of, superior_of

BELOW, ABOVE = "below", "above"
GONE = "gone"
NOTHING = "{}"
UNSAID = ""


@dataclass(frozen=True, slots=True)
class News:
    """One message to a neighbour. `signal` names the handler there, `content` what it tells, to see when it changes."""

    recipient: str
    signal: str
    message: Child | Superior
    content: str

    @property
    def key(self) -> str:
        """By which it is remembered what the neighbour was told last."""
        return f"{self.signal}/{self.recipient}"


class Neighbours:
    """The units around one unit, as its workflow knows them."""

    def __init__(self, start: UnitStart, tells_again: Callable[[], bool] = lambda: True) -> None:
        """`tells_again` is asked, where it matters, whether what came and went untold is news: it is not to a run whose
        history passed such a place before it was."""
        self._children = None if start.children is None else {child.code: child for child in start.children}
        self._pilots: tuple[str, ...] = ()
        self._superior = start.superior
        self._told = dict(start.told)
        self._passed: set[str] = set()  # of what was the case since it was last told, whatever is the case now
        self._tells_again = tells_again

    @property
    def known(self) -> bool:
        """Whether the unit knows who stands below it."""
        return self._children is not None

    @property
    def children(self) -> tuple[str, ...]:
        """The units that it has known below it, by code."""
        return tuple(sorted(self._children or ()))

    @property
    def superior(self) -> Superior | None:
        """The superior, if it ever told anything."""
        return self._superior

    def around(self) -> Surroundings:
        """What the rules may go by."""
        return Surroundings(self._children, self._pilots, self._superior)

    def hear_child(self, child: Child) -> None:
        """A child told what it held, that it ended, or that it stands elsewhere now."""
        known = (self._children or {}).get(child.code)
        if self._children is not None and (known is None or known.version <= child.version):
            self._children[child.code] = child

    def hear_superior(self, superior: Superior) -> None:
        """The superior told which of its congresses rest on this unit."""
        now = self._superior
        if now is None or now.code != superior.code or now.version <= superior.version:
            self._superior = superior

    def look(self, found: Surroundings) -> None:
        """Takes over what the read model says, save where a neighbour has told something newer."""
        self._pilots = found.pilots
        if found.superior is not None:
            self.hear_superior(found.superior)
        self._children = self._children or {}
        for child in (found.children or {}).values():
            self.hear_child(child)

    def stand(self, state: UnitState) -> None:
        """Remembers the superior under whom the unit stands now. The read model may tell it of the unit before the unit
        does, so that it is to hear that the unit has gone even if it never heard that it came."""
        if state.rules.watched and state.profile is not None and state.profile.parent:
            key = f"{BELOW}/{state.profile.parent}"
            if self._told.get(key, GONE) == GONE:
                self._told[key] = UNSAID
        # What was held and taken back untold may have been read meanwhile: only another word undoes that.
        self._passed.update(news.key for news in self._news(state) if self._differs(news))

    def introduce(self, state: UnitState) -> None:
        """Whoever started the unit told its neighbours all that it begins with."""
        for news in self.owed(state):
            self.sent(news)

    def owed(self, state: UnitState) -> list[News]:
        """What the neighbours do not know yet."""
        return [news for news in self._news(state) if self._owes(news)]

    def sent(self, news: News) -> None:
        """A neighbour has got these."""
        self._told[news.key] = news.content
        self._passed.discard(news.key)

    def carried(self, start: UnitStart, state: UnitState) -> UnitStart:
        """How the next run of the workflow begins."""
        children = None if self._children is None else tuple(self._children.values())
        return replace(
            start,
            state=state,
            opening=(),
            children=children,
            superior=self._superior,
            introduced=False,
            told=self._told | dict.fromkeys(self._passed, UNSAID),
        )

    def _owes(self, news: News) -> bool:
        return self._differs(news) or (news.key in self._passed and self._tells_again())

    def _differs(self, news: News) -> bool:
        unsaid = NOTHING if news.signal == ABOVE else UNSAID
        return self._told.get(news.key, unsaid) != news.content

    def _news(self, state: UnitState) -> Iterator[News]:
        """What is the case for each neighbour."""
        if state.profile is not None:
            yield from self._upward(state)
            yield from self._downward(state)

    def _upward(self, state: UnitState) -> Iterator[News]:
        if not state.rules.watched:
            return
        me = child_of(state)
        if me.parent:
            # Whoever comes back is told again: the superior may have heard that it had gone.
            moves = f" {state.moves}" if state.moves else ""
            yield News(me.parent, BELOW, me, f"{me.name} {me.living} {_days(me.held)}{moves}")
        for told in self._told:
            signal, _, former = told.partition("/")
            if signal == BELOW and former != me.parent:
                yield News(former, BELOW, me, GONE)

    def _downward(self, state: UnitState) -> Iterator[News]:
        if not state.rules.gates:
            return
        me = superior_of(state)
        content = _days(me.held)
        for child in (self._children or {}).values():
            if child.living and child.parent == me.code:
                # Whoever came here may be sealed by a former superior, or by this one when it stood here before.
                moves = f" {child.moves}" if child.moves else ""
                yield News(child.code, ABOVE, me, content + moves)


def _days(held: Mapping[str, Span]) -> str:
    return "{" + ", ".join(f"{stage} {days.first}/{days.last}" for stage, days in sorted(held.items())) + "}"

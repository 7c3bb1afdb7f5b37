"""Calendar programs that subscribe to a feed see what was published, and see it change."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.clients.conftest import ServedFeed
from tests.clients.readers import READERS, Reader, read_directly

pytestmark = pytest.mark.clients


@pytest.mark.parametrize("reader", READERS, ids=str)
def test_a_subscriber_sees_the_feed_before_and_after_a_change(
    reader: Reader, served_feed: ServedFeed, tmp_path: Path
) -> None:
    before = read_directly(served_feed.url)
    assert reader.read(served_feed.url, tmp_path) == reader.expected(before)

    served_feed.change()
    after = read_directly(served_feed.url)
    assert after != before
    assert {entry.uid for entry in after} & {entry.uid for entry in before}
    assert reader.read(served_feed.url, tmp_path) == reader.expected(after)

import os

import pytest

from graph.turns import in_turns


def test_every_piece_comes_once_and_the_core_is_offered_after_each(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    monkeypatch.setattr(os, "sched_yield", lambda: told.append("offered"))
    for piece in in_turns("ab"):
        told.append(piece)
    assert told == ["a", "offered", "b", "offered"]

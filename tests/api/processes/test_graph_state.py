"""What the worker says of the graph, and how often."""

from pathlib import Path

from msgspec.structs import replace

from api.processes.graph_state import AGAIN, FRESH, GraphReach, GraphState, StateFile
from graph import Instant, Position

SAID = GraphState(store="sqlite", said=Instant(1_000_000), position=Position("7"))


def test_nothing_is_known_of_a_worker_that_never_spoke_or_whose_file_is_spoilt(tmp_path: Path) -> None:
    assert StateFile(tmp_path / "state").read() is None
    (tmp_path / "state").write_text("{")
    assert StateFile(tmp_path / "state").read() is None


def test_what_is_said_is_read_by_others_and_what_changed_is_said_at_once(tmp_path: Path) -> None:
    file = StateFile(tmp_path / "state")
    behind = replace(SAID, events=3, said=Instant(SAID.said + 1))
    for said in (SAID, behind, replace(SAID, said=Instant(SAID.said + 2), reachable=False)):
        file.write(said)
        assert StateFile(tmp_path / "state").read() == said


def test_the_same_is_said_again_only_after_a_while_which_is_before_it_is_taken_for_old(tmp_path: Path) -> None:
    file = StateFile(tmp_path / "state")
    file.write(SAID)
    file.write(replace(SAID, said=Instant(SAID.said + AGAIN - 1)))
    assert StateFile(tmp_path / "state").read() == SAID
    later = replace(SAID, said=Instant(SAID.said + AGAIN))
    file.write(later)
    assert StateFile(tmp_path / "state").read() == later
    assert SAID.reach(later.said) is GraphReach.UP
    assert SAID.reach(Instant(SAID.said + FRESH + 1)) is GraphReach.UNKNOWN

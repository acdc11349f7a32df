"""When garbage is collected: between requests, and late rather than in one."""

import gc
from collections.abc import Iterator

import pytest

from api.processes.collecting import HOUR, MINUTE, PATIENCE, Collecting


class Serving:
    """A clock, a count of answers, and the generations that were collected."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now, self.answers = 0.0, 0
        self.collected: list[int] = []
        monkeypatch.setattr(gc, "collect", self.collected.append)
        self.collecting = Collecting(lambda: self.answers, lambda: self.now)

    def pass_by(self, seconds: float, requests_each: int) -> None:
        for _ in range(int(seconds)):
            self.now += 1.0
            self.answers += requests_each
            self.collecting.look()


@pytest.fixture
def serving(monkeypatch: pytest.MonkeyPatch) -> Serving:
    return Serving(monkeypatch)


@pytest.fixture
def as_before() -> Iterator[None]:
    thresholds, on = gc.get_threshold(), gc.isenabled()
    yield
    gc.set_threshold(*thresholds)
    gc.unfreeze()
    if not on:
        gc.disable()


def test_in_a_quiet_hour_the_middle_aged_have_one_a_minute_and_the_old_one_in_the_hour(serving: Serving) -> None:
    serving.pass_by(HOUR, 0)
    assert serving.collected == [1] * 59 + [2]


def test_requests_that_go_on_put_it_off(serving: Serving) -> None:
    serving.pass_by(PATIENCE * MINUTE - 1, 3)
    assert serving.collected == []
    serving.pass_by(1, 3)
    assert serving.collected == [1]


def test_the_first_quiet_second_is_taken(serving: Serving) -> None:
    serving.pass_by(3 * MINUTE, 3)
    serving.pass_by(1, 0)
    assert serving.collected == [1]


def test_only_the_youngest_are_collected_while_a_request_is_answered(as_before: None) -> None:
    Collecting(lambda: 0).begin()
    before = gc.get_stats()
    kept = [[number] for number in range(200_000)]
    after = gc.get_stats()
    assert after[0]["collections"] > before[0]["collections"] + 50
    assert after[1:] == before[1:] and len(kept) == 200_000

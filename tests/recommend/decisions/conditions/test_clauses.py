"""Clauses: many conditions over the same values, each value read and each part told once at most."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommend.decisions.conditions import Clauses, Condition
from recommend.decisions.conditions.language.part import Computed, Look
from tests.recommend.decisions.conditions.some_conditions import NAMES, any_values, texts


class Counted(Mapping[str, Any]):
    """Values that count how often each is read."""

    def __init__(self, values: dict[str, Any]) -> None:
        self.values_, self.reads = values, Counter[str]()

    def __getitem__(self, name: str) -> Any:
        self.reads[name] += 1
        return self.values_[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.values_)

    def __len__(self) -> int:
        return len(self.values_)


def _clauses(*told: str) -> Clauses:
    return Clauses([Condition(text, NAMES) for text in told])


@given(st.lists(texts, max_size=6), any_values, st.randoms(use_true_random=False))
def test_each_is_as_true_as_it_is_alone_in_any_order(told: list[str], values: dict[str, Any], random: Any) -> None:
    conditions = [Condition(text, NAMES) for text in told]
    counted = Counted(values)
    judged = Clauses(conditions).judge(counted)
    places = [*range(len(told)), *range(len(told))]
    random.shuffle(places)
    for place in places:
        assert judged.truth(place) is conditions[place].evaluate(values)
    assert max(counted.reads.values(), default=0) <= 1


def test_a_value_is_read_once_whatever_needs_it_even_where_it_is_missing() -> None:
    counted = Counted({"profile.streak": 2})
    judged = _clauses("profile.streak > 1", "profile.streak < 9 && trait.income > 1", "trait.income > 3").judge(counted)
    assert [judged.truth(place) for place in (0, 1, 2, 1)] == [True, None, None, None]
    assert counted.reads == {"profile.streak": 1, "trait.income": 1}


def test_nothing_is_read_before_it_is_needed() -> None:
    counted = Counted({"context.on": False, "trait.income": 5})
    judged = _clauses("context.on && trait.income > 3", "trait.vip").judge(counted)
    assert not counted.reads
    assert judged.truth(0) is False
    assert counted.reads == {"context.on": 1}


def test_a_part_is_told_once_for_all_that_ask_it(monkeypatch: pytest.MonkeyPatch) -> None:
    told, tell = [], Computed.truth

    def counted(part: Computed, look: Look) -> bool | None:
        told.append(part)
        return tell(part, look)

    monkeypatch.setattr(Computed, "truth", counted)
    clauses = _clauses(
        "trait.income * 2 > 3 && context.on", "context.on || trait.income*2 > 3.0", "trait.income * 2 > 3 && context.on"
    )
    judged = clauses.judge({"trait.income": 1, "context.on": False})
    assert [judged.truth(place) for place in range(3)] == [False, False, False] and len(told) == 1
    assert [clauses.judge({"trait.income": 2}).truth(place) for place in range(3)] == [None, True, None]
    assert len(told) == 4


def test_a_choice_reads_only_what_it_chooses() -> None:
    counted = Counted({"context.on": True, "trait.vip": False, "trait.income": 5})
    judged = _clauses("context.on ? trait.vip : trait.income > 3", "known(trait.vip)", "!trait.vip").judge(counted)
    assert [judged.truth(place) for place in range(3)] == [False, True, True]
    assert counted.reads == {"context.on": 1, "trait.vip": 1}


def test_there_may_be_none() -> None:
    assert len(Clauses([])) == 0 and len(_clauses("true", "true")) == 2
    with pytest.raises(IndexError):
        Clauses([]).judge({}).truth(0)

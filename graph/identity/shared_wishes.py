"""Shared wishes: what the people of one device chose and wish, taken together where it leaves out the most."""

from collections.abc import Callable, Mapping, Sequence

from graph.errors import InvalidValue
from graph.identity.wish_shapes import frequency, topic_wish
from graph.nodes import Stamp, Trait
from graph.profile.profile import Dated

__all__ = ["choices_of_all", "wishes_of_all"]

Stated = Mapping[str, Dated]
Value = Trait | list[str]

NOTHING = [""]
"""A list of channels or topics that none is on: an empty one would take the wish back."""


def choices_of_all(device: Stated, owners: Sequence[Stated]) -> dict[str, Dated]:
    """By purpose the latest refusal of anybody, else a permission where every owner gave it, else no choice."""
    found = {}
    for name in dict.fromkeys(name for each in (device, *owners) for name in each):
        said = [each[name] for each in (device, *owners) if name in each]
        refusals = [choice for choice in said if not choice.value]
        if refusals or all(name in each for each in owners):
            found[name] = max(refusals or said, key=_stamp)
    return found


def wishes_of_all(device: Stated, owners: Sequence[Stated]) -> dict[str, Dated]:
    """The wishes of a device, with what its owners' leave out left out as well; no other wish of theirs is among them.

    Of two frequencies the one that is fewer a day counts, unless one cannot be read.
    """
    stated = [{name: dated for name, dated in each.items() if dated.value != []} for each in (device, *owners)]
    found = dict(device)
    for name, together in _TOGETHER.items():
        said = [each[name] for each in stated if name in each]
        if len(said) > 1:
            found[name] = Dated(max(map(_stamp, said)), together([dated.value for dated in said]))
        elif said:
            found[name] = said[0]
    return found | _topics(stated)


def _topics(stated: Sequence[Stated]) -> dict[str, Dated]:
    """One list of the topics that all hear of, where some have one; else what somebody does not want to hear of."""
    lists: list[Dated] = []
    heard: set[str] | None = None
    refused: dict[str, Dated] = {}
    for each in stated:
        choices = {name: dated for name, dated in each.items() if name.startswith(topic_wish(""))}
        topics = each.get("topics")
        if topics is None:
            refused |= {name: dated for name, dated in choices.items() if dated.value is not True}
            continue
        later = {name: dated for name, dated in choices.items() if dated.stamp > topics.stamp}
        own = set(_folded(topics.value)) | {_topic(name) for name, dated in later.items() if dated.value is True}
        own -= {_topic(name) for name, dated in later.items() if dated.value is not True}
        heard = own if heard is None else heard & own
        lists += [topics, *later.values()]
    if heard is None:
        return refused
    heard -= set(map(_topic, refused))
    newest = max(dated.stamp for each in stated for dated in each.values())
    return {"topics": Dated(newest, sorted(heard) or NOTHING)}


def _topic(name: str) -> str:
    return name.removeprefix(topic_wish("")).casefold()


def _texts(value: Value) -> list[str]:
    return value if isinstance(value, list) else [str(value)]


def _folded(value: Value) -> list[str]:
    return [text.casefold() for text in _texts(value)]


def _any(values: Sequence[Value]) -> Value:
    return any(map(bool, values))


def _every(values: Sequence[Value]) -> Value:
    return list(dict.fromkeys(text for value in values for text in _texts(value)))


def _common(values: Sequence[Value]) -> Value:
    return sorted(set(_folded(values[0])).intersection(*map(_folded, values[1:]))) or NOTHING


def _rarest(values: Sequence[Value]) -> Value:
    def a_day(value: Value) -> float:
        try:
            wished = frequency(value)
        except InvalidValue:  # what nobody can read permits nothing
            return 0.0
        return wished.times / wished.days

    return min(values, key=a_day)


_TOGETHER: dict[str, Callable[[Sequence[Value]], Value]] = {
    "disliked_products": _every,
    "disliked_brands": _every,
    "disliked_categories": _every,
    "only_transaction_alerts": _any,
    "channels": _common,
    "quiet_hours": _every,
    "frequency": _rarest,
}


def _stamp(dated: Dated) -> Stamp:
    return dated.stamp

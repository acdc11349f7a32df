"""A small vocabulary, and random conditions and values over it."""

from typing import Any

from hypothesis import strategies as st

from recommend.decisions.conditions import ValueType, Variable, Vocabulary

NAMES = Vocabulary.of(
    [
        Variable("profile.streak", ValueType.NUMBER, 0, 4, whole=True, surely=True),
        Variable("profile.views.7d", ValueType.NUMBER, 0, whole=True, surely=True),
        Variable("profile.spent.dairy.30d", ValueType.NUMBER),
        Variable("trait.income", ValueType.NUMBER),
        Variable("trait.plan", ValueType.TEXT, choices=("a", "b")),
        Variable("trait.vip", ValueType.BOOL),
        Variable("context.page", ValueType.TEXT),
        Variable("context.on", ValueType.BOOL),
        Variable("context.tags", ValueType.TEXTS),
    ]
)

_NUMBERS = [name for name, variable in NAMES.variables.items() if variable.type is ValueType.NUMBER]
_TEXTS = ["trait.plan", "context.page"]
_BOOLS = ["trait.vip", "context.on"]

_number_literals = st.sampled_from(["0", "1", "2", "3", "4", "0.5", "-1", "1e300"])
_text_literals = st.sampled_from(['"a"', "'b'", '"c"', '"aé"', '"\\x61"', '""'])
_comparing = st.sampled_from(["==", "!=", "<", "<=", ">", ">="])


def _joined(*parts: Any) -> st.SearchStrategy[str]:
    told = [part if isinstance(part, st.SearchStrategy) else st.just(part) for part in parts]
    return st.tuples(*told).map("".join)


def _either_way(one: Any, other: Any) -> st.SearchStrategy[str]:
    return _joined(one, " ", _comparing, " ", other) | _joined(other, " ", _comparing, " ", one)


_reckoned = st.recursive(
    st.sampled_from(_NUMBERS) | _number_literals,
    lambda inner: (
        _joined("(", inner, st.sampled_from([" + ", " - ", " * ", " / "]), inner, ")")
        | _joined("-(", inner, ")")
        | _joined("(known(trait.income) ? ", inner, " : ", inner, ")")
        | _joined("(context.on ? ", inner, " : ", inner, ")")
    ),
    max_leaves=4,
)

plain_parts = st.one_of(
    _either_way(st.sampled_from(_NUMBERS), _number_literals),
    _either_way(st.sampled_from(_TEXTS), _text_literals),
    _either_way(st.sampled_from(_BOOLS), st.sampled_from(["true", "false"])),
    st.sampled_from([*_BOOLS, "true", "false"]),
    st.sampled_from(list(NAMES.variables)).map(lambda name: f"known({name})"),
    _joined(st.sampled_from(_NUMBERS), " in [", _number_literals, ", ", _number_literals, "]"),
    _joined(st.sampled_from(_TEXTS), " in [", _text_literals, "]"),
    _joined(st.sampled_from(_TEXTS), " in []"),
    _joined(_text_literals, " in context.tags"),
)

_other_parts = st.one_of(
    _joined(_reckoned, " ", _comparing, " ", _reckoned),
    _joined(
        st.sampled_from(_TEXTS), st.sampled_from([".startsWith(", ".endsWith(", ".contains("]), _text_literals, ")"
    ),
    st.just('context.page.matches("^a+$")'),
    _joined(st.sampled_from(_TEXTS), " in context.tags"),
    _joined("(context.on || trait.vip) ", _comparing, " trait.vip"),
)


def _trees(parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.recursive(
        parts,
        lambda inner: st.one_of(
            _joined("(", inner, st.sampled_from([" && ", " || "]), inner, ")"),
            _joined(inner, st.sampled_from([" && ", " || "]), inner),
            _joined("!(", inner, ")"),
            _joined("(", inner, " ? ", inner, " : ", inner, ")"),
        ),
        max_leaves=6,
    )


texts = _trees(plain_parts | _other_parts)
"""Conditions of every kind."""

plain_texts = _trees(plain_parts)

_any_number = st.sampled_from(
    [0, 1, 2, 3, 4, 0.5, -1.0, 2.0, 1e300, float("inf"), float("nan"), True, 2**53 + 1, 2**80]
)
_words = st.sampled_from(["", "a", "b", "c", "aé", "aa", "é"])

_ANY: dict[ValueType, st.SearchStrategy[Any]] = {
    ValueType.NUMBER: _any_number,
    ValueType.TEXT: _words,
    ValueType.BOOL: st.booleans(),
    ValueType.TEXTS: st.lists(_words, max_size=2),
}

any_values: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {}, optional={name: _ANY[variable.type] for name, variable in NAMES.variables.items()}
)
"""Some of the values, of any kind that their types allow."""


def _within(variable: Variable) -> st.SearchStrategy[Any]:
    if variable.type is not ValueType.NUMBER:
        return st.sampled_from(variable.choices) if variable.choices else _ANY[variable.type]
    if variable.whole:
        return st.integers(0, 4 if variable.most is None else int(variable.most))
    return st.sampled_from([-2, -1, 0, 0.25, 0.5, 0.75, 1, 1.5, 2, 3, 3.5, 4, 5, 1e300])


_WITHIN = {name: _within(variable) for name, variable in NAMES.variables.items()}

values_in_range: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {name: _WITHIN[name] for name, variable in NAMES.variables.items() if variable.surely},
    optional={name: _WITHIN[name] for name, variable in NAMES.variables.items() if not variable.surely},
)
"""Values as the variables say they can be: some missing, those that surely are there not."""

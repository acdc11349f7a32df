"""YAML with the line of every value, and what is refused of it."""

from datetime import date
from pathlib import Path

import pytest

from graph import InvalidValue
from graph.files.yaml_text import MAX_PLACES, parse_yaml, read_text

TEXT = """\
title: A bank
actions:
  savings: {worth: 45}
  loan:
    channels:
      - web
      - email
"""


@pytest.mark.parametrize(
    ("place", "line"),
    [
        ((), 1),
        (("title",), 1),
        (("actions",), 2),
        (("actions", "savings", "worth"), 3),
        (("actions", "loan"), 4),
        (("actions", "loan", "channels", 1), 7),
    ],
)
def test_every_key_and_list_entry_has_its_line(place: tuple[str | int, ...], line: int) -> None:
    assert parse_yaml(TEXT, "pack.yaml").lines[place] == line


def test_what_is_not_written_has_the_line_of_what_it_would_stand_in() -> None:
    read = parse_yaml(TEXT, "pack.yaml")
    assert read.line(("actions", "loan", "worth")) == 4
    assert read.line(("elsewhere", "at", "all")) == 1


def test_an_empty_file_is_nothing() -> None:
    assert parse_yaml("# nothing\n", "pack.yaml") == (None, {(): 1})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: 1\nb: 2\na: 3\n", "pack.yaml, line 3, column 1: got \"'a' stands twice\", expected valid YAML"),
        ("a: [1,\n", "pack.yaml, line 2, column 1"),
        ("a: &a [*a]\n", "pack.yaml, line 1, column 4: got 'an anchor that holds itself'"),
        ("a: !!python/object:os.system {}\n", "could not determine a constructor"),
        ("? [a]\n: 1\n", "unhashable key"),
        ("--- 1\n--- 2\n", "but found another document"),
        ("a: \x00\n", "special characters are not allowed"),
        ("b: *c\n", "undefined alias"),
    ],
)
def test_what_is_no_strict_yaml_is_refused_by_line(text: str, said: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        parse_yaml(text, "pack.yaml")
    assert said in str(refused.value)


def test_anchors_that_multiply_are_refused_before_they_fill_the_memory() -> None:
    layers = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    layers += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    with pytest.raises(InvalidValue, match=f"over {MAX_PLACES} values"):
        parse_yaml("\n".join(layers), "pack.yaml")


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "latin.yaml").write_bytes(b"caf\xe9")
    for name in ("latin.yaml", "missing.yaml"):
        with pytest.raises(InvalidValue, match="expected a readable UTF-8 file") as refused:
            read_text(tmp_path / name, "pack")
        assert (refused.value.field, refused.value.value) == ("pack", str(tmp_path / name))


def test_plain_words_and_times_stay_texts_and_numbers_are_decimal() -> None:
    text = "[no, on, off, yes, y, 18:00, 1_000, 0x1F, true, false, null, ~, 010, -3, 1.5, .5, 2e3, 45.00]"
    texts = ["no", "on", "off", "yes", "y", "18:00", "1_000", "0x1F"]
    assert parse_yaml(text, "f").value == [*texts, True, False, None, None, 10, -3, 1.5, 0.5, 2000.0, 45.0]


def test_days_are_days() -> None:
    assert parse_yaml("[2026-01-31, '2026-01-31']", "f").value == [date(2026, 1, 31), "2026-01-31"]

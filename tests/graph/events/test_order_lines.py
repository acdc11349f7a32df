"""Lines of an order and the ids derived for what has none."""

import pytest

from graph import InvalidValue, ProductId
from graph.events.derived_ids import content_id, suffixed
from graph.events.order_lines import LineNames

MILK, BREAD = ProductId("milk"), ProductId("bread")


def test_lines_without_names_are_counted_by_product() -> None:
    names = LineNames()
    assert [names.name(product, None, "line") for product in (MILK, BREAD, MILK)] == ["milk#1", "bread#1", "milk#2"]


def test_a_stated_name_is_kept_and_counts_as_a_line_of_its_product() -> None:
    names = LineNames()
    assert [names.name(MILK, "L1", "line"), names.name(MILK, None, "line")] == ["L1", "milk#2"]


def test_two_lines_of_an_order_cannot_have_one_name() -> None:
    names = LineNames()
    names.name(MILK, "L1", "lines[0].line")
    with pytest.raises(InvalidValue, match=r"lines\[1\]\.line: got 'L1', expected a line that no other"):
        names.name(BREAD, "L1", "lines[1].line")


def test_a_derived_id_never_outgrows_an_id() -> None:
    assert suffixed("e1", "identified") == "e1#identified"
    assert len(suffixed("x" * 256, "identified")) <= 256
    assert suffixed("x" * 256, "1") != suffixed("x" * 255 + "y", "1")


def test_content_names_itself_by_all_its_parts() -> None:
    assert content_id("a", "bc") == content_id("a", "bc") != content_id("ab", "c")

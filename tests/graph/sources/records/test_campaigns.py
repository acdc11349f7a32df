"""Campaigns come with their coupons; receipts and redemptions are what customers made of them."""

from pathlib import Path

from graph.events.family import CampaignChanged, Delivered, Event, Redeemed
from graph.instants import Instant, iso
from graph.nodes import Coupon
from graph.sources import RefusedRow, parse_mapping, read_history

RECEIVED = Instant(1_780_000_000_000_000)
MAPPING = """
source: shop
timezone: UTC
tables:
  - {file: receipts.csv, record: receipts, columns: {campaign: m, customer: c, channel: {value: mail}}}
  - {file: used.csv, record: redemptions, columns: {campaign: m, coupon: n, customer: c, time: t}}
  - {file: coupons.csv, record: coupons, columns: {campaign: m, coupon: n, product: p}}
  - {file: campaigns.csv, record: campaigns, columns: {campaign: m, kind: k, starts: s, ends: e}}
"""


def read(folder: Path, **tables: str) -> list[Event | RefusedRow]:
    told = {
        "campaigns": "m,k,s,e\n",
        "coupons": "m,n,p\n",
        "receipts": "m,c\n",
        "used": "m,n,c,t\n",
    }
    for name, header in told.items():
        (folder / f"{name}.csv").write_text(header + tables.get(name, ""), encoding="utf-8")
    return list(read_history(parse_mapping(MAPPING), folder, RECEIVED))


def test_a_campaign_has_its_window_and_its_coupons_each_product_once(tmp_path: Path) -> None:
    (event,) = read(tmp_path, campaigns="1,A,2026-01-01,2026-02-01\n", coupons="1,x,P2\n1,y,\n1,x,P1\n1,x,P2\n")
    assert isinstance(event, CampaignChanged)
    assert (event.campaign, event.kind, event.starts, event.ends) == (
        "1",
        "A",
        1_767_225_600_000_000,
        1_769_904_000_000_000,
    )
    assert event.coupons == (Coupon(id="1/x", products=("P1", "P2")), Coupon(id="1/y"))  # type: ignore[arg-type]


def test_a_campaign_only_coupons_tell_of_has_no_window(tmp_path: Path) -> None:
    (event,) = read(tmp_path, coupons="9,x,P\n")
    assert isinstance(event, CampaignChanged)
    assert (event.campaign, event.starts, len(event.coupons)) == ("9", None, 1)


def test_a_receipt_without_a_time_is_of_the_campaign_s_start(tmp_path: Path) -> None:
    found = read(tmp_path, campaigns="1,A,2026-01-01,\n", receipts="1,anna\n2,anna\n")
    (receipt,) = (item for item in found if isinstance(item, Delivered))
    (refused,) = (item for item in found if isinstance(item, RefusedRow))
    assert (iso(receipt.at), receipt.context.channel, receipt.context.place) == ("2026-01-01T00:00:00Z", "mail", "")
    assert str(refused) == (
        "receipts.csv row 2: time: got None, expected a time, or a campaign that says when it started"
    )


def test_a_redemption_names_its_coupon_with_its_campaign(tmp_path: Path) -> None:
    long = "n" * 256
    rows = f"1,x,anna,2026-01-03\n1,x,anna,2026-01-03\n1,{long},anna,2026-01-03\n"
    found = read(tmp_path, used=rows)
    (event,) = (item for item in found if isinstance(item, Redeemed))
    assert (event.customer, event.coupon) == ("user:anna", "1/x")
    assert [(item.row, item.field) for item in found if isinstance(item, RefusedRow)] == [(2, "coupon"), (3, "coupon")]

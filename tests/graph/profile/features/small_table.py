"""A small feature table with one of every kind, and what a test asks of it."""

from graph.profile.features.table import FeatureTable
from graph.profile.features.table_file import parse_feature_table

__all__ = ["SMALL", "table_of"]

SMALL = """
timezone: Europe/Amsterdam
currency: USD
windows:
  usual: [1h, 24h, 7d, 30d, today, yesterday, this_month, last_month]
segments:
  dairy: {category: [MILK, CHEESE]}
  web: {channel: web}
features:
  views: {kind: count, of: Viewed, windows: usual, segments: [dairy, web]}
  spent: {kind: sum, of: OrderLine, value: value, windows: usual, segments: [dairy]}
  order_value: {kind: mean, of: Purchased, value: value, windows: [30d]}
  orders: {kind: count, of: Purchased, windows: [24h, 7d, 30d]}
  products: {kind: distinct, of: OrderLine, by: product, windows: [30d]}
  categories: {kind: distinct, of: OrderLine, by: category, windows: [30d]}
  sessions: {kind: distinct, of: BehaviourEvent, by: session, windows: [24h, 7d]}
  active_days: {kind: distinct, of: BehaviourEvent, by: day, windows: [7d]}
  orders_per_session: {kind: rate, of: orders, to: sessions, windows: [7d]}
  overdraft: {kind: streak, of: AccountEvent, where: {name: overdraft}, every: month, reaches: 3}
  overdraft_months: {kind: streak, of: AccountEvent, where: {name: overdraft}, every: month}
  exceeded: {kind: periods, of: AccountEvent, where: {name: data_limit_exceeded}, every: month, last: 6, reaches: 4}
  data_used: {kind: sum, of: AccountEvent, where: {name: data_used}, value: attribute.gigabytes, windows: [7d]}
  since_order: {kind: recency, of: Purchased}
  since_bought: {kind: recency, of: OrderLine, segments: [dairy]}
  last_search: {kind: last, of: Searched, value: query}
  first_channel: {kind: first, of: BehaviourEvent, value: channel}
tastes: {channels: 90, hours: 90}
"""


def table_of(features: str) -> FeatureTable:
    """The table of a few features, in Amsterdam."""
    return parse_feature_table(f"timezone: Europe/Amsterdam\nfeatures:\n{features}")

"""A pack of a corner shop, small enough to see at a glance what is wrong with it once something is."""

__all__ = ["SMALL", "changed"]

SMALL = {
    "pack.yaml": """\
title: A corner shop
channels:
  web: {type: web}
  email: {type: email, cost: 0.01, address: trait.email}
topics: {offers: What is cheaper this week}
objectives: {growth: {title: More sold}}
budgets: {coupons: {amount: 100, per: month}}
events:
  parcel_lost: {parcel: {type: text, always: true}, value: {type: number, least: 0}}
  parcel_found: {parcel: {type: text, always: true}}
traits:
  email: {}
  first_name: {}
  age: {type: number, least: 0, most: 130}
  member: {type: bool}
context:
  page: {one_of: [home, cart]}
products:
  margin: {type: number, least: 0, most: 1, always: true}
""",
    "profile.yaml": """\
currency: EUR
features:
  views: {kind: count, of: Viewed, windows: [7d]}
  spent: {kind: sum, of: OrderLine, value: value, windows: [30d]}
  bought_weekly: {kind: streak, of: OrderLine, every: week, up_to: 8}
  last_search: {kind: last, of: Searched, value: query}
""",
    "placements.yaml": """\
placements:
  home: {sources: {popular: 50}, weights: {popular: 1}}
""",
    "states.yaml": """\
lost:
  title: A parcel is lost
  opens: {event: parcel_lost}
  closes: {event: parcel_found}
  key: event.parcel
""",
    "policy.yaml": """\
caps:
  two_a_week: {at_most: 2, per: 7d}
suppressions:
  parcel: {when: state.lost, allows: {natures: [service]}, why: a parcel is lost}
""",
    "slots.yaml": """\
hero: {page: home, channel: web, kinds: [content, offer], otherwise: welcome}
""",
    "journeys.yaml": """\
cart:
  title: Something was left in the cart
  starts: {event: AddedToCart}
  steps:
    remind: {action: reminder, wait: 1h}
  exits:
    bought: {event: Purchased, goal: true}
""",
    "actions/shop.yaml": """\
welcome:
  kind: content
  title: The page as everybody sees it
  channels: [web]
  slots: [hero]
  neutral: true
  treatments: {web: {en: {title: Welcome}}}
coupon:
  kind: offer
  title: A coupon
  objective: growth
  topic: offers
  group: coupons
  channels: [web, email]
  slots: [hero]
  when: profile.views.7d >= 2
  choose: {from: product.in_stock, when: own.viewed > 0, most: own.viewed}
  worth: product.price * product.margin
  incentives:
    budget: coupons
    ladder:
      p10: {percent: 10}
      p25: {percent: 25, most: 5.00, when: own.days_since_bought > 30}
  outcomes:
    bought: {event: Purchased, by: product}
  treatments:
    web: {en: {title: "{offer.incentive:money} off, {trait.first_name|friend}"}}
    email:
      en: {subject: A coupon, text: "You spent {profile.spent.30d:money} this month."}
reminder:
  kind: journey_step
  title: What is in the cart
  topic: offers
  channels: [email]
  treatments: {email: {en: {subject: Your cart, text: It waits for you.}}}
""",
}
"""File -> text: a pack that is well."""


def changed(file: str, old: str, new: str) -> dict[str, str]:
    """The small pack with one thing said otherwise."""
    assert SMALL[file].count(old) == 1, (file, old)
    return {**SMALL, file: SMALL[file].replace(old, new)}

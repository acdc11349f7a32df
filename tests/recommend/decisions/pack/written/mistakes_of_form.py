"""Mistakes of form: what an editor finds too, by the schema."""

__all__ = ["ACTIONS", "FORM"]

ACTIONS = "actions/shop.yaml"

FORM = {
    "a key that there is not": (
        ACTIONS,
        "topic: offers\n  group",
        "topik: offers\n  group",
        "12: coupon.topik: got 'topik', expected the key topic",
    ),
    "a wrong type": (ACTIONS, "neutral: true", "neutral: perhaps", "6: welcome.neutral: got 'perhaps'"),
    "a kind that there is not": (
        ACTIONS,
        "kind: offer",
        "kind: ofer",
        "9: coupon.kind: got 'ofer', expected 'recommendation'",
    ),
    "a key that is missing": (ACTIONS, "  title: A coupon\n", "", "8: coupon: got None, expected the key title"),
    "an amount that is none": (
        "pack.yaml",
        "cost: 0.01",
        "cost: cheap",
        "4: channels.email.cost: got 'cheap', expected an amount in major units",
    ),
    "an amount below nothing": (
        "pack.yaml",
        "cost: 0.01",
        "cost: -0.01",
        "4: channels.email.cost: got -0.01, expected an amount of 0 to",
    ),
    "a worth below nothing": (
        ACTIONS,
        "worth: product.price * product.margin",
        "worth: -3",
        "18: coupon.worth: got -3, expected a number of 0 to",
    ),
    "a day there is not": (
        ACTIONS,
        "  group: coupons\n",
        "  group: coupons\n  valid: {ends: 2026-02-30}\n",
        "14: the file: got 'day is out of range for month', expected valid YAML",
    ),
    "a number of thousands of digits": (
        "pack.yaml",
        "cost: 0.01",
        "cost: " + "9" * 5000,
        "4: the file: got 'Exceeds the limit",
    ),
    "an amount that is no number": (
        "pack.yaml",
        "cost: 0.01",
        "cost: .nan",
        "4: channels.email.cost: got nan, expected an amount of 0 to",
    ),
    "a condition of no words": (
        ACTIONS,
        "from: product.in_stock",
        "from: ''",
        "17: coupon.choose.from: got ''",
    ),
    "a span of time that is none": (
        "journeys.yaml",
        "wait: 1h",
        "wait: an hour",
        "5: cart.steps.remind.wait: got 'an hour', expected a span of time",
    ),
    "a window that is none": (
        "policy.yaml",
        "per: 7d",
        "per: week",
        "2: caps.two_a_week.per: got 'week', expected 30m to 1100d, today",
    ),
    "a percentage over all": (
        ACTIONS,
        "{percent: 10}",
        "{percent: 110}",
        "22: coupon.incentives.ladder.p10.percent: got 110",
    ),
    "no YAML": ("slots.yaml", "}", "", "2: the file: got"),
    "a key twice": ("policy.yaml", "suppressions:", "caps:", "3: the file: got \"'caps' stands twice\""),
    "a key that is no text": (
        "pack.yaml",
        "offers: What",
        "404: What",
        "5: topics.404: got 404, expected a key that is a text",
    ),
    "an id that is no name": (
        ACTIONS,
        "welcome:\n",
        "wel come:\n",
        "1: wel come: got 'wel come', expected a name that begins with a letter",
    ),
    "a list where keys belong": (
        "slots.yaml",
        "hero: {page: home, channel: web, kinds: [content, offer], otherwise: welcome}",
        "- hero",
        "1: the file: got ['hero'], expected keys with values",
    ),
}
"""What is done to the small pack, and the beginning of what is said of it behind the file's name."""

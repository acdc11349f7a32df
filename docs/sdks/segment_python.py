"""A visit told by Segment's Python SDK: python segment_python.py URL WRITE_KEY CUSTOMER"""

import sys
from datetime import UTC, datetime, timedelta

from segment.analytics import Client

url, write_key, customer = sys.argv[1:]
analytics = Client(write_key, host=url, gzip=True, sync_mode=False)
visitor = f"{customer}-device"
context = {"device": {"type": "phone"}, "locale": "nl-NL", "page": {"path": "/milk"}, "sessionId": "s1"}

analytics.page(anonymous_id=visitor, name="Home", context=context)
analytics.track(anonymous_id=visitor, event="Product Viewed", properties={"product_id": "milk"}, context=context)
analytics.identify(customer, {"city": "Delft", "age": 41}, anonymous_id=visitor)
analytics.group(customer, "household-7", {"size": 4})
analytics.track(customer, "Product Added", {"product_id": "milk", "quantity": 2, "price": 1.35})
analytics.track(
    customer,
    "Order Completed",
    {
        "order_id": f"order-{customer}",
        "currency": "EUR",
        "products": [{"product_id": "milk", "quantity": 2, "price": 1.35}],
    },
)
analytics.track(customer, "Salary Arrived", {"amount": 2000}, timestamp=datetime.now(UTC) - timedelta(hours=2))
analytics.alias(f"{customer}-old", customer)
analytics.shutdown()

"""A visit told by RudderStack's Python SDK: python rudderstack_python.py URL WRITE_KEY CUSTOMER"""

import sys

from rudderstack.analytics.client import Client

url, write_key, customer = sys.argv[1:]
analytics = Client(write_key, host=url)
visitor = f"{customer}-device"

analytics.screen(anonymous_id=visitor, name="Home")
analytics.track(anonymous_id=visitor, event="Product Viewed", properties={"product_id": "milk"})
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
analytics.track(customer, "Salary Arrived", {"amount": 2000})
analytics.alias(f"{customer}-old", customer)
analytics.flush()
analytics.join()

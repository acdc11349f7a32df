"""A visit told by the CloudEvents Python SDK, in each of its modes: python cloudevents_python.py URL KEY CUSTOMER"""

import json
import sys

import httpx
from cloudevents.core.bindings.http import HTTPMessage, to_binary_event, to_structured_event
from cloudevents.core.v1.event import CloudEvent

url, key, customer = sys.argv[1:]
http = httpx.Client(base_url=url, auth=(key, ""))


def event(kind: str, **data: object) -> CloudEvent:
    return CloudEvent({"type": f"com.patron.{kind}", "source": "/till/7", "subject": customer}, data)


def send(message: HTTPMessage) -> None:
    http.post("/v1/events", content=message.body, headers=message.headers).raise_for_status()


send(to_structured_event(event("Viewed", anonymous_id=f"{customer}-device", product_id="milk")))
send(to_binary_event(event("TraitsChanged", traits={"city": "Delft", "age": 41})))
send(to_binary_event(event("Identified", anonymous_id=f"{customer}-device")))
send(to_structured_event(event("AddedToCart", product_id="milk", quantity=2)))
lines = [{"product_id": "milk", "quantity": 2, "value": 270}]
batch = [
    event("Purchased", order=f"order-{customer}", currency="EUR", lines=lines),
    event("Grouped", group="household-7", traits={"size": 4}),
    event("AccountEvent", name="Salary Arrived", attributes={"amount": 2000}),
    event("Aliased", previous_id=f"{customer}-old"),
]
texts = [json.loads(to_structured_event(one).body) for one in batch]
send(HTTPMessage({"content-type": "application/cloudevents-batch+json"}, json.dumps(texts).encode()))

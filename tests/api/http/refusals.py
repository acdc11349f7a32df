"""Every way a body of the intake routes can be refused, by the name it has in docs/refusals.md."""

import gzip
import json
from typing import Any, NamedTuple

__all__ = ["SENT", "Sent"]

LONG, DEEP = "x" * 9_000, b"[" * 5_000
TIME = "2026-05-01T11:00:00"


class Sent(NamedTuple):
    """A request."""

    method: str
    path: str
    body: bytes
    headers: dict[str, str]


def sent(path: str, body: Any, method: str = "POST", **headers: str) -> Sent:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Sent(method, path, body if isinstance(body, bytes) else json.dumps(body).encode(), named)


def view(**changes: Any) -> Sent:
    """A view by a customer, spoilt."""
    message = {"userId": "42", "event": "Product Viewed", "properties": {"product_id": "milk"}} | changes
    return sent("/v1/track", message)


def tracked(event: str, properties: Any) -> Sent:
    return view(event=event, properties=properties)


def order(**changes: Any) -> Sent:
    return tracked("Order Completed", {"order_id": "o1", "products": [{"product_id": "milk"}]} | changes)


def event(kind: str = "Viewed", data: Any = None, **changes: Any) -> Sent:
    """A structured CloudEvent, spoilt."""
    said = {"specversion": "1.0", "id": "e1", "source": "/till", "type": f"com.patron.{kind}", "subject": "42"}
    body = said | {"data": {"product_id": "milk"} if data is None else data} | changes
    return sent("/v1/events", body, content_type="application/cloudevents+json")


def product(**changes: Any) -> Sent:
    return sent("/v1/products", {"products": [{"product_id": "milk"} | changes]}, "PUT")


def customer(**changes: Any) -> Sent:
    return sent("/v1/customers", {"customers": [{"customer_id": "42", "traits": {}} | changes]}, "PUT")


BODIES = {
    "no JSON": sent("/v1/track", b"event=viewed"),
    "JSON cut off": sent("/v1/batch", b'{"batch": ['),
    "a list for a message": sent("/v1/track", b"[]"),
    "not a number": sent("/v1/track", b'{"userId": "42", "event": "Sung", "properties": {"times": NaN}}'),
    "text that is no UTF-8": sent("/v1/track", b'{"userId": "\xff"}'),
    "nested without end": sent("/v1/track", b'{"userId": "42", "properties": ' + DEEP),
    "gzip that is none": sent("/v1/track", b"{}", content_encoding="gzip"),
    "gzip cut off": sent("/v1/track", gzip.compress(b"{}", mtime=0)[:-9], content_encoding="gzip"),
    "gzip and more": sent("/v1/track", gzip.compress(b"{}", mtime=0) * 2, content_encoding="gzip"),
    "another packing": sent("/v1/track", b"{}", content_encoding="br"),
    "a body too large": sent("/v1/track", b"{}", content_length=str(10**9)),
    "a batch without messages": sent("/v1/batch", {}),
    "a batch of too many": sent("/v1/batch", {"batch": [{}] * 5_001}),
    "no list of products": sent("/v1/products", {}, "PUT"),
    "no list of customers": sent("/v1/customers", {}, "PUT"),
    "no CloudEvent": sent("/v1/events", {}, content_type="application/json"),
}
MESSAGES = {
    "nobody": view(userId=None),
    "an empty id": view(userId=""),
    "a long id": view(userId=LONG),
    "a number for an id": view(userId=42),
    "an unknown type in a batch": sent("/v1/batch", {"batch": [{"type": "dance", "userId": "42"}]}),
    "no type in a batch": sent("/v1/batch", {"batch": [{"userId": "42"}]}),
    "no event name": view(event=None),
    "a time without its zone": view(timestamp=TIME),
    "a time that is none": view(timestamp="yesterday"),
    "a time out of bounds": view(timestamp="1799-01-01T00:00:00Z"),
    "a zone that is none": view(timestamp=f"{TIME}+23:59"),
    "a time of sending that is none": view(timestamp=f"{TIME}Z", sentAt="soon"),
    "a number for a time": view(timestamp=1_777_636_800),
    "a context that is none": view(context="web"),
    "a device that is none": view(context={"device": "phone"}),
    "no product": tracked("Product Viewed", {}),
    "a number for a product": tracked("Product Viewed", {"product_id": 7}),
    "properties that are none": tracked("Product Viewed", "milk"),
    "words for a quantity": tracked("Product Added", {"product_id": "milk", "quantity": "two"}),
    "less than nothing": tracked("Product Added", {"product_id": "milk", "quantity": -1}),
    "a place of nought": tracked("Product Clicked", {"product_id": "milk", "rank": 0}),
    "no rating": tracked("Product Reviewed", {"product_id": "milk"}),
    "six stars": tracked("Product Reviewed", {"product_id": "milk", "rating": 6}),
    "no query": tracked("Products Searched", {}),
    "no order number": order(order_id=None),
    "an order of nothing": order(products=[]),
    "an order of too many lines": order(products=[{"product_id": "milk"}] * 1_001),
    "a line without product": order(products=[{"price": 1}]),
    "two lines of one name": order(
        products=[{"product_id": "milk", "line_id": "1"}, {"product_id": "x", "line_id": "1"}]
    ),
    "a currency that is none": order(currency="euro"),
    "more money than there is": order(products=[{"product_id": "milk", "price": 1e13, "quantity": 1e6}]),
    "a number beyond all": tracked("Salary Arrived", {"amount": 2**60}),
    "a long text": tracked("Salary Arrived", {"from": LONG}),
    "a long name": tracked("Salary Arrived", {LONG: 1}),
    "objects too deep": tracked("Salary Arrived", {"a": {"b": {"c": {"d": {"e": 1}}}}}),
    "too many values": tracked("Salary Arrived", {f"n{number}": 1 for number in range(201)}),
    "properties of a list": tracked("Salary Arrived", [1]),
    "no coupon": tracked("Coupon Applied", {}),
    "a long coupon": tracked("Coupon Applied", {"coupon_id": "c" * 200, "campaign_id": "d" * 200}),
    "a wish of nothing": tracked("Preference Changed", {"preferences": {"size": None}}),
    "a wish of numbers": tracked("Preference Changed", {"preferences": {"brands": [1]}}),
    "a wish of too many": tracked("Preference Changed", {"preferences": {"disliked_products": ["milk"] * 1_001}}),
    "a consent of words": tracked("Consent Changed", {"consents": {"marketing": "no"}}),
    "no group": sent("/v1/group", {"userId": "42"}),
    "left a group, or not": sent("/v1/group", {"userId": "42", "groupId": "h", "traits": {"left": "yes"}}),
    "an alias of nobody": sent("/v1/alias", {"previousId": "41"}),
    "an alias of a visitor": sent("/v1/alias", {"anonymousId": "v", "previousId": "41"}),
    "an alias without the other": sent("/v1/alias", {"userId": "42"}),
}
EVENTS = {
    "another version": event(specversion="0.3"),
    "no id": event(id=None),
    "no source": event(source=""),
    "an unknown kind": event("Danced"),
    "an erasure": event("Erased"),
    "no data": event(data=7),
    "data of another type": event(datacontenttype="text/xml"),
    "nobody at all": event(subject=None),
    "a field of no use": event(data={"product_id": "milk", "quantitty": 2}),
    "a field of the wrong type": event("AddedToCart", {"product_id": "milk", "quantity": "two"}),
    "a line that is none": event("Purchased", {"order": "o1", "lines": ["milk"]}),
    "a field of a line of no use": event("Purchased", {"order": "o1", "lines": [{"product_id": "milk", "colour": 1}]}),
    "a number for a day": event("CampaignChanged", {"campaign": "c", "starts": 7}),
    "a visitor that is none": event("Identified", {"anonymous": "user:43"}),
    "a field missing": event("Purchased", {"lines": [{"product_id": "milk"}]}),
}
ENTRIES = {
    "a column nobody knows": product(colour="red"),
    "a price below nothing": product(price=-1),
    "a product without id": product(product_id=None),
    "traits that are none": customer(traits=[1]),
    "a customer without id": customer(customer_id=None),
}

SENT: dict[str, Sent] = BODIES | MESSAGES | EVENTS | ENTRIES

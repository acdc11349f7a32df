"""The family of events, how they are stored and described, and the bodies they come in.

Nothing here knows a store: text goes in, events and refusals come out.
"""

from graph.events.catalogue_bodies import parse_customers, parse_products
from graph.events.cloudevents import parse_cloudevents
from graph.events.codec import decode, encode
from graph.events.json_schema import event_schema
from graph.events.refusal import Parsed, Refusal
from graph.events.segment import parse_segment

__all__ = [
    "Parsed",
    "Refusal",
    "decode",
    "encode",
    "event_schema",
    "parse_cloudevents",
    "parse_customers",
    "parse_products",
    "parse_segment",
]

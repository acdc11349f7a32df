"""Reading a refused message again, by the way it was written."""

from graph.errors import InvalidValue
from graph.events.catalogue_bodies import reread_customer, reread_product
from graph.events.cloudevents import reread_cloudevent
from graph.events.refusal import AsCloudEvent, AsCustomer, AsProduct, AsSegment, Parsed, Refusal
from graph.events.segment import reread_segment
from graph.instants import Instant

__all__ = ["reread"]


def reread(refused: Refusal, source: str, received: Instant) -> Parsed:
    """What the message of a refusal is now, heard by `source` at `received`: the events of it, or why it still is none.

    The same message read twice makes the same events. InvalidValue with the field "message" where it was not kept
    whole, or was refused because of who sent it.
    """
    text, index = refused.raw.encode(), refused.index
    try:
        match refused.form:
            case AsSegment() as form:
                return reread_segment(text, form, received=received, source=source, index=index)
            case AsCloudEvent() as form:
                return reread_cloudevent(text, form, received=received, index=index)
            case AsProduct():
                return reread_product(text, received=received, source=source, index=index)
            case AsCustomer():
                return reread_customer(text, received=received, source=source, index=index)
            case None:
                raise InvalidValue("message", refused.raw, "one that was kept whole, and that its sender may send")
    except InvalidValue as error:
        if error.field != "body":
            raise
        return Parsed(refused=(Refusal.of(error, raw=text, index=index, customer=refused.customer, form=refused.form),))

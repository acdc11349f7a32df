"""Subjects: whom the events after a position are about, and who was erased after it.

A position that is none of this log, such as that of a graph half copied, counts as its start: nothing was read.
"""

from graph.errors import InvalidValue
from graph.ids import CustomerId
from graph.log.event_log import START, Position
from graph.log.log_file import LogFile
from graph.log.positions import last_read

__all__ = ["erased_after", "subjects_after"]

# The erasure is the first event that is left of a customer.
_ERASURES = "SELECT customer, (SELECT min(seq) FROM event WHERE event.customer = erasure.customer) FROM erasure"


def subjects_after(log: LogFile, position: Position) -> frozenset[CustomerId]:
    """The customers who have events after `position`, those erased since among them."""
    return log.customers_after(_of_this_log(log, position))


def erased_after(log: LogFile, position: Position) -> frozenset[CustomerId]:
    """The customers whose last erasure lies after `position`, whatever they did since: what was read of the log until
    there does not know of it."""
    last = last_read(_of_this_log(log, position), log.partitions)
    return frozenset(
        CustomerId(customer)
        for customer, seq in log.select(_ERASURES)
        if seq is not None and seq > last[(seq - 1) % log.partitions]
    )


def _of_this_log(log: LogFile, position: Position) -> Position:
    try:
        last_read(position, log.partitions)
    except InvalidValue:
        return START
    return position

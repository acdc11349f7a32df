"""Positions as the numbers in them: the last one read of each partition."""

from collections.abc import Sequence

from graph.errors import InvalidValue
from graph.log.event_log import START, Position

__all__ = ["last_read", "position_of", "seq_of"]


def seq_of(partition: int, offset: int, partitions: int) -> int:
    """The number of the record at an offset; it rises with the offset, and no two records of a topic share one.

    >>> seq_of(partition=2, offset=0, partitions=3), seq_of(partition=0, offset=1, partitions=3)
    (3, 4)
    """
    return offset * partitions + partition + 1


def last_read(position: Position, partitions: int) -> list[int]:
    """The number read last of each partition, 0 where none was; InvalidValue for a position of another log.

    >>> last_read(Position("41,12"), 2), last_read(START, 2)
    ([41, 12], [0, 0])
    """
    if position == START:
        return [0] * partitions
    numbers = position.split(",")
    if len(numbers) != partitions or not all(number.isascii() and number.isdigit() for number in numbers):
        raise InvalidValue("position", position, "a position this log has given out")
    return [int(number) for number in numbers]


def position_of(numbers: Sequence[int]) -> Position:
    """The position after these numbers, one a partition."""
    return Position(",".join(map(str, numbers))) if any(numbers) else START

"""forward: of two positions in one log the one that includes both."""

from graph.log.event_log import START, Position

__all__ = ["forward"]


def forward(held: Position, given: Position) -> Position:
    """The greater number of each partition; where the two are not of the same log, the one given.

    >>> forward(Position("41,12"), Position("40,15"))
    '41,15'
    """
    if START in (held, given):
        return held or given
    ours, theirs = held.split(","), given.split(",")
    if len(ours) != len(theirs):
        return given
    return Position(",".join(max(pair, key=int) for pair in zip(ours, theirs, strict=True)))

"""The bodies of answers about what came in: refused messages, and how good each source is."""

from msgspec import Struct

from api.replaying import Replayed
from graph import iso
from graph.instants import Instant
from graph.log.dead_letters import DeadLetter
from graph.quality import Quality

__all__ = ["DeadLetters", "Letter", "QualityAnswer", "Replayed", "SourceAnswer", "letter_answer", "quality_answer"]


class Letter(Struct, frozen=True):
    """A refused message: where it came from and when, the place in its body, the fault, and the message itself.

    replayable: whether it can be read again; otherwise it was too long to be kept whole, or not its sender's to send.
    """

    number: int
    source: str
    received: str
    index: int
    field: str
    value: str
    expected: str
    customer: str
    replayable: bool
    message: str


class DeadLetters(Struct, frozen=True):
    """Refused messages, the newest first, of `total` that are kept."""

    total: int
    letters: list[Letter]


class SourceAnswer(Struct, frozen=True):
    """What came from one source since `QualityAnswer.since`, events but for `refused`, which are messages.

    late: over a day after they happened. bots: of a user agent that says so. unknown_products: of a product not in
    the catalogue when it came; `unknown_product_ids` are the last of them. clocks_corrected: their sender's clock was
    over a minute off.
    """

    source: str
    accepted: int
    duplicates: int
    late: int
    bots: int
    unknown_products: int
    unknown_product_ids: list[str]
    clocks_corrected: int
    refused: int
    refused_by_field: dict[str, int]
    dead_letters: int


class QualityAnswer(Struct, frozen=True):
    """How good what came in was, by source, since the server started."""

    since: str
    sources: list[SourceAnswer]


def letter_answer(letter: DeadLetter) -> Letter:
    refused = letter.refusal
    return Letter(
        number=letter.number,
        source=letter.source,
        received=iso(letter.received),
        index=refused.index,
        field=refused.field,
        value=refused.value,
        expected=refused.expected,
        customer=refused.customer,
        replayable=refused.form is not None,
        message=refused.raw,
    )


def quality_answer(quality: Quality, since: Instant, kept: dict[str, int]) -> QualityAnswer:
    """kept: how many dead letters there are of each source."""
    return QualityAnswer(
        iso(since),
        [
            SourceAnswer(
                source=source,
                accepted=counts.accepted,
                duplicates=counts.duplicates,
                late=counts.late,
                bots=counts.bots,
                unknown_products=counts.unknown_products,
                unknown_product_ids=list(counts.examples),
                clocks_corrected=counts.clocks_corrected,
                refused=counts.refused.total(),
                refused_by_field=dict(counts.refused.most_common()),
                dead_letters=kept.get(source, 0),
            )
            for source, counts in sorted(quality.sources.items())
        ],
    )

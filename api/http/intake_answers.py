"""The bodies of answers about what came in: refused messages, and how good each source is."""

from msgspec import UNSET, Struct, UnsetType

from api.replaying import Replayed
from graph import iso
from graph.instants import Instant
from graph.log.dead_letters import DeadLetter, RowRefusal
from graph.quality import Quality, SourceQuality

__all__ = ["DeadLetters", "Letter", "QualityAnswer", "Replayed", "SourceAnswer", "letter_answer", "quality_answer"]


class Letter(Struct, frozen=True):
    """A refused message: where it came from and when, the place in its body, the fault, and the message itself.

    replayable: whether it can be read again; otherwise it was too long to be kept whole, or not its sender's to send,
    or is a row of a file, `row`, counted from 1, of `file`, and read again when the file is imported again.
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
    file: str | UnsetType = UNSET
    row: int | UnsetType = UNSET


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
    """How good what came in was, by source, since the server started; also a source of which only dead letters are
    kept, such as a shop whose files were imported."""

    since: str
    sources: list[SourceAnswer]


def letter_answer(letter: DeadLetter) -> Letter:
    refused = letter.refusal
    row = refused if isinstance(refused, RowRefusal) else None
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
        file=UNSET if row is None else row.file,
        row=UNSET if row is None else row.row,
    )


def quality_answer(quality: Quality, since: Instant, kept: dict[str, int]) -> QualityAnswer:
    """kept: how many dead letters there are of each source."""
    sources = {source: SourceQuality() for source in kept} | quality.sources
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
            for source, counts in sorted(sources.items())
        ],
    )

"""Learning what comes next: settings and network on the newest sessions, then every part on all of them (torch)."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from embeddings.index import QuantisedIndex
from embeddings.nearest import Nearest
from embeddings.ranking.fitting import Examples, FitConfig, fitted, softmax_loss
from embeddings.sessions.encoder import SessionEncoder
from embeddings.sessions.learning.encoder_training import EncoderConfig, train_encoder
from embeddings.sessions.learning.neighbour_choice import K, Trial, choose_neighbours
from embeddings.sessions.neighbours import NeighbourSettings, SessionNeighbours
from embeddings.sessions.next_in_session import INPUTS, NextInSession, SessionParts
from embeddings.sessions.prefixes import Found, Prefixes, found_in
from embeddings.sessions.product_counts import ProductCounts
from embeddings.sessions.sessions import Sessions
from graph import InvalidValue

__all__ = ["LearnConfig", "Learnt", "learn_next_in_session"]


@dataclass(frozen=True)
class LearnConfig:
    """held_out: the share of sessions, the newest, that settings and network are chosen on; a quarter of these judge.
    tried_on, fitted_on, judged_on: no more beginnings than so many. again: the epochs in which the encoder learns the
    sessions held out too, from a rate of `again_rate`. encoder_share: of the time, for the encoder before that."""

    held_out: float = 0.05
    tried_on: int = 2500
    fitted_on: int = 24_000
    judged_on: int = 6000
    encoder: EncoderConfig = field(default_factory=EncoderConfig)
    encoder_share: float = 0.7
    again: float = 1.0
    again_rate: float = 1e-3
    network: FitConfig = field(default_factory=lambda: FitConfig(hidden=32, epochs=4))


@dataclass(frozen=True)
class Learnt:
    """model: of all sessions. On the part of the sessions held out that judged, before these were learnt too: what
    the model found, and its neighbours and its encoder alone. trials: of the neighbours' settings, the best first."""

    model: NextInSession
    judged: dict[str, Found]
    trials: list[Trial]


def learn_next_in_session(
    sessions: Sessions,
    num_products: int,
    config: LearnConfig,
    rng: np.random.Generator,
    *,
    time_gone: Callable[[], float] = lambda: 0.0,
    progress: Callable[[str], None] = lambda what: None,
) -> Learnt:
    """Learn from `sessions`, the oldest first; InvalidValue where there are too few to hold some out.

    time_gone: the share of the time allowed that is over. Where it is short, fewer settings are tried and the encoder
    learns for fewer epochs; neighbours, counts and network are always made of everything.
    """
    past, held = _held_out(sessions, config.held_out)
    now = int(past.at[-1])
    judged_from = len(held) - max(len(held) // 4, 1)
    chosen = Prefixes.of(held.part(0, judged_from))
    judging = Prefixes.of(held.part(judged_from, len(held))).sample(config.judged_on, rng)
    if not len(chosen) or not len(judging):
        raise InvalidValue("sessions", f"{len(sessions)}, the newest of one product", "newer ones of two or more too")

    neighbours = SessionNeighbours.of(past, num_products)
    tried = chosen.sample(config.tried_on, rng)
    trials = choose_neighbours(neighbours, tried, now, lambda: time_gone() < 0.5 * (1.0 - config.encoder_share))
    progress(f"neighbours: {trials[0].settings}")
    begun = time_gone()
    encoder = train_encoder(
        past, num_products, config.encoder, rng, time_gone=lambda: (time_gone() - begun) / config.encoder_share
    )
    progress("encoder: learnt on the older sessions")
    parts = _parts(past, num_products, trials[0].settings, encoder)
    network, _ = fitted(_examples(parts, chosen.sample(config.fitted_on, rng), now), config.network, softmax_loss)
    model = NextInSession(parts, network)
    progress("network: fitted on the newer sessions")
    judged = {
        "together": found_in(judging, lambda products: model.scores(products, K, now=now)),
        "neighbours": found_in(judging, lambda products: parts.neighbours.scores(products, now=now, k=K)),
        "encoder": found_in(judging, lambda products: _nearest(parts, products)),
    }
    progress(f"newest sessions: {100 * judged['together'].hit.mean():.2f} % of what came next among {K}")
    begun, left = time_gone(), max(1.0 - time_gone(), 1e-9)
    again = replace(config.encoder, epochs=config.again, learning_rate=config.again_rate)
    encoder = train_encoder(
        sessions, num_products, again, rng, start=encoder, time_gone=lambda: (time_gone() - begun) / left
    )
    progress("encoder: learnt on all sessions")
    everything = _parts(sessions, num_products, trials[0].settings, encoder)
    return Learnt(NextInSession(everything, network), judged, trials)


def _held_out(sessions: Sessions, share: float) -> tuple[Sessions, Sessions]:
    first = len(sessions) - max(round(share * len(sessions)), 2)
    if first < 1:
        raise InvalidValue("sessions", len(sessions), "three or more, so that some can be held out")
    return sessions.part(0, first), sessions.part(first, len(sessions))


def _parts(sessions: Sessions, num_products: int, settings: NeighbourSettings, encoder: SessionEncoder) -> SessionParts:
    return SessionParts(
        SessionNeighbours.of(sessions, num_products, settings),
        encoder,
        QuantisedIndex.build(encoder.vectors),
        ProductCounts.of(sessions, num_products),
    )


def _examples(parts: SessionParts, prefixes: Prefixes, now: int) -> Examples:
    """One group of candidates a beginning, of those whose next product is among them."""
    inputs, came = [], []
    for products, following in prefixes:
        rows, known = parts.candidates(products, now)
        if (rows == following).any():
            inputs.append(known)
            came.append(rows == following)
    return Examples.of(inputs, came, len(INPUTS))


def _nearest(parts: SessionParts, products: NDArray[np.int64]) -> Nearest:
    return parts.index.search(parts.encoder.vector(products), K)

"""Session: what baskets that hold the session's products hold besides."""

from recommend.asked import Asked
from recommend.candidates import NONE, Found, summed

__all__ = ["session"]


def session(asked: Asked, limit: int) -> Found:
    """Σ over the session's products of how sure each is meant · log of how many times likelier another one is."""
    met, intent = asked.met, asked.snapshot.intent
    return NONE if met is None or intent is None else summed(*intent.bonds.summed(met.products, met.meant), limit)

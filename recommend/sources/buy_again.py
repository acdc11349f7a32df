"""Buy again: what the household buys at its own pace."""

from recommend.asked import Asked
from recommend.candidates import Found

__all__ = ["buy_again"]


def buy_again(asked: Asked, limit: int) -> Found:
    """The products with the greatest decayed purchase counts."""
    history = asked.visitor.history
    best = history.best[:limit]
    return Found(history.bought[best], history.strength[best])

"""Where candidates come from: one source a file, each a function of what is asked."""

from collections.abc import Mapping
from types import MappingProxyType

from recommend.candidates import Source
from recommend.placements import SourceName
from recommend.sources.bought_together import bought_together
from recommend.sources.buy_again import buy_again
from recommend.sources.neighbours import neighbours
from recommend.sources.popular import popular
from recommend.sources.same_content import same_content
from recommend.sources.session import session
from recommend.sources.session_neighbours import session_neighbours
from recommend.sources.similar_customers import similar_customers

__all__ = ["SOURCES"]

SOURCES: Mapping[SourceName, Source] = MappingProxyType(
    {
        SourceName.NEIGHBOURS: neighbours,
        SourceName.SIMILAR_CUSTOMERS: similar_customers,
        SourceName.BOUGHT_TOGETHER: bought_together,
        SourceName.BUY_AGAIN: buy_again,
        SourceName.POPULAR: popular,
        SourceName.SAME_CONTENT: same_content,
        SourceName.SESSION: session,
        SourceName.SESSION_NEIGHBOURS: session_neighbours,
    }
)

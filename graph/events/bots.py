"""Bots: traffic that says of itself that nobody looks, and so teaches nothing."""

import re
from functools import lru_cache

__all__ = ["BOT_WORDS", "is_bot"]

BOT_WORDS = (
    "bot",
    "crawl",
    "spider",
    "slurp",
    "headless",
    "phantomjs",
    "lighthouse",
    "pagespeed",
    "facebookexternalhit",
    "mediapartners",
    "pingdom",
    "uptime",
    "synthetic",
)
"""What a user agent says that is one, in any case."""

_WORDS = re.compile(rf"(?<!cu)(?:{'|'.join(BOT_WORDS)})", re.IGNORECASE)  # Cubot makes telephones


@lru_cache(maxsize=4096)
def is_bot(user_agent: str) -> bool:
    """Whether a user agent names itself a bot.

    >>> is_bot("Mozilla/5.0 (compatible; Googlebot/2.1)"), is_bot("Mozilla/5.0 (Linux; Android 13; CUBOT P80)")
    (True, False)
    """
    return _WORDS.search(user_agent) is not None

"""Language: the tags that words are written under."""

from babel import Locale, UnknownLocaleError

__all__ = ["LANGUAGE", "is_language"]

LANGUAGE = "a language such as en or nl-BE"


def is_language(tag: str) -> bool:
    """Whether numbers and money can be written as this language does.

    >>> is_language("nl-BE"), is_language("klingon")
    (True, False)
    """
    try:
        Locale.parse(tag, sep="-")
    except (ValueError, UnknownLocaleError):
        return False
    return True

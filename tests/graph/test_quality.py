"""Quality: what came from each source, by what there is to know about it."""

from msgspec.structs import replace

from graph import LoggedEvent, ProductId
from graph.events.family import Context
from graph.events.refusal import Parsed, Refusal
from graph.log.event_log import Appended
from graph.quality import MAX_EXAMPLES, MAX_FIELDS, Quality
from tests.graph.profile.some_events import purchase, view


def refused(field: str) -> Refusal:
    return Refusal(0, field, "-1", "a number of at least 0")


def test_events_are_counted_once_and_by_what_became_of_them() -> None:
    quality = Quality({ProductId("milk")}.__contains__)
    late = replace(view(2), history=True)
    bot = replace(view(3), context=Context(user_agent="Googlebot/2.1", internal=True))
    logged = [Appended(LoggedEvent(1, view(1))), Appended(LoggedEvent(2, late)), Appended(LoggedEvent(3, bot))]
    quality.count("web", Parsed(corrected=2), [*logged, Appended(None)])
    quality.count("till", Parsed(), [Appended(LoggedEvent(4, purchase(4, ["milk", "bread", "ham"])))])
    web, till = quality.sources["web"], quality.sources["till"]
    assert (web.accepted, web.duplicates, web.late, web.bots, web.clocks_corrected) == (3, 1, 1, 1, 2)
    assert (till.accepted, till.unknown_products, list(till.examples)) == (1, 1, ["bread"])


def test_a_field_is_the_same_wherever_its_message_stood() -> None:
    quality = Quality(lambda _: True)
    places = ("batch[3].properties.products[7].price", "properties.products[0].price", "[2].data.order", "batch[1]")
    quality.count("web", Parsed(refused=tuple(refused(place) for place in places)), [])
    assert quality.sources["web"].refused == {"properties.products[].price": 2, "data.order": 1, "message": 1}


def test_what_is_kept_stays_small_whatever_is_sent() -> None:
    quality = Quality(lambda _: False)
    many = tuple(refused(f"properties.n{number}") for number in range(10 * MAX_FIELDS))
    events = [Appended(LoggedEvent(number, purchase(number, [f"p{number}"]))) for number in range(1, 100)]
    quality.count("web", Parsed(refused=many), events)
    counts = quality.sources["web"]
    assert (len(counts.refused), counts.refused["other"]) == (MAX_FIELDS + 1, 9 * MAX_FIELDS)
    assert (len(counts.examples), counts.unknown_products) == (MAX_EXAMPLES, 99)

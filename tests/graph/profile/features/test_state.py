"""The state of the feature table is a function of the set of events, whatever way they came."""

from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from graph import DAY, START, CustomerId, LoggedEvent, Profile
from graph.events.family import CustomerEvent
from graph.log.sqlite_log import SqliteEventLog
from graph.profile.features.fact import MAX_FACTS
from graph.profile.features.settled import MAX_UNCOUNTED, Uncounted, settled_with
from graph.profile.features.table_file import parse_feature_table
from graph.profile.fold import fold
from graph.profile.joined import joined
from tests.graph.profile.features.small_table import SMALL, table_of
from tests.graph.profile.some_events import ANN, NOON, histories, numbered, purchase, view

TABLE = parse_feature_table(SMALL)


def state_of(profile: Profile) -> tuple[object, ...]:
    return profile.facts, profile.settled, profile.seen


def counted(profile: Profile) -> tuple[object, ...]:
    """Everything counted by day, the newest too."""
    return settled_with(profile.settled, TABLE, profile.facts).value, profile.seen


@settings(deadline=None, max_examples=50)
@given(histories(), st.data())
def test_order_batches_and_lateness_do_not_matter(events: list[CustomerEvent], data: st.DataObject) -> None:
    whole = fold(None, ANN, numbered(list(events)), TABLE)
    profile: Profile | None = None
    shuffled = numbered(data.draw(st.permutations(events)))
    while shuffled:
        cut = data.draw(st.integers(1, len(shuffled)))
        profile = fold(profile, ANN, shuffled[:cut], TABLE)
        shuffled = shuffled[cut:]
    assert state_of(profile or whole) == state_of(whole)


@settings(deadline=None, max_examples=15)
@given(histories(), st.data())
def test_what_a_log_kept_once_counts_once(events: list[CustomerEvent], data: st.DataObject) -> None:
    repeated = data.draw(
        st.permutations([*events, *data.draw(st.lists(st.sampled_from(events)) if events else st.just([]))])
    )
    with TemporaryDirectory() as folder:
        log = SqliteEventLog(Path(folder) / "log.db")
        for start in range(0, len(repeated), 7):
            log.append(repeated[start : start + 7])
        logged, _ = log.read(START, 1000)
        log.close()
    whole = fold(None, ANN, numbered(list(events)), TABLE)
    assert state_of(fold(None, ANN, [*logged, *logged], TABLE)) == state_of(whole)


@settings(deadline=None, max_examples=30)
@given(histories(), histories())
def test_two_leaves_seen_as_one_count_what_one_would(mine: list[CustomerEvent], others: list[CustomerEvent]) -> None:
    logged = numbered([*mine, *(replace(event, source="phone") for event in others)])
    one = fold(None, ANN, logged, TABLE)
    left, right = (
        fold(None, ANN, logged[: len(mine)], TABLE),
        fold(None, CustomerId("anon:phone"), logged[len(mine) :], TABLE),
    )
    assert counted(joined(left, right)) == counted(one)


def test_an_event_is_kept_one_by_one_for_a_day_and_then_counted_by_day() -> None:
    table = table_of("  views: {kind: count, of: Viewed, windows: [24h, 7d]}")
    profile = fold(None, ANN, numbered([view(1), view(2, at=NOON + 1)]), table)
    assert [fact.key for fact in profile.facts] == ["web/e1", "web/e2"] and not profile.settled.value.series
    later = fold(profile, ANN, [LoggedEvent(3, view(3, at=NOON + DAY))], table)
    assert [fact.key for fact in later.facts] == ["web/e2", "web/e3"]
    assert [series.days for series in later.settled.value.series.values()] == [{"": (20_000, 1)}]


def test_buckets_older_than_the_longest_window_are_let_go() -> None:
    table = table_of("  views: {kind: count, of: Viewed, windows: [7d]}")
    events = [view(day, at=NOON + day * DAY) for day in range(60)]
    profile = fold(None, ANN, numbered(list(events)), table)
    (series,) = profile.settled.value.series.values()
    assert list(series.days[""][::2]) == list(range(20_000 + 50, 20_000 + 59))


def test_of_a_flood_the_newest_stay_one_by_one() -> None:
    table = table_of("  views: {kind: count, of: Viewed, windows: [24h, 7d]}")
    events = [view(number, at=NOON + number) for number in range(MAX_FACTS + 5)]
    profile = fold(None, ANN, numbered(list(events)), table)
    assert len(profile.facts) == MAX_FACTS
    assert [series.days for series in profile.settled.value.series.values()] == [{"": (20_000, 5)}]


def test_what_no_feature_asks_for_leaves_nothing() -> None:
    table = table_of("  views: {kind: count, of: Viewed, windows: [7d]}")
    profile = fold(None, ANN, numbered([purchase(1, ["milk"])]), table)
    assert not profile.facts and not profile.settled.value.series


def test_another_tables_state_is_not_taken_for_ones_own() -> None:
    narrow = table_of("  views: {kind: count, of: Viewed, windows: [7d]}")
    wide = table_of("  views: {kind: count, of: Viewed, windows: [90d]}")
    assert narrow.fingerprint != wide.fingerprint
    assert not narrow.plans.keys() & wide.plans.keys()


@settings(deadline=None, max_examples=20)
@given(histories(), st.data())
def test_when_it_is_read_what_is_settled_does_not_matter(events: list[CustomerEvent], data: st.DataObject) -> None:
    unread: Profile | None = None
    read: Profile | None = None
    for row in numbered(list(events)):
        unread, read = fold(unread, ANN, [row], TABLE), fold(read, ANN, [row], TABLE)
        if data.draw(st.booleans()):
            assert read.settled.value
    assert unread == read


def test_no_more_facts_wait_to_be_counted_than_a_reader_would_wait_for() -> None:
    rows = numbered([view(number, "milk", NOON + 2 * number * DAY) for number in range(3 * MAX_UNCOUNTED)])
    profile: Profile | None = None
    for row in rows:
        profile = fold(profile, ANN, [row], TABLE)
        waiting = profile.settled.unmade
        assert waiting is None or (isinstance(waiting, Uncounted) and len(waiting.facts) <= MAX_UNCOUNTED)
    assert profile == fold(None, ANN, rows, TABLE)

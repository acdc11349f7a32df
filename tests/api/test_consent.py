"""Consent, layer by layer: what was done while it was refused changes no answer, though it is permitted again later."""

import itertools
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from api.learning.learning_data import LearningData
from api.settings import loaded_settings
from embeddings.artifacts import open_snapshot
from embeddings.artifacts.seal import read_manifest
from embeddings.registry import Registry
from graph import CustomerId, Interaction, LoggedEvent, ProductId, known
from graph.data_folder import DataFolder
from graph.events.family import OrderLine, Purchased, Viewed
from graph.log.sqlite_log import SqliteEventLog
from graph.profile.fold import fold
from graph.profile.stores.sqlite import SqliteProfiles
from graph.projection.catch_up import catch_up
from graph.projection.graph_projection import GraphProjection, changes_of
from graph.projection.serving_projection import ServingProjection
from graph.stores import open_graph
from recommend.answers import RecommendationRequest
from tests.api.in_process import InProcess
from tests.api.shop import PRODUCTS, aisle_of, basket, build_version, take_in
from tests.graph.identity.linking import ANN, head

LOVER = "dairy-lover-1"
PLACES = [{"name": name, "k": 8} for name in ("homepage", "discover", "cart", "email")]
PERSONALIZATION, ANALYTICS = ("personalization",), ("analytics",)
_numbers = itertools.count()
_look = {"type": "track", "event": "Product Viewed", "properties": {"product_id": "party-01"}}


@pytest.fixture
def twins(shop: Path, tmp_path: Path) -> Iterator[tuple[InProcess, InProcess]]:
    """Two servers of the same shop."""
    copies = [shutil.copytree(shop, tmp_path / name) for name in ("one", "other")]
    with InProcess(loaded_settings(data=copies[0])) as one, InProcess(loaded_settings(data=copies[1])) as other:
        yield one, other


@pytest.fixture(params=["sqlite", "valkey"])
def stored(data: Path, request: pytest.FixtureRequest) -> Iterator[InProcess]:
    """A server over each kind of profile store."""
    on_valkey = request.param == "valkey"
    given = {"profiles": request.getfixturevalue("shared_valkey")} if on_valkey else {}
    with InProcess(loaded_settings(data=data, profiles_prefix=f"consent-{next(_numbers)}", **given)) as running:
        yield running


def choose(app: InProcess, customer: str = LOVER, **choices: bool) -> None:
    assert app.put(f"/v1/customers/{customer}/consents", {"consents": choices}).status_code == 200


def do(app: InProcess) -> list[dict[str, Any]]:
    """A cart, an order, looks and an event of an account; what the server says of each."""
    lines = {"order_id": "denied", "currency": "USD", "products": [{"product_id": "party-05", "quantity": 2}]}
    said = [
        ("Product Viewed", {"product_id": "party-01"}),
        ("Product Added", {"product_id": "party-02"}),
        ("Product Dismissed", {"product_id": "dairy-01"}),
        ("Order Completed", lines),
        ("Salary Arrived", {"amount": 10}),
    ]
    calls = ({"userId": LOVER, "event": event, "properties": properties} for event, properties in said)
    return [app.post("/v1/track", call).json() for call in calls]


def put_into_the_cart(app: InProcess, product: str, customer: str = LOVER) -> None:
    call = {"userId": customer, "event": "Product Added", "properties": {"product_id": product}}
    assert app.post("/v1/track", call).json()["accepted"] == 1


def explained(app: InProcess, customer: str) -> Any:
    """The learnt lists, with scores and reasons, and how many candidates each source had."""
    places = [{"name": "homepage", "k": 8}, {"name": "discover", "k": 8}]
    asked = {"customer_id": customer, "placements": places, "explain": True, "dry_run": True}
    told = app.post("/v1/recommendations", asked).json()["placements"]
    return [(place["items"], place["trace"]["candidates"]) for place in told]


def told_in(items: list[dict[str, Any]]) -> set[tuple[str, str]]:
    """What led to each item, and what kinds of reasons are given for it."""
    return {(item["source"], reason["kind"]) for item in items for reason in item["reasons"]}


def answer(app: InProcess, customer: str = LOVER) -> Any:
    asked = {"customer_id": customer, "placements": PLACES, "dry_run": True}
    told = app.post("/v1/recommendations", asked).json()
    return told["placements"], app.get("/v1/customers/dairy-lover-2/similar?k=9").json()["customers"]


def test_what_was_done_while_personalization_was_refused_changes_no_answer(
    twins: tuple[InProcess, InProcess],
) -> None:
    one, other = twins
    for app in twins:
        choose(app, personalization=False)
    assert all(told["accepted"] == 1 and "withheld" not in told for told in do(one))
    assert answer(one) == answer(other)
    for app in twins:
        choose(app, personalization=True)
    assert answer(one) == answer(other)
    bodies = [app.get(f"/v1/customers/{LOVER}").json() for app in twins]
    for name in ("counts", "spent", "recent", "session", "cart", "products_bought", "last_seen"):
        assert bodies[0][name] == bodies[1][name]
    do(one)
    assert answer(one) != answer(other), "the same done with permission does"


def test_what_nobody_may_use_is_kept_nowhere_and_counted(stored: InProcess) -> None:
    choose(stored, personalization=False, analytics=False)
    before = stored.engine.log.end()
    assert all((told["success"], told["accepted"], told["withheld"]) == (True, 0, 1) for told in do(stored))
    assert stored.engine.log.end() == before
    assert 'patron_events_total{outcome="withheld",source="segment"} 5.0' in stored.get("/metrics").text
    batch = [
        {"type": "track", "userId": customer, "event": "Product Viewed", "properties": {"product_id": "party-01"}}
        for customer in (LOVER, "dairy-lover-2")
    ]
    told = stored.post("/v1/batch", {"batch": batch}).json()
    assert (told["accepted"], told["withheld"]) == (1, 1)
    stored.post("/v1/identify", {"userId": LOVER, "traits": {"city": "Delft"}})
    assert stored.get(f"/v1/customers/{LOVER}").json()["traits"]["city"]["value"] == "Delft", "stated, not observed"


def test_a_refusal_on_one_device_marks_what_is_done_on_another(stored: InProcess) -> None:
    stored.put("/v1/customers/anon:device/consents", {"consents": {"personalization": False}})
    stored.post("/v1/identify", {"userId": LOVER, "anonymousId": "device"})
    stored.view("party-01", userId=LOVER)
    assert "Viewed" not in stored.get(f"/v1/customers/{LOVER}").json()["counts"]
    assert stored.shown(customer_id=LOVER, k=5) == stored.shown(customer_id="stranger", k=5)


def share(app: InProcess, *customers: str) -> None:
    """Have these customers linked to one device."""
    for customer in customers:
        assert app.post("/v1/identify", {"userId": customer, "anonymousId": "tablet"}).status_code == 200


def test_a_refusal_of_any_owner_counts_for_a_shared_device_alone(stored: InProcess) -> None:
    stored.view("party-01", anonymousId="tablet")
    share(stored, LOVER, "party-lover-1")
    shared, owners = stored.shown(anonymous_id="tablet", k=10), [LOVER, "dairy-lover-2"]
    theirs = [stored.shown(customer_id=customer, k=10) for customer in owners]
    assert shared != stored.shown(anonymous_id="stranger", k=10)
    asked = {"anonymous_id": "tablet", "placements": [{"name": "email"}], "dry_run": True}
    assert stored.post("/v1/recommendations", asked).json()["placements"][0]["items"]
    choose(stored, "party-lover-1", personalization=False, marketing=False)
    assert stored.shown(anonymous_id="tablet", k=10) == stored.shown(anonymous_id="stranger", k=10)
    [email] = stored.post("/v1/recommendations", asked).json()["placements"]
    assert (email["items"], email["withheld"]) == ([], ["marketing is not consented to"])
    assert [stored.shown(customer_id=customer, k=10) for customer in owners] == theirs
    share(stored, LOVER)
    stored.view("party-02", anonymousId="tablet")
    choose(stored, "party-lover-1", personalization=True)
    assert stored.shown(anonymous_id="tablet", k=10) == shared, "what was done meanwhile is marked"


def test_what_any_owner_dislikes_is_not_shown_on_a_shared_device_alone(stored: InProcess) -> None:
    share(stored, LOVER, "party-lover-1")
    shared = stored.shown(anonymous_id="tablet", k=20)
    wishes = {"disliked_products": shared[:3], "only_transaction_alerts": True}
    stored.put("/v1/customers/party-lover-1/preferences", {"preferences": wishes})
    assert stored.shown(anonymous_id="tablet", k=17) == shared[3:]
    assert stored.shown("email", anonymous_id="tablet") == []
    assert stored.shown("email", customer_id=LOVER)


def test_an_open_page_of_a_shared_device_hears_of_its_owners_choices(app: InProcess) -> None:
    share(app, LOVER, "party-lover-1")
    asked = RecommendationRequest(placements=(), anonymous_id="tablet")
    assert app.engine.leaves_of(asked) == {"anon:tablet", f"user:{LOVER}", "user:party-lover-1"}


def test_a_refusal_in_a_body_counts_for_what_their_device_does_after_it(stored: InProcess) -> None:
    stored.post("/v1/identify", {"userId": LOVER, "anonymousId": "device"})
    choices = {"consents": {"personalization": False, "analytics": False}}
    refused = {"type": "track", "userId": LOVER, "event": "Consent Changed", "properties": choices}
    said = [refused, *({**_look, "anonymousId": device} for device in ("device", "another"))]
    told = stored.post("/v1/batch", {"batch": said}).json()
    assert (told["accepted"], told["withheld"]) == (2, 1)


def test_who_refused_is_known_by_a_link_said_in_the_body(stored: InProcess) -> None:
    choose(stored, personalization=False, analytics=False)
    said = [{"type": "identify", "userId": LOVER, "anonymousId": "device"}, {**_look, "anonymousId": "device"}]
    assert stored.post("/v1/batch", {"batch": said}).json()["withheld"] == 1
    assert "Viewed" not in stored.get("/v1/customers/anon:device").json()["counts"]


def test_history_session_and_past_sessions_are_gone_from_the_answer_after_a_refusal(stored: InProcess) -> None:
    (homepage, _), _ = explained(stored, LOVER)
    assert ("likely", "buy_again") in told_in(homepage)
    put_into_the_cart(stored, "party-02")
    _, (discover, asked) = explained(stored, LOVER)
    assert ("session", "session") in told_in(discover)
    assert min(asked[source] for source in ("similar_customers", "session", "session_neighbours")) > 0
    choose(stored, personalization=False)
    after = explained(stored, LOVER)
    for items, candidates in after:
        assert told_in(items) == {("popular", "popular")}
        assert [name for name, count in candidates.items() if count] == ["popular"]
    assert after == explained(stored, "stranger")


def test_a_deployment_may_take_nothing_for_granted(data: Path) -> None:
    with InProcess(loaded_settings(data=data, consent="personalization=denied,marketing=denied")) as app:
        assert app.shown(customer_id=LOVER, k=5) == app.shown(customer_id="stranger", k=5)
        app.view("party-01", anonymousId="v")
        assert app.shown(anonymous_id="v", k=5) == app.shown(anonymous_id="w", k=5)
        assert app.shown("email", customer_id=LOVER) == []
        assert app.get("/v1/customers/dairy-lover-2/similar").json()["customers"] == []
        choose(app, personalization=True, marketing=True)
        assert app.shown(customer_id=LOVER, k=5) != app.shown(customer_id="stranger", k=5)
        assert app.shown("email", customer_id=LOVER)


def test_a_choice_and_a_wish_change_the_very_next_answer(stored: InProcess) -> None:
    mine = stored.shown(customer_id=LOVER, k=20)
    stored.put(f"/v1/customers/{LOVER}/preferences", {"preferences": {"disliked_products": mine[:3]}})
    shown = stored.shown(customer_id=LOVER, k=20)
    assert shown[:5] == mine[3:8]
    choose(stored, personalization=False, marketing=False)
    stranger = [product for product in stored.shown(customer_id="stranger", k=23) if product not in mine[:3]]
    assert stored.shown(customer_id=LOVER, k=20) == stranger[:20]
    assert stored.shown("email", customer_id=LOVER) == []


@pytest.mark.parametrize("wish", ["products", "categories", "brands"])
def test_what_is_disliked_is_in_no_list_though_the_session_asks_for_it(stored: InProcess, wish: str) -> None:
    for number in (0, 5, 10):
        put_into_the_cart(stored, f"party-{number:02d}")
    asked = {"customer_id": LOVER, "placements": [*PLACES, {"name": "product_page", "product_id": "party-15", "k": 8}]}

    def lists() -> list[list[str]]:
        told = stored.post("/v1/recommendations", asked).json()["placements"]
        return [[item["product_id"] for item in place["items"]] for place in told]

    homepage, discover, *_ = lists()
    assert "party" in map(aisle_of, discover)
    value, disliked = {
        "products": (discover, set(discover)),
        "categories": (["PARTY"], {product for product in PRODUCTS if aisle_of(product) == "party"}),
        "brands": (["Alpha"], set(PRODUCTS[::4])),
    }[wish]
    assert disliked & set(homepage + discover)
    stated = {"preferences": {f"disliked_{wish}": value}}
    assert stored.put(f"/v1/customers/{LOVER}/preferences", stated).status_code == 200
    for shown in lists():
        assert shown and not disliked & set(shown)


@pytest.mark.parametrize(
    ("customer", "stated", "why"),
    [
        (LOVER, {"only_transaction_alerts": True}, "only transaction alerts are wished for"),
        (LOVER, {"channels": ["push"]}, "the channel email is not among those wished for"),
        (LOVER, {"topics": ["outages"]}, "the topic recommendations is not among those wished for"),
        (LOVER, {"quiet_hours": "00:00-00:00"}, "it is within the quiet hours"),
        ("anon:v", {"only_transaction_alerts": True}, "only transaction alerts are wished for"),
    ],
)
def test_a_wish_empties_the_very_next_message_and_nothing_else(
    stored: InProcess, customer: str, stated: dict[str, Any], why: str
) -> None:
    who = {"anonymous_id": "v"} if customer == "anon:v" else {"customer_id": customer}
    asked = {**who, "placements": [{"name": "email", "k": 4}, {"name": "homepage", "k": 4}]}
    before = stored.post("/v1/recommendations", asked).json()["placements"]
    assert before[0]["items"] and "withheld" not in before[0]
    stored.put(f"/v1/customers/{customer}/preferences", {"preferences": stated})
    email, homepage = stored.post("/v1/recommendations", asked).json()["placements"]
    assert (email["items"], email["withheld"]) == ([], [why])
    assert len(homepage["items"]) == 4 and "withheld" not in homepage
    stored.put(f"/v1/customers/{customer}/preferences", {"preferences": {name: [] for name in stated}})
    assert stored.post("/v1/recommendations", asked).json()["placements"][0]["items"] == before[0]["items"]


def test_a_message_waits_once_as_many_were_delivered_as_are_wished_for(stored: InProcess) -> None:
    stored.put(f"/v1/customers/{LOVER}/preferences", {"preferences": {"frequency": "2 per week"}})
    asked = {"customer_id": LOVER, "placements": [{"name": "email", "k": 4}]}
    message = {"specversion": "1.0", "source": "post", "type": "com.patron.Delivered", "subject": LOVER, "data": {}}
    told = []
    for number in range(3):
        told += stored.post("/v1/recommendations", asked).json()["placements"]
        headers = {"content-type": "application/cloudevents+json"}
        assert stored.post("/v1/events", message | {"id": str(number)}, headers=headers).status_code == 200
    assert [len(place["items"]) for place in told] == [4, 4, 0]
    assert told[2]["withheld"] == ["more than 2 in 7 days are not wished for"]
    stored.put(f"/v1/customers/{LOVER}/consents", {"consents": {"personalization": False}})
    assert stored.post("/v1/recommendations", asked).json()["placements"] == told[2:]


def test_a_wish_of_another_shape_is_refused_whole(app: InProcess) -> None:
    stated = {"disliked_brands": ["Alpha"], "quiet_hours": "at night"}
    refused = app.put(f"/v1/customers/{LOVER}/preferences", {"preferences": stated})
    assert (refused.status_code, refused.json()["field"]) == (422, "preferences.quiet_hours")
    assert app.get(f"/v1/customers/{LOVER}/preferences").json() == {"preferences": {}}


def _bought(at: int, denied: tuple[str, ...] = ()) -> Purchased:
    lines = (OrderLine(line="1", product=ProductId("milk"), value=100),)
    return Purchased(**head(at, ANN), order=f"o{at}", lines=lines, currency="EUR", denied=denied)


@pytest.mark.parametrize("denied", [PERSONALIZATION, ANALYTICS])
def test_a_refused_edge_is_in_no_profile_and_no_graph(denied: tuple[str, ...]) -> None:
    kept, refused = LoggedEvent(1, _bought(1)), LoggedEvent(2, _bought(2, denied))
    profile = fold(None, ANN, [kept, refused])
    assert profile.seq == 2
    assert (profile.counts == {"Purchased": 1}) is (denied == PERSONALIZATION)
    assert list(changes_of([kept, refused])) == list(changes_of([kept]))


def test_a_refused_edge_is_neither_stored_nor_learnt_from(shop: Path, tmp_path: Path) -> None:
    learnt = []
    for name, denied in (("with", True), ("without", False)):
        folder = DataFolder(shutil.copytree(shop, tmp_path / name))
        log, profiles = SqliteEventLog(folder.log), SqliteProfiles(folder.profiles)
        graph = open_graph(f"sqlite:///{folder.graph}")
        if denied:
            who: CustomerId = known(LOVER)
            seen = [Viewed(**head(at, who), product=ProductId("party-01"), denied=PERSONALIZATION) for at in (1, 2)]
            log.append([*seen, Purchased(**head(3, who), order="x", lines=_bought(3).lines, denied=ANALYTICS)])
        for projection in (GraphProjection(graph), ServingProjection(profiles)):
            catch_up(log, projection)
        exported = list(graph.export((Interaction,)))
        for store in (graph, profiles, log):
            store.close()
        learnt.append((exported, LearningData.read(loaded_settings(data=folder.path))))
    (exported, data), (others, other) = learnt
    assert exported == others
    assert np.array_equal(data.edges.target, other.edges.target) and np.array_equal(data.edges.at, other.edges.at)
    assert data.edges.customers == other.edges.customers


def test_what_may_not_be_learnt_from_is_in_no_version_and_moves_nobodys_session(shop: Path, tmp_path: Path) -> None:
    """Baskets of a customer who refused when they were bought, who refuses since, and who permits it, beside none."""
    checksums, answers, sessions = {}, {}, {}
    for name in ("nobody", "marked", "refused since", "permitted"):
        folder = shutil.copytree(shop, tmp_path / name)
        registry = Registry(DataFolder(folder).embeddings)
        if name != "nobody":
            bought = [basket("quiet", day, ["party-00", "party-07", "dairy-05"]) for day in range(40, 58, 3)]
            denied = PERSONALIZATION if name == "marked" else ()
            take_in(folder, (msgspec.structs.replace(event, denied=denied) for event in bought))
            if name == "refused since":
                with InProcess(loaded_settings(data=folder)) as app:
                    choose(app, "quiet", personalization=False)
                take_in(folder)
            registry.publish(build_version(folder))
        version = registry.path(registry.current() or "")
        intent = open_snapshot(version).intent
        assert intent is not None
        checksums[name], sessions[name] = read_manifest(version).checksums, len(intent.neighbours.sessions)
        with InProcess(loaded_settings(data=folder)) as app:
            put_into_the_cart(app, "party-00")
            answers[name] = explained(app, LOVER)
    for name in ("marked", "refused since"):
        assert checksums[name] == checksums["nobody"]
        assert answers[name] == answers["nobody"]
    assert sessions["permitted"] == sessions["nobody"] + 6
    assert answers["permitted"] != answers["nobody"], "the same baskets of somebody who permits it do"

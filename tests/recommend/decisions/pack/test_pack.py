"""Packs: one that is well compiles; what is wrong is told by file, line, key, value and expectation, all at once."""

import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph import InvalidValue
from graph.identity.wishes import MessageKind
from recommend.decisions.pack import Pack, PackRefused, read_pack
from tests.recommend.decisions.pack.small_pack import SMALL, changed
from tests.recommend.decisions.pack.write_pack import write_pack

PACKS = Path(__file__).parents[4] / "packs"
ACTIONS = "actions/shop.yaml"


def refusals(texts: dict[str, str]) -> list[str]:
    with pytest.raises(PackRefused) as refused:
        Pack.compile(texts)
    return str(refused.value).splitlines()


def test_a_pack_that_is_well_compiles_and_knows_what_goes_with_what() -> None:
    pack = Pack.compile(SMALL)
    assert list(pack.actions) == ["welcome", "coupon", "reminder"]
    coupon = pack.actions["coupon"]
    assert [clause.text for clause in coupon.clauses] == ["profile.views.7d >= 2"]
    assert coupon.worth.value({"product.price": 4.0, "product.margin": 0.25}) == 1.0
    assert (coupon.nature, coupon.asked) == (MessageKind.MARKETING, True)
    assert pack.actions["welcome"].nature is MessageKind.SERVICE
    assert pack.policy.suppressions[0].when.names == {"state.lost"}
    assert pack.states["lost"].lapses is None
    assert pack.journeys["cart"].exits["bought"].event == "Purchased"


@pytest.mark.parametrize("name", ["banking", "retail", "telecom"])
def test_the_packs_that_are_shipped_are_well(name: str) -> None:
    pack = read_pack(PACKS / name)
    assert len(pack.actions) >= 5
    assert pack.policy.suppressions
    assert pack.journeys


def test_the_version_changes_with_any_file_and_with_nothing_else() -> None:
    version = Pack.compile(SMALL).version
    assert Pack.compile(dict(reversed(SMALL.items()))).version == version
    assert Pack.compile(changed("policy.yaml", "at_most: 2", "at_most: 3")).version != version


FORM = {
    "a key that there is not": (
        ACTIONS,
        "topic: offers\n  group",
        "topik: offers\n  group",
        "12: coupon.topik: got 'topik', expected the key topic",
    ),
    "a wrong type": (ACTIONS, "neutral: true", "neutral: perhaps", "6: welcome.neutral: got 'perhaps'"),
    "a kind that there is not": (
        ACTIONS,
        "kind: offer",
        "kind: ofer",
        "9: coupon.kind: got 'ofer', expected 'recommendation'",
    ),
    "a key that is missing": (ACTIONS, "  title: A coupon\n", "", "8: coupon: got None, expected the key title"),
    "an amount that is none": (
        "pack.yaml",
        "cost: 0.01",
        "cost: cheap",
        "4: channels.email.cost: got 'cheap', expected an amount in major units",
    ),
    "an amount below nothing": (
        "pack.yaml",
        "cost: 0.01",
        "cost: -0.01",
        "4: channels.email.cost: got -0.01, expected an amount of 0 to",
    ),
    "a worth below nothing": (
        ACTIONS,
        "worth: product.price * product.margin",
        "worth: -3",
        "18: coupon.worth: got -3, expected a number of 0 to",
    ),
    "a day there is not": (
        ACTIONS,
        "  group: coupons\n",
        "  group: coupons\n  valid: {ends: 2026-02-30}\n",
        "14: the file: got 'day is out of range for month', expected valid YAML",
    ),
    "a number of thousands of digits": (
        "pack.yaml",
        "cost: 0.01",
        "cost: " + "9" * 5000,
        "4: the file: got 'Exceeds the limit",
    ),
    "an amount that is no number": (
        "pack.yaml",
        "cost: 0.01",
        "cost: .nan",
        "4: channels.email.cost: got nan, expected an amount of 0 to",
    ),
    "a condition of no words": (
        ACTIONS,
        "from: product.in_stock",
        "from: ''",
        "17: coupon.choose.from: got ''",
    ),
    "a span of time that is none": (
        "journeys.yaml",
        "wait: 1h",
        "wait: an hour",
        "5: cart.steps.remind.wait: got 'an hour', expected a span of time",
    ),
    "a window that is none": (
        "policy.yaml",
        "per: 7d",
        "per: week",
        "2: caps.two_a_week.per: got 'week', expected 30m to 1100d, today",
    ),
    "a percentage over all": (
        ACTIONS,
        "{percent: 10}",
        "{percent: 110}",
        "22: coupon.incentives.ladder.p10.percent: got 110",
    ),
    "no YAML": ("slots.yaml", "}", "", "2: the file: got"),
    "a key twice": ("policy.yaml", "suppressions:", "caps:", "3: the file: got \"'caps' stands twice\""),
    "a key that is no text": (
        "pack.yaml",
        "offers: What",
        "404: What",
        "5: topics.404: got 404, expected a key that is a text",
    ),
    "an id that is no name": (
        ACTIONS,
        "welcome:\n",
        "wel come:\n",
        "1: wel come: got 'wel come', expected a name that begins with a letter",
    ),
    "a list where keys belong": (
        "slots.yaml",
        "hero: {page: home, channel: web, kinds: [content, offer], otherwise: welcome}",
        "- hero",
        "1: the file: got ['hero'], expected keys with values",
    ),
}
"""What is done to the small pack, and the beginning of what is said of it behind the file's name."""


@pytest.mark.parametrize(("file", "old", "new", "said"), FORM.values(), ids=FORM)
def test_a_mistake_of_form_is_told_with_its_line(file: str, old: str, new: str, said: str) -> None:
    assert any(line.startswith(f"{file}:{said}") for line in refusals(changed(file, old, new)))


SENSE = {
    "a feature nobody knows": (
        ACTIONS,
        "profile.views.7d >= 2",
        "profile.view.7d >= 2",
        "16: coupon.when",
        "close to it: profile.views.7d",
    ),
    "a number held against a text": (
        ACTIONS,
        "profile.views.7d >= 2",
        "profile.last_search >= 2",
        "16: coupon.when",
        "column 21: '>=' does not go with a text and a number",
    ),
    "bounds that contradict": (
        ACTIONS,
        "profile.views.7d >= 2",
        "profile.views.7d > 5 && profile.views.7d < 3",
        "16: coupon.when",
        "cannot both be true",
    ),
    "a range that is never left": (
        ACTIONS,
        "profile.views.7d >= 2",
        "profile.bought_weekly > 8",
        "16: coupon.when",
        "a whole number from 0 to 8",
    ),
    "a text that is not among the choices": (
        ACTIONS,
        "profile.views.7d >= 2",
        'context.page == "hme"',
        "16: coupon.when",
        "context.page is one of home, cart",
    ),
    "an event outside its trigger": (
        ACTIONS,
        "profile.views.7d >= 2",
        "event.value > 2",
        "16: coupon.when",
        "a known name",
    ),
    "days that contradict": (
        ACTIONS,
        "  group: coupons\n",
        "  group: coupons\n  valid: {begins: 2026-05-02, ends: 2026-05-01}\n",
        "14: coupon.valid",
        "an end on or after the beginning",
    ),
    "a channel nobody has": (
        ACTIONS,
        "channels: [web, email]",
        "channels: [web, mail]",
        "14: coupon.channels.1",
        "a channel of pack.yaml; close to it: email",
    ),
    "a slot nobody has": (
        ACTIONS,
        "slots: [hero]\n  when",
        "slots: [heros]\n  when",
        "15: coupon.slots.0",
        "a slot of slots.yaml; close to it: hero",
    ),
    "a topic nobody has": (
        ACTIONS,
        "topic: offers\n  group",
        "topic: offer\n  group",
        "12: coupon.topic",
        "close to it: offers",
    ),
    "a budget nobody has": (
        ACTIONS,
        "budget: coupons",
        "budget: coupon",
        "20: coupon.incentives.budget",
        "close to it: coupons",
    ),
    "an objective nobody has": (
        ACTIONS,
        "objective: growth",
        "objective: groth",
        "11: coupon.objective",
        "close to it: growth",
    ),
    "a message without a topic": (
        ACTIONS,
        "  topic: offers\n  group",
        "  group",
        "8: coupon.topic",
        "customers choose by topic",
    ),
    "an offer that is said to be service": (
        ACTIONS,
        "kind: offer",
        "kind: offer\n  nature: service",
        "10: coupon.nature",
        "marketing: it has incentives",
    ),
    "a worth that is no number": (
        ACTIONS,
        "product.price * product.margin",
        "product.name",
        "18: coupon.worth",
        "the whole is a text, not a number",
    ),
    "a worth of what there is not": (
        ACTIONS,
        "product.price * product.margin",
        "product.price * product.margn",
        "18: coupon.worth",
        "close to it: product.margin",
    ),
    "words with a variable nobody knows": (
        ACTIONS,
        "{trait.first_name|friend}",
        "{trait.firstname|friend}",
        "27: coupon.treatments.web.en.title",
        "close to it: trait.first_name",
    ),
    "words that could lack something": (
        ACTIONS,
        "{trait.first_name|friend}",
        "{trait.first_name}",
        "27: coupon.treatments.web.en.title",
        "a fallback, as in {trait.first_name|there}",
    ),
    "a text written as money": (
        ACTIONS,
        "{trait.first_name|friend}",
        "{trait.first_name:money|}",
        "27: coupon.treatments.web.en.title",
        "a number for this form",
    ),
    "an incentive told of that is not given": (
        ACTIONS,
        "text: It waits for you.",
        'text: "{offer.incentive:money}"',
        "35: reminder.treatments.email.en.text",
        "incentives or a price",
    ),
    "words for a channel it does not have": (
        ACTIONS,
        "treatments: {email: {en: {subject: Your",
        "treatments: {web: {en: {title: x}}, email: {en: {subject: Your",
        "35: reminder.treatments.web",
        "one of its channels: email",
    ),
    "no words for a channel": (
        ACTIONS,
        '    web: {en: {title: "{offer.incentive:money} off, {trait.first_name|friend}"}}\n',
        "",
        "26: coupon.treatments",
        "words for web",
    ),
    "no words in the default language": (
        ACTIONS,
        "{web: {en: {title: Welcome}}}",
        "{web: {nl: {title: Welkom}}}",
        "7: welcome.treatments.web",
        "words in en, the default language",
    ),
    "a field that the channel does not have": (
        ACTIONS,
        "{en: {title: Welcome}}",
        "{en: {title: Welcome, subject: x}}",
        "7: welcome.treatments.web.en.subject",
        "one of the fields of a treatment for web",
    ),
    "a neutral action with a variable": (
        ACTIONS,
        "{title: Welcome}",
        '{title: "Hi {trait.first_name|you}"}',
        "7: welcome.treatments.web.en.title",
        "says nothing personal",
    ),
    "a neutral action with a condition": (
        ACTIONS,
        "  neutral: true\n",
        "  neutral: true\n  when: trait.member\n",
        "6: welcome.neutral",
        "it may always stand there",
    ),
    "a level without an incentive": (
        ACTIONS,
        "{percent: 10}",
        "{most: 1}",
        "22: coupon.incentives.ladder.p10",
        "either a percent or an amount",
    ),
    "a level called none": (
        ACTIONS,
        "p10:",
        "none:",
        "22: coupon.incentives.ladder.none",
        "the level without an incentive is always there",
    ),
    "an outcome of an event nobody sends": (
        ACTIONS,
        "{event: Purchased, by: product}",
        "{event: Purchase, by: product}",
        "25: coupon.outcomes.bought.event",
        "such as Purchased",
    ),
    "a step that no journey has": (
        "journeys.yaml",
        "action: reminder",
        "action: coupon",
        f"{ACTIONS}:31: reminder.kind",
        "a journey of journeys.yaml that has it as a step",
    ),
    "a journey without a goal": ("journeys.yaml", ", goal: true", "", "6: cart.exits", "an exit that is the goal"),
    "a journey paused by no state": (
        "journeys.yaml",
        "cart:\n",
        "cart:\n  pause_while: [loss]\n",
        "2: cart.pause_while.0",
        "a state of states.yaml",
    ),
    "a state that nothing ends": (
        "states.yaml",
        "  closes: {event: parcel_found}\n",
        "",
        "1: lost.lapses",
        "nothing closes it",
    ),
    "a state told apart by what its event lacks": (
        "states.yaml",
        "key: event.parcel",
        "key: event.number",
        "5: lost.key",
        "what the event that opens it says",
    ),
    "a suppression that allows and forbids": (
        "policy.yaml",
        "why: a parcel",
        "forbids: {topics: [offers]}, why: a parcel",
        "4: suppressions.parcel",
        "either allows or forbids",
    ),
    "a suppression that can never hold": (
        "policy.yaml",
        "when: state.lost",
        "when: state.lost && !state.lost",
        "4: suppressions.parcel.when",
        "a condition that can be true",
    ),
    "a cap over a topic nobody has": (
        "policy.yaml",
        "per: 7d",
        "per: 7d, of: {topics: [offer]}",
        "2: caps.two_a_week.of.topics.0",
        "a topic of pack.yaml",
    ),
    "a slot whose stand-in is personal": (
        "slots.yaml",
        "otherwise: welcome",
        "otherwise: coupon",
        "1: hero.otherwise",
        "a neutral action",
    ),
    "a way to send without an address": (
        "pack.yaml",
        ", address: trait.email",
        "",
        "4: channels.email.address",
        "the trait that holds where to send to",
    ),
    "a trait whose range is upside down": (
        "pack.yaml",
        "least: 0, most: 130",
        "least: 200, most: 130",
        "14: traits.age",
        "the least no greater than the most",
    ),
    "a language nobody speaks": (
        "pack.yaml",
        "title: A corner shop\n",
        "title: A corner shop\nlocales: {default: klingon}\n",
        "2: locales.default",
        "a language such as en",
    ),
    "clauses that contradict": (
        ACTIONS,
        "when: profile.views.7d >= 2",
        "when: [{is: profile.views.7d > 3}, {is: profile.views.7d < 2}]",
        "16: coupon.when",
        "conditions that can hold together",
    ),
    "a trigger that contradicts the clause": (
        ACTIONS,
        "when: profile.views.7d >= 2",
        "when: profile.views.7d >= 2\n  triggers: [{event: Viewed, when: profile.views.7d < 2}]",
        "17: coupon.triggers.0.when",
        "conditions that can hold together",
    ),
    "an offer that is said to be transactional": (
        ACTIONS,
        "kind: content\n",
        "kind: content\n  nature: transactional\n",
        "3: welcome.nature",
        "service or marketing",
    ),
    "words in a language nobody speaks": (
        ACTIONS,
        "{web: {en: {title: Welcome}}}",
        "{web: {en: {title: Welcome}, english: {title: Hi}}}",
        "7: welcome.treatments.web.english",
        "a language such as en",
    ),
    "a slot that nothing can stand in": (
        "slots.yaml",
        "hero: {",
        "side: {page: home, channel: web}\nhero: {",
        "1: side",
        "a slot that an action names",
    ),
    "a recommendation of no placement": (
        ACTIONS,
        "reminder:\n",
        "more: {kind: recommendation, title: More, channels: [web], recommends: {placement: hme}}\nreminder:\n",
        "30: more.recommends.placement",
        "close to it: home",
    ),
}
"""What is done to the small pack, where it is told, and a part of what was expected."""


@pytest.mark.parametrize(("file", "old", "new", "place", "said"), SENSE.values(), ids=SENSE)
def test_what_makes_no_sense_is_told_with_its_line(file: str, old: str, new: str, place: str, said: str) -> None:
    where = place if ".yaml:" in place else f"{file}:{place}"
    lines = refusals(changed(file, old, new))
    assert any(line.startswith(f"{where}: ") and said in line for line in lines), lines


def test_every_mistake_is_told_at_once() -> None:
    texts = changed(ACTIONS, "profile.views.7d >= 2", "profile.view.7d >= 2")
    texts["policy.yaml"] = texts["policy.yaml"].replace("state.lost", "state.los")
    texts["slots.yaml"] = texts["slots.yaml"].replace("channel: web", "channel: wbe")
    assert {line.partition(":")[0] for line in refusals(texts)} == {ACTIONS, "policy.yaml", "slots.yaml"}


@pytest.mark.parametrize("file", SMALL)
def test_what_a_missing_file_was_for_is_told(file: str) -> None:
    texts = {name: text for name, text in SMALL.items() if name != file}
    if file == "placements.yaml":
        assert Pack.compile(texts).placements is None
    elif file == "journeys.yaml":
        assert "a journey of journeys.yaml that has it as a step" in refusals(texts)[0]
    elif file == "policy.yaml":
        assert not Pack.compile(texts).policy.suppressions
    else:
        assert refusals(texts)


def test_a_file_that_no_pack_has_is_told() -> None:
    [line] = refusals({**SMALL, "polices.yaml": ""})
    assert line.startswith("polices.yaml:1: the file: got 'polices.yaml', expected one of pack.yaml, policy.yaml")


def test_an_id_in_two_files_is_told() -> None:
    again = {"actions/more.yaml": "welcome: {kind: content, title: Again, channels: [web]}\n"}
    [line] = refusals({**SMALL, **again})
    assert line.startswith(f"{ACTIONS}:1: welcome: got 'welcome', expected an id that stands once")


def test_an_empty_pack_file_is_told() -> None:
    assert refusals({**SMALL, "pack.yaml": "# nothing\n"})[0].startswith(
        "pack.yaml:1: the file: got None, expected the"
    )


@pytest.mark.parametrize("text", ["x: " + "[" * 3000, "{a: " * 800])
def test_what_is_nested_without_end_is_told(text: str) -> None:
    assert any(line.startswith("policy.yaml:1: the file: got") for line in refusals({**SMALL, "policy.yaml": text}))


def test_what_is_no_file_is_told_and_waited_for_by_nobody(tmp_path: Path) -> None:
    folder = write_pack(tmp_path, SMALL)
    os.mkfifo(folder / "actions" / "pipe.yaml")
    with pytest.raises(InvalidValue, match="expected a file, or another name") as refused:
        read_pack(folder)
    assert refused.value.value == str(folder / "actions" / "pipe.yaml")


@pytest.mark.parametrize("name", ["policy.yml", "actions/more/shop.yaml", "Policy.yaml"])
def test_a_file_that_is_misnamed_is_not_passed_over(tmp_path: Path, name: str) -> None:
    folder = write_pack(tmp_path, {**SMALL, name: ""})
    with pytest.raises(PackRefused, match=rf"^{name}:1: the file: got '{name}', expected one of pack.yaml"):
        read_pack(folder)


def test_what_lies_beside_a_pack_is_no_part_of_it(tmp_path: Path) -> None:
    folder = write_pack(tmp_path, {**SMALL, "import/mapping.yaml": "source: x", "scenarios/one.yaml": "- x"})
    assert read_pack(folder).version == Pack.compile(SMALL).version


@pytest.mark.parametrize("written", ["\ufeff{}", "{}\r\n"])
def test_files_of_other_systems_are_read(tmp_path: Path, written: str) -> None:
    folder = write_pack(tmp_path, SMALL)
    path = folder / "policy.yaml"
    path.write_bytes(written.format(SMALL["policy.yaml"]).replace("\n", "\r\n").encode())
    assert read_pack(folder).policy.policy.caps["two_a_week"].at_most == 2


@settings(max_examples=150)
@given(data=st.data())
def test_whatever_is_written_is_a_pack_or_refused_with_places(data: st.DataObject) -> None:
    """Any stretch of a file taken away, or put elsewhere: no other error, and no fault without its line."""
    file = data.draw(st.sampled_from(sorted(SMALL)))
    text = SMALL[file]
    begin = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(begin, min(len(text), begin + 60)))
    put = data.draw(st.sampled_from(["", "x", "[]", "{}", "null", "- ", ": ", "{a: {b}}", "\x00", "&a *a", text[:40]]))
    try:
        Pack.compile({**SMALL, file: text[:begin] + put + text[end:]})
    except PackRefused as refused:
        assert refused.faults
        assert all(fault.line >= 1 and fault.file and fault.expected for fault in refused.faults)

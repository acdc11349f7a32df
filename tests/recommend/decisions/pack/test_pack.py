"""Packs: one that is well compiles; what is wrong is told by file, line, key, value and expectation, all at once."""

import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph import InvalidValue
from graph.identity.wishes import MessageKind
from recommend.decisions.pack import Pack, PackRefused, read_pack
from tests.recommend.decisions.pack.refusals import refusals
from tests.recommend.decisions.pack.small_pack import SMALL, changed
from tests.recommend.decisions.pack.write_pack import write_pack

PACKS = Path(__file__).parents[4] / "packs"
ACTIONS = "actions/shop.yaml"


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


def test_what_an_offer_may_cost_and_what_its_chances_are_is_compiled_once() -> None:
    texts = changed(
        "actions/shop.yaml",
        "  outcomes:\n",
        "  price: {list: 10, floor: product.price * 0.8}\n"
        "  priors: [{rate: 0.4, when: own.bought >= 3}, {rate: 0.1}]\n  outcomes:\n",
    )
    coupon = Pack.compile(texts).actions["coupon"]
    assert [name for name, rung in coupon.offer.ladder.items() if rung.when is not None] == ["p25"]
    often, others = coupon.offer.priors
    assert often.when is not None and often.when.evaluate({"own.bought": 3.0}) is True
    assert (others.when, others.prior.rate) == (None, 0.1)
    price = coupon.offer.price
    assert price is not None and price.listed is not None and price.floor is not None
    assert (price.listed.value({}), price.floor.value({"product.price": 5.0})) == (10.0, 4.0)
    assert coupon.outcomes["bought"].event == "Purchased"


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

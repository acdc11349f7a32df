"""Settings chosen on a shop where one of them is plainly right, and the blends' short way against the long one."""

import numpy as np
import pytest

from embeddings.baselines import (
    EASE,
    GRIDS,
    JOINED,
    JOINS,
    Blend,
    BuyAgain,
    Discovered,
    MostPopular,
    PerTask,
    Tuned,
    tuned,
    tuned_lineup,
)
from embeddings.baselines.once import Once, Shared
from embeddings.evaluation import Split, Task, evaluate, time_split
from embeddings.evaluation.ranker import ScoreMethod, ScoreRanker
from embeddings.interaction_matrix import InteractionMatrix
from graph import DAY, Instant
from tests.embeddings.purchase_table import purchase_table

NUM_CUSTOMERS, NUM_PRODUCTS = 12, 8
CUT = 100


def shop() -> Split:
    """Long ago everybody bought p0 twice, and c % 2 of p6, p7; lately p1, twice; after the cut they buy p1 again, and
    p2, which two of them had bought lately."""
    rows = [(c, product, day) for c in range(NUM_CUSTOMERS) for product, day in ((0, 1), (0, 2), (6 + c % 2, 3))]
    rows += [(c, 1, day) for c in range(NUM_CUSTOMERS) for day in (96, 97)]
    rows += [(c, 2, 98) for c in (0, 1)]
    rows += [(c, product, 105) for c in range(NUM_CUSTOMERS) for product in (1, 2)]
    return time_split(purchase_table(rows, NUM_CUSTOMERS, NUM_PRODUCTS), Instant(CUT * DAY))


POPULAR = (MostPopular(), MostPopular(last_days=30))
AGAIN = (BuyAgain(None, popularity=0.0), BuyAgain(30.0, popularity=0.0))


@pytest.fixture(scope="module")
def chosen() -> dict[str, Tuned]:
    joins = [(again, weight) for again in AGAIN for weight in (0.1, 10.0)]
    return tuned({"popular": POPULAR, "buy again": AGAIN}, ["popular"], joins, shop(), k=1)


def test_the_setting_that_finds_most_is_chosen(chosen: dict[str, Tuned]) -> None:
    assert chosen["buy again"].best(Task.ALL).method == BuyAgain(30.0, popularity=0.0)
    assert chosen["popular"].best(Task.ALL).method == MostPopular(last_days=30)
    assert chosen["popular"].best(Task.NEW).ndcg == 1.0


def test_of_equal_settings_the_first_is_chosen(chosen: dict[str, Tuned]) -> None:
    assert [trial.ndcg for trial in chosen["buy again"].trials[Task.NEW]] == [0.0, 0.0]
    assert chosen["buy again"].best(Task.NEW).method == AGAIN[0]


def test_every_setting_is_tried_with_every_blend(chosen: dict[str, Tuned]) -> None:
    assert len(chosen["popular + buy again"].trials[Task.ALL]) == 2 * 4
    assert chosen["popular + buy again"].trials[Task.NEW] == chosen["popular"].trials[Task.NEW]


def test_a_trial_measures_what_evaluation_measures_of_the_same_method(chosen: dict[str, Tuned]) -> None:
    """The lists of blends are made the short way while tuning: they are those of the blend itself."""
    trials = [trial for line in chosen.values() for trial in line.trials[Task.ALL]]
    assert any(isinstance(trial.method, Blend) for trial in trials)
    methods = {repr(trial.method): trial.method for trial in trials}
    table = evaluate(methods, shop(), rng=np.random.default_rng(0), k=1)
    for trial in trials:
        row = table.row(repr(trial.method), Task.ALL)
        assert (trial.recall, trial.ndcg) == pytest.approx((row.recall.mean, row.ndcg.mean))


def test_without_time_the_first_setting_of_each_grid_is_tried() -> None:
    seen: list[str] = []
    found = tuned(
        {"popular": POPULAR, "buy again": AGAIN},
        [],
        [],
        shop(),
        seconds=0,
        progress=lambda what, done, of: seen.append(f"{what} {done}/{of}"),
        clock=iter(range(100)).__next__,
    )
    assert [(name, len(line.trials[Task.ALL]), line.untried) for name, line in found.items()] == [
        ("popular", 1, 1),
        ("buy again", 1, 1),
    ]
    assert seen == [f"trying {POPULAR[0]} 0/4", f"trying {AGAIN[0]} 2/4", "done 4/4"]


def test_each_task_is_ranked_with_the_settings_chosen_for_it() -> None:
    method = PerTask(MostPopular(), MostPopular(last_days=30))
    train = shop().matrix()
    ranker = method.fit(train)
    assert list(ranker.products) == train.products
    assert ranker.rank(train.customers[5:6], 1, False).tolist() == [[0]]
    assert ranker.everything.rank(train.customers[:1], 1, True).tolist() == [[7]]
    assert ranker.rank(train.customers[:1], 1, True).tolist() == [[3]]


class Counted:
    """Counts how often it is fitted."""

    def __init__(self) -> None:
        self.fits = 0

    def fit(self, train: InteractionMatrix) -> ScoreRanker:
        self.fits += 1
        return MostPopular().fit(train)


def test_what_two_lines_share_is_fitted_once() -> None:
    counted, train = Counted(), shop().matrix()
    once = Once(counted)
    assert once.fit(train) is once.fit(train)
    assert counted.fits == 1
    once.fit(shop().matrix())
    assert counted.fits == 2


def test_what_is_the_first_part_of_several_lines_is_fitted_once() -> None:
    counted, train, shared = Counted(), shop().matrix(), Shared()
    again = BuyAgain(30.0)
    for method in (counted, Discovered(counted), Blend(Discovered(counted), again), Blend(counted, again)):
        ranker = shared.once(method).fit(train)
        alone = method.fit(train)
        rows = np.arange(NUM_CUSTOMERS)
        np.testing.assert_array_equal(ranker.scorer.scores(rows), alone.scorer.scores(rows))
    assert counted.fits == 1 + 4
    assert shared.once(Blend(counted, again)) is shared.once(Blend(counted, again))


def test_while_choosing_what_discovery_multiplies_is_fitted_once() -> None:
    counted = Counted()
    grids: dict[str, list[ScoreMethod]] = {
        "first": [counted],
        "times": [Discovered(counted, 7.0), Discovered(counted, 15.0)],
    }
    found = tuned(grids, ["times"], [(AGAIN[0], 1.0)], shop(), k=1)
    assert counted.fits == 1
    assert [trial.method for trial in found["times"].trials[Task.NEW]] == grids["times"]
    assert len(found["times + buy again"].trials[Task.ALL]) == 2


def test_the_tuned_line_up_has_every_line_and_ranks_as_its_settings_do(chosen: dict[str, Tuned]) -> None:
    table = evaluate(tuned_lineup(chosen), shop(), rng=np.random.default_rng(0), k=1)
    assert table.methods == ["popular", "popular + buy again", "buy again"]
    for name, line in chosen.items():
        for task in Task:
            assert table.row(name, task).ndcg.mean == pytest.approx(line.best(task).ndcg)


def test_the_grids_join_what_they_name_and_hold_the_fixed_settings_first() -> None:
    assert set(JOINED) <= set(GRIDS)
    assert len(set(JOINS)) == len(JOINS)
    for name, grid in GRIDS.items():
        assert len(set(grid)) == len(grid), name
    assert GRIDS["EASE"][0] == EASE()

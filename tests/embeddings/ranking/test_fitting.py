"""Networks fitted to examples whose answer is known."""

import numpy as np
import pytest
import torch

from embeddings.ranking.fitting import Examples, FitConfig, Loss, calibrated, fitted, log_loss, logistic, softmax_loss
from embeddings.ranking.network import Network


def examples(num_customers: int = 100, each: int = 20) -> Examples:
    """Each customer buys where the first input is above the second."""
    inputs = np.random.default_rng(0).normal(5.0, 3.0, size=(num_customers * each, 6)).astype(np.float32)
    return Examples(inputs, (inputs[:, 0] > inputs[:, 1]).astype(np.float32), np.full(num_customers, each))


@pytest.mark.parametrize("loss", [log_loss, softmax_loss])
def test_serving_computes_what_training_did(loss: Loss) -> None:
    known = examples()
    network, module = fitted(known, FitConfig(hidden=8, epochs=10, customers=5), loss)
    with torch.no_grad():
        expected = module(torch.from_numpy(known.inputs)).numpy()
    assert np.allclose(network.logits(known.inputs), expected, atol=1e-4)


def test_log_loss_finds_what_made_the_data() -> None:
    known = examples()
    network, _ = fitted(known, FitConfig(hidden=8, epochs=10, customers=5), log_loss)
    assert ((network.logits(known.inputs) > 0) == (known.bought > 0)).mean() > 0.95


def test_softmax_loss_is_the_share_of_what_was_bought() -> None:
    logits = torch.log(torch.tensor([1.0, 3.0, 2.0, 2.0]))
    customer = torch.tensor([0, 0, 1, 1])
    one = softmax_loss(logits, torch.tensor([0.0, 1.0, 0.0, 0.0]), customer)
    assert one.item() == pytest.approx(-np.log(0.75))
    both = softmax_loss(logits, torch.tensor([0.0, 1.0, 1.0, 1.0]), customer)
    assert both.item() == pytest.approx((-np.log(0.75) + 2**0.5 * np.log(2)) / (1 + 2**0.5))


def test_who_bought_nothing_teaches_a_softmax_nothing() -> None:
    logits = torch.zeros(3, requires_grad=True)
    softmax_loss(logits, torch.zeros(3), torch.tensor([0, 0, 1])).backward()  # type: ignore[no-untyped-call]
    assert logits.grad is not None and not logits.grad.any()


def test_calibration_keeps_the_order_of_a_customer_and_says_how_likely_all_of_it_is() -> None:
    rng = np.random.default_rng(2)
    inputs = rng.normal(size=(6000, 2)).astype(np.float32)
    inputs[:, 1] = np.repeat(rng.normal(size=300), 20)  # a column that is the customer's
    logit = 2 * inputs[:, 0] + 3 * inputs[:, 1] - 1
    bought = (rng.random(6000) < 1 / (1 + np.exp(-logit))).astype(np.float32)
    known = Examples(inputs, bought, np.full(300, 20))
    network, _ = fitted(known, FitConfig(hidden=4, epochs=5), softmax_loss)
    found = calibrated(network, known, slice(1, 2))
    same = np.argsort(network.logits(inputs[:20])).tolist()
    assert np.argsort(found.logits(inputs[:20])).tolist() == same
    assert np.corrcoef(found.logits(inputs), logit)[0, 1] > 0.95
    assert (1 / (1 + np.exp(-found.logits(inputs)))).mean() == pytest.approx(bought.mean(), abs=0.01)


def test_a_network_is_two_hidden_layers() -> None:
    network = Network(
        first=np.array([[1, -1], [0, 0]], dtype=np.float32),
        second=np.array([[1, 0], [0, 2], [0, 0.5]], dtype=np.float32),
        third=np.array([1, -1, 0.25], dtype=np.float32),
    )
    assert network.logits(np.array([[3], [-2]], dtype=np.float32)).tolist() == [3 - 0.5 + 0.25, 0 - 4.5 + 0.25]


def test_a_logistic_regression_finds_what_made_the_data() -> None:
    inputs = np.random.default_rng(0).normal(size=(4000, 2)).astype(np.float32)
    chance = 1 / (1 + np.exp(-(2 * inputs[:, 0] - inputs[:, 1] - 1)))
    bought = (np.random.default_rng(1).random(4000) < chance).astype(np.float32)
    assert np.allclose(logistic(inputs, bought), [2, -1, -1], atol=0.2)

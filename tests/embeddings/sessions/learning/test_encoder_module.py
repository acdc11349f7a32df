"""EncoderModule: what is learnt is what serves."""

import numpy as np
import pytest
import torch

from embeddings.sessions.learning.encoder_module import EncoderModule
from tests.embeddings.sessions.ways import rows


def test_every_beginning_gets_the_vector_that_serving_computes() -> None:
    generator = torch.Generator().manual_seed(0)
    module = EncoderModule(dim=4, most_products=6, dropout=0.0, generator=generator)
    vectors = torch.nn.functional.normalize(torch.randn(9, 4, generator=generator), dim=1)
    encoder = module.encoder(vectors, torch.ones(9, dtype=torch.bool))
    session = rows(3, 1, 8, 1, 0)
    learnt = module(vectors[torch.from_numpy(session)][None])[0]
    for place in range(5):
        assert encoder.vector(session[: place + 1]) == pytest.approx(learnt[place].detach().numpy(), abs=1e-5)


def test_it_goes_on_from_an_encoder() -> None:
    first = EncoderModule(4, 6, 0.0, torch.Generator().manual_seed(0))
    encoder = first.encoder(torch.eye(4), torch.tensor([True, True, True, False]))
    assert encoder.vectors[3].tolist() == [0, 0, 0, 0]
    second = EncoderModule(4, 6, 0.0, torch.Generator().manual_seed(1))
    second.take(encoder)
    assert np.array_equal(second.encoder(torch.eye(4), torch.ones(4, dtype=torch.bool)).out, encoder.out)


def test_dropout_leaves_the_mean_as_it_is() -> None:
    module = EncoderModule(2, 3, 0.5, torch.Generator().manual_seed(0))
    dropped = module._dropped(torch.ones(2000, 1, 2))
    assert set(dropped.flatten().tolist()) == {0.0, 2.0}
    assert float(dropped.mean()) == pytest.approx(1.0, abs=0.05)

"""What the profile route predicts."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.settings import loaded_settings
from embeddings.predictions.learning import PredictionsConfig
from embeddings.registry import Registry
from graph.data_folder import DataFolder
from tests.api.in_process import InProcess
from tests.api.shop import build_version

LOVER = "dairy-lover-2"


@pytest.fixture(scope="module")
def shown(shop: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[InProcess]:
    """An application whose published version has predictions."""
    data = shutil.copytree(shop, tmp_path_factory.mktemp("predicted") / "data")
    version = build_version(data, PredictionsConfig(least_customers=20, least_buyers=5))
    Registry(DataFolder(data).embeddings).publish(version)
    with InProcess(loaded_settings(data=data)) as running:
        yield running


def test_a_version_without_predictions_predicts_nothing(shop_app: InProcess) -> None:
    assert shop_app.get(f"/v1/customers/{LOVER}").json()["predictions"] == {}


def test_each_prediction_tells_what_computed_it_and_when(shown: InProcess) -> None:
    found = shown.get(f"/v1/customers/{LOVER}").json()["predictions"]
    assert sorted(found) == ["category_propensity", "next_purchase"]
    for prediction in found.values():
        assert sorted(prediction) == ["computed", "model", "until", "value", "version"]
        assert (prediction["version"], prediction["computed"][:4]) == ("v0002", prediction["until"][:4])
    following, likely = found["next_purchase"]["value"], found["category_propensity"]["value"]
    assert 0 <= following["within_7_days"] <= following["within_30_days"] <= 1
    assert sorted(likely) == ["BABY", "DAIRY", "PARTY"]
    assert next(iter(likely)) == "DAIRY"
    assert shown.get(f"/v1/customers/{LOVER}/export").json()["profile"]["predictions"].keys() == found.keys()


def test_who_refuses_personalization_is_not_predicted_nor_who_never_bought(shown: InProcess) -> None:
    shown.view("party-03", userId="looks only")
    assert shown.get("/v1/customers/looks only").json()["predictions"] == {}
    shown.put(f"/v1/customers/{LOVER}/consents", {"consents": {"personalization": False}})
    assert shown.get(f"/v1/customers/{LOVER}").json()["predictions"] == {}
    shown.put(f"/v1/customers/{LOVER}/consents", {"consents": {"personalization": True}})
    assert len(shown.get(f"/v1/customers/{LOVER}").json()["predictions"]) == 2

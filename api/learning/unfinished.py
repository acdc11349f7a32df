"""An unfinished training: what a training that was ended left behind, and the next one goes on with."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import click
import msgspec

from api.learning.learning_data import LearningData
from embeddings.checkpoint import Checkpoint, fingerprint
from embeddings.gnn.config import GnnConfig
from graph import Instant, PatronError, iso
from graph.files import hold, replace
from graph.nodes import Stamp

__all__ = ["TrainingRun", "training_run"]

FOLDER = ".training"
SAVED = 2
"""The number of what checkpoints hold; those of another are not gone on with."""


@dataclass(frozen=True)
class TrainingRun:
    """known: what is learnt from; of an unfinished training what it learnt from, whatever came since.

    twin, whole: where the epochs of the two trainings of a version are kept.
    """

    known: LearningData
    twin: Checkpoint
    whole: Checkpoint


class _Begun(msgspec.Struct, frozen=True):
    """The file `begun.json`: what a training was begun with."""

    as_of: Instant
    settings: str


@contextmanager
def training_run(
    folder: Path, known: LearningData, config: GnnConfig, parent: str, *, fresh: bool = False
) -> Iterator[TrainingRun]:
    """The training under a folder of versions: the unfinished one where data and settings are the same, else a new one.

    Left by an error or a signal, its checkpoints stay; left in order, they are removed. parent: the version it starts
    from, "" for none. fresh: forget the unfinished one. PatronError while another training goes on there.
    """
    place = folder / FOLDER
    place.mkdir(parents=True, exist_ok=True)
    with hold(place) as mine:
        if not mine:
            raise PatronError(f"another `patron train` goes on in {str(folder)!r}: expected it to have ended")
        if fresh:
            _empty(place)
        yield _gone_on(place, known, config, parent) or _begun(place, known, config, parent)
        shutil.rmtree(place)


def _gone_on(place: Path, known: LearningData, config: GnnConfig, parent: str) -> TrainingRun | None:
    """The unfinished training, None where there is none or it cannot go on; which of it, and why, is said."""
    try:
        begun = msgspec.json.decode((place / "begun.json").read_bytes(), type=_Begun)
    except (FileNotFoundError, msgspec.DecodeError):
        return None
    run = _run(place, known.until(begun.as_of), config, parent)
    if begun.settings != _settings(config, parent):
        click.echo("an unfinished training had other settings: this one begins anew", err=True)
        return None
    if run.twin.is_of_another() or run.whole.is_of_another():
        click.echo("an unfinished training learnt from what is now different: this one begins anew", err=True)
        return None
    click.echo(f"going on with the unfinished training on what was done up to {iso(begun.as_of)}", err=True)
    return run


def _begun(place: Path, known: LearningData, config: GnnConfig, parent: str) -> TrainingRun:
    _empty(place)
    begun = _Begun(known.as_of, _settings(config, parent))
    replace(place / "begun.json", msgspec.json.encode(begun))
    return _run(place, known, config, parent)


def _settings(config: GnnConfig, parent: str) -> str:
    return fingerprint(SAVED, config, parent)


def _run(place: Path, known: LearningData, config: GnnConfig, parent: str) -> TrainingRun:
    described = [
        msgspec.structs.replace(
            product, price=None, currency="", in_stock=True, retired=False, regions=(), stamp=Stamp()
        )
        for product in known.products
    ]  # what changes every day, and embeddings do not learn from
    data = fingerprint(known.edges, described, known.campaigns, config, parent)
    return TrainingRun(known, Checkpoint(place / "twin", data), Checkpoint(place / "whole", data))


def _empty(place: Path) -> None:
    for path in place.iterdir():
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()

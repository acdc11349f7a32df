"""patron train: learn embeddings from the graph and write the next version; publishing it is another command."""

from dataclasses import replace
from pathlib import Path

import click
import msgspec

from api.learning.training import DEFAULTS
from api.settings import loaded_settings
from api.workbench import Workbench

__all__ = ["command"]


@click.command("train")
@click.option("--data", type=click.Path(path_type=Path), help="The data folder.")
@click.option("--epochs", type=click.IntRange(0), default=DEFAULTS.epochs, show_default=True, help="The most rounds.")
@click.option("--dim", type=click.IntRange(2, 512), help=f"Numbers a vector.  [default: {DEFAULTS.dim}, or as --from]")
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="What random choices start from.")
@click.option("--from", "parent", default="", help="Start from this version, or `champion`, and learn on.")
@click.option("--device", default="cpu", show_default=True, help="What learns: cpu, or an accelerator such as cuda.")
@click.option("--fresh", is_flag=True, help="Forget a training that was ended instead of going on with it.")
@click.option("--json", "as_json", is_flag=True, help="Print the version's manifest as JSON.")
def command(
    data: Path | None, epochs: int, dim: int | None, seed: int, parent: str, device: str, fresh: bool, as_json: bool
) -> None:
    """Train on everything in the graph and write the next version, the candidate; nothing is published.

    The same settings are trained first without the last days, so that the gate of `patron publish` knows how well they
    find what was bought in them. The round that finds the most is the version's last, be it none; where hardly anything
    was bought in those days all rounds are made. A training that was ended, by Ctrl-C or a power cut, goes on after its
    last whole round when it is called again with the same settings. `torchrun --nproc-per-node 2 --local-ranks-filter 0
    -m api train` trains in two processes, of which the first writes; with `--device cuda` each has a GPU of its own.
    """
    bench = Workbench(loaded_settings(data=data))
    dim = dim or (bench.registry.manifest(bench.version(parent)).dim if parent else DEFAULTS.dim)
    config = replace(DEFAULTS, epochs=epochs, dim=dim, seed=seed)
    try:
        version = bench.train(config, start_from=parent, fresh=fresh, device=device)
    except KeyboardInterrupt:
        click.echo("\nended: the same call goes on after the last whole round, with --fresh it begins anew", err=True)
        raise
    if as_json:
        click.echo(msgspec.json.encode(bench.registry.manifest(version)))
    else:
        click.echo(f"{version} is trained; `patron publish {version}` serves it")

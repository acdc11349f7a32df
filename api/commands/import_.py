"""patron import: bring history from files into the log, the graph and the profiles."""

from collections import Counter
from pathlib import Path

import click
import msgspec

from api.clock import now
from api.profile_store import profile_store
from api.progress import stage
from api.settings import Settings, loaded_settings
from graph.data_folder import DataFolder
from graph.identity.marking import Marking
from graph.identity.people import People
from graph.log.dead_letters import DeadLetters, Retention
from graph.log.lag import lag_of
from graph.log.log_file import LogFile
from graph.log.opening import open_log, read_log
from graph.profile.features.table_file import read_feature_table
from graph.projection.catch_up import Projection, catch_up
from graph.projection.graph_projection import GRAPH_BATCH, GraphProjection
from graph.projection.serving_projection import ServingProjection
from graph.sources.history import ImportReport, import_history
from graph.sources.history_files import file_names, read_history
from graph.sources.mapping import Mapping
from graph.sources.mapping_file import load_mapping
from graph.sources.row_letters import RowLetters
from graph.stores.open import open_graph

__all__ = ["bring_up", "command", "import_into"]

CATCH_UP_BATCH = 20_000
SHOWN_REASONS = 10


@click.command("import")
@click.option(
    "--mapping",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    required=True,
    help="The mapping file: which column of which file is what.",
)
@click.option(
    "--files",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="The folder the mapping's files lie in; the mapping's own folder where it is not given.",
)
@click.option("--data", type=click.Path(path_type=Path), help="The data folder to import into.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
def command(mapping: Path, files: Path | None, data: Path | None, as_json: bool) -> None:
    """Import a shop's files; importing them again changes nothing."""
    settings = loaded_settings(data=data)
    with DataFolder(settings.data).exclusive():
        report = import_into(settings, load_mapping(mapping), files or mapping.parent)
    if as_json:
        click.echo(msgspec.json.encode(report))
        return
    click.echo(
        f"{report.accepted:,} events imported, {report.duplicates:,} known already, {report.refused:,} rows refused"
    )
    for name, count in sorted(report.by_type.items()):
        click.echo(f"{count:>12,}  {name}")
    if report.withheld:
        click.echo(f"{report.withheld:,} observations withheld: their customers refuse every use of them")
    if report.refused:
        click.echo(f"{report.letters:,} of them kept as dead letters (`patron dead-letters list` shows them)")
        click.echo("refused, by reason (`patron validate` shows more):")
    for reason in report.reasons[:SHOWN_REASONS]:
        click.echo(f"{reason.rows:>12,}  {reason.file}: {reason.field}: expected {reason.expected}")
    for example in report.examples[:SHOWN_REASONS]:
        click.echo(f"    {example}")


def import_into(settings: Settings, mapping: Mapping, files: Path) -> ImportReport:
    """Import into a data folder the caller owns: first the log, with the refused rows beside it as dead letters, then
    everything that is a fold of it."""
    graph = open_graph(settings.graph_url)
    try:
        graph.position()  # a store that is away is told of before the files are read
    finally:
        graph.close()
    folder = DataFolder(settings.data)
    log = open_log(folder.log, settings.log, partitions=settings.log_partitions)
    profiles = profile_store(settings)
    marking = Marking(People(profiles.read).consents, settings.consent_defaults)
    begun, kept = now(), DeadLetters(log)
    try:
        letters = RowLetters(kept, mapping.source, file_names(mapping, files), begun, settings.dead_letters)
        with stage("reading the files into the event log") as advance:
            rows: Counter[str] = Counter()

            def read(file: str, count: int) -> None:
                rows[file] += count
                advance(rows.total(), None, f"rows, now {file}")

            history = read_history(mapping, files, begun, read)
            report = import_history(history, log, marking=marking, letters=letters)
        kept.prune(Retention(settings.dead_letters, settings.dead_letter_days), begun)
    finally:
        log.close()
        profiles.close()
    bring_up(settings)
    return report


def bring_up(settings: Settings) -> None:
    """Bring the graph and the profiles of a data folder to the end of its log, saying so where they are not there."""
    folder = DataFolder(settings.data)
    log = read_log(folder.log, settings.log)
    profiles = profile_store(settings)
    features = read_feature_table(settings.profile_file)
    graph = open_graph(settings.graph_url)
    in_a_file = settings.graph_url.startswith("sqlite")
    try:
        _follow(
            "building the customer graph", log, GraphProjection(graph), CATCH_UP_BATCH if in_a_file else GRAPH_BATCH
        )
        _follow("folding the profiles", log, ServingProjection(profiles, table=features), CATCH_UP_BATCH)
    finally:
        graph.close()
        profiles.close()
        log.close()


def _follow(title: str, log: LogFile, projection: Projection, batch: int) -> None:
    total = lag_of(log, projection.position()).events
    if not total:
        return
    with stage(title) as advance:
        done = 0

        def applied(events: int) -> None:
            nonlocal done
            done += events
            advance(done, total)

        catch_up(log, projection, batch=batch, progress=applied)

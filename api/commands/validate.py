"""patron validate: what an import would do, and which rows it would refuse and why."""

from collections import Counter
from pathlib import Path

import click
import msgspec

from api.clock import now
from api.progress import stage
from graph import iso
from graph.sources.mapping_file import load_mapping
from graph.sources.report import Report, validate

__all__ = ["command"]

SHOWN = 20


@click.command("validate")
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
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
def command(mapping: Path, files: Path | None, as_json: bool) -> None:
    """Read a shop's files as an import would, and keep nothing; exit code 1 where rows would be refused."""
    with stage("reading the files") as advance:
        rows: Counter[str] = Counter()

        def read(file: str, count: int) -> None:
            rows[file] += count
            advance(rows.total(), None, f"rows, now {file}")

        report = validate(load_mapping(mapping), files or mapping.parent, now(), read)
    if as_json:
        window = {
            name: None if at is None else iso(at) for name, at in (("since", report.since), ("until", report.until))
        }
        click.echo(msgspec.json.encode(msgspec.structs.asdict(report) | window))
    else:
        _print(report)
    if report.refused:
        raise SystemExit(1)


def _print(report: Report) -> None:
    for file, count in sorted(report.rows.items()):
        click.echo(f"{count:>12,}  rows of {file}")
    for name, count in sorted(report.events.items()):
        click.echo(f"{count:>12,}  {name} events")
    click.echo(f"{report.order_lines:>12,}  order lines")
    if report.since is not None and report.until is not None:
        click.echo(
            f"from {iso(report.since)} to {iso(report.until)}, currencies: {', '.join(report.currencies) or 'none'}"
        )
    if report.undescribed:
        click.echo(
            f"{report.undescribed:,} products are met that no products table describes: "
            f"{', '.join(report.undescribed_examples)}"
        )
    click.echo(f"{report.refused:,} rows would be refused")
    for reason in report.reasons[:SHOWN]:
        click.echo(f"{reason.rows:>12,}  {reason.file}: {reason.field}: expected {reason.expected}")
    for example in report.examples[:SHOWN]:
        click.echo(f"    {example}")

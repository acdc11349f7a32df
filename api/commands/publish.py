"""patron publish: make a trained version the one that is served, once the gate lets it through."""

from pathlib import Path

import click
import msgspec

from api.settings import loaded_settings
from api.workbench import Workbench
from embeddings.artifacts.report import Report

__all__ = ["command"]

REFUSED = 1


@click.command("publish")
@click.argument("version", required=False)
@click.option(
    "--check", is_flag=True, help="Say what the gate finds and publish nothing; exit code 1 where it refuses."
)
@click.option("--force", metavar="REASON", default="", help="Publish what the gate refuses; the reason is kept.")
@click.option("--data", type=click.Path(path_type=Path), help="The data folder.")
@click.option("--json", "as_json", is_flag=True, help="Print what is published, or found, as JSON.")
def command(version: str | None, check: bool, force: str, data: Path | None, as_json: bool) -> None:
    """Publish VERSION, or the candidate; running servers swap to it within a second, without losing a request.

    VERSION is a name such as v0002, or `candidate`, the version trained last.
    """
    if check and force:
        raise click.UsageError("--check publishes nothing: there is nothing to --force.")
    bench = Workbench(loaded_settings(data=data))
    chosen = bench.version(version or "")
    if check:
        report = bench.examine(chosen)
        click.echo(msgspec.json.encode(report.as_json()) if as_json else "\n".join(_lines(report)))
        click.get_current_context().exit(REFUSED if report.refusals else 0)
    before = bench.registry.current()
    report = bench.publish(chosen, force=force)
    refused = [str(refusal) for refusal in report.refusals]
    if as_json:
        answer = {"published": chosen, "before": before, "notes": report.notes}
        click.echo(msgspec.json.encode(answer | ({"forced": force, "refused": refused} if refused else {})))
        return
    for line in (*refused, *report.notes):
        click.echo(line, err=True)
    if before == chosen:
        click.echo(f"{chosen} is published, as it was before")
    else:
        how = "published although the gate refuses it" if refused else "published"
        click.echo(f"{chosen} is {how}" + (f"; before it was {before}" if before else ""))


def _lines(report: Report) -> list[str]:
    """A report as text, a line a check."""
    width = max(len(check.name) for check in report.checks)
    found = [str(check.interval or f"{check.measured:.6g}") for check in report.checks]
    lines = [
        f"{'passed' if check.passed else 'REFUSED':7}  {check.name:{width}}  {figure:26}  {check.expected}"
        for check, figure in zip(report.checks, found, strict=True)
    ]
    against = f" beside {report.champion}" if report.champion else ""
    verdict = f"refused: {len(report.refusals)} checks are not passed" if report.refusals else "would be published"
    return [*lines, *report.notes, f"{report.version}{against}: {verdict}"]

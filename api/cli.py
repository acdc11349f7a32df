"""The `patron` command: a verb is a file under api/commands, loaded only when it is called."""

import importlib
import sys

import click

from graph import PatronError

__all__ = ["main"]

COMMANDS = {
    "demo": "A real retailer, from data to answers, with a guided tour.",
    "import": "Bring history from files into the graph.",
    "validate": "Say what an import would do, and which rows it would refuse and why.",
    "train": "Learn embeddings from the graph.",
    "evaluate": "Compare every method on the same time split.",
    "publish": "Make a trained version the one that is served.",
    "rollback": "Serve the version published before.",
    "serve": "Answer over HTTP.",
    "worker": "Keep the graph and the stored profiles up with the event log.",
}


class Verbs(click.Group):
    """The commands by name, each imported on first use."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"api.commands.{cmd_name}" if cmd_name != "import" else "api.commands.import_")
        command = module.command
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=Verbs, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="patron")
def patron() -> None:
    """Patron: a personalization engine."""


def main() -> None:
    """Run a command; what Patron refuses ends with its message and exit code 1, a wrong call with 2."""
    try:
        patron(standalone_mode=False)
    except click.Abort:
        sys.exit(130)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except PatronError as error:
        click.echo(f"patron: {error}", err=True)
        sys.exit(1)

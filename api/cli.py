"""The `patron` command: a verb is a file under api/commands, loaded only when it is called."""

import importlib
import os
import sys
from collections.abc import Sequence

import click

from graph import PatronError

__all__ = ["main"]

COMMANDS = {
    "demo": "A real retailer, from data to answers, with a guided tour.",
    "import": "Bring history from files into the graph.",
    "validate": "Say what an import would do, and which rows it would refuse and why.",
    "rebuild": "Make the graph and the profiles anew from the event log.",
    "graph": "Copy the customer graph from one store into another.",
    "train": "Learn embeddings from the graph.",
    "evaluate": "Compare every method on the same time split.",
    "publish": "Make a trained version the one that is served.",
    "rollback": "Serve the version published before.",
    "pack": "What may be done, for whom and how often: check it, publish it, go back.",
    "serve": "Answer over HTTP.",
    "consume": "Send the records of a Kafka topic to a running server.",
    "worker": "Keep the graph and the stored profiles up with the event log.",
    "dead-letters": "What was refused and why: list it, read it again, drop it.",
}

MODULES = {"import": "import_", "dead-letters": "dead_letters"}
"""Of the commands whose names no module can have."""

EXTRAS = {"torch": "train", "torch_geometric": "train", "httpx": "demo"}
"""What only some commands need, and the extra that brings it."""

INTERRUPTED = 130


class Verbs(click.Group):
    """The commands by name, each imported on first use."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        try:
            module = importlib.import_module(f"api.commands.{MODULES.get(cmd_name, cmd_name)}")
        except ModuleNotFoundError as error:
            raise _not_installed(cmd_name, error) from None
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


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command, that of the process unless `arguments` are given, and exit.

    What cannot be done ends with one line and exit code 1, a wrong call with 2, Ctrl-C with 130.
    """
    try:
        sys.exit(patron(arguments, standalone_mode=False))
    except (click.Abort, KeyboardInterrupt):
        sys.exit(INTERRUPTED)
    except click.UsageError as error:
        called = error.ctx.command_path if error.ctx else "patron"
        _fail(f"{error.format_message()} `{called} --help` says what it takes.", error.exit_code)
    except click.ClickException as error:
        _fail(error.format_message(), error.exit_code)
    except PatronError as error:
        _fail(str(error), 1)
    except BrokenPipeError:  # whoever read the answer has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except OSError as error:
        _fail(f"{error.filename or 'system'}: {error.strerror or error}", 1)


def _fail(message: str, code: int) -> None:
    click.echo(f"patron: {' '.join(message.split())}", err=True)
    sys.exit(code)


def _not_installed(command: str, error: ModuleNotFoundError) -> PatronError | ModuleNotFoundError:
    extra = EXTRAS.get((error.name or "").partition(".")[0])
    if extra is None:
        return error
    return PatronError(f"`patron {command}` needs {error.name}, which is not installed: pip install 'patron[{extra}]'")

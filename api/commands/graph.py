"""patron graph: what is done to a customer graph as a whole."""

import click

from api.commands.graph_copy import copy

__all__ = ["command"]


@click.group("graph")
def command() -> None:
    """The customer graph as a whole."""


command.add_command(copy)

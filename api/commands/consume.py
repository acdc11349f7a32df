"""patron consume: the records of a Kafka topic into a running server."""

import logging
import signal
from contextlib import closing
from types import FrameType

import click
import msgspec

from api.processes.forwarding import Format, Forwarder, Taken
from api.settings import loaded_settings
from graph.log.kafka.address import KafkaAddress

__all__ = ["command"]

_log = logging.getLogger("patron.consume")


@click.command("consume")
@click.argument("topic", metavar="kafka://HOST:PORT/TOPIC")
@click.option(
    "--format",
    "form",
    type=click.Choice([one.value for one in Format]),
    default=Format.SEGMENT.value,
    show_default=True,
    help="What each record's value is.",
)
@click.option("--group", default="patron", show_default=True, help="The consumer group; its members share the topic.")
@click.option("--to", help="The server's URL; where PATRON_HOST and PATRON_PORT say it is unless given.")
@click.option("--json", "as_json", is_flag=True, help="Print what became of the records as JSON at the end.")
def command(topic: str, form: str, group: str, to: str | None, as_json: bool) -> None:
    """Send the records of a topic to a running server, which takes them as it takes requests, until told to stop.

    A record's offset is committed once its event is durable or kept as a dead letter; while the server is away nothing
    is read on. The secret key is read from PATRON_SECRET_KEY.
    """
    settings = loaded_settings()
    address = KafkaAddress.of(topic)
    from api.processes.topic_source import TopicSource  # its client is an extra

    logging.basicConfig(level=settings.log_level.upper(), format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    stopped = False

    def stop(_signal: int, _frame: FrameType | None) -> None:
        nonlocal stopped
        if stopped:  # asked twice: whatever is under way will come again
            raise SystemExit(0)
        stopped = True

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    total = Taken()

    def tell(taken: Taken) -> None:
        nonlocal total
        total = total.plus(taken)
        _log.info("%d events, %d known already, %d records refused", *taken)

    with closing(TopicSource(address, group)) as source:
        forwarder = Forwarder(
            to or f"http://{settings.host}:{settings.port}",
            settings.secret_key.get_secret_value(),
            Format(form),
            source.wait,
            _log.warning,
        )
        source.forward(forwarder, tell, lambda: not stopped)
    if as_json:
        click.echo(msgspec.json.encode(total._asdict()))
    else:
        click.echo(f"{total.accepted:,} events, {total.duplicates:,} known already, {total.refused:,} records refused")

"""KafkaAddress: the brokers and the topic that a setting names."""

from importlib.util import find_spec
from typing import NamedTuple

from graph.errors import InvalidValue, PatronError

__all__ = ["KafkaAddress"]

_SCHEME = "kafka://"


class KafkaAddress(NamedTuple):
    """servers: ``host:port``, several separated by commas."""

    servers: str
    topic: str

    @classmethod
    def of(cls, url: str) -> "KafkaAddress":
        """What a URL names; InvalidValue where that is no topic, PatronError where the client is not installed.

        >>> KafkaAddress.of("kafka://one:9092,two:9092/events")
        KafkaAddress(servers='one:9092,two:9092', topic='events')
        """
        servers, _, topic = url.removeprefix(_SCHEME).partition("/")
        if not url.startswith(_SCHEME) or not topic or "/" in topic or not all(map(_is_server, servers.split(","))):
            raise InvalidValue("PATRON_LOG", url, "nothing, or kafka://host:port/topic (several host:port by commas)")
        if find_spec("confluent_kafka") is None:
            raise PatronError("an event log in Kafka needs its client: pip install 'patron[kafka]'")
        return cls(servers, topic)


def _is_server(text: str) -> bool:
    host, _, port = text.rpartition(":")
    return bool(host) and port.isascii() and port.isdigit() and 0 < int(port) < 2**16

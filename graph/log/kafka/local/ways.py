"""The ways to a Kafka: an address given, or Java with Maven; the first that is there is taken."""

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType

from graph.errors import StoreUnavailable
from graph.local_servers.jars import Jars, cache_folder
from graph.local_servers.java import javas
from graph.log.kafka.local.broker import LocalKafka

__all__ = ["DEFAULT_VERSION", "GivenKafka", "find_kafka"]

DEFAULT_VERSION = "4.4.0"
NEEDED_JAVA = 17
LOGGING_VERSION = "2.25.5"


class GivenKafka:
    """Brokers somebody else runs: entering and leaving do nothing."""

    def __init__(self, servers: str) -> None:
        self.servers = servers

    def __enter__(self) -> "GivenKafka":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave them running."""


def find_kafka(
    environ: Mapping[str, str],
    *,
    home: Path | None = None,
    port: int = 0,
    version: str = DEFAULT_VERSION,
    say: Callable[[str], None] = lambda _: None,
) -> GivenKafka | LocalKafka:
    """The brokers to use, whose `servers` are good inside ``with``: what KAFKA_SERVERS names, else one of our own.

    Nothing is started or fetched yet. Our own keeps its topics in `home`, else in a temporary folder; what takes
    seconds is announced to `say`. StoreUnavailable says which ways there are and what each lacks.
    """
    if given := environ.get("KAFKA_SERVERS"):
        return GivenKafka(given)
    java = next((java for java in javas(environ) if java.version >= NEEDED_JAVA), None)
    artifacts = (
        ("org.apache.kafka", "kafka_2.13", version),
        ("org.apache.logging.log4j", "log4j-slf4j-impl", LOGGING_VERSION),
    )
    jars = Jars(cache_folder(environ) / f"kafka-{version}", f"Kafka {version}", artifacts, megabytes=45)
    maven = shutil.which("mvn", path=environ.get("PATH", ""))
    if java is None or (maven is None and not jars.lib.exists()):
        lacking = f"Java {NEEDED_JAVA} or newer" if java is None else "mvn on the PATH"
        raise StoreUnavailable(
            "no Kafka to use. One of two things is needed: the addresses of one in KAFKA_SERVERS (not set); "
            f"Java {NEEDED_JAVA} or newer with Maven (there is no {lacking})"
        )
    return LocalKafka(java, jars, Path(maven).absolute() if maven else None, environ, home=home, port=port, say=say)

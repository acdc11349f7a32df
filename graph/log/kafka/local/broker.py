"""LocalKafka: one broker of one's own, which is its own controller, started, stopped and killed by us."""

import base64
import socket
import subprocess
import tempfile
import time
import uuid
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

from graph.errors import StoreUnavailable
from graph.local_servers.jars import Jars
from graph.local_servers.java import Java
from graph.local_servers.owned import last_words, owned
from graph.local_servers.tied import start_tied

__all__ = ["HOST", "LocalKafka"]

HOST = "127.0.0.1"
READY_SECONDS = 120
STOP_SECONDS = 30
QUICK = ("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xms256m", "-Xmx256m")

_PROPERTIES = """\
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@{host}:{controller}
listeners=PLAINTEXT://{host}:{port},CONTROLLER://{host}:{controller}
advertised.listeners=PLAINTEXT://{host}:{port}
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
log.dirs={data}
offsets.topic.replication.factor=1
offsets.topic.num.partitions=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
auto.create.topics.enable=false
log.cleaner.dedupe.buffer.size=16777216
broker.heartbeat.interval.ms=500
broker.session.timeout.ms=2000
log.retention.check.interval.ms=1000
log.initial.task.delay.ms=500
"""


class LocalKafka:
    """A broker in `home`, which keeps its topics between starts, or in a temporary one, which does not.

    As a context manager it runs, ready for clients, until the block ends. It ends, too, when the thread that started it
    does, so start it from the main one. Port 0 takes a free one, the same for every start of this object.
    """

    def __init__(
        self,
        java: Java,
        jars: Jars,
        maven: Path | None,
        environ: Mapping[str, str],
        *,
        home: Path | None = None,
        port: int = 0,
        say: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._java, self._jars, self._maven = java, jars, maven
        self._environ = dict(environ)
        self._home = home
        self._port, self._controller = port, 0
        self._say = say
        self._process: subprocess.Popen[bytes] | None = None
        self._left = ExitStack()

    @property
    def servers(self) -> str:
        """``127.0.0.1:<port>``, known once started."""
        return f"{HOST}:{self._port}"

    @property
    def home(self) -> Path:
        """Where its topics and logs are; StoreUnavailable before the first start."""
        if self._home is None:
            raise StoreUnavailable("this Kafka was not started yet")
        return self._home

    @property
    def pid(self) -> int:
        """The process that runs; StoreUnavailable where none does."""
        return self._running().pid

    def start(self) -> None:
        """Start, and return when clients are answered.

        StoreUnavailable, with the end of the broker's log, where it ends instead or is not ready after 120 s.
        """
        if self._maven is not None:
            self._jars.fetch(self._maven, self._environ, self._say)
        if self._home is None:
            self._home = Path(self._left.enter_context(tempfile.TemporaryDirectory(prefix="patron-kafka-")))
        home = self._home = self._home.absolute()
        home.mkdir(parents=True, exist_ok=True)
        with owned(home, "Kafka") as lock:
            self._port = self._port or _free_port()
            self._controller = self._controller or _free_port()
            properties = home / "server.properties"
            properties.write_text(
                _PROPERTIES.format(host=HOST, port=self._port, controller=self._controller, data=home / "data")
            )
            self._format(properties)
            command = [str(self._java.path), *QUICK, "-cp", f"{self._jars.lib}/*", "kafka.Kafka", str(properties)]
            with (home / "console.log").open("wb") as console:
                self._process = start_tied(command, environ=self._environ, output=console, held=[lock])
        try:
            self._await_ready()
        except BaseException:
            self.kill()
            raise

    def stop(self) -> None:
        """End cleanly, or after 30 s by force; nothing where it does not run."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    def kill(self) -> None:
        """End at once, as a crash would; nothing where it does not run."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def wait(self) -> int:
        """Wait until the broker ends by itself; its exit code."""
        return self._running().wait()

    def __enter__(self) -> "LocalKafka":
        try:
            self.start()
        except BaseException:
            self._left.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._left:
            self.stop()

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            raise StoreUnavailable("this Kafka does not run")
        return self._process

    def _format(self, properties: Path) -> None:
        """Make the data folder a cluster of its own where it is none yet."""
        if (self.home / "data" / "meta.properties").exists():
            return
        cluster = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
        tool = ["kafka.tools.StorageTool", "format", f"--cluster-id={cluster}", "-c", str(properties)]
        done = subprocess.run(
            [str(self._java.path), *QUICK, "-cp", f"{self._jars.lib}/*", *tool],
            env=self._environ,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
        )
        if done.returncode:
            raise StoreUnavailable(f"Kafka did not take {self.home}:\n{done.stdout}{done.stderr}")

    def _await_ready(self) -> None:
        deadline = time.monotonic() + READY_SECONDS
        asking = AdminClient({"bootstrap.servers": self.servers, "log_level": 0, "reconnect.backoff.max.ms": 200})
        while True:
            if (code := self._running().poll()) is not None:
                raise StoreUnavailable(f"Kafka ended with exit code {code}: {self._last_words()}")
            try:
                asking.list_topics(timeout=1)
                return
            except KafkaException as error:
                if time.monotonic() > deadline:
                    raise StoreUnavailable(
                        f"Kafka was not ready after {READY_SECONDS} s ({error}): {self._last_words()}"
                    ) from error

    def _last_words(self) -> str:
        return f"the end of what it said:\n{last_words(self.home / 'console.log')}"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])

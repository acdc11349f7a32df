"""python -m graph.log.kafka.local: a Kafka of one's own in the foreground, until Ctrl-C."""

import argparse
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from graph.errors import PatronError
from graph.log.kafka.local.ways import DEFAULT_VERSION, GivenKafka, find_kafka

__all__ = ["main"]


def main(words: Sequence[str], environ: Mapping[str, str]) -> int:
    """Run it as `words` say; the exit code."""
    parser = argparse.ArgumentParser("python -m graph.log.kafka.local", description="A Kafka of one's own.")
    parser.add_argument("--home", type=Path, default=Path("data/kafka"), help="where its topics stay (%(default)s)")
    parser.add_argument("--port", type=int, default=9092, help="its port; 0 takes a free one (%(default)s)")
    parser.add_argument("--version", default=DEFAULT_VERSION, help="the whole number (%(default)s)")
    options = parser.parse_args(words)
    try:
        found = find_kafka(environ, home=options.home, port=options.port, version=options.version, say=_say)
        if isinstance(found, GivenKafka):
            raise PatronError("KAFKA_SERVERS names brokers already: unset it to start one here")
        with found as broker:
            _say(f"Kafka {options.version} is ready, its topics in {broker.home}")
            print(broker.servers, flush=True)
            _say(f"Patron on it: patron serve with PATRON_LOG=kafka://{broker.servers}/events in the environment")
            _say("Ctrl-C stops it.")
            raise PatronError(f"Kafka ended with exit code {broker.wait()}: see {broker.home / 'console.log'}")
    except KeyboardInterrupt:
        return 0
    except PatronError as error:
        print(f"Error: {error}", file=sys.stderr)
        return 1


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], os.environ))

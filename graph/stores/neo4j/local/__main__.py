"""python -m graph.stores.neo4j.local: a Neo4j of one's own in the foreground, until Ctrl-C."""

import argparse
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from graph.errors import PatronError
from graph.stores.neo4j.local.releases import DEFAULT_VERSION
from graph.stores.neo4j.local.settings import ServerSettings
from graph.stores.neo4j.local.ways import GivenNeo4j, find_neo4j

__all__ = ["main"]


def main(words: Sequence[str], environ: Mapping[str, str]) -> int:
    """Run it as `words` say; the exit code."""
    options = _options(words)
    settings = ServerSettings(
        port=options.port,
        browser_port=options.browser_port if options.browser else None,
        heap=options.heap,
        page_cache=options.page_cache,
    )
    try:
        found = find_neo4j(environ, home=options.home, settings=settings, version=options.version, say=_say)
        if isinstance(found, GivenNeo4j):
            raise PatronError("NEO4J_URI names a server already: unset it to start one here")
        with found as server:
            _say(f"Neo4j {options.version} is ready, its data in {server.home}\n")
            print(f"  {server.url}\n", flush=True)
            _say(f"  Patron on it:   patron serve   with PATRON_GRAPH='{server.url}' in the environment")
            if server.browser_url:
                _say(f"  Neo4j Browser:  {server.browser_url}   user neo4j, password {server.password}")
            _say("\nCtrl-C stops it.")
            code = server.wait()
            raise PatronError(f"Neo4j ended with exit code {code}: see {server.home / 'logs'}")
    except KeyboardInterrupt:
        return 0
    except PatronError as error:
        print(f"Error: {error}", file=sys.stderr)
        return 1


def _options(words: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser("python -m graph.stores.neo4j.local", description="A Neo4j of one's own.")
    parser.add_argument("--home", type=Path, default=Path("data/neo4j"), help="where its data stay (%(default)s)")
    parser.add_argument("--port", type=int, default=7687, help="its Bolt port; 0 takes a free one (%(default)s)")
    parser.add_argument("--version", default=DEFAULT_VERSION, help="5.26 or 2026, the whole number (%(default)s)")
    parser.add_argument("--heap", default=ServerSettings.heap, help="Java's heap (%(default)s)")
    parser.add_argument("--page-cache", default=ServerSettings.page_cache, help="the page cache (%(default)s)")
    parser.add_argument("--browser", action="store_true", help="serve Neo4j Browser too")
    parser.add_argument("--browser-port", type=int, default=7474, help="its HTTP port (%(default)s)")
    return parser.parse_args(words)


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], os.environ))

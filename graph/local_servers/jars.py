"""Jars: what Maven fetches for one release of a server, kept in the user's cache, whole or not at all."""

import fcntl
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from graph.errors import StoreUnavailable
from graph.local_servers.tied import start_tied

__all__ = ["Artifact", "Jars", "cache_folder"]

FETCH_SECONDS = 900

Artifact = tuple[str, str, str]
"""Group, artifact and version, as Maven names them."""

_POM = """\
<project>
  <modelVersion>4.0.0</modelVersion>
  <groupId>local</groupId><artifactId>server-jars</artifactId><version>1</version><packaging>pom</packaging>
  <dependencies>
{dependencies}
  </dependencies>
</project>
"""
_DEPENDENCY = "    <dependency><groupId>{}</groupId><artifactId>{}</artifactId><version>{}</version></dependency>"
_GOAL = "org.apache.maven.plugins:maven-dependency-plugin:2.8:copy-dependencies"


def cache_folder(environ: Mapping[str, str]) -> Path:
    """Where Patron keeps what can be fetched anew: ``$XDG_CACHE_HOME/patron``, else ``~/.cache/patron``."""
    home = environ.get("HOME") or Path.home()
    return Path(environ.get("XDG_CACHE_HOME") or Path(home, ".cache")) / "patron"


class Jars:
    """The jars of `server` (its name and version, as told) and all they need, in `folder`'s `lib`, which exists only
    once it holds all of them."""

    def __init__(self, folder: Path, server: str, artifacts: tuple[Artifact, ...], megabytes: int) -> None:
        self._server = server
        self._artifacts = artifacts
        self._megabytes = megabytes
        self.lib = folder / "lib"

    def fetch(self, maven: Path, environ: Mapping[str, str], say: Callable[[str], None]) -> None:
        """Fill `lib` where it is missing; StoreUnavailable, with Maven's words, where that fails.

        Several processes may do so at once: one fetches, the others wait for it.
        """
        folder = self.lib.parent
        folder.parent.mkdir(parents=True, exist_ok=True)
        with folder.with_name(f"{folder.name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if self.lib.exists():
                return
            say(f"Fetching {self._server} with Maven: about {self._megabytes} MB, once …")
            for left in folder.parent.glob(f"{folder.name}.partial-*"):
                shutil.rmtree(left, ignore_errors=True)
            with tempfile.TemporaryDirectory(
                dir=folder.parent, prefix=f"{folder.name}.partial-", ignore_cleanup_errors=True
            ) as partial:
                self._copy(maven, environ, Path(partial))
                folder.mkdir(exist_ok=True)
                Path(partial, "lib").rename(self.lib)

    def _copy(self, maven: Path, environ: Mapping[str, str], partial: Path) -> None:
        pom, printed = partial / "pom.xml", partial / "maven.log"
        pom.write_text(_POM.format(dependencies="\n".join(_DEPENDENCY.format(*one) for one in self._artifacts)))
        lib = f"-DoutputDirectory={partial / 'lib'}"
        command = [str(maven), "-B", "-q", "-C", "-f", str(pom), _GOAL, lib, "-DincludeScope=runtime"]
        with printed.open("wb") as output, start_tied(command, environ=environ, output=output) as fetching:
            try:
                code = fetching.wait(FETCH_SECONDS)
            except BaseException as error:
                fetching.kill()
                if isinstance(error, subprocess.TimeoutExpired):
                    raise StoreUnavailable(f"Maven did not fetch {self._server} within {FETCH_SECONDS} s") from None
                raise
        if code:
            words = "\n".join(printed.read_text(errors="replace").splitlines()[:20])
            raise StoreUnavailable(f"Maven could not fetch {self._server} (exit code {code}):\n{words}")

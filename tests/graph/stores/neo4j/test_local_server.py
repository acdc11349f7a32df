import fcntl
import os
import shutil
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
import pytest
import yaml

from graph import InvalidValue, StoreUnavailable
from graph.local_servers.java import javas
from graph.stores.neo4j.local import GivenNeo4j, LocalNeo4j, ServerSettings, find_neo4j
from graph.stores.neo4j.local.home import Home
from graph.stores.neo4j.local.jars import neo4j_jars
from graph.stores.neo4j.local.launchers import DockerLauncher
from graph.stores.neo4j.local.releases import DEFAULT_VERSION, release_of
from tests.graph.stores.neo4j.neo4j_server import SMALL, Servers, opened

ROOT = Path(__file__).parents[4]
OWN = {name: value for name, value in os.environ.items() if not name.startswith("NEO4J_")}
QUICK = OWN | {"JAVA_TOOL_OPTIONS": "-XX:+UseSerialGC -XX:TieredStopAtLevel=1"}
COMMAND = [sys.executable, "-m", "graph.stores.neo4j.local", "--port", "0", "--heap", "512m", "--page-cache", "128m"]


@pytest.fixture(scope="module")
def own() -> None:
    """Java and Maven, which these tests start Neo4j with."""
    if not any(java.version >= 17 for java in javas(OWN)) or shutil.which("mvn") is None:
        pytest.skip("NO NEO4J WAS STARTED, KILLED OR STOPPED: that needs Java 17 or newer and Maven")


def _numbers(url: str) -> list[int]:
    with opened(url) as driver, driver.session() as session:
        return [row["n"] for row in session.run("MATCH (n:Number) RETURN n.n AS n ORDER BY n")]


def _write(url: str, number: int) -> None:
    with opened(url) as driver, driver.session() as session:
        session.run("CREATE (:Number {n: $n})", n=number).consume()


def _until(true: Callable[[], object], seconds: float = 120) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.05)


@contextmanager
def _command(home: Path) -> Iterator[subprocess.Popen[str]]:
    """The developers' command at work on `home`, killed at the end of the block."""
    words = [*COMMAND, "--home", str(home)]

    with subprocess.Popen(
        words, env=QUICK, cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as command:
        yield command
        command.kill()


def _server_of(command: subprocess.Popen[str]) -> psutil.Process | None:
    for child in psutil.Process(command.pid).children():
        with suppress(psutil.NoSuchProcess):
            if "org.neo4j.server.CommunityEntryPoint" in child.cmdline():
                return child
    return None


@pytest.mark.usefixtures("own")
def test_a_killed_command_takes_its_server_along_and_the_home_keeps_data_and_password_through_crashes(
    tmp_path: Path,
) -> None:
    home = tmp_path / "home"
    with _command(home) as command:
        assert command.stdout is not None
        url = command.stdout.readline().strip()
        _write(url, 1)
        java = _server_of(command)
        assert java is not None
    java.wait(60)
    kept = home / "password"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600

    server = find_neo4j(OWN, home=home, settings=SMALL)
    assert isinstance(server, LocalNeo4j)
    with server:
        assert server.password == kept.read_text() != ""
        assert f"neo4j://neo4j:{server.password}@127.0.0.1:" in url
        assert _numbers(server.url) == [1]
        _write(server.url, 2)
        before, crashed = server.url, psutil.Process(server.pid)
        server.kill()
        assert not crashed.is_running()
        server.start()
        assert server.url == before
        assert _numbers(server.url) == [1, 2]
        stopped = psutil.Process(server.pid)
    assert not stopped.is_running()
    assert home.exists()


@pytest.mark.usefixtures("own")
def test_ctrl_c_ends_the_command_and_its_server(tmp_path: Path) -> None:
    with _command(tmp_path / "home") as command:
        _until(lambda: _server_of(command))
        java = _server_of(command)
        command.send_signal(signal.SIGINT)
        assert command.wait(60) == 0
        assert java is not None and not java.is_running()


@pytest.mark.usefixtures("own")
def test_a_configuration_neo4j_refuses_is_told_at_once_in_its_words(tmp_path: Path) -> None:
    home = tmp_path / "home"
    wrong = find_neo4j(OWN, home=home, settings=ServerSettings(page_cache="plenty"))
    with (
        pytest.raises(StoreUnavailable, match=r"(?s)ended with exit code 1.*server\.memory\.pagecache\.size.*'plenty'"),
        wrong,
    ):
        pass


def test_a_home_with_data_of_an_unknown_password_is_refused(tmp_path: Path) -> None:
    (tmp_path / "data" / "databases").mkdir(parents=True)
    with pytest.raises(StoreUnavailable, match="does not say its password"):
        Home(tmp_path).new_password()


def test_a_home_is_waited_for_until_its_server_is_gone(tmp_path: Path) -> None:
    home = Home(tmp_path)
    gone = tmp_path / "gone"
    with home.exclusive() as held:
        child = subprocess.Popen(["sh", "-c", f"sleep 0.5; touch {gone}"], pass_fds=[held])
    with home.exclusive(), (tmp_path / "lock").open("w") as other, pytest.raises(BlockingIOError):
        assert gone.exists()
        fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
    child.wait(60)


def test_a_fetch_that_was_killed_is_begun_again_and_a_whole_one_needs_no_maven(tmp_path: Path) -> None:
    fetch = (
        "import os, sys; from pathlib import Path; from graph.stores.neo4j.local.jars import neo4j_jars;"
        "neo4j_jars(Path(sys.argv[1]), sys.argv[2]).fetch(Path(sys.argv[3]), os.environ, print)"
    )
    jars = neo4j_jars(tmp_path / "cache", DEFAULT_VERSION)
    slow = _maven(tmp_path / "slow", 'touch "$lib/first.jar"; exec sleep 600')
    command = [sys.executable, "-c", fetch, str(tmp_path / "cache"), DEFAULT_VERSION, str(slow)]
    with subprocess.Popen(command, env=OWN, cwd=ROOT, stdout=subprocess.DEVNULL) as fetching:
        _until(lambda: list(tmp_path.glob("cache/*.partial-*/lib/first.jar")))
        children = psutil.Process(fetching.pid).children()
        fetching.kill()
    for child in children:
        child.wait(60)
    assert not jars.lib.exists()

    said: list[str] = []
    whole = _maven(tmp_path / "whole", 'touch "$lib/first.jar" "$lib/second.jar"')
    jars.fetch(whole, OWN, said.append)
    jars.fetch(_maven(tmp_path / "broken", "exit 1"), OWN, said.append)
    assert len(said) == 1 and "once" in said[0]
    assert {path.name for path in jars.lib.iterdir()} == {"first.jar", "second.jar"}
    assert not list(tmp_path.glob("cache/*.partial-*"))


def test_maven_that_fails_is_told_in_its_words_and_leaves_nothing(tmp_path: Path) -> None:
    maven = _maven(tmp_path, "echo no such planet; exit 3")
    jars = neo4j_jars(tmp_path / "cache", DEFAULT_VERSION)
    with pytest.raises(StoreUnavailable, match=r"exit code 3\):\nno such planet"):
        jars.fetch(maven, OWN, lambda _: None)
    assert not jars.lib.exists()
    assert not list((tmp_path / "cache").glob("*.partial-*"))


def test_an_address_given_is_used_with_the_user_and_password_given() -> None:
    given = {"NEO4J_URI": "neo4j+s://graph.example:7777", "NEO4J_PASSWORD": "p@ss/word"}
    for environ, url in (
        (given, "neo4j+s://neo4j:p%40ss%2Fword@graph.example:7777"),
        (
            given | {"NEO4J_USERNAME": "ann", "NEO4J_DATABASE": "shop"},
            "neo4j+s://ann:p%40ss%2Fword@graph.example:7777/shop",
        ),
        (
            {"NEO4J_URI": "bolt://bob:secret@[::1]:7687/neo4j"} | {"NEO4J_PASSWORD": "x"},
            "bolt://bob:secret@[::1]:7687/neo4j",
        ),
    ):
        with find_neo4j(environ) as server:
            assert server.url == url
            assert isinstance(server, GivenNeo4j)


@pytest.mark.parametrize("uri", ["http://graph.example", "graph.example:7687", "neo4j://"])
def test_an_address_that_is_none_is_refused(uri: str) -> None:
    with pytest.raises(InvalidValue, match="NEO4J_URI"):
        find_neo4j({"NEO4J_URI": uri})


@pytest.mark.parametrize("version", ["4.4.1", "5.26", "2026.08/../1", ""])
def test_a_version_of_no_line_we_can_start_is_refused(version: str) -> None:
    with pytest.raises(InvalidValue, match="version"):
        find_neo4j({"PATH": ""}, version=version)


def test_without_any_way_the_words_name_all_three_and_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable) as nothing:
        find_neo4j({"PATH": "", "HOME": str(tmp_path)})
    assert "NEO4J_URI" in str(nothing.value)
    assert "Java 17 or newer with Maven (no java here)" in str(nothing.value)
    assert "Docker (docker is not on the PATH)" in str(nothing.value)


def test_java_that_is_too_old_or_without_maven_is_named(tmp_path: Path) -> None:
    old = tmp_path / "old" / "bin" / "java"
    old.parent.mkdir(parents=True)
    old.write_text("#!/bin/sh\necho 'openjdk version \"1.8.0_402\"' >&2\n")
    old.chmod(0o755)
    home = {"HOME": str(tmp_path), "JAVA_HOME": str(old.parents[1])}
    with pytest.raises(StoreUnavailable, match=f"8 at {old}"):
        find_neo4j({"PATH": "", **home})
    with pytest.raises(StoreUnavailable, match="Java 21 or newer"):
        find_neo4j({"PATH": "", **home}, version="2026.08.1")


@pytest.mark.usefixtures("own")
def test_without_maven_java_is_enough_once_the_jars_are_there(tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "java").symlink_to(_program("java").resolve())
    environ = {"PATH": str(tmp_path / "bin"), "HOME": str(tmp_path)}
    with pytest.raises(StoreUnavailable, match="mvn is not on the PATH"):
        find_neo4j(environ)
    neo4j_jars(tmp_path / ".cache" / "patron", DEFAULT_VERSION).lib.mkdir(parents=True)
    assert isinstance(find_neo4j(environ), LocalNeo4j)


def test_docker_without_a_daemon_is_told_in_its_words(tmp_path: Path) -> None:
    docker = tmp_path / "docker"
    docker.write_text("#!/bin/sh\necho 'Cannot connect to the Docker daemon' >&2\nexit 1\n")
    docker.chmod(0o755)
    with pytest.raises(StoreUnavailable, match="does not answer: Cannot connect to the Docker daemon"):
        find_neo4j({"PATH": str(tmp_path), "HOME": str(tmp_path)})


def test_docker_runs_the_line_of_the_release_on_loopback_with_the_data_in_the_home(tmp_path: Path) -> None:
    launcher = DockerLauncher(release_of("5.26.30"), Path("/usr/bin/docker"), {"PATH": "/bin"})
    home = Home(tmp_path)
    password = launcher.prepare(home, lambda _: None)
    assert launcher.prepare(home, lambda _: None) == password == (tmp_path / "password").read_text()
    command = launcher.command(home, ServerSettings(port=17001, browser_port=17002, heap="2g"), password)
    assert command.words[:3] == ["/usr/bin/docker", "run", "--rm"]
    assert command.words[-1] == "neo4j:5.26-community"
    assert {"--publish=127.0.0.1:17001:7687", "--publish=127.0.0.1:17002:7474"} < set(command.words)
    assert f"--volume={tmp_path / 'data'}:/data" in command.words
    assert command.environ["NEO4J_AUTH"] == f"neo4j/{password}"
    assert command.environ["NEO4J_server_memory_heap_max__size"] == "2g"
    assert command.environ["NEO4J_server_bolt_advertised__address"] == "127.0.0.1:17001"
    assert not any(password in word for word in command.words)
    passed = {word.removeprefix("--env=") for word in command.words if word.startswith("--env=")}
    assert passed == set(command.environ) - {"PATH"}


def test_the_compose_file_asks_for_a_password_and_listens_on_loopback_alone() -> None:
    composed = yaml.safe_load((ROOT / "deploy" / "compose.yaml").read_text())
    (neo4j,) = composed["services"].values()
    assert neo4j["image"] == release_of(DEFAULT_VERSION).image
    assert neo4j["environment"]["NEO4J_AUTH"].startswith("neo4j/${NEO4J_PASSWORD:?")
    assert all(port.startswith("127.0.0.1:") for port in neo4j["ports"])
    assert [volume.split(":")[0] for volume in neo4j["volumes"]] == list(composed["volumes"])
    assert "RETURN 1" in neo4j["healthcheck"]["test"][1]


def test_the_pool_keeps_two_folders_apart_and_gives_a_new_one_an_empty_graph(
    neo4j_servers: Servers, tmp_path: Path
) -> None:
    first, second, third = tmp_path / "first", tmp_path / "second", tmp_path / "third"
    _write(neo4j_servers.url_for(first), 1)
    _write(neo4j_servers.url_for(second), 2)
    assert _numbers(neo4j_servers.url_for(second)) == [2]
    assert _numbers(neo4j_servers.url_for(first)) == [1]
    assert _numbers(neo4j_servers.url_for(third)) == []
    assert _numbers(neo4j_servers.url_for(first)) == [1]
    assert neo4j_servers.url_for(first) != neo4j_servers.url_for(third)
    neo4j_servers.url_for(tmp_path / "fourth"), neo4j_servers.url_for(tmp_path / "fifth")


def test_a_given_database_that_holds_data_is_not_wiped_unasked_and_left_empty_once_asked(
    neo4j_servers: Servers, tmp_path: Path
) -> None:
    url = neo4j_servers.url_for(tmp_path / "somebody's")
    _write(url, 7)
    given = {**OWN, "NEO4J_URI": url}
    with (
        Servers(given) as refusing,
        pytest.raises(Exception, match="would delete what the database in NEO4J_URI holds"),
    ):
        refusing.url_for(tmp_path / "tests'")
    assert _numbers(url) == [7]
    with Servers({**given, "PATRON_TEST_WIPE_NEO4J": "1"}) as allowed:
        assert allowed.url_for(tmp_path / "tests'") == url
        assert _numbers(url) == []
        _write(url, 8)
    assert _numbers(url) == []


def _program(name: str) -> Path:
    return next(path for folder in OWN["PATH"].split(os.pathsep) if (path := Path(folder, name)).exists())


def _maven(folder: Path, does: str) -> Path:
    """A program in Maven's place that `does` this, with the folder it should fill in ``$lib``."""
    folder.mkdir(exist_ok=True)
    program = folder / "mvn"
    program.write_text(
        f'#!/bin/sh\nfor word; do case "$word" in -DoutputDirectory=*) lib="${{word#*=}}";; esac; done\n'
        f'mkdir -p "$lib"\n{does}\n'
    )
    program.chmod(0o755)
    return program

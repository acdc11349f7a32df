"""Explorer: everything that answers the explorer's questions in one thread, and the parts the threads share."""

import logging
from collections.abc import Callable
from typing import Any, NamedTuple

import msgspec

from api.explorer import overviews, queries
from api.explorer.analyses import Analyses
from api.explorer.links import Links
from api.explorer.overviews import Overviews
from api.explorer.parameters import DEFAULT_NODES, MAX_NODES, Parameters
from api.explorer.reach import Deadline, Reach, TookTooLong, UnknownNode
from api.explorer.vectors import Vectors
from api.explorer.visibility import Visibility
from api.explorer.wire.frames import Asked, Told
from api.settings import Settings
from embeddings.versions import Versions
from graph import CustomerGraph, InvalidValue, StoreUnavailable
from graph.analysis import AnalysisFolder
from graph.data_folder import DataFolder
from graph.log.log_file import LogFile
from graph.profile.store import SqliteProfiles
from graph.stores.open import open_graph

__all__ = ["Explorer", "Shared"]

Question = Callable[[Parameters, Reach], msgspec.Struct]

QUESTIONS: dict[str, Question] = {
    "search": queries.search,
    "node": queries.node,
    "neighbours": queries.neighbours,
    "view": queries.view,
    "paths": queries.paths,
    "similar": queries.similar,
    "communities": overviews.communities,
    "central": overviews.central,
}
VERBS = sorted({"overview", "compare", *QUESTIONS})
PREPARING_SECONDS = 60.0
_encode = msgspec.json.Encoder(order="deterministic").encode
_log = logging.getLogger("patron.explorer")


class Shared(NamedTuple):
    """What the threads share: the last analysis, the published vectors, overviews already made, the log, the links."""

    settings: Settings
    analyses: Analyses
    vectors: Vectors
    overviews: Overviews
    log: LogFile
    links: Links

    @classmethod
    def of(cls, settings: Settings) -> "Shared":
        folder = DataFolder(settings.data)
        log = LogFile(folder.log)
        analyses = Analyses(AnalysisFolder(folder.analysis))
        vectors = Vectors(Versions(folder.embeddings), settings.consent_defaults)
        return cls(settings, analyses, vectors, Overviews(), log, Links(log))


class Explorer:
    """Answers in the thread it is called from, with handles of its own, opened by the first question."""

    def __init__(self, shared: Shared) -> None:
        self._shared = shared
        self._profiles: SqliteProfiles | None = None
        self._graph: CustomerGraph | None = None
        self._visibility: Visibility | None = None

    def prepare(self) -> None:
        """Draw the overviews that are asked for first, before anybody waits for them."""
        for limit in (DEFAULT_NODES, MAX_NODES):
            self.answer(Asked("overview", b"limit=%d" % limit), Deadline(PREPARING_SECONDS))

    def answer(self, asked: Asked, deadline: Deadline) -> Told:
        """JSON, or why there is none; never raises."""
        if asked.verb not in VERBS:
            return _refused(404, "verb", asked.verb[:80], f"one of {', '.join(VERBS)}")
        try:
            return Told(body=self._answered(asked, deadline))
        except InvalidValue as error:
            return _refused(422, error.field, error.value, error.expected)
        except UnknownNode as error:
            return _refused(404, error.field, error.value, "a node of the graph that may be shown")
        except overviews.NotAnalysed as error:
            return Told(status=503, detail=str(error), retry_after=overviews.RETRY_SECONDS)
        except TookTooLong as error:
            return Told(status=503, detail=str(error), retry_after=None)
        except StoreUnavailable as error:
            _log.warning("a question cannot be answered: %s", error)
            return Told(status=503, detail="the graph cannot be read at the moment")
        except Exception:
            _log.exception("answering %s failed", asked.verb)
            return Told(status=500, detail="something failed that should not; it is in the worker's log")

    def _answered(self, asked: Asked, deadline: Deadline) -> bytes:
        shared, parameters = self._shared, Parameters(asked.query)
        graph, profiles, visibility = self._opened()
        reach = Reach(graph, visibility, shared.analyses, deadline)
        match asked.verb:
            case "overview":
                return shared.overviews.answer(parameters, reach)
            case "compare":
                return _encode(queries.compare(parameters, reach, shared.vectors, profiles))
            case verb:
                return _encode(QUESTIONS[verb](parameters, reach))

    def _opened(self) -> tuple[CustomerGraph, SqliteProfiles, Visibility]:
        if self._graph is None or self._profiles is None or self._visibility is None:
            self._profiles = self._profiles or SqliteProfiles(DataFolder(self._shared.settings.data).profiles)
            self._visibility = Visibility(
                self._profiles, self._shared.log, self._shared.links, self._shared.settings.consent_defaults
            )
            self._graph = open_graph(self._shared.settings.graph_url)
        return self._graph, self._profiles, self._visibility


def _refused(status: int, field: str, value: Any, expected: str) -> Told:
    plain = value if value is None or isinstance(value, str | int) else str(value)
    return Told(status=status, field=field, value=plain, expected=expected)

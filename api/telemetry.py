"""Telemetry: Prometheus metrics, counted in one ASGI middleware and where things happen."""

import time
from collections.abc import Iterator

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.metrics_core import CounterMetricFamily
from prometheus_client.registry import Collector
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from graph.quality import Quality

__all__ = ["MetricsMiddleware", "Telemetry"]

_BUCKETS = (0.0005, 0.001, 0.002, 0.003, 0.005, 0.0075, 0.01, 0.015, 0.025, 0.05, 0.1, 0.25, 1.0)


class Telemetry:
    """The metrics of one server, on a registry of their own."""

    def __init__(self, quality: Quality) -> None:
        self.registry = CollectorRegistry()
        self.answers = 0
        self._counters: dict[tuple[str, int], tuple[Histogram, Counter]] = {}
        self.registry.register(QualityCollector(quality))
        self.seconds = Histogram(
            "patron_request_seconds",
            "Seconds from request to the beginning of its answer.",
            ["route"],
            buckets=_BUCKETS,
            registry=self.registry,
        )
        self.requests = Counter("patron_requests", "Requests answered.", ["route", "status"], registry=self.registry)
        self.events = Counter(
            "patron_events", "Events by source and what became of them.", ["source", "outcome"], registry=self.registry
        )
        self.degraded = Counter(
            "patron_degraded", "Answers that went out with less, by what was missing.", ["what"], registry=self.registry
        )
        self.version = Gauge(
            "patron_embeddings_info", "The embeddings being served.", ["version"], registry=self.registry
        )
        self.dirty = Gauge(
            "patron_profiles_ahead",
            "Live profiles that are newer than the stored ones: how far the worker is behind.",
            registry=self.registry,
        )
        self.streams = Gauge("patron_streams", "Pages that listen to `/v1/stream`.", registry=self.registry)
        self.graph_events = Gauge(
            "patron_graph_lag_events", "Events that the customer graph does not hold yet.", registry=self.registry
        )
        self.graph_seconds = Gauge(
            "patron_graph_lag_seconds",
            "Age of the oldest event that the customer graph does not hold yet, 0 where there is none.",
            registry=self.registry,
        )
        self.graph_reachable = Gauge(
            "patron_graph_reachable",
            "Whether the customer graph's store answered the worker; 0 too where no worker says.",
            registry=self.registry,
        )

    def answered(self, route: str, status: int, seconds: float) -> None:
        """Count a request."""
        self.answers += 1
        counters = self._counters.get((route, status))
        if counters is None:
            counters = self.seconds.labels(route), self.requests.labels(route, str(status))
            self._counters[route, status] = counters
        counters[0].observe(seconds)
        counters[1].inc()


class QualityCollector(Collector):
    """What `Quality` has counted, when it is asked for."""

    def __init__(self, quality: Quality) -> None:
        self._quality = quality

    def collect(self) -> Iterator[CounterMetricFamily]:
        found = CounterMetricFamily(
            "patron_event_quality", "Events with something to know about them.", None, ["source", "finding"]
        )
        refused = CounterMetricFamily("patron_refused", "Refused messages by field.", None, ["source", "field"])
        for source, counts in list(self._quality.sources.items()):
            found.add_metric([source, "late"], counts.late)
            found.add_metric([source, "bot"], counts.bots)
            found.add_metric([source, "unknown_product"], counts.unknown_products)
            found.add_metric([source, "clock_corrected"], counts.clocks_corrected)
            for field, number in list(counts.refused.items()):
                refused.add_metric([source, field], number)
        yield found
        yield refused


class MetricsMiddleware:
    """Times every request until its answer begins, under the name of its endpoint, ``none`` where no route is meant."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status = 500
        begun = answered = time.perf_counter()

        async def watched(message: Message) -> None:
            nonlocal status, answered
            if message["type"] == "http.response.start":
                status, answered = message["status"], time.perf_counter()
            await send(message)

        try:
            await self._app(scope, receive, watched)
        finally:
            telemetry: Telemetry = scope["app"].state.engine.telemetry
            route = getattr(scope.get("endpoint"), "__name__", "none")
            telemetry.answered(route, status, answered - begun)

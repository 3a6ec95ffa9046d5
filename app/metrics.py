"""Counts and times for those who watch the atlas, as Prometheus reads them.

Several processes write into files of the folder they share (the multiprocess mode of
the client library); whichever is asked adds them up.
"""

import os
import resource
from collections.abc import Iterator
from pathlib import Path

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead
from prometheus_client.registry import Collector

from app.visit import Visit

MEDIA_TYPE = CONTENT_TYPE_LATEST
FOLDER = "PROMETHEUS_MULTIPROC_DIR"
"""Variable by which the client library learns of the shared folder."""

_NO_ROUTE = "none"
_METHODS = {"GET", "HEAD", "OPTIONS", "POST"}
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


class Metrics:
    """What is counted of all requests; labels are templates of addresses only."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "atlas_requests",
            "Requests answered.",
            ("route", "method", "status"),
            registry=self._registry,
        )
        self._seconds = Histogram(
            "atlas_request_seconds",
            "Time from the head of a request to the end of its answer.",
            ("route",),
            buckets=_SECONDS,
            registry=self._registry,
        )
        self._bytes = Counter(
            "atlas_sent_bytes",
            "Bytes of the bodies of answers.",
            ("route",),
            registry=self._registry,
        )
        self._kept = Counter(
            "atlas_answers_from_memory",
            "Answers that were kept from before.",
            registry=self._registry,
        )
        self._refused = Counter(
            "atlas_connections_refused",
            "Connections that were refused before their request was whole.",
            ("status",),
            registry=self._registry,
        )
        self._running = Gauge(
            "atlas_requests_running",
            "Requests that have begun and not ended.",
            multiprocess_mode="livesum",
            registry=self._registry,
        )

    def begin(self) -> None:
        """Count a request that begins."""
        self._running.inc()

    def end(self, visit: Visit, *, kept: bool) -> None:
        """Count a request that has ended.

        Parameters
        ----------
        visit : Visit
            What it was.
        kept : bool
            Whether its answer was kept from before.
        """
        route = visit.route or _NO_ROUTE
        method = visit.method if visit.method in _METHODS else "other"
        self._running.dec()
        self._requests.labels(route, method, visit.status).inc()
        self._seconds.labels(route).observe(visit.seconds)
        self._bytes.labels(route).inc(visit.sent_bytes)
        if kept:
            self._kept.inc()

    def refuse(self, status: int) -> None:
        """Count a connection that was refused."""
        self._refused.labels(status).inc()

    def exposed(self, release: str) -> bytes:
        """Return everything in the text form of Prometheus, for all processes.

        Parameters
        ----------
        release : str
            Id of the release that is served.
        """
        registry = CollectorRegistry()
        registry.register(_Now(release))
        folder = os.environ.get(FOLDER)
        if folder:
            for process in _processes():
                if not _resident_bytes(process):
                    mark_process_dead(process, folder)  # type: ignore[no-untyped-call]
            MultiProcessCollector(registry, path=folder)  # type: ignore[no-untyped-call]
            return generate_latest(registry)
        return generate_latest(self._registry) + generate_latest(registry)


class _Now(Collector):
    """What is true now and need not be counted: the release, the processes."""

    def __init__(self, release: str) -> None:
        self._release = release

    def collect(self) -> Iterator[Metric]:
        """Yield the release, the number of processes and their memory."""
        info = GaugeMetricFamily(
            "atlas_release_info", "The release that is served.", labels=("release",)
        )
        info.add_metric((self._release,), 1.0)
        yield info
        resident = [_resident_bytes(process) for process in _processes()]
        running = [item for item in resident if item]
        yield GaugeMetricFamily(
            "atlas_processes", "Processes that serve.", value=len(running)
        )
        yield GaugeMetricFamily(
            "process_resident_memory_bytes",
            "Memory of all processes that serve, what they share counted for each.",
            value=sum(running),
        )


def _processes() -> set[int]:
    """Return the processes of this server by the files that they count in."""
    folder = os.environ.get(FOLDER)
    if not folder:
        return {os.getpid()}
    numbers = {path.stem.rpartition("_")[2] for path in Path(folder).glob("*.db")}
    return {int(number) for number in numbers if number.isdigit()}


def _resident_bytes(process: int) -> int:
    """Return the memory of a process; 0 where it has ended."""
    try:
        pages = Path(f"/proc/{process}/statm").read_text(encoding="ascii").split()[1]
    except OSError:
        if process != os.getpid():
            return 0
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024  # no /proc
    return int(pages) * resource.getpagesize()

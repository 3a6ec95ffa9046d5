"""What the server writes down: one line a request, and what it has to say otherwise."""

import asyncio
import atexit
import json
import logging
import time
from typing import Any, TextIO

import orjson

from app.visit import Visit, shortened

REQUESTS = "atlas.requests"
"""Name of the logger of requests."""

_log = logging.getLogger(REQUESTS)
_SLOW_S = 1.0
_GATHER_S = 0.1
_FAULT, _REFUSED = 500, 400


class Lines:
    """Write requests down, for programs or for a person.

    For programs each is one JSON object: what was asked without its query, by which
    network, what it cost.  A person is told of faults and of what was slow or refused.

    Parameters
    ----------
    form : str
        ``json`` or ``text``.
    """

    def __init__(self, form: str) -> None:
        self._for_programs = form == "json"

    def write(self, visit: Visit) -> None:
        """Write one request down, if its line is wanted."""
        seconds = visit.seconds
        level = _level(visit.status, seconds, for_programs=self._for_programs)
        if not _log.isEnabledFor(level):
            return
        if self._for_programs:
            _log.log(level, _record(visit, seconds))
        else:
            _log.log(
                level,
                "%s %s %d in %.0f ms, %d bytes (%s)",
                visit.method,
                visit.path,
                visit.status,
                1000 * seconds,
                visit.sent_bytes,
                visit.request_id,
            )


def _level(status: int, seconds: float, *, for_programs: bool) -> int:
    if status >= _FAULT:
        return logging.WARNING
    if for_programs or status >= _REFUSED or seconds >= _SLOW_S:
        return logging.INFO
    return logging.DEBUG


def _record(visit: Visit, seconds: float) -> str:
    return orjson.dumps(
        {
            "time": _now(),
            "request_id": visit.request_id,
            "method": visit.method,
            "route": visit.route,
            "path": visit.path,
            "query_bytes": visit.query_bytes,
            "status": visit.status,
            "ms": round(1000 * seconds, 1),
            "bytes": visit.sent_bytes,
            "release": visit.release,
            "client": shortened(visit.client),
        }
    ).decode()


def _now() -> str:
    now = time.time()
    second = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(now))
    return f"{second}.{int(now % 1 * 1000):03d}Z"


class Gathered(logging.StreamHandler[TextIO]):
    """Write lines of an event loop together, some times a second.

    Each writing lets other threads take over, which an event loop under load pays for.
    """

    def __init__(self, stream: TextIO) -> None:
        super().__init__(stream)
        self._waiting: list[str] = []
        atexit.register(self.write_out)

    def emit(self, record: logging.LogRecord) -> None:
        """Take one line."""
        self._waiting.append(self.format(record))
        if len(self._waiting) > 1:
            return
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            self.write_out()
        else:
            loop.call_later(_GATHER_S, self.write_out)

    def write_out(self) -> None:
        """Write what was taken."""
        lines, self._waiting = self._waiting, []
        if lines:
            self.stream.write("\n".join((*lines, "")))
            self.flush()


class AsJson(logging.Formatter):
    """Write what is not a request as JSON, too: time, level, logger and text."""

    def format(self, record: logging.LogRecord) -> str:
        """Return one line."""
        said: dict[str, str] = {
            "time": _now(),
            "level": record.levelname.lower(),
            "logger": record.name,
            "text": record.getMessage(),
        }
        if record.exc_info:
            said["fault"] = self.formatException(record.exc_info)
        return json.dumps(said, ensure_ascii=False)


def log_config(form: str, level: str) -> dict[str, Any]:
    """Return the set-up of logging for all processes.

    Parameters
    ----------
    form : str
        ``json`` or ``text``.
    level : str
        The least that is told: ``debug``, ``info``, ``warning`` or ``error``.
    """
    told = {"level": level.upper(), "propagate": False}
    plain = {"format": "%(message)s"}
    other = {"()": "app.journal.AsJson"} if form == "json" else _TEXT
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"requests": plain if form == "json" else _TEXT, "other": other},
        "handlers": {
            name: {
                "class": "app.journal.Gathered"
                if name == "requests"
                else "logging.StreamHandler",
                "stream": "ext://sys.stdout",
                "formatter": name,
            }
            for name in ("requests", "other")
        },
        "loggers": {
            "": {"level": "WARNING", "handlers": ["other"]},
            "uvicorn": {**told, "handlers": ["other"]},
            "atlas": {**told, "handlers": ["other"]},
            REQUESTS: {**told, "handlers": ["requests"]},
        },
    }


_TEXT = {"format": "%(asctime)s %(levelname)-7s %(message)s", "datefmt": "%H:%M:%S"}

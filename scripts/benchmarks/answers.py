"""Answers of the server that are worked out when asked: places, areas, pages."""

import json
import random
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

import shapely
from fastapi.testclient import TestClient

from app.main import create_app
from app.settings import Settings
from geodata.errors import NoReleaseError
from scripts.benchmarks.figure import Figure

Asked = TypeVar("Asked")

_PLACES = 300  # never asked before
_TOGETHER = 1_000
_SEED = 8


def answers(home: Path) -> Iterator[Figure]:
    """Time answers that no cache holds, over the current release of a folder."""
    try:
        app = create_app(Settings(home=home))
    except NoReleaseError:
        return
    with TestClient(app) as client:
        yield from _explanations(client)
        yield from _reports(client)
        yield from _pages(client)


def _explanations(client: TestClient) -> Iterator[Figure]:
    chance = random.Random(_SEED)  # noqa: S311  # places, not secrets

    def somewhere() -> dict[str, float]:
        return {"lon": chance.uniform(60, 80), "lat": chance.uniform(44, 53)}

    client.get("/api/explain", params=somewhere())
    places = [somewhere() for _ in range(_PLACES)]
    yield Figure(
        what="a place explained that was never asked for, processor time",
        against="limit: 100 a second on two cores",
        ours=1000
        * _each(lambda place: client.get("/api/explain", params=place), places),
        theirs=20.0,
        unit="ms",
    )
    many = [somewhere() for _ in range(_TOGETHER)]
    for detail, limit in (("summary", 0.5), ("full", 5.0)):
        body = {"places": many, "detail": detail}
        yield Figure(
            what=f"{_TOGETHER:,} places at once, {detail}, processor time",
            against="limit",
            ours=_each(lambda sent: client.post("/api/explain", json=sent), [body]),
            theirs=limit,
            unit="s",
        )


def _reports(client: TestClient) -> Iterator[Figure]:
    listed = client.get("/api/collections/states/items").json()["features"]
    bodies = [json.dumps(feature["geometry"]) for feature in listed]
    largest = max(bodies, key=lambda body: shapely.from_geojson(body).area)
    client.post("/api/report", content=largest)
    yield Figure(
        what="report on the largest state, processor time",
        against="limit",
        ours=_each(lambda body: client.post("/api/report", content=body), [largest]),
        theirs=1.0,
        unit="s",
    )


def _pages(client: TestClient) -> Iterator[Figure]:
    listed = client.get("/api/collections/prospects/items", params={"limit": 1000})
    areas = [f"/prospects/{item['id']}" for item in listed.json()["features"]]
    client.get(areas[-1])
    yield Figure(
        what="page of a prospect area, made anew, processor time",
        against="limit",
        ours=1000 * _each(client.get, areas[:-1]),
        theirs=30.0,
        unit="ms",
    )


def _each(ask: Callable[[Asked], object], asked: Sequence[Asked]) -> float:
    """Return the processor time of all threads that an answer takes, seconds."""
    started = time.process_time()
    for one in asked:
        ask(one)
    return (time.process_time() - started) / len(asked)

"""An application over a real small release, and one whose names are hostile."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import geopandas as gpd
import pytest
import rasterio
from fastapi import FastAPI
from fastapi.testclient import TestClient

from app.main import create_app
from app.settings import Settings
from tests.app.learned_release import (
    MISSING,
    change,
    copy_release,
    empty_learned_map,
    forget_learned,
    teach,
)
from tests.app.sealing import seal
from tests.conftest import Once
from tests.geodata.release.small_layers import build_layered_home

HOSTILE = (
    '{{ 7*7 }} <img src=x onerror="window.hit=1">{% raw %}{# `${window.hit=2}` '
    "</script><script>window.hit=3</script> ' & =1+1"
)
"""Template syntax, markup, script, template literal, quotes and a formula at once."""


@pytest.fixture(scope="session")
def application(release_home: Path) -> FastAPI:
    return create_app(Settings(home=release_home))


@pytest.fixture(scope="session")
def client(application: FastAPI) -> Iterator[TestClient]:
    with TestClient(application, raise_server_exceptions=False) as opened:
        yield opened


@pytest.fixture(scope="session")
def hostile_home(release_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the release in which every name is an attack, properly sealed."""
    home = tmp_path_factory.mktemp("hostile")
    shutil.copytree(release_home / "releases", home / "releases")
    folder = next(path for path in (home / "releases").iterdir() if path.is_dir())
    for name, columns in {
        "prospects": ("place", "nearest_occurrence"),
        "occurrences": ("site", "name", "note"),
        "places": ("name",),
        "terranes": ("name",),
        "lakes": ("name",),
    }.items():
        path = folder / f"{name}.parquet"
        if path.exists():
            table = gpd.read_parquet(path)
            for column in columns:
                own = table[column] if column == "site" else ""
                table[column] = HOSTILE + own
            if name == "occurrences":
                table["record_url"] = "javascript:window.hit=4"
            table.to_parquet(path, index=False)
    _spoil_explanations(folder / "explanations.json")
    _forget_the_west(folder / "favourability" / "placer.tif")
    seal(folder)
    return home


@pytest.fixture(scope="session")
def hostile_client(hostile_home: Path) -> Iterator[TestClient]:
    with TestClient(create_app(Settings(home=hostile_home))) as opened:
        yield opened


@pytest.fixture(scope="session")
def layered_home(once: Once) -> Path:
    """A release with a few layers made by hand, every name in them an attack."""
    return once("hostile-layers", lambda home: build_layered_home(home, name=HOSTILE))


@pytest.fixture(scope="session")
def layered_client(layered_home: Path) -> Iterator[TestClient]:
    with TestClient(create_app(Settings(home=layered_home))) as opened:
        yield opened


@pytest.fixture(scope="session")
def learned_home(release_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the release in which one type has a learned model."""
    home = tmp_path_factory.mktemp("learned")
    teach(copy_release(release_home, home))
    return home


@pytest.fixture(scope="session")
def learned_client(learned_home: Path) -> Iterator[TestClient]:
    with TestClient(create_app(Settings(home=learned_home))) as opened:
        yield opened


@pytest.fixture(scope="session")
def lacking_home(learned_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A release whose learned model was tested with layers that it lacks."""
    home = tmp_path_factory.mktemp("lacking")
    folder = copy_release(learned_home, home)
    change(folder / "validation.json", lambda told: told.update(missing_layers=MISSING))
    seal(folder)
    return home


@pytest.fixture(scope="session")
def lacking_client(lacking_home: Path) -> Iterator[TestClient]:
    with TestClient(create_app(Settings(home=lacking_home))) as opened:
        yield opened


@pytest.fixture(scope="session")
def empty_home(lacking_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A release in which the learned model lacks so much that its map is empty."""
    home = tmp_path_factory.mktemp("empty")
    empty_learned_map(copy_release(lacking_home, home))
    return home


@pytest.fixture(scope="session")
def empty_client(empty_home: Path) -> Iterator[TestClient]:
    with TestClient(create_app(Settings(home=empty_home))) as opened:
        yield opened


@pytest.fixture(scope="session")
def untaught_home(release_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the release in which no type has a learned model."""
    home = tmp_path_factory.mktemp("untaught")
    forget_learned(copy_release(release_home, home))
    return home


@pytest.fixture(scope="session")
def untaught_client(untaught_home: Path) -> Iterator[TestClient]:
    with TestClient(create_app(Settings(home=untaught_home))) as opened:
        yield opened


def _spoil_explanations(path: Path) -> None:
    content = json.loads(path.read_text(encoding="utf-8"))
    for explanation in content.values():
        for site in explanation["nearest_occurrences"]:
            site["site"] = HOSTILE
        for component in explanation["components"]:
            for item in component["evidence"]:
                item["claim"] = item["title"] = HOSTILE
                item["measured"] |= {"state": "known", "kind": "class"}
                item["measured"] |= {"class_name": HOSTILE, "class_share": 1.0}
    path.write_text(json.dumps(content), encoding="utf-8")


def _forget_the_west(path: Path) -> None:
    """Make the western half of a favourability map unknown."""
    with rasterio.open(path, driver="GTiff") as source:
        stored, profile = source.read(), source.profile
        names, scales = source.descriptions, source.scales
    stored[:, :, : stored.shape[2] // 2] = profile["nodata"]
    profile = {key: profile[key] for key in ("dtype", "nodata", "crs", "transform")}
    shape = {"count": stored.shape[0], "height": stored.shape[1]}
    path.unlink()
    with rasterio.open(
        path, "w", driver="GTiff", width=stored.shape[2], **shape, **profile
    ) as target:
        target.write(stored)
        target.descriptions = names
        target.scales = scales

"""Minerals, mines and plants around an area: context, told as such, and only text."""

import numpy as np
import pytest
import shapely
from fastapi.testclient import TestClient
from pyproj import Geod

from app.nearby import distances_km
from app.text import say
from tests.app.conftest import HOSTILE
from tests.app.test_pages import Reader, first_id

EARTH = Geod(ellps="WGS84")


def test_the_page_of_an_area_tells_minerals_and_mines_with_their_licence(
    layered_client: TestClient,
) -> None:
    pages = [
        layered_client.get(f"/prospects/{item['id']}").text
        for item in layered_client.get(
            "/api/collections/prospects/items?limit=1000"
        ).json()["features"]
    ]
    texts = [Reader(page).text for page in pages]
    assert all(say("area.minerals") in text for text in texts)
    assert all(say("area.mines") in text for text in texts)
    assert any("Credit of mines" in text and "CC0-1.0" in text for text in texts)
    assert any("± 5 km" in text for text in texts)
    assert any(say("area.no-mines") in text for text in texts)
    assert any(say("area.no-minerals") in text for text in texts)
    assert not any(HOSTILE in page for page in pages)


def test_a_release_without_these_layers_says_nothing_of_them(
    client: TestClient,
) -> None:
    text = client.get(f"/prospects/{first_id(client)}").text
    assert say("area.minerals") not in text
    assert say("area.mines") not in text


@pytest.mark.parametrize(
    ("lon", "lat"), [(74.0, 45.0), (70.5, 47.0), (68.2, 43.1), (70.5, 43.9)]
)
def test_distances_are_those_of_the_ellipsoid_to_one_per_cent(
    lon: float, lat: float
) -> None:
    area = shapely.box(70, 45, 71, 46)
    edge = shapely.get_coordinates(shapely.segmentize(area, 0.01))
    count = len(edge)
    _, _, metres = EARTH.inv(
        np.full(count, lon), np.full(count, lat), edge[:, 0], edge[:, 1]
    )
    found = distances_km(area, np.array([shapely.Point(lon, lat)]))
    assert found[0] == pytest.approx(np.min(metres) / 1e3, rel=0.01)


def test_a_point_inside_is_at_no_distance() -> None:
    area = shapely.box(70, 45, 71, 46)
    assert distances_km(area, np.array([shapely.Point(70.5, 45.5)])).tolist() == [0.0]

"""Colours, pictures and the shell: fixed breaks, honest hatching, no data in Folium."""

import math
from itertools import combinations, pairwise
from pathlib import Path

import folium
import numpy as np
import numpy.typing as npt
import pytest
from fastapi.testclient import TestClient

from app.grids.looks import FIRST, LINE, NO_DATA, NOTHING, MapLook, palette
from app.grids.png import indexed_png
from app.maps.colours import (
    AGREEMENT,
    AREA_BREAKS,
    STRENGTHS,
    Colour,
    Theme,
    agreement_swatches,
    class_colour,
    legend_rows,
)
from app.maps.shell import map_shell
from geodata.release import Release, open_release
from tests.app.png_reader import decode
from tests.app.tile_pictures import picture

THEMES: tuple[Theme, ...] = ("light", "dark")
SIGHTS = {
    "usual": np.eye(3),
    # Machado, Oliveira and Fernandes (2009), severity 1, linear RGB
    "deuteranopia": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "protanopia": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
}


def to_lab(colour: Colour, sight: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return CIE L*a*b* (D65) of a colour as an eye of some kind sees it."""
    rgb = np.array([colour.red, colour.green, colour.blue]) / 255
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    linear = np.clip(sight @ linear, 0, 1)
    to_xyz = np.array(
        [
            [0.4124564, 0.3575761, 0.1804375],
            [0.2126729, 0.7151522, 0.0721750],
            [0.0193339, 0.1191920, 0.9503041],
        ]
    )
    xyz = to_xyz @ linear / np.array([0.95047, 1.0, 1.08883])
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("sight", SIGHTS)
def test_neighbouring_classes_differ_for_every_eye(theme: Theme, sight: str) -> None:
    for coverage, least in enumerate((10, 10, 7)):
        labs = [
            to_lab(class_colour(rank, coverage, theme), SIGHTS[sight])
            for rank in range(len(AREA_BREAKS) + 1)
        ]
        for one, other in pairwise(labs):
            assert math.dist(one, other) >= least


@pytest.mark.parametrize("theme", THEMES)
def test_lightness_runs_one_way_from_the_best_to_the_rest(theme: Theme) -> None:
    for coverage in range(len(STRENGTHS)):
        light = [
            to_lab(class_colour(rank, coverage, theme), SIGHTS["usual"])[0]
            for rank in range(len(AREA_BREAKS) + 1)
        ]
        assert light == sorted(light, reverse=theme == "dark")


def test_the_legend_prints_the_breaks() -> None:
    rows = legend_rows()
    assert [row.coverage for row in rows] == [
        "60 % or more",
        "30 to 60 %",
        "below 30 %",
    ]
    labels = [swatch.label for swatch in rows[0].swatches]
    assert labels == ["rest", "10–25 %", "5–10 %", "2.5–5 %", "1–2.5 %", "best 1 %"]


def test_a_picture_can_be_read_back() -> None:
    index = np.array([[0, 1], [2, 1]], dtype=np.uint8)
    colours = [Colour(red=n, green=2 * n, blue=3 * n) for n in (0, 10, 20)]
    read, plte, trns = decode(indexed_png(index, colours, transparent=0))
    assert read.tolist() == index.tolist()
    assert plte == bytes((0, 0, 0, 10, 20, 30, 20, 40, 60))
    assert trns == bytes((0, 255, 255))


def test_the_best_part_of_the_area_is_as_large_as_the_legend_says(
    release: Release,
) -> None:
    index = picture(release, "clay-hosted")
    known = index[index >= FIRST].astype(int)
    ranks = (known - FIRST) // len(STRENGTHS)
    # Mercator draws the north larger, so shares on the picture are not exact.
    assert 0.05 < np.mean(ranks <= 3) < 0.2
    assert np.mean(ranks == 5) > 0.6


def test_unknown_land_is_hatched_and_the_rest_is_left_out(
    release: Release, hostile_home: Path
) -> None:
    half = picture(open_release(hostile_home / "releases"), "placer")
    whole = picture(release, "placer")
    inside = np.flatnonzero((whole != NOTHING).any(axis=0))
    west, east = np.array_split(half[:, inside[0] : inside[-1]], 2, axis=1)
    assert np.mean(west[:, :-50] >= FIRST) < 0.01
    assert np.mean(east >= FIRST) > 0.2
    assert np.mean((west == NO_DATA) | (west == LINE)) > 0.2
    assert whole[0, 0] == whole[-1, -1] == NOTHING
    assert np.mean((whole == NO_DATA) | (whole == LINE)) < 0.01
    classes = (len(AREA_BREAKS) + 1) * len(STRENGTHS)
    assert len(palette(MapLook(), "light")) == FIRST + classes


def test_the_shell_names_our_assets_and_no_other_host() -> None:
    shell = map_shell()
    assert shell.scripts == ("/static/vendor/leaflet/leaflet.js",)
    assert shell.styles == ("/static/vendor/leaflet/leaflet.css",)
    assert "http" not in shell.html + shell.script
    assert 'id="map_atlas"' in shell.html
    assert '"maxZoom": 11' in shell.script
    assert folium.Map.default_js == [("leaflet", shell.scripts[0])]


def test_the_shell_is_the_same_every_time() -> None:
    assert map_shell.__wrapped__() == map_shell()


def test_the_backdrop_is_small_and_ordered(client: TestClient) -> None:
    answer = client.get("/api/maps/backdrop.json")
    content = answer.json()
    assert len(answer.content) < 500_000
    assert len(content["states"]["features"]) == 5
    people = [place["population"] for place in content["places"]]
    assert people == sorted(people, reverse=True)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("sight", SIGHTS)
def test_the_classes_of_agreement_differ_for_every_eye(
    theme: Theme, sight: str
) -> None:
    labs = [to_lab(colour, SIGHTS[sight]) for colour in AGREEMENT[theme]]
    for one, other in combinations(labs, 2):
        assert math.dist(one, other) >= 30


def test_the_key_of_agreement_names_every_class() -> None:
    swatches = agreement_swatches()
    assert [swatch.label for swatch in swatches] == [
        "both models",
        "expert model only",
        "learned model only",
        "neither model",
    ]
    assert [swatch.dark for swatch in swatches] == [c.css for c in AGREEMENT["dark"]]

"""Colours, pictures and the shell: fixed breaks, honest hatching, no data in Folium."""

import math
import struct
import zlib
from itertools import combinations, pairwise
from pathlib import Path

import folium
import numpy as np
import numpy.typing as npt
import pytest
from fastapi.testclient import TestClient

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
from app.maps.picture import Pictures, palette
from app.maps.shell import map_shell
from geodata.errors import UnknownDepositTypeError
from geodata.release import Release, open_release

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


def decode(content: bytes) -> tuple[npt.NDArray[np.uint8], bytes, bytes]:
    """Read back a picture of palette positions: positions, palette, opacity."""
    assert content.startswith(b"\x89PNG\r\n\x1a\n")
    found, at = {}, 8
    while at < len(content):
        (size,) = struct.unpack(">I", content[at : at + 4])
        kind, body = content[at + 4 : at + 8], content[at + 8 : at + 8 + size]
        (check,) = struct.unpack(">I", content[at + 8 + size : at + 12 + size])
        assert check == zlib.crc32(kind + body)
        found[kind], at = body, at + 12 + size
    columns, rows = struct.unpack(">II", found[b"IHDR"][:8])
    lines = np.frombuffer(zlib.decompress(found[b"IDAT"]), dtype=np.uint8)
    return lines.reshape(rows, columns + 1)[:, 1:], found[b"PLTE"], found[b"tRNS"]


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
    images = Pictures(release)
    index, _, _ = decode(images.png("clay-hosted", "light"))
    known = index[index >= 3].astype(int)
    ranks = (known - 3) // len(STRENGTHS)
    # Mercator draws the north larger, so shares on the picture are not exact.
    assert 0.05 < np.mean(ranks <= 3) < 0.2
    assert np.mean(ranks == 5) > 0.6


def test_unknown_land_is_hatched_and_the_rest_is_left_out(
    release: Release, hostile_home: Path
) -> None:
    half = Pictures(open_release(hostile_home / "releases"))
    whole, _, opacity = decode(Pictures(release).png("placer", "light"))
    index, _, _ = decode(half.png("placer", "light"))
    west, east = np.array_split(index, 2, axis=1)
    assert set(np.unique(west)) == {0, 1, 2}
    assert np.mean(east >= 3) > 0.2
    assert opacity[0] == 0
    assert whole[0, 0] == whole[-1, -1] == 0
    assert np.mean((whole == 1) | (whole == 2)) < 0.01
    assert len(palette("light")) == 3 + (len(AREA_BREAKS) + 1) * len(STRENGTHS)


def test_themes_share_the_picture_and_differ_in_colours(release: Release) -> None:
    images = Pictures(release)
    light, light_colours, _ = decode(images.png("overall", "light"))
    dark, dark_colours, _ = decode(images.png("overall", "dark"))
    assert (light == dark).all()
    assert light_colours != dark_colours


def test_an_unknown_type_has_no_picture(release: Release) -> None:
    with pytest.raises(UnknownDepositTypeError):
        Pictures(release).png("../manifest", "light")


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

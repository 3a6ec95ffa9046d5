"""Vector tiles: what a tile holds, where there are tiles, and what they say."""

import gzip
import math
from pathlib import Path

import numpy as np
import pyogrio
import pytest
import shapely
from fastapi import FastAPI
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st
from pmtiles.reader import MemorySource, Reader

from app.vector_tiles import MAX_ZOOM, TileLayer
from app.vector_tiles.layer import MOST_FEATURES, to_world
from app.vector_tiles.varints import pack, varint, zigzag
from tests.app.formats.test_round_trip import collection_of

TILES = "/api/collections/prospects/tiles/WebMercatorQuad"
MVT = "application/vnd.mapbox-vector-tile"


def read_tile(content: bytes, folder: Path) -> object:
    """Read a tile with GDAL: coordinates are units, y from the bottom up."""
    path = folder / "tile.pbf"
    path.write_bytes(content)
    return pyogrio.read_dataframe(path, use_arrow=False)


def tile_of(lon: float, lat: float, zoom: int) -> tuple[int, int]:
    """Return column and row of the tile that a place lies in."""
    north = math.asinh(math.tan(math.radians(lat)))
    x, y = (lon + 180) / 360, 0.5 - north / (2 * math.pi)
    return int(x * 2**zoom), int(y * 2**zoom)


def row(text: str = "a", number: float | None = 0.5) -> dict:
    return {"text": text, "whole": -7, "number": number, "truth": True}


def test_a_point_lies_where_mercator_puts_it(tmp_path: Path) -> None:
    layer = TileLayer(collection_of([row()], [shapely.Point(0, 0)]))
    table = read_tile(layer.tile(1, 0, 0), tmp_path)
    assert [(point.x, point.y) for point in table.geometry] == [(4096, 0)]
    assert len(read_tile(layer.tile(0, 0, 0), tmp_path)) == 1
    assert layer.tile(3, 0, 0) == b""


def test_attributes_keep_their_types_and_missing_ones_are_left_out(
    tmp_path: Path,
) -> None:
    places = [shapely.Point(1, 1), shapely.Point(2, 2)]
    layer = TileLayer(collection_of([row("ä"), row("b", None)], places))
    table = read_tile(layer.tile(0, 0, 0), tmp_path)
    assert table["id"].tolist() == ["row-0", "row-1"]
    assert table["mvt_id"].tolist() == [1, 2]
    assert table["text"].tolist() == ["ä", "b"]
    assert table["whole"].tolist() == [-7, -7]
    assert table["truth"].astype(bool).all()
    assert table["number"][0] == 0.5
    assert np.isnan(table["number"][1])


@pytest.mark.parametrize("zoom", [0, 2, 4, 6])
def test_every_area_is_in_a_tile_about_as_large_as_it_is(
    application: FastAPI, zoom: int, tmp_path: Path
) -> None:
    found = application.state.shelf.served.collections["states"]
    layer, units = TileLayer(found), 4096 * 2**zoom
    drawn: dict[str, float] = {}
    for column in range(2**zoom):
        for tile_row in range(2**zoom):
            if not layer.touches(zoom, column, tile_row):
                continue
            table = read_tile(layer.tile(zoom, column, tile_row), tmp_path)
            inside = shapely.clip_by_rect(
                shapely.make_valid(table.geometry), 0, 0, 4096, 4096
            )
            for name, area in zip(table["id"], shapely.area(inside), strict=True):
                drawn[name] = drawn.get(name, 0) + area / units**2
    true = shapely.area(shapely.transform(found.geometry, to_world))
    assert set(drawn) == set(found.ids)
    for name, area in zip(found.ids, true, strict=True):
        assert drawn[name] == pytest.approx(area, rel=0.1 if zoom == 0 else 0.02)


def test_outlines_run_as_the_format_asks_and_holes_stay(tmp_path: Path) -> None:
    ring = shapely.box(10, 10, 50, 50).difference(shapely.box(20, 20, 30, 30))
    layer = TileLayer(collection_of([row()], [ring]))
    table = read_tile(layer.tile(1, 1, 0), tmp_path)
    area = table.geometry[0]
    assert area.is_valid
    (part,) = area.geoms
    assert len(part.interiors) == 1


def test_a_crowded_tile_shows_the_largest(tmp_path: Path) -> None:
    chance = np.random.default_rng(1)
    corners = chance.uniform(-3, 0, (MOST_FEATURES + 50, 2)) * (50, 1)
    sizes = np.linspace(0.5, 5, len(corners))
    boxes = [
        shapely.box(x, y, x + side, y + side)
        for (x, y), side in zip(corners, sizes, strict=True)
    ]
    layer = TileLayer(collection_of([row()] * len(boxes), boxes))
    table = read_tile(layer.tile(0, 0, 0), tmp_path)
    assert len(table) == MOST_FEATURES
    assert table["mvt_id"].min() == 51


def test_tiles_are_served_with_their_type(client: TestClient, tmp_path: Path) -> None:
    area = client.get("/api/collections/prospects/items?limit=1").json()["features"][0]
    place = area["properties"]
    column, tile_row = tile_of(place["lon"], place["lat"], 5)
    answer = client.get(f"{TILES}/5/{tile_row}/{column}")
    assert (answer.status_code, answer.headers["content-type"]) == (200, MVT)
    assert area["id"] in read_tile(answer.content, tmp_path)["id"].tolist()
    again = client.get(
        f"{TILES}/5/{tile_row}/{column}",
        headers={"if-none-match": answer.headers["etag"]},
    )
    assert again.status_code == 304


def test_an_empty_tile_is_no_content_and_one_out_of_range_not_found(
    client: TestClient,
) -> None:
    assert client.get(f"{TILES}/5/0/0").status_code == 204
    for place in ("5/32/0", "5/0/32", "5/-1/0", f"{MAX_ZOOM + 1}/0/0", "-1/0/0"):
        assert client.get(f"{TILES}/{place}").status_code == 404, place
    assert client.get(f"{TILES}/5/a/0").status_code == 400
    assert client.get(f"{TILES}/5/0/0?colour=red").status_code == 400
    nowhere = "/api/collections/sites-without-position/tiles"
    assert client.get(nowhere).status_code == 404


def test_tiles_are_described_for_maplibre_and_for_ogc_clients(
    client: TestClient,
) -> None:
    told = client.get(f"{TILES}/tilejson.json").json()
    assert told["tilejson"] == "3.0.0"
    assert told["vector_layers"][0]["id"] == "prospects"
    assert told["vector_layers"][0]["fields"]["favourability"] == "Number"
    west, south, east, north = told["bounds"]
    column, tile_row = tile_of((west + east) / 2, (south + north) / 2, 3)
    address = told["tiles"][0]
    for name, value in {"z": 3, "x": column, "y": tile_row}.items():
        address = address.replace(f"{{{name}}}", str(value))
    assert client.get(address).status_code == 200
    listed = client.get("/api/collections/prospects/tiles").json()["tilesets"]
    assert listed == [client.get(TILES).json()]
    for limit in listed[0]["tileMatrixSetLimits"]:
        assert (
            limit["minTileRow"] <= limit["maxTileRow"] < 2 ** int(limit["tileMatrix"])
        )


def test_the_file_of_tiles_holds_what_is_served(client: TestClient) -> None:
    content = client.get("/api/collections/prospects/files/prospects.pmtiles").content
    reader = Reader(MemorySource(content))
    told = reader.metadata()
    assert told["vector_layers"][0]["id"] == "prospects"
    assert told["caution"].startswith("Exploration aid")
    box = client.get(f"{TILES}/tilejson.json").json()["bounds"]
    column, tile_row = tile_of((box[0] + box[2]) / 2, (box[1] + box[3]) / 2, 4)
    served = client.get(f"{TILES}/4/{tile_row}/{column}").content
    assert gzip.decompress(reader.get(4, column, tile_row)) == served


@given(st.lists(st.integers(0, 2**32 - 1)))
def test_packed_numbers_are_those_of_protocol_buffers(numbers: list[int]) -> None:
    packed = pack(np.array(numbers, dtype=np.int64))
    assert packed.content == b"".join(map(varint, numbers))
    assert packed.parts(np.arange(len(numbers) + 1)) == list(map(varint, numbers))


@given(st.integers(-(2**40), 2**40))
def test_zigzag_is_undone(number: int) -> None:
    folded = int(zigzag(np.array([number]))[0])
    assert folded >= 0
    assert (folded >> 1) ^ -(folded & 1) == number

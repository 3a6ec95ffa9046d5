"""Tiles show the cells as they are, everywhere, at once, and nothing else."""

import io
import json
import math
import random
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyproj
import pytest
import rasterio
import shapely
from fastapi.testclient import TestClient

from app.grids.looks import LINE, NO_DATA, NOTHING, MapLook, palette
from app.grids.numbers import summarise
from app.grids.tile_cells import TilePlace
from app.maps.colours import AREA_BREAKS, STRENGTHS
from geodata.release import Release
from tests.app.learned_release import LEARNED
from tests.app.png_reader import decode
from tests.browser.conftest import serving

WEB = "WebMercatorQuad"
SETS = (WEB, "WorldCRS84Quad")
SQUARE = {
    "type": "Polygon",
    "coordinates": [[[65, 45], [70, 45], [70, 48], [65, 48], [65, 45]]],
}


def tile(name: str, place: str, query: str = "", *, form: str = "png") -> str:
    return f"/api/tiles/{name}/{WEB}/{place}.{form}{query}"


def numbers(content: bytes) -> npt.NDArray[np.float32]:
    found: npt.NDArray[np.float32] = np.load(io.BytesIO(content), allow_pickle=False)
    return found


@pytest.mark.parametrize("matrix_set", SETS)
@pytest.mark.parametrize("where", [(7, 67.3, 48.1), (9, 70.2, 40.9)])
def test_a_pixel_shows_the_cell_that_holds_its_middle(
    client: TestClient,
    release: Release,
    matrix_set: Any,
    where: tuple[int, float, float],
) -> None:
    place = place_of(matrix_set, *where)
    address = (
        f"/api/tiles/overall.coverage/{matrix_set}/{place.z}/{place.x}/{place.y}.npy"
    )
    shown = numbers(client.get(address).content)[0]
    west, _, east, north = place.bounds
    pixel = (east - west) / 256
    at = np.arange(256) + 0.5
    x, y = np.meshgrid(west + at * pixel, north - at * pixel)
    with rasterio.open(release.folder / "favourability" / "overall.tif") as source:
        to_grid = pyproj.Transformer.from_crs(
            place.crs, source.crs.to_wkt(), always_xy=True
        )
        columns, rows = ~source.transform @ to_grid.transform(x, y)
        stored = source.read(source.descriptions.index("coverage") + 1)
        found = stored[rows.astype(int), columns.astype(int)].astype(float)
        found[found == source.nodata] = np.nan
        found *= source.scales[0]
    # Positions are good to a tenth of a pixel; only pixels on an edge may differ.
    near_edge = np.minimum(columns % 1, rows % 1) * 5_000 < 0.2 * _metres(place)
    near_edge |= np.maximum(columns % 1, rows % 1) > 1 - 0.2 * _metres(place) / 5_000
    same = np.isclose(shown, found, atol=1e-5) | (np.isnan(shown) & np.isnan(found))
    assert same[~near_edge].all()


def _metres(place: TilePlace) -> float:
    west, _, east, _ = place.bounds
    scale = 111_320 if place.matrix_set == "WorldCRS84Quad" else 1.0
    return (east - west) / 256 * scale


def place_of(matrix_set: Any, z: int, lon: float, lat: float) -> TilePlace:
    if matrix_set == "WorldCRS84Quad":
        side = 180 / 2**z
        x, y = int((lon + 180) / side), int((90 - lat) / side)
    else:
        x = int((lon + 180) / 360 * 2**z)
        y = int((1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * 2**z)
    return TilePlace(matrix_set=matrix_set, z=z, x=x, y=y)


def test_tiles_have_no_seam(client: TestClient) -> None:
    """Four tiles of a zoom show at every other pixel what their parent shows."""
    for z, x, y in ((4, 11, 5), (6, 44, 23)):
        parent = numbers(
            client.get(tile("overall.coverage", f"{z}/{x}/{y}", form="npy")).content
        )[0]
        rows = []
        for down in (0, 1):
            row = [
                numbers(
                    client.get(
                        tile(
                            "overall.coverage",
                            f"{z + 1}/{2 * x + right}/{2 * y + down}",
                            form="npy",
                        )
                    ).content
                )[0]
                for right in (0, 1)
            ]
            rows.append(np.hstack(row))
        whole = np.vstack(rows)
        known = ~np.isnan(parent)
        fine = whole[::2, ::2]
        assert np.mean(np.isclose(parent, fine, atol=0.05)[known]) > 0.85


def test_a_map_tile_has_the_classes_of_the_map(
    client: TestClient, release: Release
) -> None:
    index, plte, opacity = decode(client.get(tile("placer", "5/22/11")).content)
    colours = palette(MapLook("expert"), "light")
    assert plte == bytes(v for c in colours for v in (c.red, c.green, c.blue))
    assert opacity[0] == 0
    values = numbers(client.get(tile("placer", "5/22/11", form="npy")).content)
    rank, coverage = values
    known = ~np.isnan(rank) & ~np.isnan(coverage)
    best = np.digitize(rank, AREA_BREAKS, right=True)
    thin = np.select([coverage >= 0.6, coverage >= 0.3], [0, 1], 2)
    assert (index[known] == (best * len(STRENGTHS) + thin)[known] + 3).all()


def test_unknown_land_is_hatched_and_nothing_is_drawn_outside(
    hostile_client: TestClient, client: TestClient, release: Release
) -> None:
    whole, _, _ = decode(client.get(tile("placer", "4/10/5")).content)
    half, _, _ = decode(hostile_client.get(tile("placer", "4/10/5")).content)
    hatched = np.isin(half, (NO_DATA, LINE))
    assert np.mean(hatched) > 0.1
    assert np.mean(np.isin(whole, (NO_DATA, LINE))) < 0.01
    place = TilePlace(matrix_set="WebMercatorQuad", z=4, x=10, y=5)
    west, _, east, north = place.bounds
    at = (np.arange(256) + 0.5) * (east - west) / 256
    x, y = np.meshgrid(west + at, north - at)
    to_degrees = pyproj.Transformer.from_crs(3857, "OGC:CRS84", always_xy=True)
    states = shapely.union_all(release.table("states").geometry.to_numpy())
    on_land = shapely.contains_xy(states.buffer(0.05), *to_degrees.transform(x, y))
    assert on_land[hatched].all()
    assert (whole[~on_land] == NOTHING).mean() > 0.98  # cells end beyond the border


def test_the_hatch_goes_on_from_tile_to_tile(hostile_client: TestClient) -> None:
    left, right = (
        decode(hostile_client.get(tile("placer", f"6/{x}/21")).content)[0]
        for x in (41, 42)
    )
    both = np.hstack([left, right])
    hatched = np.isin(both, (NO_DATA, LINE))
    rows, columns = np.indices(both.shape)
    line = (rows + columns) % 8 < 2
    assert hatched[:, 250:262].any()
    assert ((both == LINE) == line)[hatched].all()


def test_themes_share_the_classes_and_differ_in_colours(client: TestClient) -> None:
    light, light_colours, _ = decode(client.get(tile("overall", "5/22/11")).content)
    dark, dark_colours, _ = decode(
        client.get(tile("overall", "5/22/11", "?theme=dark")).content
    )
    assert (light == dark).all()
    assert light_colours != dark_colours


@pytest.mark.parametrize("opinion", ["learned", "agreement"])
def test_opinions_are_drawn_where_there_are_two(
    learned_client: TestClient, opinion: str
) -> None:
    query = f"?opinion={opinion}"
    two = learned_client.get(tile(LEARNED, "5/22/11", query))
    assert two.status_code == 200
    assert two.content != learned_client.get(tile(LEARNED, "5/22/11")).content
    assert learned_client.get(tile("overall", "5/22/11", query)).status_code == 404
    band = learned_client.get(tile("overall.coverage", "5/22/11", query))
    assert band.status_code == 404
    assert "It has expert" in band.json()["detail"]


def test_a_quantity_has_the_scale_that_is_asked_for(client: TestClient) -> None:
    usual = client.get(tile("placer.p50", "5/22/11")).content
    other = client.get(tile("placer.p50", "5/22/11", "?rescale=0.2,0.4")).content
    named = client.get(tile("placer.p50", "5/22/11", "?colormap=magma")).content
    same = client.get(tile("placer.p50", "5/22/11", "?rescale=0.20,0.400")).content
    assert len({usual, other, named}) == 3
    assert same == other


def test_relief_is_shaded(client: TestClient) -> None:
    shaded = numbers(client.get(tile("hillshade", "6/45/24", form="npy")).content)[0]
    known = shaded[~np.isnan(shaded)]
    assert known.size
    assert 0 <= known.min() < known.max() <= 255
    assert np.ptp(known) > 100  # the Pamir


@pytest.mark.parametrize("place", ["0/0/0", "1/0/0", "5/2/11", "14/1/16383"])
@pytest.mark.parametrize("name", ["overall", "placer.p10", "hillshade"])
def test_outside_the_grid_a_tile_is_empty(
    client: TestClient, name: str, place: str
) -> None:
    for form, kind in (("png", "image/png"), ("webp", "image/webp")):
        answer = client.get(tile(name, place, form=form))
        assert (answer.status_code, answer.headers["content-type"]) == (200, kind)
    values = numbers(client.get(tile(name, place, form="npy")).content)
    if place != "0/0/0":
        assert np.isnan(values).all()
        index, _, opacity = decode(client.get(tile(name, place)).content)
        assert (index == 0).all()
        assert opacity[0] == 0


@pytest.mark.parametrize(
    ("path", "words"),
    [
        (tile("overall", "15/0/0"), "less than or equal to 14"),
        (tile("overall", "5/-1/0"), "greater than or equal to 0"),
        (tile("overall", "5/1/0", form="tiff"), "'png', 'webp' or 'npy'"),
        (tile("overall", "5/1/0", "?url=file:///etc/passwd"), "colormap, opinion"),
        (tile("placer.p10", "5/1/0", "?rescale=nan,1"), "rescale"),
        (tile("placer.p10", "5/1/0", "?rescale=-1e999,1e999"), "rescale"),
        (tile("placer.p10", "5/1/0", "?colormap=nosuch"), "viridis"),
        ("/api/tiles/overall/Nosuch/5/1/0.png", "WebMercatorQuad"),
        ("/api/tiles/overall/point/200,0", "place"),
        ("/api/tiles/overall/point/1,2,3", "place"),
        ("/api/tiles/overall/point/0,91", "place"),
    ],
)
def test_what_cannot_be_done_is_said(client: TestClient, path: str, words: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    assert words in answer.json()["detail"]


def test_the_colours_of_a_map_cannot_be_chosen(client: TestClient) -> None:
    for name in ("overall", "placer.area-rank", "overall.leading-type"):
        for query in ("rescale=0,1", "colormap=magma"):
            answer = client.get(tile(name, "5/1/0", f"?{query}"))
            assert answer.status_code == 404
            assert "those of the map" in answer.json()["detail"]
    polygon = client.post("/api/tiles/overall/statistics", json=SQUARE)
    assert polygon.status_code == 404


def test_a_tile_outside_its_scheme_is_not_found(client: TestClient) -> None:
    answer = client.get(tile("overall", "5/32/0"))
    assert answer.status_code == 404
    assert "columns run from 0 to 31" in answer.json()["detail"]


def test_a_tile_is_asked_for_again_only_when_it_changed(client: TestClient) -> None:
    path = tile("overall", "5/22/12")
    first = client.get(path)
    tag = first.headers["etag"]
    assert client.get(path, headers={"If-None-Match": tag}).status_code == 304
    assert client.get(f"{path}?theme=dark").headers["etag"] != tag
    assert (
        client.get(path, headers={"host": "elsewhere.example"}).headers["etag"] == tag
    )
    assert client.head(path).headers["content-length"] == str(len(first.content))


def test_at_the_address_of_its_release_a_tile_is_kept_for_good(
    client: TestClient, release: Release
) -> None:
    path = tile("overall", "5/22/11").removeprefix("/api")
    pinned = client.get(f"/api/releases/{release.id}{path}")
    plain = client.get(f"/api{path}")
    assert pinned.content == plain.content
    assert "immutable" in pinned.headers["cache-control"]
    assert "no-cache" in plain.headers["cache-control"]
    for address in (f"{WEB}/tilejson.json", "point/67.5,47.2", "statistics"):
        found = client.get(f"/api/releases/{release.id}/tiles/placer.p10/{address}")
        assert found.status_code == 200
    told = client.get(f"/api/tiles/placer/{WEB}/tilejson.json").json()
    assert f"/api/releases/{release.id}/tiles/placer/" in told["tiles"][0]
    file = client.get(f"/api/releases/{release.id}/grids/placer.tif")
    assert "immutable" in file.headers["cache-control"]
    assert client.get(f"/api/releases/nosuch{path}").status_code == 404


def test_tile_json_says_where_the_tiles_are(client: TestClient) -> None:
    for matrix_set in SETS:
        path = f"/api/tiles/placer.p90/{matrix_set}/tilejson.json?rescale=0,1"
        told = client.get(path).json()
        assert told["tilejson"] == "3.0.0"
        west, south, east, north = told["bounds"]
        assert 40 < west < 50
        assert 80 < east < 95
        assert 30 < south < north < 60
        address = told["tiles"][0].replace("{z}", "5")
        assert "rescale=0" in address
        place = place_of(matrix_set, 5, 67, 48)
        address = address.replace("{x}", str(place.x)).replace("{y}", str(place.y))
        assert client.get(address).status_code == 200


def test_a_place_is_told_what_its_cell_holds(
    client: TestClient, release: Release
) -> None:
    found = client.get("/api/tiles/placer.area-rank/point/67.5,47.2").json()
    with rasterio.open(release.folder / "favourability" / "placer.tif") as source:
        to_grid = pyproj.Transformer.from_crs(
            "OGC:CRS84", source.crs.to_wkt(), always_xy=True
        )
        column, row = ~source.transform @ to_grid.transform(67.5, 47.2)
        band = source.descriptions.index("area_rank")
        rank = source.read(band + 1)[int(row), int(column)] * source.scales[band]
    assert found["value"] == pytest.approx(rank)
    assert found["state"] == "known"
    named = client.get("/api/tiles/overall.leading-type/point/67.5,47.2").json()
    titles = [item.title for item in release.manifest.deposit_types]
    assert named["text"] in titles
    for place in ("0,0", "0,90", "-180,-90", "180,0"):
        outside = client.get(f"/api/tiles/overall/point/{place}").json()
        assert (outside["state"], outside["value"]) == ("outside", None)
    unknown = client.get("/api/tiles/overall/point/50.5,42").json()  # the Caspian Sea
    assert (unknown["state"], unknown["value"]) == ("unknown", None)


def test_a_polygon_is_told_the_mean_of_its_cells(
    client: TestClient, release: Release
) -> None:
    path = "/api/tiles/placer.p50/statistics"
    feature = {"type": "Feature", "properties": {}, "geometry": SQUARE}
    found = client.post(path, json=SQUARE).json()
    assert client.post(path, json=feature).json() == found
    with rasterio.open(release.folder / "favourability" / "placer.tif") as source:
        band = source.descriptions.index("p50") + 1
        stored = source.read(band)
        rows, columns = np.indices(stored.shape)
        x, y = source.transform @ (columns + 0.5, rows + 0.5)
        to_degrees = pyproj.Transformer.from_crs(
            source.crs.to_wkt(), "OGC:CRS84", always_xy=True
        )
        lon, lat = to_degrees.transform(x, y)
        inside = (lon > 65) & (lon < 70) & (lat > 45) & (lat < 48)
        inside &= stored != source.nodata
        mean = stored[inside].mean() * source.scales[0]
    assert found["mean"] == pytest.approx(mean, abs=0.005)
    area_km2 = (
        pyproj.Geod(ellps="WGS84").geometry_area_perimeter(
            shapely.from_geojson(json.dumps(SQUARE)).segmentize(0.1)
        )[0]
        / 1e6
    )
    cell_km2 = (release.manifest.grid.cell_m / 1000) ** 2
    assert found["cells"] * cell_km2 == pytest.approx(area_km2, rel=0.03)


def test_a_polygon_smaller_than_a_cell_or_far_away_is_answered(
    client: TestClient,
) -> None:
    path = "/api/tiles/placer.p50/statistics"
    corners = [[67.5, 47.2], [67.5001, 47.2], [67.5001, 47.2001], [67.5, 47.2]]
    small = client.post(path, json={"type": "Polygon", "coordinates": [corners]}).json()
    at = client.get("/api/tiles/placer.p50/point/67.5,47.2").json()
    assert small["mean"] == pytest.approx(at["value"])
    far = [[0, 0], [1, 0], [1, 1], [0, 0]]
    nothing = client.post(path, json={"type": "Polygon", "coordinates": [far]}).json()
    assert (nothing["cells"], nothing["mean"]) == (0, None)


def test_the_parts_of_cells_weigh() -> None:
    found = summarise(
        np.array([1.0, 5.0]), np.array([0.25, 0.75]), total=2.0, exact=True
    )
    assert found.mean == 4.0
    assert found.cells == 1.0
    assert found.share_known == 0.5


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "not JSON"),
        (b"[]", "no polygon"),
        (b'{"type":"Point","coordinates":[1,2]}', "no polygon"),
        (b'{"type":"Polygon","coordinates":[[[1,2]]]}', "no polygon"),
        (b'{"type":"Polygon","coordinates":[[["a"]]]}', "no polygon"),
        (b'{"type":"Polygon","coordinates":[]}', "no polygon"),
        (b'{"type":"Polygon","coordinates":null}', "no polygon"),
        (b'{"type":"MultiPolygon","coordinates":[]}', "no polygon"),
        (b'{"type":"Polygon","coordinates":[null]}', "no polygon"),
        (b'{"type":"MultiPolygon","coordinates":[[null]]}', "no polygon"),
        (b'{"type":"MultiPolygon","coordinates":[[[1,2]]]}', "no polygon"),
        (b'{"type":"Polygon","coordinates":[[[[1,2]]]]}', "no polygon"),
        (b'{"type":"Polygon","coordinates":{"a":[1]}}', "no polygon"),
        (
            b'{"type":"Polygon","coordinates":[[[1e9,2],[3,2],[3,4],[1e9,2]]]}',
            "degrees",
        ),
    ],
)
def test_a_body_that_is_no_polygon_is_refused(
    client: TestClient, body: bytes, words: str
) -> None:
    answer = client.post("/api/tiles/placer.p50/statistics", content=body)
    assert answer.status_code == 400
    assert words in answer.json()["detail"]


def test_of_a_tangled_polygon_what_lies_inside_an_odd_number_of_times_counts(
    client: TestClient,
) -> None:
    path = "/api/tiles/placer.p50/statistics"

    def cells(*corners: tuple[float, float]) -> float:
        polygon = {"type": "Polygon", "coordinates": [corners]}
        found: float = client.post(path, json=polygon).json()["cells"]
        return found

    bow = cells((66, 46), (68, 48), (68, 46), (66, 48))
    assert bow == pytest.approx(
        cells((66, 46), (66, 48), (68, 48), (68, 46)) / 2, rel=0.05
    )
    tangled = np.random.default_rng(1).uniform(60, 70, (600, 2)) - (0, 20)
    answer = client.post(
        path, json={"type": "Polygon", "coordinates": [tangled.tolist()]}
    )
    assert answer.status_code == 400
    assert "Self-intersection" in answer.json()["detail"]


def test_the_edges_of_a_polygon_are_straight_in_degrees(
    client: TestClient, release: Release
) -> None:
    path = "/api/tiles/placer.p50/statistics"
    world = [[-180, -90], [180, -90], [180, 90], [-180, 90], [-180, -90]]
    found = client.post(path, json={"type": "Polygon", "coordinates": [world]}).json()
    assert found["cells"] == client.get(path).json()["cells"]
    half = [[40, 47], [95, 47], [95, 60], [40, 60], [40, 47]]
    found = client.post(path, json={"type": "Polygon", "coordinates": [half]}).json()
    with rasterio.open(release.folder / "favourability" / "placer.tif") as source:
        known = source.read(3) != source.nodata
        rows, columns = np.nonzero(known)
        to_degrees = pyproj.Transformer.from_crs(
            source.crs.to_wkt(), "OGC:CRS84", always_xy=True
        )
        x, y = source.transform @ (columns + 0.5, rows + 0.5)
        _, lat = to_degrees.transform(x, y)
    assert found["cells"] == pytest.approx((lat > 47).sum(), rel=0.02)


def test_a_body_that_is_too_large_is_refused(client: TestClient) -> None:
    answer = client.post("/api/tiles/placer.p50/statistics", content=b" " * 1_100_000)
    assert answer.status_code == 413


def test_a_polygon_of_too_many_corners_is_refused(client: TestClient) -> None:
    around = shapely.Point(67, 47).buffer(1, quad_segs=4_000)
    answer = client.post(
        "/api/tiles/placer.p50/statistics", content=shapely.to_geojson(around)
    )
    assert answer.status_code == 400
    assert "corners" in answer.json()["detail"]


@pytest.fixture(scope="module")
def served(release_home: Path) -> Iterator[str]:
    with serving(release_home) as base:
        yield base


def test_gdal_loads_every_grid_by_wmts(served: str, tmp_path: Path) -> None:
    program = shutil.which("gdalinfo")
    if program is None:
        pytest.skip("waits for gdalinfo (apt-get install gdal-bin)")
    source = f"WMTS:{served}/api/tiles/WMTSCapabilities.xml"
    for layer, matrix_set in (("overall", WEB), ("placer.p90", "WorldCRS84Quad")):
        name = f"{source},layer={layer},tilematrixset={matrix_set}"
        told = json.loads(_run(tmp_path, program, "-json", name))
        assert told["size"][0] > 1000
        assert told["bands"]
    picture = tmp_path / "picture.tif"
    _run(
        tmp_path,
        shutil.which("gdal_translate") or "gdal_translate",
        *("-q", "-outsize", "200", "0", f"{source},layer=overall", str(picture)),
    )
    with rasterio.open(picture) as made:
        assert np.ptp(made.read(1)) > 20


def _run(folder: Path, *command: str) -> str:
    return subprocess.run(
        command, cwd=folder, check=True, capture_output=True, text=True, timeout=120
    ).stdout


def test_no_address_whatever_makes_the_server_fail(client: TestClient) -> None:
    chance = random.Random(7)  # noqa: S311  # the same odd addresses every time
    names = ["overall", "placer", "placer.p10", "hillshade", "x", "a.b", "%00", "é"]
    odd = ["0", "1", "-1", "3", "14", "99", "1e3", "nan", "", "0x1", "16383", "7 "]
    values = ["", "0,1", "1,0", "nan,nan", "viridis", "dark", "learned", "<>", "1" * 99]
    keys = ["theme", "opinion", "rescale", "colormap", "url", "expression", "bidx"]
    for _ in range(400):
        z, x, y = (chance.choice(odd) for _ in range(3))
        path = f"/api/tiles/{chance.choice(names)}/{chance.choice([*SETS, 'X'])}"
        query = "&".join(
            f"{chance.choice(keys)}={chance.choice(values)}"
            for _ in range(chance.randrange(3))
        )
        form = chance.choice(["png", "webp", "npy", "tif", ""])
        answer = client.get(f"{path}/{z}/{x}/{y}.{form}?{query}")
        assert answer.status_code in (200, 400, 404), (answer.url, answer.text)


@pytest.mark.parametrize(
    "query",
    ["", "?SERVICE=WMTS&REQUEST=GetCapabilities&VERSION=1.0.0", "?service=wmts"],
)
def test_wmts_is_described_however_a_client_asks(
    client: TestClient, query: str
) -> None:
    answer = client.get(f"/api/tiles/WMTSCapabilities.xml{query}")
    assert answer.status_code == 200
    refused = client.get("/api/tiles/WMTSCapabilities.xml?REQUEST=GetTile")
    assert refused.status_code == 400

"""The grids of a release: what is said of them is what the files hold."""

import os
import struct
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pyproj
import pytest
import rasterio
from fastapi.testclient import TestClient

from geodata.release import Release
from tests.browser.conftest import serving


@pytest.fixture(scope="module")
def listed(client: TestClient) -> dict[str, Any]:
    found: dict[str, Any] = client.get("/api/grids").json()
    return found


def test_every_band_of_every_raster_is_listed(
    listed: dict[str, Any], release: Release
) -> None:
    stored = set()
    for path in release.folder.rglob("*.tif"):
        with rasterio.open(path) as source:
            stored |= {(path.stem, band) for band in range(1, source.count + 1)}
    grids = [g for g in listed["grids"] if g["kind"] in ("model", "measurement")]
    assert {(g["file"], g["band"]) for g in grids} == stored
    ids = [grid["id"] for grid in listed["grids"]]
    assert len(ids) == len(set(ids))
    assert "hillshade" in ids
    assert {"overall", "placer", "placer.p10", "placer.area-rank"} <= set(ids)


def test_what_is_said_of_a_grid_is_what_its_band_holds(
    client: TestClient, listed: dict[str, Any], release: Release
) -> None:
    crs = pyproj.CRS.from_wkt(listed["crs"]["wkt2"])
    assert crs == pyproj.CRS.from_json_dict(listed["crs"]["projjson"])
    for grid in (g for g in listed["grids"] if g["band"]):
        folder = "evidence" if grid["kind"] == "measurement" else "favourability"
        with rasterio.open(release.folder / folder / f"{grid['file']}.tif") as source:
            band = grid["band"]
            assert list(source.bounds) == grid["bounds"]
            assert list(source.shape) == grid["shape"]
            assert source.nodata == grid["nodata"]
            assert source.scales[band - 1] == grid["scale"]
            assert pyproj.CRS.from_wkt(source.crs.to_wkt()).equals(
                crs, ignore_axis_order=True
            )
            stored = source.read(band)
        known = stored[stored != grid["nodata"]] * grid["scale"] + grid["offset"]
        said = grid["statistics"]
        assert said["exact"]
        assert said["cells"] == known.size
        assert said["share_known"] == pytest.approx(known.size / stored.size, rel=1e-6)
        if known.size:
            assert said["minimum"] == pytest.approx(known.min(), rel=1e-6)
            assert said["maximum"] == pytest.approx(known.max(), rel=1e-6)
            assert said["mean"] == pytest.approx(known.mean(dtype=float), rel=1e-4)
            assert said["percentiles"]["50"] == pytest.approx(
                np.percentile(known, 50), rel=1e-4
            )


def test_the_box_in_degrees_holds_every_cell(listed: dict[str, Any]) -> None:
    grid = listed["grids"][0]
    west, south, east, north = grid["bounds"]
    to_degrees = pyproj.Transformer.from_crs(
        pyproj.CRS.from_wkt(listed["crs"]["wkt2"]), "OGC:CRS84", always_xy=True
    )
    x, y = np.meshgrid(np.linspace(west, east, 400), np.linspace(south, north, 400))
    lon, lat = to_degrees.transform(x, y)
    assert grid["bbox"][0] <= lon.min() <= lon.max() <= grid["bbox"][2]
    assert grid["bbox"][1] <= lat.min() <= lat.max() <= grid["bbox"][3]
    assert grid["bbox"][0] == pytest.approx(lon.min(), abs=0.01)


def test_classes_have_names_in_the_legend(listed: dict[str, Any]) -> None:
    for grid in listed["grids"]:
        entries = [entry for legend in grid["legend"] for entry in legend["entries"]]
        assert all(entry["label"] for entry in entries)
        assert bool(entries) == (grid["kind"] != "hillshade")
    one = next(g for g in listed["grids"] if g["id"] == "overall.area-rank")
    marks = [(e["low"], e["high"]) for e in one["legend"][0]["entries"]]
    assert marks[0] == (0.0, 0.01)
    assert marks[-1] == (0.25, 1.0)


def test_one_grid_is_said_with_its_credits(client: TestClient) -> None:
    found = client.get("/api/grids/placer.p90").json()
    assert found["credits"]
    assert found["release"]
    assert {link["rel"] for link in found["links"]} == {
        "self",
        "enclosure",
        "tilejson",
        "statistics",
    }
    for link in found["links"]:
        assert client.get(link["href"]).status_code == 200, link


@pytest.mark.parametrize("name", ["nosuch", "placer.nosuch", "x" * 200, "%2e%2e"])
def test_an_unknown_grid_or_file_is_not_found(client: TestClient, name: str) -> None:
    for path in (f"/api/grids/{name}", f"/api/grids/{name}.tif"):
        answer = client.get(path)
        assert answer.status_code == 404
        assert answer.headers["content-type"] == "application/problem+json"


def test_a_file_is_the_release_s_and_its_tag_the_manifest_s(
    client: TestClient, listed: dict[str, Any], release: Release
) -> None:
    assert len(listed["files"]) == len(release.deposit_types) + 2
    for file in listed["files"]:
        answer = client.get(file["links"][0]["href"])
        name = next(
            n for n in release.manifest.files if n.endswith(f"/{file['id']}.tif")
        )
        assert answer.content == (release.folder / name).read_bytes()
        assert answer.headers["etag"] == f'"{release.manifest.files[name].sha256}"'
        assert file["sha256"] == release.manifest.files[name].sha256
        assert file["bytes"] == len(answer.content)


def test_parts_of_a_file_can_be_had(client: TestClient) -> None:
    path = "/api/grids/overall.tif"
    whole = client.get(path)
    tag, size = whole.headers["etag"], len(whole.content)
    assert whole.headers["accept-ranges"] == "bytes"

    def part(given: str, **headers: str) -> Any:
        return client.get(path, headers={"Range": given, **headers})

    first = part("bytes=0-99")
    assert (first.status_code, first.content) == (206, whole.content[:100])
    assert first.headers["content-range"] == f"bytes 0-99/{size}"
    assert part("bytes=-10").content == whole.content[-10:]
    assert part(f"bytes={size}-").status_code == 416
    assert part("bytes=0-99", **{"If-Range": tag}).status_code == 206
    assert part("bytes=0-99", **{"If-Range": '"old"'}).content == whole.content
    assert client.get(path, headers={"If-None-Match": tag}).status_code == 304
    head = client.head(path)
    assert int(head.headers["content-length"]) == size
    assert head.content == b""


def _directories(content: bytes) -> list[tuple[int, dict[int, tuple[int, ...]]]]:
    """Return the offset and the whole-number tags of each directory of a TIFF."""
    assert content[:4] == b"II*\x00"
    formats = {3: "H", 4: "I"}
    found = []
    (at,) = struct.unpack("<I", content[4:8])
    while at:
        (count,) = struct.unpack("<H", content[at : at + 2])
        tags = {}
        for start in range(at + 2, at + 2 + 12 * count, 12):
            tag, kind, many, value = struct.unpack(
                "<HHI4s", content[start : start + 12]
            )
            if kind not in formats:
                continue
            size = struct.calcsize(formats[kind]) * many
            (place,) = struct.unpack("<I", value)
            raw = value[:size] if size <= 4 else content[place : place + size]
            tags[tag] = struct.unpack(f"<{many}{formats[kind]}", raw)
        found.append((at, tags))
        (at,) = struct.unpack("<I", content[at + 2 + 12 * count :][:4])
    return found


def test_files_are_cloud_optimised(release: Release) -> None:
    tile_width, tile_offsets = 322, 324
    for path in release.folder.rglob("*.tif"):
        content = path.read_bytes()
        directories = _directories(content)
        starts = [at for at, _ in directories]
        assert starts == sorted(starts), path.name
        assert all(tile_width in tags for _, tags in directories), path.name
        with rasterio.open(path) as source:
            large = max(source.shape) > 512
            assert bool(source.overviews(1)) == large or not large
            assert (
                not large
                or min(side // source.overviews(1)[-1] for side in source.shape) <= 256
            )
        firsts = [min(n for n in tags[tile_offsets] if n) for _, tags in directories]
        assert min(firsts) > max(starts), "every directory comes before the data"
        assert firsts == sorted(firsts, reverse=True), "coarse before fine"


def test_gdal_reads_a_window_by_address(release_home: Path, release: Release) -> None:
    code = (
        "import sys, rasterio\n"
        "from rasterio.windows import Window\n"
        "with rasterio.Env(GDAL_DISABLE_READDIR_ON_OPEN='EMPTY_DIR',"
        " GDAL_HTTP_PROXY='', CPL_VSIL_CURL_ALLOWED_EXTENSIONS='.tif'):\n"
        "    with rasterio.open('/vsicurl/' + sys.argv[1]) as source:\n"
        "        window = Window(20, 30, 7, 5)\n"
        "        print(source.read(1, window=window).tolist())\n"
    )
    with serving(release_home) as base:
        done = subprocess.run(
            [sys.executable, "-c", code, f"{base}/api/grids/overall.tif"],
            check=True,
            capture_output=True,
            text=True,
            env={**os.environ, "no_proxy": "127.0.0.1"},
        )
    with rasterio.open(release.folder / "favourability" / "overall.tif") as source:
        window = rasterio.windows.Window(20, 30, 7, 5)
        assert done.stdout.strip() == str(source.read(1, window=window).tolist())


def test_the_description_of_the_api_names_no_address_to_open(
    client: TestClient,
) -> None:
    described = client.get("/api/openapi.json").json()
    for path, operations in described["paths"].items():
        if path.startswith(("/api/grids", "/api/tiles")):
            for operation in operations.values():
                names = {item["name"] for item in operation.get("parameters", ())}
                assert not names & {"url", "expression", "path", "file_name"}, path

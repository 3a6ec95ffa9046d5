import dataclasses
import json
from pathlib import Path

import geopandas
import numpy as np
import pytest
import shapely

from geodata.checksums import write_atomically
from geodata.errors import (
    LayerFormatError,
    MissingLayerError,
    MissingLicenceError,
    StorageError,
    TamperedLayerError,
)
from geodata.layers import LayerStore
from geodata.layers.storage.store import write_raster, write_table, write_vector
from geodata.provenance import Provenance
from geodata.raster import Raster


def draft(layer="stones", **changes):
    fields = {
        "layer": layer,
        "title": "Stones",
        "kind": "points",
        "file": "",
        "sha256": "",
        "bytes": 0,
        "members": (),
        "citation": "A survey (2000).",
        "licence": "CC0-1.0",
        "credit": "Stones: a survey",
        "open": True,
        "resolution": "points",
        "resolution_km": 1.0,
        "uncertainty": "1 km",
        "command": "python scripts/build_bundle.py --layer stones",
    }
    return Provenance(**{**fields, **changes})


def points(*places):
    return geopandas.GeoDataFrame(
        {"name": [f"stone {index}" for index in range(len(places))]},
        geometry=[shapely.Point(place) for place in places],
        crs="EPSG:4326",
    )


def raster():
    band = np.array([[1.5, np.nan], [3.0, 4.0]], dtype=np.float32)
    return Raster.of_degrees(
        bands={"height_m": band}, west=70.0, north=45.0, step_lon_deg=1, step_lat_deg=1
    )


def test_a_written_vector_layer_is_read_back(tmp_path):
    coverage = {
        "type": "Polygon",
        "coordinates": [[[70, 40], [75, 40], [75, 45], [70, 45], [70, 40]]],
    }
    written = write_vector(tmp_path, points((71.43, 51.17)), draft(coverage=coverage))
    layer = LayerStore((tmp_path,)).vector("stones")
    assert layer.table.geometry.iloc[0].coords[0] == (71.43, 51.17)
    assert layer.coverage.equals(shapely.box(70, 40, 75, 45))
    assert layer.provenance == written
    assert written.bytes == (tmp_path / "stones.geojson").stat().st_size


def test_a_written_raster_layer_is_read_back(tmp_path):
    write_raster(tmp_path, raster(), draft())
    layer = LayerStore((tmp_path,)).raster("stones").raster
    np.testing.assert_array_equal(
        layer.bands["height_m"], raster().bands["height_m"], strict=True
    )
    assert (layer.west, layer.north) == (70.0, 45.0)
    assert (layer.step_lon_deg, layer.step_lat_deg) == (1.0, 1.0)
    assert layer.value("height_m", 70.1, 44.9) == 1.5
    assert layer.value("height_m", 71.9, 43.1) == 4.0
    assert np.isnan(layer.value("height_m", 69.9, 44.9))


def test_a_written_table_is_read_back_as_bytes(tmp_path):
    write_table(tmp_path, "name\nЁлка\n", draft())
    assert LayerStore((tmp_path,)).content("stones") == "name\nЁлка\n".encode()


@pytest.mark.parametrize("change", ["flip", "cut", "append"])
def test_a_changed_file_is_refused_by_name_and_with_a_way_out(tmp_path, change):
    write_raster(tmp_path, raster(), draft())
    path = tmp_path / "stones.tif"
    content = bytearray(path.read_bytes())
    if change == "flip":
        content[len(content) // 2] ^= 1
    elif change == "cut":
        del content[-1]
    else:
        content.append(0)
    path.write_bytes(content)
    with pytest.raises(TamperedLayerError) as caught:
        LayerStore((tmp_path,)).raster("stones")
    for part in (str(path), "expected sha256", "found", "build_bundle.py --layer"):
        assert part in str(caught.value)


def test_a_record_from_another_layer_does_not_vouch_for_a_file(tmp_path):
    write_vector(tmp_path, points((1.0, 2.0)), draft())
    record = tmp_path / "stones.json"
    content = json.loads(record.read_text())
    content["file"] = "../stones.geojson"
    record.write_text(json.dumps(content))
    with pytest.raises(LayerFormatError, match="same folder"):
        LayerStore((tmp_path,)).content("stones")


@pytest.mark.parametrize("layer", ["sticks", "../stones", "/etc/passwd", ""])
def test_an_absent_layer_is_an_error_that_says_where_we_looked(tmp_path, layer):
    write_vector(tmp_path / "a", points((1.0, 2.0)), draft())
    with pytest.raises(MissingLayerError, match="scripts/setup"):
        LayerStore((tmp_path / "a" / "b", tmp_path / "a")).vector(layer)


def test_a_record_without_its_file_is_a_missing_layer(tmp_path):
    write_vector(tmp_path, points((1.0, 2.0)), draft())
    (tmp_path / "stones.geojson").unlink()
    with pytest.raises(MissingLayerError, match="no data file"):
        LayerStore((tmp_path,)).vector("stones")


def test_a_layer_without_licence_can_neither_be_written_nor_read(tmp_path):
    with pytest.raises(MissingLicenceError, match="stones"):
        draft(licence=" ")
    write_vector(tmp_path, points((1.0, 2.0)), draft())
    record = tmp_path / "stones.json"
    record.write_text(record.read_text().replace("CC0-1.0", ""))
    with pytest.raises(MissingLicenceError, match="stones"):
        LayerStore((tmp_path,)).vector("stones")


def test_the_earlier_folder_wins(tmp_path):
    write_vector(tmp_path / "a", points((1.0, 2.0)), draft())
    write_vector(tmp_path / "b", points((3.0, 4.0)), draft())
    write_vector(tmp_path / "b", points((5.0, 6.0)), draft(layer="sticks"))
    store = LayerStore((tmp_path / "a", tmp_path / "b", tmp_path / "none"))
    assert store.ids() == ("sticks", "stones")
    assert store.vector("stones").table.geometry.iloc[0].x == 1.0


def test_a_raster_is_not_read_as_a_vector_nor_the_other_way(tmp_path):
    write_raster(tmp_path, raster(), draft())
    write_vector(tmp_path, points((1.0, 2.0)), draft(layer="sticks"))
    store = LayerStore((tmp_path,))
    with pytest.raises(LayerFormatError, match=r"expected a \.geojson"):
        store.vector("stones")
    with pytest.raises(LayerFormatError, match=r"expected a \.tif"):
        store.raster("sticks")


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"members": 3}', "\x00"])
def test_a_damaged_record_is_an_error_not_a_crash(tmp_path, content):
    (tmp_path / "stones.json").write_text(content)
    with pytest.raises(LayerFormatError, match="cannot be read"):
        LayerStore((tmp_path,)).provenance("stones")


def test_a_disguised_virtual_raster_is_not_opened(tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_bytes(b"private" * 10)
    virtual = f"""<VRTDataset rasterXSize="4" rasterYSize="4"><VRTRasterBand
    dataType="Byte" band="1" subClass="VRTRawRasterBand"><SourceFilename
    relativeToVRT="0">{secret}</SourceFilename></VRTRasterBand></VRTDataset>"""
    record = write_table(tmp_path, virtual, draft())
    (tmp_path / "stones.csv").rename(tmp_path / "stones.tif")
    record = dataclasses.replace(record, file="stones.tif")
    (tmp_path / "stones.json").write_text(record.to_json())
    with pytest.raises(LayerFormatError, match="not a GeoTIFF"):
        LayerStore((tmp_path,)).raster("stones")


def test_writing_leaves_nothing_but_the_two_files(tmp_path):
    write_vector(tmp_path, points((1.0, 2.0)), draft())
    write_vector(tmp_path, points((1.0, 3.0)), draft())
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "stones.geojson",
        "stones.json",
    ]


def test_a_disk_that_can_neither_write_nor_delete_is_a_storage_error(
    tmp_path, monkeypatch
):
    def refuse(*_: object, **__: object) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(Path, "replace", refuse)
    monkeypatch.setattr(Path, "unlink", refuse)
    with pytest.raises(StorageError, match="Read-only file system"):
        write_atomically(tmp_path / "stones.json", b"{}")


def test_a_folder_that_cannot_be_made_is_a_storage_error(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StorageError, match="ATLAS_HOME"):
        write_vector(tmp_path / "file" / "layers", points((1.0, 2.0)), draft())

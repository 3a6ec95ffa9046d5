import json
from pathlib import Path

import geopandas
import numpy as np
import pytest
import shapely

from geodata.checksums import checksum, write_atomically
from geodata.errors import (
    LayerFormatError,
    MissingLayerError,
    MissingLicenceError,
    StorageError,
)
from geodata.layers.storage.manifest import MANIFEST, Entry, manifest_text
from geodata.layers.storage.publication import publish, stage_content
from geodata.layers.store import LayerStore, ReadOnce
from geodata.provenance import Provenance
from geodata.raster import Raster
from tests.geodata.layers.layer_files import write_raster, write_vector


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


def forge(folder, text):
    """Make any text the record of the layer, as if it had been published."""
    digest = checksum(text.encode())
    entry = Entry(record=f"stones-{digest[:16]}.json", sha256=digest)
    (folder / entry.record).write_text(text)
    (folder / MANIFEST).write_text(manifest_text({"stones": entry}))


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


@pytest.mark.parametrize("layer", ["sticks", "../stones", "/etc/passwd", ""])
def test_an_absent_layer_is_an_error_that_says_where_we_looked(tmp_path, layer):
    write_vector(tmp_path / "a", points((1.0, 2.0)), draft())
    with pytest.raises(MissingLayerError, match="scripts/setup"):
        LayerStore((tmp_path / "a" / "b", tmp_path / "a")).vector(layer)


def test_a_record_does_not_vouch_for_a_file_elsewhere(tmp_path):
    record = write_vector(tmp_path, points((1.0, 2.0)), draft())
    content = json.loads(record.to_json())
    forge(tmp_path, json.dumps({**content, "file": f"../{record.file}"}))
    with pytest.raises(LayerFormatError, match="same folder"):
        LayerStore((tmp_path,)).content("stones")


def test_a_layer_without_licence_can_neither_be_written_nor_read(tmp_path):
    with pytest.raises(MissingLicenceError, match="stones"):
        draft(licence=" ")
    record = write_vector(tmp_path, points((1.0, 2.0)), draft())
    forge(tmp_path, record.to_json().replace("CC0-1.0", ""))
    with pytest.raises(MissingLicenceError, match="stones"):
        LayerStore((tmp_path,)).vector("stones")


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"members": 3}', "\x00"])
def test_a_damaged_record_is_an_error_not_a_crash(tmp_path, content):
    forge(tmp_path, content)
    with pytest.raises(LayerFormatError, match="cannot be read"):
        LayerStore((tmp_path,)).provenance("stones")


def test_a_disguised_virtual_raster_is_not_opened(tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_bytes(b"private" * 10)
    virtual = f"""<VRTDataset rasterXSize="4" rasterYSize="4"><VRTRasterBand
    dataType="Byte" band="1" subClass="VRTRawRasterBand"><SourceFilename
    relativeToVRT="0">{secret}</SourceFilename></VRTRasterBand></VRTDataset>"""
    publish(
        tmp_path, [stage_content(tmp_path, virtual.encode(), draft(), suffix=".tif")]
    )
    with pytest.raises(LayerFormatError, match="not a GeoTIFF"):
        LayerStore((tmp_path,)).raster("stones")


def test_a_disk_that_can_neither_write_nor_delete_is_a_storage_error(
    tmp_path, monkeypatch
):
    def refuse(*_: object, **__: object) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(Path, "replace", refuse)
    monkeypatch.setattr(Path, "unlink", refuse)
    with pytest.raises(StorageError, match="Read-only file system"):
        write_atomically(tmp_path / "stones.json", b"{}")


@pytest.fixture
def folder(tmp_path):
    write_vector(tmp_path, points((70, 45), (71, 46)), draft())
    write_raster(tmp_path, raster(), draft("crust", kind="raster"))
    return tmp_path


def test_a_store_that_reads_once_holds_what_the_store_holds(folder):
    store = LayerStore((folder,))
    kept = ReadOnce(store)
    assert kept.ids() == store.ids() == ("crust", "stones")
    assert kept.provenance("crust") == store.provenance("crust")
    assert kept.content("crust") == store.content("crust")
    found, expected = kept.vector("stones"), store.vector("stones")
    assert found.table.equals(expected.table)
    assert found.table.crs == expected.table.crs
    with pytest.raises(MissingLayerError, match="There is no layer 'gone'"):
        kept.vector("gone")


def test_a_layer_is_read_once_even_if_its_file_goes(folder):
    kept = ReadOnce(LayerStore((folder,)))
    before, vector = kept.raster("crust"), kept.vector("stones")
    for path in (*folder.glob("*.tif"), *folder.glob("*.parquet")):
        path.unlink()
    assert kept.raster("crust") is before
    assert kept.vector("stones").table.equals(vector.table)
    with pytest.raises(MissingLayerError):
        ReadOnce(LayerStore((folder,))).raster("crust")


def test_what_one_reader_adds_the_next_does_not_see(folder):
    kept = ReadOnce(LayerStore((folder,)))
    first = kept.vector("stones").table
    first["depth"] = 3.0
    first.loc[0, "name"] = "changed"
    second = kept.vector("stones").table
    assert list(second.columns) == ["name", "geometry"]
    assert second["name"].tolist() == ["stone 0", "stone 1"]

"""Publishing into the layer store and reading from it, when nothing goes wrong."""

import json
import os
import shutil
import threading
import time

import geopandas
import numpy as np
import pandas as pd
import pytest
import shapely

from geodata.errors import (
    GeodataError,
    LayerError,
    LayerFormatError,
    MissingLayerError,
    StorageError,
    TamperedLayerError,
)
from geodata.layers import LayerStore
from geodata.layers.model import RasterProduct, TableProduct, VectorProduct
from geodata.layers.storage.manifest import MANIFEST
from geodata.layers.storage.publication import collect_garbage, publish, stage
from geodata.provenance import Provenance
from geodata.raster import Raster
from tests.geodata.layers.layer_files import write

LOCK = ".lock"


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
        "command": "python scripts/ingest.py",
    }
    return Provenance(**{**fields, **changes})


def points(*places):
    return geopandas.GeoDataFrame(
        {"name": [f"stone {index}" for index in range(len(places))]},
        geometry=[place and shapely.Point(place) for place in places],
        crs="EPSG:4326",
    )


def vector(*places):
    return VectorProduct(table=points(*places))


def image(value=1.5):
    band = np.array([[value, np.nan], [3.0, 4.0]], dtype=np.float32)
    return Raster.of_degrees(
        bands={"height_m": band}, west=70.0, north=45.0, step_lon_deg=1, step_lat_deg=1
    )


def table(*ages):
    return TableProduct(table=pd.DataFrame({"age": ages}))


def put(folder, product, layer="stones", **changes):
    return write(folder, product, draft(layer, **changes))


def x_of(store, layer="stones"):
    return store.vector(layer).table.geometry.iloc[0].x


def names(folder):
    return {path.name for path in folder.iterdir()} - {LOCK}


def make_old(folder, seconds=7200):
    for path in folder.iterdir():
        os.utime(path, (time.time() - seconds,) * 2)


def test_a_published_vector_layer_is_read_back_with_rows_that_have_no_place(tmp_path):
    coverage = {
        "type": "Polygon",
        "coordinates": [[[70, 40], [75, 40], [75, 45], [70, 45], [70, 40]]],
    }
    record = put(tmp_path, vector((71.4300001234567, 51.17), None), coverage=coverage)
    layer = LayerStore((tmp_path,)).vector("stones")
    assert layer.table.geometry.iloc[0].x == 71.4300001234567  # nothing is rounded
    assert layer.table.geometry.isna().tolist() == [False, True]
    assert list(layer.table.columns) == ["name", "geometry"]
    assert layer.coverage.equals(shapely.box(70, 40, 75, 45))
    assert layer.provenance == record
    assert record.file == f"stones-{record.sha256[:16]}.parquet"
    assert record.bytes == (tmp_path / record.file).stat().st_size


@pytest.mark.parametrize("dtype", ["float32", "int16"])
def test_a_published_raster_layer_is_read_back(tmp_path, dtype):
    record = put(tmp_path, RasterProduct(image=image(2.0), dtype=dtype), kind="raster")
    layer = LayerStore((tmp_path,)).raster("stones").raster
    assert layer.bands["height_m"].dtype == np.float32
    np.testing.assert_array_equal(layer.bands["height_m"], image(2.0).bands["height_m"])
    assert (layer.west, layer.north) == (70.0, 45.0)
    assert record.file == f"stones-{record.sha256[:16]}.tif"


def test_a_published_table_is_read_back(tmp_path):
    put(tmp_path, table(1.5, None), kind="table")
    found = LayerStore((tmp_path,)).table("stones")
    assert found["age"].isna().tolist() == [False, True]


def test_what_is_not_published_is_not_seen(tmp_path):
    stage(tmp_path, vector((1.0, 2.0)), draft())
    assert LayerStore((tmp_path,)).ids() == ()
    with pytest.raises(MissingLayerError):
        LayerStore((tmp_path,)).vector("stones")
    put(tmp_path, table(1.0), "sticks")
    staged = stage(tmp_path, vector((3.0, 4.0)), draft("straws"))
    store = LayerStore((tmp_path,))
    assert store.ids() == ("sticks",)
    for layer in ("straws", staged.file.removesuffix(".parquet"), "manifest"):
        with pytest.raises(MissingLayerError):
            store.content(layer)


def test_the_same_layers_give_the_same_files_whatever_the_order(tmp_path):
    products = {"stones": vector((1.0, 2.0)), "sticks": table(1.0, 2.0)}
    for folder, order in (("a", products), ("b", reversed(products))):
        for layer in order:
            put(tmp_path / folder, products[layer], layer)
    one = {path.name: path.read_bytes() for path in (tmp_path / "a").iterdir()}
    two = {path.name: path.read_bytes() for path in (tmp_path / "b").iterdir()}
    assert one == two
    assert json.loads(one[MANIFEST])["format"] == 1


def test_publishing_one_layer_leaves_the_others_as_they_are(tmp_path):
    put(tmp_path, vector((1.0, 2.0)))
    put(tmp_path, vector((3.0, 4.0)), "sticks")
    put(tmp_path, vector((5.0, 6.0)))
    store = LayerStore((tmp_path,))
    assert store.ids() == ("sticks", "stones")
    assert (x_of(store), x_of(store, "sticks")) == (5.0, 3.0)


def test_a_store_opened_before_a_publication_reads_on_what_was_there(tmp_path):
    put(tmp_path, vector((1.0, 2.0)))
    make_old(tmp_path)
    before = LayerStore((tmp_path,))
    put(tmp_path, vector((3.0, 4.0)))
    put(tmp_path, vector((5.0, 6.0)), "sticks")
    collect_garbage(tmp_path)  # the age of a version begins when it is replaced
    assert before.ids() == ("stones",)
    assert x_of(before) == 1.0
    assert x_of(LayerStore((tmp_path,))) == 3.0


def test_a_version_cleared_away_under_an_open_store_is_said_with_a_way_out(tmp_path):
    put(tmp_path, vector((1.0, 2.0)))
    before = LayerStore((tmp_path,))
    put(tmp_path, vector((3.0, 4.0)))
    collect_garbage(tmp_path, older_than_s=0)
    with pytest.raises(MissingLayerError, match="Run the command again"):
        before.vector("stones")


def test_a_new_record_of_the_same_bytes_is_a_new_version(tmp_path):
    first = put(tmp_path, vector((1.0, 2.0)))
    before = LayerStore((tmp_path,))
    second = put(tmp_path, vector((1.0, 2.0)), title="Stones, again")
    assert first.file == second.file
    assert before.provenance("stones").title == "Stones"
    assert LayerStore((tmp_path,)).provenance("stones").title == "Stones, again"
    collect_garbage(tmp_path, older_than_s=0)
    assert LayerStore((tmp_path,)).provenance("stones") == second
    assert len(names(tmp_path)) == 3


def test_a_layer_of_an_earlier_folder_wins(tmp_path):
    put(tmp_path / "a", vector((1.0, 2.0)))
    put(tmp_path / "b", vector((3.0, 4.0)))
    put(tmp_path / "b", vector((5.0, 6.0)), "sticks")
    folders = (tmp_path / "a", tmp_path / "b")
    assert x_of(LayerStore(folders)) == 1.0
    assert x_of(LayerStore(folders[::-1])) == 3.0
    assert LayerStore(folders).ids() == ("sticks", "stones")


def test_publishing_what_is_there_already_changes_no_file(tmp_path):
    record = put(tmp_path, vector((1.0, 2.0)))
    before = (tmp_path / MANIFEST).stat()
    publish(tmp_path, [record])
    after = (tmp_path / MANIFEST).stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_the_caller_may_keep_what_is_there(tmp_path):
    put(tmp_path, vector((1.0, 2.0)), title="better")
    record = stage(tmp_path, vector((3.0, 4.0)), draft())
    publish(tmp_path, [record], keep=lambda there: there.title == "better")
    assert x_of(LayerStore((tmp_path,))) == 1.0
    publish(tmp_path, [record], keep=lambda there: there.title == "other")
    assert x_of(LayerStore((tmp_path,))) == 3.0


@pytest.mark.parametrize("suffix", [".parquet", ".json"])
@pytest.mark.parametrize("change", ["flip", "cut", "append", "empty"])
def test_a_changed_file_is_refused_by_name_and_mended_by_publishing(
    tmp_path, suffix, change
):
    put(tmp_path, vector((1.0, 2.0)))
    (path,) = tmp_path.glob(f"stones-*{suffix}")
    whole = path.read_bytes()
    middle = len(whole) // 2
    path.write_bytes(
        {
            "flip": whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :],
            "cut": whole[:-1],
            "append": whole + b"\0",
            "empty": b"",
        }[change]
    )
    with pytest.raises(TamperedLayerError) as caught:
        LayerStore((tmp_path,)).vector("stones")
    for part in (str(path), "expected sha256", "found", "scripts/ingest.py"):
        assert part in str(caught.value)
    put(tmp_path, vector((1.0, 2.0)))
    assert path.read_bytes() == whole


@pytest.mark.parametrize("suffix", [".parquet", ".json"])
def test_a_lost_file_is_a_missing_layer_and_is_mended_by_publishing(tmp_path, suffix):
    put(tmp_path, vector((1.0, 2.0)))
    (path,) = tmp_path.glob(f"stones-*{suffix}")
    path.unlink()
    with pytest.raises(MissingLayerError, match=path.name):
        LayerStore((tmp_path,)).vector("stones")
    put(tmp_path, vector((1.0, 2.0)))
    assert x_of(LayerStore((tmp_path,))) == 1.0


ENTRY = {"record": f"stones-{'0' * 16}.json", "sha256": "0" * 64}


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        "{}",
        "\x00",
        '{"format": 1}',
        '{"format": 1, "layers": []}',
        '{"format": 1, "layers": {"stones": 3}}',
        '{"format": 1, "layers": {"stones": {"record": 1, "sha256": 2}}}',
        '{"format": 2, "layers": {}}',
        json.dumps({"format": 1, "layers": {"../stones": ENTRY}}),
        json.dumps({"format": 1, "layers": {"sticks": ENTRY}}),
        json.dumps(
            {"format": 1, "layers": {"stones": {**ENTRY, "record": "../a.json"}}}
        ),
    ],
)
def test_a_damaged_manifest_is_an_error_with_a_way_out_and_nothing_is_touched(
    tmp_path, content
):
    record = put(tmp_path, vector((1.0, 2.0)))
    (tmp_path / MANIFEST).write_text(content)
    make_old(tmp_path)
    before = names(tmp_path)
    for act in (
        lambda: LayerStore((tmp_path,)),
        lambda: publish(tmp_path, [record]),
        lambda: collect_garbage(tmp_path),
    ):
        with pytest.raises(LayerFormatError, match=r"manifest\.json.*Move the file"):
            act()
    assert names(tmp_path) == before
    (tmp_path / MANIFEST).rename(tmp_path / "aside")  # the way out
    publish(tmp_path, [record])
    assert x_of(LayerStore((tmp_path,))) == 1.0


def test_a_manifest_that_may_not_be_opened_is_not_called_damaged(tmp_path):
    (tmp_path / MANIFEST).mkdir()
    with pytest.raises(LayerError, match="Check the disk"):
        LayerStore((tmp_path,))


@pytest.mark.parametrize("damage", ["lose", "change"])
def test_what_was_staged_and_then_damaged_is_not_published(tmp_path, damage):
    put(tmp_path, vector((1.0, 2.0)))
    record = stage(tmp_path, vector((3.0, 4.0)), draft())
    path = tmp_path / record.file
    if damage == "lose":
        path.unlink()
    else:
        path.write_bytes(b"PAR1")
    with pytest.raises(
        (MissingLayerError, TamperedLayerError), match="run the command"
    ):
        publish(tmp_path, [record])
    assert x_of(LayerStore((tmp_path,))) == 1.0


def test_a_layer_is_read_only_as_what_it_is(tmp_path):
    put(tmp_path, vector((1.0, 2.0)), "places")
    put(tmp_path, table(1.0), "ages", kind="table")
    put(tmp_path, RasterProduct(image=image()), "heights", kind="raster")
    store = LayerStore((tmp_path,))
    for read, layer in (
        (store.vector, "ages"),
        (store.vector, "heights"),
        (store.raster, "places"),
        (store.raster, "ages"),
        (store.table, "places"),
        (store.table, "heights"),
    ):
        with pytest.raises(LayerFormatError, match=layer):
            read(layer)


@pytest.mark.parametrize("layer", ["../stones", "Stones", "a/b", "", "a" * 65, "ñ"])
def test_a_layer_id_that_could_be_a_path_is_refused(tmp_path, layer):
    with pytest.raises(LayerFormatError, match="cannot be called"):
        stage(tmp_path / "layers", vector((1.0, 2.0)), draft(layer))
    assert names(tmp_path / "layers") == set()


def test_a_folder_that_cannot_be_made_is_a_storage_error(tmp_path):
    (tmp_path / "file").write_text("in the way")
    for act in (
        lambda folder: stage(folder, table(1.0), draft()),
        lambda folder: publish(folder, []),
    ):
        with pytest.raises(StorageError, match="ATLAS_HOME"):
            act(tmp_path / "file" / "layers")
    assert LayerStore((tmp_path / "file" / "layers",)).ids() == ()


def test_only_old_files_that_nothing_names_are_cleared_away(tmp_path):
    first = put(tmp_path, vector((1.0, 2.0)))
    stage(tmp_path, table(1.0), draft("staged"))
    (tmp_path / ".stones-0.parquet.77.part").write_bytes(b"half")
    (tmp_path / "notes.txt").write_text("mine")
    (tmp_path / "mine.csv").write_text("mine")
    (tmp_path / "mine.json").write_text("{}")
    make_old(tmp_path)
    second = put(tmp_path, vector((3.0, 4.0)))
    fresh = stage(tmp_path, table(2.0), draft("fresh"))
    removed = {path.name for path in collect_garbage(tmp_path)}
    assert {name.partition("-")[0] for name in removed} == {"staged", ".stones"}
    assert len(removed) == 3
    left = names(tmp_path)
    assert {first.file, second.file, fresh.file, MANIFEST} <= left
    assert {"notes.txt", "mine.csv", "mine.json"} <= left
    make_old(tmp_path)
    collect_garbage(tmp_path)
    left = names(tmp_path) - {"notes.txt", "mine.csv", "mine.json", MANIFEST}
    assert len(left) == 2
    assert second.file in left
    assert x_of(LayerStore((tmp_path,))) == 3.0


def test_staging_what_lies_there_unnamed_makes_it_young_again(tmp_path):
    record = stage(tmp_path, vector((1.0, 2.0)), draft())
    make_old(tmp_path)
    assert stage(tmp_path, vector((1.0, 2.0)), draft()) == record
    assert collect_garbage(tmp_path) == []
    publish(tmp_path, [record])
    assert x_of(LayerStore((tmp_path,))) == 1.0


def test_every_version_is_kept_of_a_layer_whose_record_is_damaged(tmp_path):
    first = put(tmp_path, vector((1.0, 2.0)))
    second = put(tmp_path, vector((3.0, 4.0)))
    for path in tmp_path.glob("stones-*.json"):
        path.write_bytes(b"{}")
    assert collect_garbage(tmp_path, older_than_s=0) == []
    assert {first.file, second.file} <= names(tmp_path)


def test_a_folder_that_is_not_there_has_no_garbage(tmp_path):
    assert collect_garbage(tmp_path / "none") == []
    assert not (tmp_path / "none").exists()


def test_a_file_from_the_future_is_not_old(tmp_path):
    stage(tmp_path, table(1.0), draft())
    make_old(tmp_path, seconds=-7200)
    assert collect_garbage(tmp_path, older_than_s=0) == []


def test_threads_that_publish_at_once_do_not_lose_each_others_layers(tmp_path):
    failures = []

    def work(layer):
        try:
            for turn in range(5):
                put(tmp_path, table(float(turn)), layer)
        except GeodataError as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(name,)) for name in "abc"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    store = LayerStore((tmp_path,))
    assert {name: store.table(name)["age"].tolist() for name in store.ids()} == {
        "a": [4.0],
        "b": [4.0],
        "c": [4.0],
    }


def test_a_store_can_be_copied_to_another_place(tmp_path):
    put(tmp_path / "here", vector((1.0, 2.0)))
    shutil.copytree(tmp_path / "here", tmp_path / "there")
    assert x_of(LayerStore((tmp_path / "there",))) == 1.0

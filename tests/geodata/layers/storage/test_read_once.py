"""A layer that is asked for twice is read once, and nobody sees another's columns."""

import geopandas as gpd
import numpy as np
import pytest
import shapely

from geodata.errors import MissingLayerError
from geodata.layers.storage.read_once import ReadOnce
from geodata.layers.storage.store import (
    LayerStore,
    write_raster,
    write_table,
    write_vector,
)
from geodata.raster import Raster
from tests.geodata.layers.storage.test_store import draft


@pytest.fixture
def folder(tmp_path):
    stones = gpd.GeoDataFrame(
        {"name": ["a", "b"]},
        geometry=[shapely.Point(70, 45), shapely.Point(71, 46)],
        crs="EPSG:4326",
    )
    write_vector(tmp_path, stones, draft("stones"))
    image = Raster.of_degrees(
        bands={"depth": np.float32([[1, 2]])},
        west=70.0,
        north=45.0,
        step_lon_deg=1.0,
        step_lat_deg=1.0,
    )
    write_raster(tmp_path, image, draft("crust", kind="raster"))
    write_table(tmp_path, "name\nx\n", draft("names", kind="table"))
    return tmp_path


def test_it_holds_what_the_store_holds(folder):
    store = LayerStore((folder,))
    kept = ReadOnce(store)
    assert kept.ids() == store.ids() == ("crust", "names", "stones")
    assert kept.provenance("crust") == store.provenance("crust")
    assert kept.content("names") == store.content("names") == b"name\nx\n"
    assert kept.table("names").equals(store.table("names"))
    found, expected = kept.vector("stones"), store.vector("stones")
    assert found.table.equals(expected.table)
    assert found.table.crs == expected.table.crs
    assert (found.id, found.coverage) == ("stones", None)
    assert np.array_equal(kept.raster("crust").raster.bands["depth"], [[1, 2]])


def test_a_layer_is_read_once_even_if_its_file_goes(folder):
    kept = ReadOnce(LayerStore((folder,)))
    raster, vector = kept.raster("crust"), kept.vector("stones")
    for path in (*folder.glob("crust.tif"), *folder.glob("stones.geojson")):
        path.unlink()
    assert kept.raster("crust") is raster
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
    assert second["name"].tolist() == ["a", "b"]


def test_a_layer_that_is_not_there_is_said_as_the_store_says_it(folder):
    with pytest.raises(MissingLayerError, match="There is no layer 'gone'"):
        ReadOnce(LayerStore((folder,))).vector("gone")

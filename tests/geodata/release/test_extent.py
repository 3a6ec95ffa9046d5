import geopandas
import numpy as np
import pytest
import shapely

from geodata.layers.model import VectorProduct
from geodata.layers.storage.publication import publish, stage
from geodata.layers.storage.table_file import coverage_record
from geodata.layers.store import LayerStore
from geodata.provenance import Provenance
from geodata.raster import Raster
from geodata.region import STATES
from geodata.release.extent import (
    Extent,
    StateCells,
    extent_of_layer,
    shares_of_states,
)

EDGES = (60.0, 62.0, 64.0, 66.0, 68.0, 70.0)


@pytest.fixture(scope="module")
def cells():
    """Five square states side by side, 2 by 2 degrees."""
    shapes = [shapely.box(west, 44, west + 2, 46) for west in EDGES[:-1]]
    codes = [state.iso3 for state in STATES]
    return StateCells(
        geopandas.GeoDataFrame({"iso3": codes}, geometry=shapes, crs="EPSG:4326")
    )


def test_a_shape_over_half_of_a_state_covers_half_of_it(cells):
    shares = shares_of_states(Extent(shape=shapely.box(60, 44, 63, 46)), cells)
    assert shares["KAZ"] == 1.0
    assert shares["KGZ"] == pytest.approx(0.5, abs=0.08)
    assert shares["UZB"] == 0.0


def test_an_unknown_cell_of_a_raster_is_not_covered(cells):
    image = Raster.of_degrees(
        bands={"value": np.array([[1.0, np.nan, 3.0]], dtype=np.float32)},
        west=60.0,
        north=46.0,
        step_lon_deg=2.0,
        step_lat_deg=2.0,
    )
    shares = shares_of_states(Extent(image=image), cells)
    assert list(shares.values()) == [1.0, 0.0, 1.0, 0.0, 0.0]


def write(folder, coverage):
    table = geopandas.GeoDataFrame(geometry=[shapely.box(60, 44, 62, 46)], crs=4326)
    product = VectorProduct(table=table, coverage=coverage)
    draft = Provenance(
        **dict.fromkeys(("title", "citation", "licence", "credit"), "test"),
        **dict.fromkeys(("resolution", "uncertainty", "command"), "test"),
        layer="lakes",
        kind="polygons",
        file="",
        sha256="",
        bytes=0,
        members=(),
        open=True,
        resolution_km=1.0,
        coverage=coverage_record(coverage),
    )
    publish(folder, [stage(folder, product, draft)])
    return extent_of_layer("lakes", LayerStore((folder,)))


def test_a_table_without_a_stated_coverage_neither_covers_nor_lacks(cells, tmp_path):
    extent = write(tmp_path, None)
    assert np.isnan(list(shares_of_states(extent, cells).values())).all()


def test_a_table_covers_what_is_stated_and_not_what_it_lies_on(cells, tmp_path):
    shares = shares_of_states(write(tmp_path, shapely.box(62, 44, 64, 46)), cells)
    assert (shares["KAZ"], shares["KGZ"]) == (0.0, 1.0)

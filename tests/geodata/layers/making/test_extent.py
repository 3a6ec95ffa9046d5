import geopandas
import numpy as np
import pytest
import shapely

from geodata.layers.making.extent import (
    Extent,
    StateCells,
    extent_of_table,
    shares_of_states,
)
from geodata.layers.storage.raster_file import RasterImage
from geodata.region import STATES

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
    image = RasterImage(
        bands={"value": np.array([[1.0, np.nan, 3.0]], dtype=np.float32)},
        west=60.0,
        north=46.0,
        step_lon_deg=2.0,
        step_lat_deg=2.0,
    )
    shares = shares_of_states(Extent(image=image), cells)
    assert list(shares.values()) == [1.0, 0.0, 1.0, 0.0, 0.0]


def test_lines_without_a_stated_coverage_neither_cover_nor_lack_a_state(cells):
    table = geopandas.GeoDataFrame(
        geometry=[shapely.LineString([(60, 44), (61, 45)])], crs="EPSG:4326"
    )
    extent = extent_of_table(table, None, "lines")
    assert np.isnan(list(shares_of_states(extent, cells).values())).all()


def test_polygons_cover_what_they_lie_on_and_a_stated_coverage_comes_first(cells):
    table = geopandas.GeoDataFrame(geometry=[shapely.box(60, 44, 62, 46)], crs=4326)
    assert shares_of_states(extent_of_table(table, None, "polygons"), cells)["KAZ"] == 1
    stated = shapely.box(62, 44, 64, 46)
    shares = shares_of_states(extent_of_table(table, stated, "polygons"), cells)
    assert (shares["KAZ"], shares["KGZ"]) == (0.0, 1.0)

"""Margins of cratons: every line of the world, and nothing that is no line.

The files here are synthetic but for those of the folder beside the project.
"""

import geopandas
import pytest
import shapely

from geodata.errors import LayerFormatError
from geodata.layers.craton_margins import MARGIN_PARTS, MARGINS, build_craton_margins

LINES = (
    shapely.LineString([(72, 40), (75, 41)]),
    shapely.MultiLineString([[(-20, 5), (-21, 6)], [(170, -1), (171, -2)]]),
)


def margins(tmp_path, shapes, **columns):
    table = geopandas.GeoDataFrame(
        columns or {"segment_id": range(7, 7 + len(shapes)), "azimuth": 1.5},
        geometry=list(shapes),
        crs="EPSG:4326",
    )
    table.to_file(tmp_path / MARGINS[1], driver="ESRI Shapefile")
    return {MARGINS: tmp_path / MARGINS[1]}


def test_every_margin_of_the_world_is_kept_with_its_number(tmp_path):
    product = build_craton_margins(margins(tmp_path, LINES))
    assert product.table["segment"].tolist() == [7, 8]
    assert list(product.table.columns) == ["segment", "geometry"]
    assert product.table.geometry.iloc[0] == LINES[0]
    assert product.coverage is None


def test_a_shape_that_is_no_line_is_refused(tmp_path):
    with pytest.raises(LayerFormatError, match="expected to be lines"):
        build_craton_margins(margins(tmp_path, [shapely.box(70, 40, 71, 41)]))


def test_a_row_without_a_shape_is_refused(tmp_path):
    with pytest.raises(LayerFormatError, match="without a shape"):
        build_craton_margins(margins(tmp_path, [LINES[0], None]))


def test_a_missing_number_lists_the_columns_that_came(tmp_path):
    with pytest.raises(LayerFormatError, match=r"segment_id.*azimuth"):
        build_craton_margins(margins(tmp_path, LINES, azimuth=[1.0, 2.0]))


def test_the_margins_of_the_source_are_546_and_12_lie_around_the_region(shared):
    folder = shared / "mirror" / MARGINS[0]
    product = build_craton_margins({part: folder / part[1] for part in MARGIN_PARTS})
    assert len(product.table) == 546
    assert len(product.table.cx[44:90, 33:58]) == 12

"""Files of weights and posteriors, exact to the last digit."""

import csv
import dataclasses
import io

import numpy as np
import pytest
import rasterio

from geodata.errors import StorageError
from geodata.methods.weights_of_evidence.choices import Kind
from geodata.methods.weights_of_evidence.class_areas import ClassAreas, class_areas
from geodata.methods.weights_of_evidence.evidence_raster import read_evidence_raster
from geodata.methods.weights_of_evidence.map_weights import (
    binary_weights,
    class_weights,
)
from geodata.methods.weights_of_evidence.output import (
    ADDED,
    BANDS,
    table_text,
    write_posterior,
    write_table,
)
from geodata.methods.weights_of_evidence.patches import Patch
from geodata.methods.weights_of_evidence.posterior import posterior
from geodata.methods.weights_of_evidence.weights import COLUMNS, weights_of_evidence


@pytest.fixture
def table():
    areas = ClassAreas(
        classes=np.array([-2.0, 0.1, 3.0]),
        area_km2=np.array([20.0, 30.25, 50.0]),
        points=np.array([8, 0, 3]),
        missing_km2=0.0,
        points_missing=0,
    )
    return weights_of_evidence(areas, kind=Kind.UNIQUE, unit_area_km2=0.5)


def test_a_table_is_read_back_as_it_was(table):
    rows = list(csv.DictReader(io.StringIO(table_text(table))))
    assert tuple(rows[0]) == (*COLUMNS, *ADDED)
    for name in COLUMNS:
        column = getattr(table, "classes" if name == "class" else name)
        assert [float(row[name]) for row in rows] == column.tolist()
    assert [row["class"] for row in rows] == ["-2", "0.1", "3"]
    assert [row["points"] for row in rows] == ["8", "0", "3"]
    assert rows[1]["w_plus"] == "0"


def test_a_row_that_a_patch_made_says_so_and_every_row_what_it_adds(table):
    rows = list(csv.DictReader(io.StringIO(table_text(table))))
    assert [row["patch"] for row in rows] == ["", "no-points", ""]
    assert {(row["weight"], row["s_weight"]) for row in rows} == {("", "")}
    cut = binary_weights(table, 0)
    rows = list(csv.DictReader(io.StringIO(table_text(table, cut))))
    out = (table.w_minus[0], table.s_w_minus[0])
    assert [(float(row["weight"]), float(row["s_weight"])) for row in rows] == [
        (table.w_plus[0], table.s_w_plus[0]),
        out,
        out,
    ]


def test_all_patches_of_a_row_are_named(table):
    both = np.full(3, Patch.ALL_POINTS | Patch.NO_GROUND_LEFT, dtype=np.uint8)
    text = table_text(dataclasses.replace(table, patches=both))
    assert text.count(",all-points+no-ground-left,,\n") == 3


def test_a_descending_table_has_the_weights_of_its_own_classes(table):
    areas = ClassAreas(
        classes=np.array([1.0, 2.0, 3.0]),
        area_km2=np.array([60.0, 30.0, 10.0]),
        points=np.array([1, 3, 6]),
        missing_km2=0.0,
        points_missing=0,
    )
    dense = weights_of_evidence(areas, kind=Kind.DESCENDING)
    text = table_text(dense, binary_weights(dense, 1))  # two and three are inside
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["class"] for row in rows] == ["3", "2", "1"]
    assert [float(row["weight"]) for row in rows] == [
        *[dense.w_plus[1]] * 2,
        dense.w_minus[1],
    ]


def test_a_table_is_written_whole_or_not_at_all(table, tmp_path):
    path = tmp_path / "t.csv"
    write_table(path, table)
    assert path.read_text() == table_text(table)
    with pytest.raises(StorageError):
        write_table(tmp_path / "none" / "t.csv", table)
    assert [entry.name for entry in tmp_path.iterdir()] == ["t.csv"]


def test_a_posterior_is_written_on_the_grid_it_was_made_on(tmp_path):
    cells = np.ones((20, 30), dtype=np.int16)
    cells[:5], cells[19] = 2, -1
    source = tmp_path / "a.tif"
    with rasterio.open(
        source,
        "w",
        driver="GTiff",
        width=30,
        height=20,
        count=1,
        dtype="int16",
        crs="EPSG:32642",
        transform=rasterio.Affine(1000.0, 0.0, 0.0, 0.0, -1000.0, 20_000.0),
        nodata=-1,
    ) as dataset:
        dataset.write(cells, 1)
    raster = read_evidence_raster(source)
    areas = class_areas(cells, [2, 2, 1], cell_area_km2=1.0, missing=raster.missing)
    one = class_weights(weights_of_evidence(areas, kind=Kind.UNIQUE), areas)
    found = posterior([one.group_of(cells)], [one], points=3, cell_area_km2=1.0)
    path = tmp_path / "p.tif"
    write_posterior(path, found, raster)
    with rasterio.open(path, driver="GTiff") as dataset:
        assert dataset.descriptions == BANDS == ("posterior", "deviation", "confidence")
        assert dataset.transform == raster.transform
        assert dataset.crs.to_epsg() == 32642
        assert np.isnan(dataset.nodata)
        assert dataset.tags()["UNIT_CELL_KM2"] == "1"
        assert dataset.tags()["POINTS"] == "3"
        for band, name in zip(dataset.read(), BANDS, strict=True):
            assert np.array_equal(
                band, found.to_map(getattr(found, name)), equal_nan=True
            )
            assert np.isnan(band[19]).all()
            assert not np.isnan(band[:19]).any()

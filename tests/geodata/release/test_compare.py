"""Two releases that are the same, and one in which one number changed."""

import json
import shutil

import geopandas as gpd
import pytest
import rasterio

from geodata.release.compare import by_file, compare_releases


@pytest.fixture
def pair(release, tmp_path):
    copy = tmp_path / "copy"
    shutil.copytree(release.folder, copy)
    return release.folder, copy


def test_a_copy_is_the_same_in_every_value(pair):
    found = compare_releases(*pair)
    assert found.changed == found.came == found.went == ()
    assert found.same > 10_000


def test_one_changed_cell_of_a_raster_is_named(pair):
    old, new = pair
    path = new / "favourability" / "placer.tif"
    with rasterio.open(
        path, "r+", driver="GTiff", IGNORE_COG_LAYOUT_BREAK="YES"
    ) as raster:
        values = raster.read(2)
        row, column = (values != raster.nodata).nonzero()
        values[row[0], column[0]] += 7
        raster.write(values, 2)
        band = raster.descriptions[1]
    (changed,) = compare_releases(old, new).changed
    assert changed == f"favourability/placer.tif: band {band}, by up to 7"


def test_one_changed_value_of_a_table_is_named(pair):
    old, new = pair
    table = gpd.read_parquet(new / "prospects.parquet")
    table.loc[1, "p90"] += 1e-9
    table.to_parquet(new / "prospects.parquet", index=False)
    (changed,) = compare_releases(old, new).changed
    assert changed == "prospects.parquet: p90: 1 rows, such as 1"


def test_a_changed_number_of_an_explanation_and_a_lost_one_are_named(pair):
    old, new = pair
    path = new / "explanations.json"
    content = json.loads(path.read_text(encoding="utf-8"))
    for explanation in content.values():
        del explanation["coverage"]
    next(iter(content.values()))["p10"] = 0.25
    path.write_text(json.dumps(content), encoding="utf-8")
    found = compare_releases(old, new)
    assert found.went == ("explanations.json: …/coverage",)
    (changed,) = found.changed
    assert changed.startswith("explanations.json: 1 numbers, such as ")
    assert changed.endswith("now 0.25")


def test_a_missing_column_and_a_new_file_are_named(pair):
    old, new = pair
    table = gpd.read_parquet(new / "places.parquet").drop(columns="name")
    table.to_parquet(new / "places.parquet", index=False)
    (new / "note.txt").write_text("new", encoding="utf-8")
    found = compare_releases(old, new)
    assert found.went == ("places.parquet: column name",)
    assert found.came == ("note.txt",)


def test_differences_beyond_twenty_are_counted_by_file():
    many = [f"table.parquet: column {number}" for number in range(30)]
    assert by_file([*many, "note.txt"]) == [
        "table.parquet: 30 entries, such as column 0",
        "note.txt",
    ]
    files = [f"{number}.tif" for number in range(30)]
    assert by_file(files) == [*files[:19], "and 11 files more"]
    assert by_file(many[:20]) == many[:20]

"""ICGEM, CRUST1.0 and lines of longitude, latitude, value: made by hand."""

import bz2
import gzip

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geodata.errors import LayerFormatError, UnsafeFileError
from geodata.readers.icgem import read_icgem
from geodata.readers.number_text import read_numbers
from geodata.readers.text_grids import CRUST1_LAYERS, read_crust1, read_xyz

GDF = """generating_institute     gfz-potsdam
           modelname     EIGEN-6C4
          functional     gravity_ell  (centrifugal term included)
                unit     mgal
          refsysname     WGS84
      latlimit_north       41.000000000000
      latlimit_south       40.000000000000
      longlimit_west       60.000000000000
      longlimit_east       61.000000000000
            gridstep      0.50000000000000
     height_over_ell      10000.0000 m
            gapvalue        9999999.0000
         grid_format     long_lat_value

          longitude    latitude    gravity_ell
            [deg.]      [deg.]         [mgal]
end_of_head ============================================
"""
GDF_ROWS = "".join(
    f"{60 + column / 2:16.4f}{41 - row / 2:12.4f}{3 * row + column + 0.25:20.9f}\n"
    for row in range(3)
    for column in range(3)
)


def write(path, content):
    path.write_bytes(content.encode())
    return path


@pytest.mark.parametrize("pack", [bytes, bz2.compress, gzip.compress])
def test_an_icgem_grid_is_read_packed_or_not(pack, tmp_path):
    path = tmp_path / "grid.gdf"
    path.write_bytes(pack((GDF + GDF_ROWS).encode()))
    model = read_icgem(path)
    np.testing.assert_array_equal(model.grid.values, np.arange(9).reshape(3, 3) + 0.25)
    assert (model.grid.west, model.grid.north, model.grid.step_deg) == (
        59.75,
        41.25,
        0.5,
    )
    assert model.number("height_over_ell") == 10_000.0
    assert model.header["functional"].startswith("gravity_ell")


def test_the_gap_value_is_unknown(tmp_path):
    rows = GDF_ROWS.replace("4.250000000", "9999999.000000000")
    assert np.isnan(read_icgem(write(tmp_path / "a.gdf", GDF + rows)).grid.values[1, 1])


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("end_of_head", "end"),
        ("long_lat_value", "values_only"),
        ("gridstep      0.5", "gridstep      0.0"),
        ("gridstep      0.5", "gridstep     -0.5"),
        ("gridstep      0.50000000000000", "gridstep   half"),
        ("gridstep      0.5", "gridstep      0.25"),
        ("latlimit_north       41.0", "latlimit_north       91.0"),
        ("latlimit_north       41.0", "latlimit_north       39.0"),
        ("latlimit_north       41.0", "latlimit_north       nan"),
        ("longlimit_east       61.0", "longlimit_east       62.0"),
        ("60.5000     41.0000", "60.7000     41.0000"),
        ("60.0000     40.5000", "60.0000     41.0000"),
        ("8.250000000", ""),
        ("8.250000000", "x"),
        ("8.250000000", "inf"),
    ],
)
def test_an_icgem_grid_that_is_not_as_its_header_says_is_an_error(old, new, tmp_path):
    content = GDF + GDF_ROWS
    assert old in content
    with pytest.raises(LayerFormatError):
        read_icgem(write(tmp_path / "a.gdf", content.replace(old, new, 1)))


def test_an_icgem_header_that_claims_a_world_reserves_nothing(tmp_path):
    tiny = GDF.replace("0.50000000000000", "0.00000000000001")
    with pytest.raises(UnsafeFileError):
        read_icgem(write(tmp_path / "a.gdf", tiny + GDF_ROWS))


def crust1_text():
    """Nine numbers per cell: the row, the column, and the layer behind the point."""
    lines = []
    for row in range(180):
        for column in range(360):
            start = row * 1000 + column
            lines.append(" ".join(f"{start + layer / 10:.1f}" for layer in range(9)))
    return "\n".join(lines) + "\n"


def test_crust1_runs_from_the_north_west_with_longitude_fastest(tmp_path):
    path = write(tmp_path / "crust1.bnds", crust1_text())
    grids = read_crust1(path)
    assert tuple(grids) == CRUST1_LAYERS
    mantle = grids["mantle"]
    assert (mantle.west, mantle.north, mantle.step_deg) == (-180.0, 90.0, 1.0)
    assert mantle.values[0, 0] == 0.8
    assert mantle.values[46, 256] == 46_256.8  # 43.24 N 76.89 E
    assert grids["water"].values[179, 359] == 179_359.0


def test_crust1_with_a_line_too_few_or_a_gap_is_an_error(tmp_path):
    content = crust1_text()
    with pytest.raises(LayerFormatError, match="needs 583,200"):
        read_crust1(write(tmp_path / "a", content.rsplit("\n", 2)[0]))
    with pytest.raises(LayerFormatError, match="gaps"):
        read_crust1(write(tmp_path / "b", content.replace("0.8", "nan", 1)))


def test_lines_make_a_grid_in_any_order_and_gaps_are_unknown(tmp_path):
    lines = ["# comment", "> segment", "61 41 2", "60 40 3", "", "60 41 1"]
    path = write(tmp_path / "a.gmt", "\n".join(lines))
    grid = read_xyz(path)
    np.testing.assert_array_equal(grid.values, [[1, 2], [3, np.nan]])
    assert (grid.west, grid.north) == (59.5, 41.5)
    assert (grid.step_lon_deg, grid.step_lat_deg) == (1.0, 1.0)
    packed = tmp_path / "a.gmt.gz"
    packed.write_bytes(gzip.compress(path.read_bytes()))
    np.testing.assert_array_equal(read_xyz(packed).values, grid.values)


@pytest.mark.parametrize(
    "content",
    [
        "",
        "60 40 1",
        "60 40 1\n61 41",
        "60 40 1\n61 41 2 3",
        "60 40 1\n61 41 2\n60 40 3",
        "60 40 1\n61 41 2\n63 42 3",
        "60 40 1\nnan 41 2",
        "60 40 1\n61 41 inf",
        "60 40 1\n61 99 1",
        "lon lat z\n60 40 1",
        "60,40,1\n61,41,2",
    ],
)
def test_lines_that_make_no_grid_are_an_error(content, tmp_path):
    with pytest.raises(LayerFormatError):
        read_xyz(write(tmp_path / "a.gmt", content))


def test_a_few_lines_spread_over_a_world_are_refused(tmp_path):
    lines = [f"{n / 1000} {n / 1000} 1" for n in range(3000)]
    with pytest.raises(UnsafeFileError, match="no grid"):
        read_xyz(write(tmp_path / "a.gmt", "\n".join(lines)))


@given(numbers=st.lists(st.floats(allow_nan=True, allow_infinity=True), max_size=20))
def test_numbers_that_are_written_are_the_numbers_that_are_read(numbers):
    content = "\n".join(repr(number) for number in numbers).encode()
    found = read_numbers(content, expected=len(numbers), name="a test")
    np.testing.assert_array_equal(found, numbers)


@given(content=st.binary(max_size=200), expected=st.integers(1, 10**12))
def test_any_bytes_give_so_many_numbers_or_a_typed_error(content, expected):
    try:
        found = read_numbers(content, expected=expected, name="a test")
    except LayerFormatError:
        return
    assert len(found) == expected

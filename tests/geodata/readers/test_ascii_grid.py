"""ESRI ASCII grids of three rows and three columns."""

import gzip
import zipfile

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geodata.errors import LayerFormatError, UnsafeFileError
from geodata.readers.limits import Limits
from geodata.readers.text_grids import read_ascii_grid

HEADER = (
    "ncols         3\n"
    "nrows         3\n"
    "xllcorner     60\n"
    "yllcorner     40\n"
    "cellsize      0.5\n"
    "NODATA_value  -9999\n"
)
ROWS = "1 2 3\n4 -9999 6\n7 8 9\n"


def text(tmp_path, content):
    path = tmp_path / "grid.asc"
    path.write_text(content)
    return path


def test_the_first_row_is_the_north_and_its_edges_are_those_of_the_header(tmp_path):
    grid = read_ascii_grid(text(tmp_path, HEADER + ROWS))
    assert (grid.west, grid.north, grid.step_deg) == (60.0, 41.5, 0.5)
    assert grid.values[0].tolist() == [1.0, 2.0, 3.0]
    assert np.isnan(grid.values[1, 1])
    assert grid.values[2, 0] == 7.0


def test_a_header_of_centres_lies_half_a_cell_farther(tmp_path):
    header = HEADER.replace("llcorner", "llcenter")
    grid = read_ascii_grid(text(tmp_path, header + ROWS))
    assert (grid.west, grid.north) == (59.75, 41.25)


def test_corner_and_centre_may_be_mixed_by_axis_but_not_in_one(tmp_path):
    header = HEADER.replace("xllcorner", "xllcenter")
    assert read_ascii_grid(text(tmp_path, header + ROWS)).west == 59.75
    with pytest.raises(LayerFormatError, match="xllcorner or xllcenter"):
        read_ascii_grid(text(tmp_path, HEADER + "xllcenter 60\n" + ROWS))


def test_case_line_ends_and_breaks_inside_rows_do_not_matter(tmp_path):
    content = (HEADER.upper() + "1 2\n3 4 -9999 6 7\n8 9").replace("\n", "\r\n")
    path = tmp_path / "grid.asc"
    path.write_bytes(content.encode())
    np.testing.assert_array_equal(
        read_ascii_grid(path).values, [[1, 2, 3], [4, np.nan, 6], [7, 8, 9]]
    )


def test_without_a_line_for_gaps_the_usual_code_is_one(tmp_path):
    header = HEADER.rsplit("NODATA", 1)[0]
    assert np.isnan(read_ascii_grid(text(tmp_path, header + ROWS)).values[1, 1])


def test_nan_is_unknown_and_infinity_is_refused(tmp_path):
    grid = read_ascii_grid(text(tmp_path, HEADER + ROWS.replace("5", "nan")))
    assert np.isnan(grid.values[1, 1])
    with pytest.raises(LayerFormatError, match="infinite"):
        read_ascii_grid(text(tmp_path, HEADER + ROWS.replace("8", "inf")))


def test_the_one_grid_of_an_archive_is_read(tmp_path):
    path = tmp_path / "grid.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("names.txt", "a;b")
        archive.writestr("folder/grid.txt.asc", HEADER + ROWS)
    assert read_ascii_grid(path, member=".asc").values[0, 0] == 1.0
    packed = tmp_path / "grid.asc.gz"
    packed.write_bytes(gzip.compress((HEADER + ROWS).encode()))
    assert read_ascii_grid(packed).values[0, 0] == 1.0


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("ncols         3", "ncols         4"),
        ("nrows         3", "nrows         2"),
        ("ncols         3", "ncols         0"),
        ("ncols         3", "ncols         -3"),
        ("nrows         3", "nrows         3.5"),
        ("nrows         3", "nrows         1e999"),
        ("ncols         3", "ncols         999999999999"),
        ("cellsize      0.5", "cellsize      0"),
        ("cellsize      0.5", "cellsize      nan"),
        ("cellsize      0.5", "cellsize      500"),
        ("cellsize      0.5", ""),
        ("xllcorner     60", "xllcorner     600000"),
        ("yllcorner     40", "yllcorner     north"),
        ("yllcorner     40", "yllcorner     89.9"),
        ("4 -9999 6", "4 x 6"),
        ("4 -9999 6", "4 -9999"),
        ("4 -9999 6", "4 -9999 6 7"),
        ("nrows         3", "nrows         3\nnrows         3"),
    ],
)
def test_a_header_or_a_row_that_is_not_true_is_an_error(old, new, tmp_path):
    with pytest.raises(LayerFormatError):
        read_ascii_grid(text(tmp_path, (HEADER + ROWS).replace(old, new)))


def test_a_grid_beyond_the_limit_is_refused(tmp_path):
    with pytest.raises(UnsafeFileError, match="3 rows of 3"):
        read_ascii_grid(text(tmp_path, HEADER + ROWS), limits=Limits(cells=8))


@given(content=st.binary(max_size=300))
def test_any_bytes_give_a_grid_or_a_typed_error(content, tmp_path_factory):
    path = tmp_path_factory.mktemp("any") / "grid.asc"
    path.write_bytes(content)
    with pytest.raises(LayerFormatError):
        read_ascii_grid(path)


@given(
    change=st.binary(min_size=1, max_size=3),
    place=st.integers(0, len(HEADER + ROWS) - 1),
)
def test_any_small_change_gives_a_grid_of_its_size_or_a_typed_error(
    change, place, tmp_path_factory
):
    content = bytearray((HEADER + ROWS).encode())
    content[place : place + len(change)] = change
    path = tmp_path_factory.mktemp("any") / "grid.asc"
    path.write_bytes(bytes(content))
    try:
        grid = read_ascii_grid(path)
    except LayerFormatError:
        return
    assert grid.values.size <= 9
    assert not np.isinf(grid.values).any()

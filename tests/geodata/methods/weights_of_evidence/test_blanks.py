"""Blanks that a file does not declare: refused by name, number and option."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geodata.errors import LayerFormatError
from geodata.methods.weights_of_evidence.blanks import COMMON, undeclared_blanks
from geodata.methods.weights_of_evidence.evidence_raster import read_evidence_raster
from tests.geodata.methods.weights_of_evidence.test_evidence_raster import write

NOWHERE = np.array([-1])


@pytest.mark.parametrize("blank", [-1e32, 1.70141e38, -3.4028235e38, 1e20, -9999.0])
def test_an_undeclared_blank_is_refused_with_its_number_of_cells(tmp_path, blank):
    cells = np.float32([[blank, 1.5, 2.5], [blank, 250.0, 0.0]])
    path = write(tmp_path / "a.tif", cells)
    stored = str(cells[0, 0])  # as float32 prints it, not its double
    with pytest.raises(LayerFormatError) as refused:
        read_evidence_raster(path).areas(NOWHERE)
    said = str(refused.value)
    assert f"{stored} in 2 cells" in said
    option = f"--missing={stored}"
    assert option in said
    told = float(option.removeprefix("--missing="))
    found = read_evidence_raster(path, missing=[told]).areas(NOWHERE)
    assert found.classes.tolist() == [0.0, 1.5, 2.5, 250.0]
    declared = write(tmp_path / "b.tif", cells, nodata=float(stored))
    assert len(read_evidence_raster(declared).areas(NOWHERE).classes) == 4


def test_all_blanks_of_a_map_are_told_at_once(tmp_path):
    cells = np.float64([[-9999, 1, 1e32], [2, 3, -9999]])
    path = write(tmp_path / "a.tif", cells)
    with pytest.raises(
        LayerFormatError, match=r"-9999.0 in 2 cells and 1e\+32 in 1 cells"
    ):
        read_evidence_raster(path).areas(NOWHERE)


def test_whole_numbers_have_blanks_too(tmp_path):
    cells = np.int16([[-32768, 1, 2], [2, 3, 4]])
    with pytest.raises(LayerFormatError, match=r"-32768 in 1 cells.*--missing=-32768"):
        read_evidence_raster(write(tmp_path / "a.tif", cells)).areas(NOWHERE)


@given(st.lists(st.floats(-9998, 1e18), min_size=1, unique=True))
def test_what_is_measured_is_no_blank(values):
    assert not len(undeclared_blanks(np.sort(values)))


@pytest.mark.parametrize("blank", COMMON)
def test_a_common_number_among_others_like_it_is_a_value(blank):
    steps = np.sort([blank, blank * 0.6, blank * 0.2, 0.0])
    assert not len(undeclared_blanks(steps))
    assert undeclared_blanks(np.array([blank, 0.0])).tolist() == [blank]
    assert not len(undeclared_blanks(np.array([blank])))

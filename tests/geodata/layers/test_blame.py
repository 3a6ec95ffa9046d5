"""An error about one file of several names it, wherever it goes."""

import pickle
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import pytest

from geodata.errors import LayerFormatError, StorageError, UnsafeFileError
from geodata.layers.blame import blaming

PART = ("afead", "AFEAD_v2022.zip")
OTHER = ("cafd-faults", "GIS_shapefiles.zip")


def fail(kind, part):
    with blaming(part):
        raise kind("expected a table; found a bomb")


@pytest.mark.parametrize("kind", [LayerFormatError, UnsafeFileError])
def test_the_same_error_comes_out_with_the_file_in_it(kind):
    error = kind("a")
    with pytest.raises(kind) as caught, blaming(PART):
        raise error
    assert caught.value is error
    assert error.part == PART


def test_an_error_that_nobody_blamed_names_no_file():
    assert LayerFormatError("a").part is None
    assert pickle.loads(pickle.dumps(LayerFormatError("a"))).part is None  # noqa: S301


def test_the_innermost_file_is_blamed():
    with pytest.raises(LayerFormatError) as caught, blaming(OTHER):
        fail(LayerFormatError, PART)
    assert caught.value.part == PART


def test_a_full_disk_is_no_files_fault():
    with pytest.raises(StorageError) as caught, blaming(PART):
        raise StorageError("full")
    assert not hasattr(caught.value, "part")


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
@pytest.mark.parametrize("kind", [LayerFormatError, UnsafeFileError])
def test_blame_survives_pickling(kind, protocol):
    with pytest.raises(kind) as caught:
        fail(kind, PART)
    back = pickle.loads(pickle.dumps(caught.value, protocol))  # noqa: S301
    assert (type(back), str(back), back.part) == (kind, str(caught.value), PART)


def test_blame_comes_back_from_another_process():
    with (
        ProcessPoolExecutor(1, get_context("spawn")) as pool,
        pytest.raises(UnsafeFileError, match="found a bomb") as caught,
    ):
        pool.submit(fail, UnsafeFileError, PART).result()
    assert caught.value.part == PART

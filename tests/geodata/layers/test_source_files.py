"""An error about one file of several names it, wherever it goes."""

import errno

import pytest

from geodata.errors import (
    LayerFormatError,
    StorageError,
    UnreadableFileError,
    UnsafeFileError,
)
from geodata.layers.source_files import reading

PART = ("afead", "AFEAD_v2022.zip")
OTHER = ("cafd-faults", "GIS_shapefiles.zip")
DISK_FULL = OSError(errno.ENOSPC, "No space left on device")


def fail(error, part):
    with reading(part):
        raise error


@pytest.mark.parametrize(
    "error",
    [
        LayerFormatError("no column"),
        UnsafeFileError("a bomb"),
        UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid start byte"),
        ValueError("zip() argument 2 is shorter than argument 1"),
        MemoryError("too much"),
        FileNotFoundError(errno.ENOENT, "no such file"),
        KeyError("features"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_whatever_goes_wrong_in_a_file_names_it(error):
    with pytest.raises(UnreadableFileError, match=r"afead/AFEAD_v2022\.zip") as caught:
        fail(error, PART)
    assert caught.value.part == PART
    assert str(error) in str(caught.value)
    assert caught.value.__cause__ is error


def test_a_message_that_names_its_file_is_not_changed():
    with pytest.raises(UnreadableFileError) as caught:
        fail(LayerFormatError("AFEAD_v2022.zip holds no fault"), PART)
    assert str(caught.value) == "AFEAD_v2022.zip holds no fault"


def test_the_innermost_file_is_named():
    with pytest.raises(UnreadableFileError) as caught, reading(OTHER):
        fail(LayerFormatError("no column"), PART)
    assert caught.value.part == PART


@pytest.mark.parametrize(
    "error", [StorageError("full"), DISK_FULL, KeyboardInterrupt()]
)
def test_a_full_disk_and_a_wish_to_stop_are_no_files_fault(error):
    with pytest.raises(type(error)) as caught:
        fail(error, PART)
    assert caught.value is error

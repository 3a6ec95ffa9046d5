"""HDF5 grids that take values from other files are refused, in every spelling."""

import struct
import time

import h5py
import numpy as np
import pytest
import rasterio

from geodata.errors import LayerFormatError, UnsafeFileError
from geodata.readers import hdf5_guard
from geodata.readers.child_environment import ENVIRONMENT
from geodata.readers.hdf5_guard import require_self_contained
from geodata.readers.netcdf import read_grid, read_netcdf

# What Landlock would refuse must be refused without it, too.
pytestmark = pytest.mark.usefixtures("unconfined")

EVERY_STYLE = ("earliest", "v108", "v110", "v112", "v114")
PRIVATE = np.arange(9000.0, 9012.0)
VALUES = np.arange(12.0).reshape(3, 4)


@pytest.fixture
def private(tmp_path):
    """A raw file, and an HDF5 file, of values that nobody may see."""
    (tmp_path / "private.bin").write_bytes(PRIVATE.tobytes())
    with h5py.File(tmp_path / "private.h5", "w") as file:
        file["z"] = PRIVATE.reshape(3, 4)
    return tmp_path


def create(path, style="earliest", **options):
    libver = "earliest" if style == "earliest" else (style, style)
    return h5py.File(path, "w", libver=libver, **options)


def add_axes(file):
    for name, values, units in (
        ("lat", [40.0, 41.0, 42.0], "degrees_north"),
        ("lon", [60.0, 61.0, 62.0, 63.0], "degrees_east"),
    ):
        axis = file.create_dataset(name, data=np.array(values))
        axis.attrs["units"] = np.bytes_(units)
        axis.make_scale(name)


def place(file, grid):
    for number, name in enumerate(("lat", "lon")):
        grid.dims[number].attach_scale(file[name])


def write_whole(path, style="earliest", **options):
    with create(path, style, track_order=True) as file:
        add_axes(file)
        place(file, file.create_dataset("z", data=VALUES, **options))
    return path


def write_external(folder, style="earliest"):
    path = folder / "grid.nc"
    with create(path, style, track_order=True) as file:
        add_axes(file)
        outside = [(str(folder / "private.bin"), 0, PRIVATE.nbytes)]
        grid = file.create_dataset("z", (3, 4), "<f8", external=outside)
        place(file, grid)
    return path


def write_link(folder, style="earliest", *, name="z", track_order=None):
    path = folder / "grid.nc"
    with create(path, style, track_order=track_order) as file:
        file[name] = h5py.ExternalLink(str(folder / "private.h5"), "/z")
        add_axes(file)
    return path


def edit(path, mark, steps):
    """Add to single bytes, counted from where a mark stands once in the file."""
    content = bytearray(path.read_bytes())
    assert content.count(mark) == 1
    start = content.index(mark)
    for offset, step in steps.items():
        content[start + offset] = (content[start + offset] + step) % 256
    path.write_bytes(content)
    return path


def external_files_message(content):
    """Return where the list of external files begins, and its first eight bytes."""
    heaps = [n for n in range(len(content)) if content[n : n + 4] == b"HEAP"]
    for heap in heaps:
        mark = struct.pack("<B3xHHQ", 1, 1, 1, heap)
        if mark in content:
            return mark
    raise AssertionError("no list of external files")


def seen_by_gdal(path):
    with rasterio.open(f'netcdf:"{path}":z', driver="netCDF") as dataset:
        return dataset.read(1)


def test_the_library_itself_would_have_read_the_private_file(private):
    # Should this fail one day, the guard has become unnecessary, not wrong.
    external = write_external(private)
    assert seen_by_gdal(external).max() == PRIVATE.max()
    mark = external_files_message(external.read_bytes())
    assert seen_by_gdal(edit(external, mark, {1: 1})).max() == PRIVATE.max()


@pytest.mark.parametrize("style", EVERY_STYLE)
@pytest.mark.parametrize("options", [{}, {"chunks": (2, 2), "compression": 4}])
def test_a_file_with_its_values_in_it_is_read(style, options, tmp_path):
    grid = read_netcdf(write_whole(tmp_path / "grid.nc", style, **options))
    np.testing.assert_array_equal(grid.values, VALUES[::-1])
    assert (grid.west, grid.north) == (59.5, 42.5)


def test_a_real_grid_of_the_mirror_is_self_contained(shared):
    path = shared / "mirror" / "lithosphere-grids" / "earth_relief_10m.grd"
    assert path.read_bytes()[:8] == hdf5_guard.MAGIC
    require_self_contained(path)


@pytest.mark.parametrize("style", EVERY_STYLE)
def test_external_storage_is_refused(style, private):
    path = write_external(private, style)
    with pytest.raises(UnsafeFileError, match="external storage"):
        read_netcdf(path, variable="z")


@pytest.mark.parametrize("offset", [1, 2, 3])
@pytest.mark.parametrize("value", [1, 255])
def test_external_storage_with_reserved_bytes_set_is_refused(offset, value, private):
    path = write_external(private)
    edit(path, external_files_message(path.read_bytes()), {offset: value})
    with pytest.raises(UnsafeFileError, match="external storage"):
        read_netcdf(path, variable="z")


def test_no_byte_of_the_file_can_be_changed_so_that_private_values_are_seen(private):
    path = write_external(private)
    content = path.read_bytes()
    start = content.index(external_files_message(content))
    for place_ in range(start - 32, start + 48):
        for step in (1, 2, 128, 255):
            changed = bytearray(content)
            changed[place_] = (changed[place_] + step) % 256
            path.write_bytes(changed)
            try:
                values = read_netcdf(path, variable="z").values
            except LayerFormatError:
                continue
            assert not np.isin(values, PRIVATE).any()


@pytest.mark.parametrize("style", EVERY_STYLE)
@pytest.mark.parametrize("track_order", [False, True])
@pytest.mark.parametrize("name", ["z", "inner/deep/z", "n" * 5000])
def test_an_external_link_is_refused(style, track_order, name, private):
    path = write_link(private, style, name=name, track_order=track_order)
    with pytest.raises(UnsafeFileError, match="external link"):
        read_netcdf(path, variable="z")


def test_an_external_link_with_one_nul_more_is_refused(private):
    path = write_link(private)
    edit(path, b"\x01\x08\x40\x01z", {5: 1})  # the length of what follows
    with pytest.raises(UnsafeFileError, match="external link"):
        read_netcdf(path, variable="z")


@pytest.mark.parametrize("track_order", [False, True])
def test_an_external_link_among_many_is_found(track_order, private):
    path = private / "grid.nc"
    with create(path, "v110", track_order=track_order) as file:
        add_axes(file)
        for number in range(200):  # so many are kept in a heap
            file.create_group(f"g{number}", track_order=track_order)
        file["g177/z"] = h5py.ExternalLink("private.h5", "/z")
    with pytest.raises(UnsafeFileError, match="external link"):
        read_netcdf(path, variable="lat")


@pytest.mark.parametrize(("step", "kind"), [(1, 65), (191, 255)])
def test_a_link_of_a_class_of_ones_own_is_refused(step, kind, private):
    path = edit(write_link(private), b"\x01\x08\x40\x01z", {2: step})
    with pytest.raises(UnsafeFileError, match=f"unknown kind \\({kind}\\)"):
        read_netcdf(path, variable="z")


def test_a_link_of_a_reserved_class_is_refused(private):
    path = edit(write_link(private), b"\x01\x08\x40\x01z", {2: -59})
    with pytest.raises(UnsafeFileError):
        read_netcdf(path, variable="z")


def write_virtual(folder, style, *, source, growing):
    """Write an array of rows of another; ``%b`` in its name stands for a number."""
    path = folder / "grid.nc"
    unlimited = h5py.h5s.UNLIMITED
    pattern = growing and "%b" in source
    here = h5py.h5s.create_simple((3, 4), (unlimited if growing else 3, 4))
    there = h5py.h5s.create_simple((3, 4), (unlimited if growing else 3, 4))
    if pattern:
        here.select_hyperslab((0, 0), (unlimited, 1), (3, 1), (3, 4))
    elif growing:
        for space in (here, there):
            space.select_hyperslab((0, 0), (1, 1), (1, 1), (unlimited, 4))
    made = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    made.set_virtual(here, source.encode(), b"z", there)
    with create(path, style) as file:
        add_axes(file)
        h5py.h5d.create(file.id, b"z", h5py.h5t.IEEE_F64LE, here, made)
    return path


# HDF5 1.8 has none.
@pytest.mark.parametrize("style", ["earliest", "v110", "v112", "v114"])
@pytest.mark.parametrize("growing", [False, True])
@pytest.mark.parametrize("source", [".", "private.h5", "private-%b.h5"])
def test_a_virtual_data_set_is_refused(style, growing, source, private):
    if "%b" in source and not growing:
        source = "private-%%b.h5"  # a plain name with a sign in it
    path = write_virtual(private, style, source=source, growing=growing)
    with pytest.raises(UnsafeFileError, match="virtual data set"):
        read_netcdf(path, variable="z")


def test_an_array_reached_only_through_a_cycle_of_groups_is_looked_at(private):
    path = private / "grid.nc"
    with create(path) as file:
        add_axes(file)
        inner = file.create_group("a/b/c")
        inner["up"] = file["a"]
        inner["top"] = file["/"]
        inner["soft"] = h5py.SoftLink("/a/b/c/soft")
    require_self_contained(path)
    with h5py.File(path, "a") as file:
        outside = [(str(private / "private.bin"), 0, PRIVATE.nbytes)]
        file.create_dataset("a/b/c/z", (3, 4), "<f8", external=outside)
    with pytest.raises(UnsafeFileError, match="external storage"):
        read_netcdf(path, variable="lat")


def test_many_attributes_references_and_types_are_nothing_to_refuse(tmp_path):
    path = write_whole(tmp_path / "grid.nc", "v110")
    with h5py.File(path, "a", libver="latest") as file:
        file["kind"] = np.dtype("<i4")
        for number in range(50):  # so many are kept in a heap
            file["z"].attrs[f"note{number}"] = "words"
        file["z"].attrs["see"] = file["lat"].ref
        file["z"].attrs["part"] = file["z"].regionref[0:1, 0:2]
    require_self_contained(path)


def test_a_filter_that_would_be_loaded_from_a_folder_is_refused(tmp_path):
    path = tmp_path / "grid.nc"
    with create(path) as file:
        add_axes(file)
        made = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        made.set_chunk((3, 4))
        made.set_filter(h5py.h5z.FILTER_LZF, h5py.h5z.FLAG_OPTIONAL)
        space = h5py.h5s.create_simple((3, 4))
        h5py.h5d.create(file.id, b"z", h5py.h5t.IEEE_F64LE, space, made)
    with pytest.raises(UnsafeFileError, match=r"not part of HDF5 \(32000\)"):
        read_netcdf(path, variable="z")
    assert ENVIRONMENT["HDF5_PLUGIN_PRELOAD"] == "::"


def test_more_links_than_the_limit_are_refused(tmp_path, monkeypatch):
    path = write_whole(tmp_path / "grid.nc")
    monkeypatch.setattr(hdf5_guard, "MOST_LINKS", 3)
    require_self_contained(path)
    monkeypatch.setattr(hdf5_guard, "MOST_LINKS", 2)
    with pytest.raises(UnsafeFileError, match="more than 2 links"):
        require_self_contained(path)


@pytest.mark.parametrize(
    "options", [{"userblock_size": 512}, {"fs_strategy": "page"}, {"driver": "family"}]
)
def test_a_file_of_an_unusual_layout_is_refused(options, tmp_path):
    path = tmp_path / "grid.nc"
    name = tmp_path / "grid-%d.nc" if options.get("driver") else path
    with h5py.File(name, "w", **options) as file:
        add_axes(file)
    if options.get("driver"):
        path = tmp_path / "grid-0.nc"
    with pytest.raises(UnsafeFileError):
        read_netcdf(path, variable="lat")


def test_damaged_hdf5_is_an_error_not_a_crash(tmp_path):
    whole = write_whole(tmp_path / "grid.nc").read_bytes()
    ends = (whole[:8], whole[:40], whole[:300], whole[:8] + b"\xff" * 200)
    for content in (*ends, *(whole[:n] for n in range(9, len(whole) - 1, 97))):
        with pytest.raises(LayerFormatError):
            read_grid(content, variable="z")


@pytest.mark.parametrize(
    "head", [b"\x0e\x03\x13\x01", b"CDF\x03", b"CDF\x04", b"\x89HDG\r\n\x1a\n", b""]
)
def test_what_is_neither_netcdf_3_nor_hdf5_never_reaches_gdal(head):
    with pytest.raises(UnsafeFileError, match="is not netCDF"):
        read_grid(head + bytes(600))


def test_a_large_file_takes_no_longer_than_a_small_one(tmp_path):
    path = tmp_path / "grid.nc"
    with create(path) as file:
        made = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        made.set_alloc_time(h5py.h5d.ALLOC_TIME_EARLY)
        made.set_fill_time(h5py.h5d.FILL_TIME_NEVER)
        space = h5py.h5s.create_simple((40_000, 20_000))
        h5py.h5d.create(file.id, b"z", h5py.h5t.IEEE_F64LE, space, made)
    assert path.stat().st_size > 6_000_000_000  # a hole: no room is taken
    before = time.process_time()
    require_self_contained(path)
    assert time.process_time() - before < 1.0

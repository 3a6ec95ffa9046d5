"""How large a file says it is, against files written by others."""

import io
import sqlite3
import struct

import netCDF4
import numpy as np
import pytest
import rasterio

from geodata.sources.extent import stated_bytes
from geodata.sources.signature import kind_of


def stated(content, name):
    return stated_bytes(io.BytesIO(content), kind_of(name, ""), len(content))


def netcdf(path, form, *, records=True, varying=2):
    with netCDF4.Dataset(path, "w", format=form) as grid:
        grid.createDimension("t", None)
        grid.createDimension("x", 7)
        grid.title = "a grid"
        grid.createVariable("z", "f4", ("x",))[:] = np.arange(7)
        for k in range(varying):
            table = grid.createVariable(f"r{k}", "i2", ("t", "x"))
            table.units = "m"
            if records:
                table[:5] = np.ones((5, 7))
    return path.read_bytes()


FORMS = ["NETCDF3_CLASSIC", "NETCDF3_64BIT_OFFSET", "NETCDF3_64BIT_DATA", "NETCDF4"]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("varying", [0, 1, 2])
@pytest.mark.parametrize("records", [True, False])
def test_a_netcdf_file_says_its_size(tmp_path, form, varying, records):
    content = netcdf(tmp_path / "a.nc", form, records=records, varying=varying)
    found = stated(content, "a.nc")
    assert 0 <= len(content) - found < 4  # padding at the end does not count
    for size in (found - 1, found // 2, 60):
        assert stated(content[:size], "a.nc") > size


@pytest.mark.parametrize("bigtiff", ["YES", "NO"])
@pytest.mark.parametrize("endianness", ["LITTLE", "BIG"])
@pytest.mark.parametrize("tiled", [True, False])
def test_a_tiff_says_where_its_last_tile_ends(tmp_path, bigtiff, endianness, tiled):
    path = tmp_path / "a.tif"
    values = np.arange(40_000, dtype="f4").reshape(1, 200, 200)
    shape = {"blockxsize": 64, "blockysize": 64} if tiled else {}
    with rasterio.open(
        path,
        "w",
        driver="GTiff",
        width=200,
        height=200,
        count=1,
        dtype="float32",
        tiled=tiled,
        crs="EPSG:4326",
        transform=rasterio.Affine(2, 0, 0, 0, -2, 0),
        bigtiff=bigtiff,
        endianness=endianness,
        **shape,
    ) as image:
        image.write(values)
    content = path.read_bytes()
    assert len(content) - 4 < stated(content, "a.tif") <= len(content)
    for size in (len(content) - 200, len(content) // 2, 100):
        assert stated(content[:size], "a.tif") > size


def test_a_table_says_its_size(tmp_path):
    table = sqlite3.connect(tmp_path / "a.gpkg")
    table.execute("create table t (a)")
    table.executemany("insert into t values (?)", [("x" * 100,)] * 500)
    table.commit()
    table.close()
    content = (tmp_path / "a.gpkg").read_bytes()
    assert stated(content, "a.gpkg") == len(content)
    assert stated(content[:4_096], "a.gpkg") == len(content)
    # 3 rows of 20 bytes after a head of 65.
    assert stated(b"\x03" + bytes(3) + struct.pack("<IHH", 3, 65, 20), "a.dbf") == 125
    assert stated(bytes(24) + struct.pack(">I", 54), "a.shp") == 108


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.nc", b"CDF\x01" + bytes(range(256)) * 9),
        ("a.nc", b"CDF\x01" + b"\xff" * 999),
        ("a.nc", b"CDF\x05\0"),
        ("a.nc", b"\x89HDF\r\n\x1a\n" + b"\x09" * 99),
        (
            "a.tif",
            b"II*\0\x08\0\0\0\0\0\x08\0\0\0" + bytes(99),
        ),  # one that leads to itself
        ("a.tif", b""),
        ("a.tif", b"XX*\0" + bytes(99)),
        ("a.shp", b""),
        ("a.csv", b"a,b"),
    ],
)
def test_nonsense_is_no_size(name, content):
    assert stated(content, name) in (0, len(content) + 1)

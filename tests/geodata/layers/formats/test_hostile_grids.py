"""Grids that are not what they say: nothing is opened, asked for or read."""

import base64
import bz2
import gzip
import http.server
import threading
import zipfile
import zlib
from pathlib import Path

import numpy as np
import pytest
import rasterio
from rasterio.errors import RasterioIOError
from rasterio.transform import Affine

from geodata.errors import LayerFormatError, UnsafeFileError
from geodata.layers.formats.ascii_grid import read_ascii_grid
from geodata.layers.formats.crust1_text import read_crust1
from geodata.layers.formats.geotiff import read_geotiff
from geodata.layers.formats.harmonics import read_shc
from geodata.layers.formats.icgem import read_icgem
from geodata.layers.formats.limits import Limits
from geodata.layers.formats.netcdf import read_grid, read_netcdf
from geodata.layers.formats.packed import read_packed
from geodata.layers.formats.xyz import read_xyz

# Small HDF5 files, written with h5py: an array z(3, 4) of 0 to 11 with its axes; the
# same with its values in "private.bin" (old and new style); as a link to the first;
# and composed of the first.
HDF5 = {
    "whole": (
        "eNrtWLFuE0EQnT2fo5VxZEcguEQUJ4QQZYoU6WLL3hBLzhn5UqRLLPkElsCRcocUUVHCH+QTKCkp"
        "KSn5BD6BPzB7e2+cuwUZESEEyr7m3czO7O7Mzu5J8+6gv7/e2GpQDinJpzaVsQCOt6oyj5+CBfgt"
        "+L3HemHGAug3ML9tdzRWKrdeWOB1tv2CA3K4iThQ3ac5H0MOwZ+9qt2LSVbw2dzwa6s+d39zXUHN"
        "whcTtFG/lyjEr5Z9TVdobroR7pE0mg7t3KKdRa0Yr2ttPu55nplRoqJrAuZWhTdpG/tY0waSesNu"
        "HGv5ttnLVVz9waGK4sEoOol73aHSfo/hVzd+UfdQEfz8kh/ni+O6qNt5kpX9xNGoL3SUrA1rq/PH"
        "r8mH+mo7jvrL2s2oZ/tcX81nWZqfjz6Y9dL5TJNn50mSnszPzrPnRt8wY22rHi82/3Q9BrJ60/5S"
        "PeLerspP8yf5SSZpxvbl+yp43SI84nL1l/mx5evma1dW/4icr1Pso6XzE5TyMhzER0SbyNs93DQh"
        "in3ys+aV3q9LefVdlr3KTbsO+h1Db8CkwBH0YBpBBi/xbQ8f0EtwG3wHHIDvg0PwA/BD8KPOk95o"
        "KEphCes14nfHs/T2O/Op5f6dDg4ODg4ODg4ODg4ODg7/KgT6KtwP4T4Nc5M+wq5FmbYdq301VlFP"
        "oa9y1ytaB9NJNkmT7Jfrcf9lOnuZzNMZulB29/NH5GsUvaOwsl+xjKOA3de04+P+k/+fx8fyd1wg"
        "jQM="
    ),
    "external": (
        "eNrtmL1u2zAQgI+UnAqug9go0KqdPGYqMmTIlhg20xhw5MLK0C1WYaEV0CqBpRRFpoztm3Ts2LFj"
        "xjxC38SlqGMsXwwXAYogQe5bTiSPP3c6ikd9P+jtr9df1aHA88CFJlSZIbBJysgYpUD5DeUPaeuF"
        "afOxvoXjU72jkVKF9oxg59lyS+kD8xg5UJ23hXyH5TbKS7mo9ynKS3mSGnlO4nPnlvMKaJR9cYAm"
        "xu8ObpM/RN/REVqottq74JmaPdh+Ctszp2yv6dqiXUppRvQwoh2B6iTCG7CF61jTCh50B50w1OVn"
        "Zi1zu3r9QxWE/WFwHHY7A6X7bWK/mukXdA4VYD+30s/6y9r1tUb95C2sJwyGPaGttLVtZ7X/7Nfk"
        "Z221nrX6au1xxDN9r2dpkmfF+9EvZr3yfibxh2kcZ8fpyTT/aOrrpq1J4tFv/e949L3FnXZH8Yj7"
        "dpV/Gkv8E0dZbvXNeSPs/sV5S/PAhqt77R9avp2/nujxBa7HnHTNZbtmfk7O/WtPuDHx7xjXvaGH"
        "8it+HPTDI4CX6OcXOIcQpV32Myir3zt//lwtyxvR2Nsz4gIlKJQB1qOEIZZRMgzDMAzzoO9VPrkn"
        "tRd/A8DpNPkS5fHr90mKemUPm384JJ9qwK/rPCbXuiO1r0Yq6CrMY57LMo+ZRHmUxfk/12nznUny"
        "OU6zBLPEm3nWsvuHW8lj7XoFsZfeO6h9LskTH6p9gkOeYRiG0bzpDgfCHiSV84H+35Oknv7P+73B"
        "vmQYhmEYhmEYhmGY+8pfprqUcg=="
    ),
    "external_new": (
        "eNrtlkFr1EAUx98kaY0x7a7tFquo7KHQgiCF9rA3d8lO3cVtIpviSWxTNmigZssmSikIHgTpZ/Dg"
        "xW9Q8Kpn+wH6Ebx491hnkje7aRSpl+Lh/WB5OzNvZv7zz5uQo057Y8a6ZemmCYozpLGYt1ex/+T7"
        "szdep93X4ECbKyYqLA0YwPQsiKDvBekxTlQ9w/gLwx5b9rDDEw1TluBC3F74ZmYSxGRWA9AYYzqO"
        "jWMN2PX6A8gP1IT1a7B+JganhDrdMoVyneEg4AlhYQ6M389j35OrTotkMej0Wr4P8yK5Kn5Sd7u7"
        "yV2/67nbvtPqcbDvyvSpPN1tbfIs28Bs4QfYK4UFX8VRmsC8cGQGUwbh81EYJtvxcJS+qIptKkYu"
        "70Cd/2rBi9Huu49lLzAfjH/wYhG9qF+iF8MY7OU/emGXvAiDJJVWvC9bYRXr4nDtyBh7IWpJ0yZ1"
        "YZTq42LeXFkRK0FWpXCKU81SNe5gzH1UTu383cenUklFGFcrutbr+ltwEw29gXvJJ6ouiIpSU8Oc"
        "/C+28xx3606jw1uPi/WN1w5+6udPsD+KXgdpeH83irO253Qe2Xu5wlWpsM83eJ+7Ds8VPtFyhYMg"
        "DZIwnUgdRC/DOInEczWrY4/r2QlYScP4ziM/Pn+ILnNf1V6a/XQKBEG0m1l4ixE4Rhf7MYKHba/5"
        "0PF62UWqnr9U6hV5XHptqX71AaD4WiH3CYIgCIIgCIIgCOJ/5Rc2o8jz"
    ),
    "link": (
        "eNrtVTFPwkAUfnel9URIMC6NE6OTMjCwSUPPQAKtsQ5uSLQRE9ImgNEwMeI/cfRnOPqP8Hr3rrQG"
        "GRhMjLwOX95379313vte+9p2L8rF4yIkxhgUoAJZW6I1WN7X67eIBHGB+EY1b8k1G/kK7v9pKX+O"
        "/PUV50n08pvpc2oFnb+z/2ht7lwmeIO+1tMHzceNBlOFcZTTZXPLcwnsqz2I9tXJhCjCwLgV2jL0"
        "sHoODE+uH0B9iQGmYJN1SqncgOF+BsHw9GbKSlBL54iJp9V1gkD4RzgL+n5up8e9oON7/aDldLnI"
        "O8E8U+Z5To8D5hUyebpeei5fTMU30jdgufcJPN8lQFO2amyun57Xd3On4U19fYoep5OkP6Ix5Ux/"
        "7sOHcRhO+lE8ng4lvyfXKj/oET+TKW6vRxtbXP1dPeLcbqpPaU19wsFECpmm87P+T1LE+2qzUKEE"
        "DDEKKzVn+ThaqdfS9WZNMhONeh7Go/A0uoOz2R9Wo6s+j3NE4Ige8ojgo+83vwAhLXQH"
    ),
    "virtual": (
        "eNrtlkFrE0EUx9/Mbsu63baxTbEVkQgVhUIp2ENuJmw2JpjuQiIeRAzBLCYYN9BdsRQELyJ+BvHm"
        "zYOHgkd7tx/ADyDSi3jx5Km+2X2TbFaFFKGn+cHwmDdvZt7778ywr2uV6rx50dQMAyQnRHE16W+R"
        "/+j4wXOvVmly2ONL6UCJyYEBzC4AGm3QiQ5oovQMg0NGHkt42P4Rp5B1mIpLK5+NOAWczPIAnDGm"
        "0djI5oGdL9yEpKASbM/B9gkOzmB2mmlg5hqjQaAKYWUJ9D/rsTbEqrMYjIN2o9xqwTIG57CJvCv1"
        "Hcdt1T233bLLDQesyyJ8Jgl3yztOHK1TNOoB1vXUgk+DfhTCMioyTyFd/9Gu74ftYLgb9XK4zTHV"
        "tCfrP5fSgl39+jarhU5j+im0WCUtCmeoxTAA69pftbAyWvidMBJStPWMFGb6XNz7duNDrMWVH7/4"
        "43RDbfBscT4+J3rmvEyl1ZyBZ1jXiqQV+7dO98XKiyhMPq1Ko966A2sk2AVsYiHxxeQFkFasLHfR"
        "Mv040004Ja/e/3zp2bXb1iDJbEtk1nSqTtNxbSfJ7C5PMut2ok7oR+MUu/0nfhD28XsZuZFWhThz"
        "lso4fh745L7fP77pn+W+sr++8O4LKBSKaamUYvOCLDhkXfKTBY/6XumW7TXiC5ebvHxVyNzOZ73h"
        "wN8MHsL+6DmD1JMX+zinKYxiGF74jU/FtfEjLf9ODjKPtvQfssmKeovqqyoUCoVCoVAoFAqFQvG/"
        "/AZGVMpN"
    ),
}

READERS = {
    "grid.tif": read_geotiff,
    "grid.nc": read_netcdf,
    "grid.grd": read_netcdf,
    "grid.asc": read_ascii_grid,
    "grid.gdf": read_icgem,
    "grid.bnds": read_crust1,
    "grid.shc": read_shc,
    "grid.gmt": read_xyz,
}


def hdf5(name):
    return zlib.decompress(base64.b64decode(HDF5[name]))


@pytest.fixture
def canary():
    """A web server on this machine, and the list of what it was asked."""
    hits = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            hits.append(self.path)
            self.send_error(404)

        def do_HEAD(self):
            self.do_GET()

        def log_message(self, *arguments):
            pass

    server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", hits
    server.shutdown()
    server.server_close()
    thread.join()


def private_raster(folder):
    """Return a raw file of bytes that nobody may see, as a VRT could map it."""
    path = folder / "private.bin"
    path.write_bytes(bytes(range(100, 112)))
    return path


def disguises(folder, address):
    secret = private_raster(folder)
    raw = (
        '<VRTDataset rasterXSize="4" rasterYSize="3">'
        '<VRTRasterBand dataType="Byte" band="1" subClass="VRTRawRasterBand">'
        f'<SourceFilename relativeToVRT="0">{secret}</SourceFilename>'
        "<ImageOffset>0</ImageOffset><PixelOffset>1</PixelOffset>"
        "<LineOffset>4</LineOffset></VRTRasterBand></VRTDataset>"
    )
    remote = (
        '<VRTDataset rasterXSize="4" rasterYSize="3"><VRTRasterBand dataType="Byte" '
        'band="1"><SimpleSource><SourceFilename relativeToVRT="0">'
        f"/vsicurl/{address}/far.tif</SourceFilename></SimpleSource>"
        "</VRTRasterBand></VRTDataset>"
    )
    wms = (
        f'<GDAL_WMS><Service name="TMS"><ServerUrl>{address}/${{z}}/${{x}}/${{y}}'
        "</ServerUrl></Service><DataWindow><UpperLeftX>-180</UpperLeftX>"
        "<UpperLeftY>90</UpperLeftY><LowerRightX>180</LowerRightX>"
        "<LowerRightY>-90</LowerRightY><SizeX>512</SizeX><SizeY>256</SizeY>"
        "<TileLevel>1</TileLevel></DataWindow><BandsCount>1</BandsCount></GDAL_WMS>"
    )
    mrf = (
        "<MRF_META><CachedSource><Source>"
        f"/vsicurl/{address}/source.tif</Source></CachedSource>"
        '<Raster><Size x="512" y="512" c="1"/></Raster></MRF_META>'
    )
    page = "<!DOCTYPE html><html><body>Service unavailable</body></html>"
    return {
        "raw VRT": raw,
        "remote VRT": remote,
        "WMS": wms,
        "MRF": mrf,
        "web page": page,
        "address": f"{address}/file.tif",
        "path": f"/vsicurl/{address}/file.tif",
    }


KINDS = ("raw VRT", "remote VRT", "WMS", "MRF", "web page", "address", "path")


@pytest.mark.parametrize("name", sorted(READERS))
@pytest.mark.parametrize("kind", KINDS)
def test_a_disguised_file_is_refused_and_asks_for_nothing(name, kind, tmp_path, canary):
    address, hits = canary
    path = tmp_path / name
    path.write_text(disguises(tmp_path, address)[kind], encoding="utf-8")
    before = sorted(tmp_path.iterdir())
    with pytest.raises(LayerFormatError):
        READERS[name](path)
    assert hits == []
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.parametrize("kind", ["raw VRT", "remote VRT", "WMS", "web page"])
def test_a_disguised_file_inside_an_archive_is_refused_too(kind, tmp_path, canary):
    address, hits = canary
    path = tmp_path / "grid.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("grid.asc", disguises(tmp_path, address)[kind])
    with pytest.raises(UnsafeFileError, match="XML or a web page"):
        read_ascii_grid(path, member=".asc")
    assert hits == []


@pytest.mark.parametrize("reader", [read_geotiff, read_netcdf])
def test_a_path_that_gdal_would_take_for_an_instruction_is_refused(
    reader, tmp_path, canary
):
    address, hits = canary
    for text in (
        f"/vsicurl/{address}/x.tif",
        f"{address}/x.nc",
        "/vsizip/a.zip/x.tif",
        "<VRTDataset/>",
        'x":y',
    ):
        with pytest.raises(UnsafeFileError):
            reader(Path(text))
    with pytest.raises(UnsafeFileError):
        reader(tmp_path)
    assert hits == []


def test_files_beside_a_geotiff_are_not_looked_at(tmp_path):
    path = tmp_path / "grid.tif"
    with rasterio.open(
        path,
        "w",
        driver="GTiff",
        width=4,
        height=3,
        count=1,
        dtype="uint8",
        crs="EPSG:4326",
        transform=Affine(1, 0, 60, 0, -1, 45),
    ) as dataset:
        dataset.write(np.arange(12, dtype=np.uint8).reshape(1, 3, 4))
    (tmp_path / "grid.tif.aux.xml").write_text(
        "<PAMDataset><PAMRasterBand band='1'><Scale>1000</Scale><Offset>7</Offset>"
        "</PAMRasterBand></PAMDataset>"
    )
    np.testing.assert_array_equal(
        read_geotiff(path).values, np.arange(12).reshape(3, 4)
    )


def test_hdf5_with_its_values_in_it_is_read(tmp_path):
    grid = read_grid(hdf5("whole"), variable="z")
    np.testing.assert_array_equal(grid.values, np.arange(12.0).reshape(3, 4)[::-1])
    assert (grid.west, grid.north) == (60.0, 42.0)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("external", "external storage"),
        ("external_new", "external storage"),
        ("link", "external link"),
        ("virtual", "virtual data set"),
    ],
)
def test_hdf5_that_takes_values_from_another_file_is_refused(
    name, words, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)  # a name without a folder may be sought here
    secret = np.arange(100.0, 112.0)
    (tmp_path / "private.bin").write_bytes(secret.tobytes())
    (tmp_path / "whole.nc").write_bytes(hdf5("whole"))
    path = tmp_path / "grid.nc"
    path.write_bytes(hdf5(name))
    with pytest.raises(UnsafeFileError, match=words):
        read_netcdf(path, variable="z")


def test_the_library_itself_would_have_read_the_private_file(tmp_path, monkeypatch):
    # Should this fail one day, the guard has become unnecessary, not wrong.
    monkeypatch.chdir(tmp_path)
    (tmp_path / "private.bin").write_bytes(np.arange(100.0, 112.0).tobytes())
    (tmp_path / "grid.nc").write_bytes(hdf5("external"))
    with rasterio.open(f'netcdf:"{tmp_path}/grid.nc":z', driver="netCDF") as dataset:
        assert dataset.read(1).min() == 100.0


def test_damaged_hdf5_is_an_error_not_a_crash(tmp_path):
    whole = hdf5("whole")
    for content in (whole[:8], whole[:40], whole[:300], whole[:8] + b"\xff" * 200):
        with pytest.raises(LayerFormatError):
            read_grid(content, variable="z")


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress])
def test_a_bomb_is_stopped_before_it_is_open(pack, tmp_path):
    path = tmp_path / "bomb"
    path.write_bytes(pack(bytes(40_000_000)))
    with pytest.raises(UnsafeFileError, match="more than"):
        read_packed(path)
    with pytest.raises(UnsafeFileError, match="more than"):
        read_xyz(path)


def test_text_larger_than_the_limit_is_refused(tmp_path):
    path = tmp_path / "long.txt"
    path.write_bytes(b"1 2 3\n" * 1000)
    with pytest.raises(UnsafeFileError, match="more than"):
        read_packed(path, Limits(text_bytes=5999))
    assert len(read_packed(path, Limits(text_bytes=6000))) == 6000


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress])
def test_a_packed_file_that_ends_early_is_an_error(pack, tmp_path):
    path = tmp_path / "short"
    noise = np.random.default_rng(3).integers(0, 256, 100_000, dtype=np.uint8)
    path.write_bytes(pack(noise.tobytes())[:-500])
    with pytest.raises(LayerFormatError, match="unpacked"):
        read_packed(path)


def test_a_header_that_claims_a_world_of_cells_reserves_nothing(tmp_path):
    path = tmp_path / "grid.asc"
    header = (
        "ncols {c}\nnrows {r}\nxllcorner -180\nyllcorner -90\ncellsize 0.0001\n"
        "NODATA_value -9999\n1 2 3\n"
    )
    for rows, columns in ((20_000, 20_000), (999_999_999, 999_999_999)):
        path.write_text(header.format(r=rows, c=columns))
        with pytest.raises(UnsafeFileError):
            read_ascii_grid(path)


def test_a_geotiff_larger_than_the_limit_is_refused_by_its_header(tmp_path):
    path = tmp_path / "huge.tif"
    with rasterio.open(
        path,
        "w",
        driver="GTiff",
        width=86_400,
        height=43_200,
        count=1,
        dtype="int16",
        crs="EPSG:4326",
        transform=Affine(1 / 240, 0, -180, 0, -1 / 240, 90),
        tiled=True,
        SPARSE_OK=True,
    ):
        pass
    with pytest.raises(UnsafeFileError, match="43,200 rows of 86,400"):
        read_geotiff(path)


def test_a_geotiff_of_one_giant_block_is_refused(tmp_path):
    path = tmp_path / "block.tif"
    with rasterio.open(
        path,
        "w",
        driver="GTiff",
        width=16_000,
        height=16_000,
        count=1,
        dtype="uint8",
        crs="EPSG:4326",
        transform=Affine(1e-4, 0, 60, 0, -1e-4, 45),
        tiled=True,
        blockxsize=16_000,
        blockysize=16_000,
        compress="deflate",
        SPARSE_OK=True,
    ):
        pass
    with pytest.raises(UnsafeFileError, match="blocks"):
        read_geotiff(path)


def test_every_cut_of_a_geotiff_is_an_error_not_a_crash(tmp_path):
    path = tmp_path / "grid.tif"
    with rasterio.open(
        path,
        "w",
        driver="GTiff",
        width=40,
        height=30,
        count=1,
        dtype="float32",
        crs="EPSG:4326",
        transform=Affine(1, 0, 60, 0, -1, 45),
    ) as dataset:
        dataset.write(np.ones((1, 30, 40), dtype=np.float32))
    whole = path.read_bytes()
    for length in range(0, len(whole) - 1, 97):
        path.write_bytes(whole[:length])
        with pytest.raises(LayerFormatError):
            read_geotiff(path)


def test_the_named_driver_alone_refuses_a_disguise(tmp_path):
    path = tmp_path / "grid.tif"
    path.write_text(disguises(tmp_path, "http://127.0.0.1:1")["raw VRT"])
    with pytest.raises(RasterioIOError):
        rasterio.open(path, driver="GTiff")

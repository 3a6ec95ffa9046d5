"""Grids that are not what they say: nothing is opened, asked for or read."""

import bz2
import functools
import gzip
import http.server
import os
import threading
import zipfile
from pathlib import Path

import h5py
import numpy as np
import pytest
import rasterio
import scipy.io
from rasterio.errors import RasterioIOError
from rasterio.transform import Affine

from geodata.errors import LayerFormatError, UnsafeFileError
from geodata.methods.weights_of_evidence import evidence_raster
from geodata.methods.weights_of_evidence.evidence_raster import read_evidence_raster
from geodata.raster import DoubleRaster
from geodata.readers import before_gdal, geotiff, netcdf
from geodata.readers.before_gdal import require_no_files_inside
from geodata.readers.geotiff import read_geotiff, read_projected_geotiff
from geodata.readers.harmonics import read_shc
from geodata.readers.icgem import read_icgem
from geodata.readers.limits import Limits
from geodata.readers.netcdf import read_netcdf
from geodata.readers.number_text import read_packed
from geodata.readers.sandbox import Allowance, run_confined
from geodata.readers.text_grids import read_ascii_grid, read_crust1, read_xyz

# What Landlock would refuse must be refused without it, too.
pytestmark = pytest.mark.usefixtures("unconfined")

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


@pytest.mark.parametrize("scheme", ["{}/x.h5", "/vsicurl/{}/x.h5"])
def test_a_link_of_hdf5_to_another_host_is_refused_and_asks_for_nothing(
    scheme, tmp_path, canary
):
    address, hits = canary
    path = tmp_path / "grid.nc"
    with h5py.File(path, "w") as file:
        file["z"] = h5py.ExternalLink(scheme.format(address), "/z")
    with pytest.raises(UnsafeFileError, match="external link"):
        read_netcdf(path, variable="z")
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


NAMING = {
    "grids": 'GEOGCS["x",DATUM["d",SPHEROID["K",6378245,298.3],'
    'EXTENSION["PROJ4_GRIDS","{0}"]],PRIMEM["G",0],UNIT["degree",0.0174532925199433]]',
    "PROJ string": 'GEOGCS["x",DATUM["d",SPHEROID["K",6378245,298.3]],PRIMEM["G",0],'
    'UNIT["degree",0.0174532925199433],'
    'EXTENSION("PROJ4","proj=longlat ellps=krass nadgrids={0}")]',
    "parameter file": 'BOUNDCRS[SOURCECRS[GEOGCRS["x"]],ABRIDGEDTRANSFORMATION["t",'
    'PARAMETERFILE["Latitude and longitude difference file","{0}"]]]',
    "JSON": '{{"type": "BoundCRS", "transformation": {{"value": "{0}"}}}}',
}


def netcdf_with(path, text):
    """A grid whose reference system is a text, in each of the ways GDAL knows."""
    with h5py.File(path, "w") as file:
        for name, unit in (("lat", "degrees_north"), ("lon", "degrees_east")):
            axis = file.create_dataset(name, data=np.arange(3.0) + 40)
            axis.attrs["units"] = unit
            axis.make_scale(name)
        grid = file.create_dataset("z", data=np.zeros((3, 3)))
        for side, name in enumerate(("lat", "lon")):
            grid.dims[side].attach_scale(file[name])
        grid.attrs["grid_mapping"] = "crs"
        mapping = file.create_dataset("crs", data=0)
        for name in ("spatial_ref", "crs_wkt"):
            mapping.attrs[name] = text


def geotiff_with(path, text, **tags):
    """A grid whose citation is a text; tags go to the domain of overviews."""
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
        dataset.write(np.zeros((1, 3, 4), dtype=np.uint8))
        dataset.update_tags(TIFFTAG_IMAGEDESCRIPTION=f"ESRI PE String = {text}")
        dataset.update_tags(ns="OVERVIEWS", **tags)


@pytest.mark.parametrize("system", NAMING)
@pytest.mark.parametrize("classic", [False, True])
def test_a_netcdf_whose_system_names_a_file_is_refused_before_it_is_open(
    tmp_path, monkeypatch, system, classic
):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)  # who opens it waits for ever
    path = tmp_path / "grid.nc"
    text = NAMING[system].format(pipe)
    if classic:
        with scipy.io.netcdf_file(path, "w") as file:
            file.createDimension("x", 2)
            grid = file.createVariable("z", "f8", ("x",))
            grid[:] = 0.0
            grid.spatial_ref = text
    else:
        netcdf_with(path, text)
    monkeypatch.setattr(netcdf, "opened", None)
    with pytest.raises(UnsafeFileError, match="names files"):
        read_netcdf(path, variable="z")


@pytest.mark.parametrize("system", NAMING)
@pytest.mark.parametrize(
    "read",
    [
        read_geotiff,
        functools.partial(read_projected_geotiff, step_deg=1.0, classes=True),
        read_evidence_raster,
    ],
)
def test_a_geotiff_that_names_a_file_is_refused_before_it_is_open(
    tmp_path, monkeypatch, system, read
):
    path = tmp_path / "grid.tif"
    geotiff_with(path, NAMING[system].format(tmp_path / "pipe"))
    for module in (geotiff, evidence_raster):
        monkeypatch.setattr(module, "opened", None)
    with pytest.raises(UnsafeFileError, match="names files"):
        read(path)
    geotiff_with(path, "plain", OVERVIEW_FILE=str(tmp_path / "pipe"))
    with pytest.raises(UnsafeFileError, match="another file"):
        read(path)


def test_a_name_on_the_edge_of_two_parts_is_found(tmp_path, monkeypatch):
    monkeypatch.setattr(before_gdal, "_PART", 1000)
    path = tmp_path / "grid.nc"
    for place in range(970, 1010):
        path.write_bytes(bytes(place) + b"EXTENSION[PROJ4_GRIDS" + bytes(990))
        with pytest.raises(UnsafeFileError, match="names files"):
            require_no_files_inside(path, "grid.nc")
    path.write_bytes(bytes(3000) + b"extension of the grids: init")
    require_no_files_inside(path, "grid.nc")


@pytest.mark.parametrize("name", ["grid.tif", "grid.nc"])
def test_no_file_beside_a_grid_is_opened(tmp_path, name):
    path = tmp_path / name
    if name == "grid.tif":
        geotiff_with(path, "plain")
    else:
        netcdf_with(path, "plain")
    besides = (".aux.xml", ".ovr", ".msk", ".vrt", ".xml")
    others = (".aux.xml", ".tfw", ".wld", ".tab", ".ovr", ".rpb", ".imd", ".prj")
    for ending in besides:
        os.mkfifo(f"{path}{ending}")
    for ending in others:
        os.mkfifo(path.with_suffix(ending))
    read = functools.partial(read_geotiff if name == "grid.tif" else read_netcdf, path)
    if name == "grid.nc":
        read = functools.partial(read, variable="z")
    raster = run_confined(
        read,
        answer=DoubleRaster,
        readable=[tmp_path],
        allowance=Allowance(wall_s=60.0),
    )
    assert (raster.values == 0.0).all()

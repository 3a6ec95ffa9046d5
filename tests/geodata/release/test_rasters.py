"""Maps of a release on disk: their bands, and their overviews."""

import numpy as np
import pytest
import rasterio

from geodata.raster import Cells, Grid
from geodata.release.rasters import NODATA, SCALE, write_measurements, write_shares

GRID = Grid(cell_m=1000.0, west_m=0.0, north_m=0.0, rows=300, columns=701)
CELLS = Cells(grid=GRID, index=np.arange(10, 300 * 701))


def test_a_measurement_is_laid_out_to_be_read_in_parts(tmp_path):
    values = np.random.default_rng(3).random(len(CELLS), dtype=np.float32)
    write_measurements(tmp_path / "a.tif", CELLS, {"one": values, "two": -values})
    with rasterio.open(tmp_path / "a.tif", driver="GTiff") as source:

        def at(item, band, **level):
            return int(source.get_tag_item(item, "TIFF", bidx=band, **level))

        headers = [at("IFD_OFFSET", 1), *(at("IFD_OFFSET", 1, ovr=n) for n in (0, 1))]
        pixels = at("BLOCK_OFFSET_0_0", 1)
        coarse = [at("BLOCK_OFFSET_0_0", 1, ovr=n) for n in (0, 1)]
        assert source.block_shapes == [(256, 256)] * 2
    assert max(headers) < min(coarse)  # all that tells where things are comes first
    assert coarse[1] < coarse[0] < pixels


def test_shares_are_a_cog(tmp_path):
    values = np.linspace(0, 1, len(CELLS), dtype=np.float32)
    write_shares(tmp_path / "a.tif", CELLS, {"one": values, "two": 1 - values})
    with rasterio.open(tmp_path / "a.tif", driver="GTiff") as source:
        assert source.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
        assert source.overviews(1) == [2, 4]


@pytest.mark.parametrize("looking", ["EMPTY_DIR", "TRUE"])
def test_overviews_are_made_whatever_files_gdal_may_look_for(tmp_path, looking):
    values = np.ones(len(CELLS), dtype=np.float32)
    with rasterio.Env(GDAL_DISABLE_READDIR_ON_OPEN=looking):
        write_measurements(tmp_path / "a.tif", CELLS, {"one": values})
        write_shares(tmp_path / "b.tif", CELLS, {"one": values})
    for name in ("a.tif", "b.tif"):
        with rasterio.open(tmp_path / name, driver="GTiff") as source:
            assert source.overviews(1) == [2, 4]


def test_a_measurement_has_the_overviews_gdal_would_make(tmp_path):
    values = np.arange(len(CELLS), dtype=np.float32)
    write_measurements(tmp_path / "a.tif", CELLS, {"one": values, "two": -values})
    with rasterio.open(tmp_path / "a.tif", driver="GTiff") as source:
        assert source.tags(ns="IMAGE_STRUCTURE")["INTERLEAVE"] == "BAND"
        assert source.descriptions == ("one", "two")
        assert source.overviews(1) == [2, 4]
        assert source.transform == GRID.transform
        full = source.read(1)
    assert full.ravel()[10:].tolist() == values.tolist()
    assert (full.ravel()[:10] == NODATA).all()
    with rasterio.open(tmp_path / "a.tif", driver="GTiff", overview_level=0) as half:
        columns = (np.arange(350) * (701 / 350) + 0.5).astype(int)
        assert half.read(1).tolist() == full[::2][:, columns].tolist()


def test_shares_are_whole_ten_thousandths(tmp_path):
    values = np.full(len(CELLS), 0.12344, dtype=np.float32)
    values[0] = np.nan
    write_shares(tmp_path / "a.tif", CELLS, {"p10": values})
    with rasterio.open(tmp_path / "a.tif", driver="GTiff") as source:
        assert source.scales == (SCALE,)
        assert source.read(1).ravel()[9:12].tolist() == [65_535, 65_535, 1_234]

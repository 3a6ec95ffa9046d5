"""Read a map of classes or values from a GeoTIFF, with the true area of its cells."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyproj
from rasterio.enums import MaskFlags
from rasterio.errors import RasterioError
from rasterio.io import DatasetReader
from rasterio.transform import Affine

from geodata.errors import GridMismatchError, LayerFormatError
from geodata.methods.weights_of_evidence.blanks import refuse_blanks
from geodata.methods.weights_of_evidence.class_areas import (
    ClassAreas,
    Counts,
    Doubles,
    Values,
    class_areas,
)
from geodata.readers.before_gdal import require_no_files_inside
from geodata.readers.degree_grid import require_cells
from geodata.readers.limits import DEFAULT_LIMITS, Limits
from geodata.readers.projection import reference_from_wkt
from geodata.readers.quoting import reason
from geodata.readers.raster_window import opened, require_local
from geodata.readers.sandbox import confined

ENDINGS = (".tif", ".tiff")
_SAME_PLACE = 1e-6  # of a cell, within which two grids are one
_OF_GDAL = (RasterioError, IndexError, ValueError, OverflowError)


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceRaster:
    """One band and where it lies.

    Attributes
    ----------
    name : str
        Of the file.
    values : array, shape (rows, columns)
        As stored; a masked array when the file has a mask.
    missing : tuple of float
        Values that mean "not known".
    crs : pyproj.CRS
        Geographic or projected.
    transform : Affine
        From (column, row) to the units of ``crs``.
    cell_area_km2 : array of float64, shape () or (rows,)
        Ground of a cell, square kilometres; per row in a geographic system.
    """

    name: str
    values: Values
    missing: tuple[float, ...]
    crs: pyproj.CRS
    transform: Affine
    cell_area_km2: Doubles

    def cell_of(self, x: Doubles, y: Doubles) -> Counts:
        """Return the number of the cell that holds each place; -1 beside the map.

        Parameters
        ----------
        x, y : array of float64, shape (places,)
            In ``crs``, eastward first; NaN and infinity lie beside the map.

        Notes
        -----
        A place on the line between two cells belongs to the one to the east or
        south; on the outer edge of the map, to its last cell.
        """
        rows, columns = self.values.shape
        to = self.transform
        finite = np.isfinite(x) & np.isfinite(y)  # what no system projects is infinite
        x, y = np.where(finite, x, np.nan), np.where(finite, y, np.nan)
        if self.crs.is_geographic:
            turn = 2.0 * np.pi / self.crs.axis_info[0].unit_conversion_factor
            start = min(to.c, to.c + to.a * columns)
            away = (x < start) | (x > start + abs(to.a) * columns)
            x = np.where(away, start + np.mod(x - start, turn), x)
        if to.b == to.d == 0.0:  # without the rounding of an inverse
            across, down = (x - to.c) / to.a, (y - to.f) / to.e
        else:
            back = ~to
            across = back.a * x + back.b * y + back.c
            down = back.d * x + back.e * y + back.f
        column, row = np.floor(across), np.floor(down)
        column = np.where(across == columns, columns - 1, column)
        row = np.where(down == rows, rows - 1, row)
        inside = (column >= 0) & (column < columns) & (row >= 0) & (row < rows)
        number = np.where(inside, row * columns + column, -1.0)
        return number.astype(np.int64)

    def at(self, cells: Counts) -> Doubles:
        """Return the value of each cell; NaN for -1 and for masked cells."""
        here = self.values.reshape(-1)[np.maximum(cells, 0)]
        found = np.ma.filled(np.ma.asarray(here, dtype=np.float64), np.nan)
        return np.where(cells >= 0, found, np.nan)

    def areas(self, cells: Counts) -> ClassAreas:
        """Return the ground of each class, and its points by the cell of each.

        Raises
        ------
        LayerFormatError
            If no cell is known, or blanks are not declared as missing.
        """
        found = class_areas(
            self.values,
            self.at(cells),
            cell_area_km2=self.cell_area_km2,
            missing=self.missing,
        )
        refuse_blanks(self.values, found.classes)
        return found

    def as_stored(self, value: float) -> float:
        """Return a number as the cells hold it: in float32, 0.1 is not quite 0.1."""
        if self.values.dtype.kind != "f":
            return value
        with np.errstate(over="ignore"):
            rounded = float(np.asarray(value).astype(self.values.dtype))
        return rounded if np.isfinite(rounded) else value


@confined
def read_evidence_raster(
    path: Path, *, missing: Sequence[float] = (), limits: Limits = DEFAULT_LIMITS
) -> EvidenceRaster:
    """Read a GeoTIFF of one band; other formats are refused.

    Parameters
    ----------
    path : Path
        The file; none beside it is looked at.
    missing : sequence of float
        Values that mean "not known", beside the file's own.
    limits : Limits
        The most that is read.

    Raises
    ------
    LayerFormatError
        If it is no GeoTIFF, has several bands or complex numbers, or does not say
        where on the Earth it lies.
    UnsafeFileError
        If it is not a file on disk, or too large.
    """
    full = require_local(path)
    if path.suffix.lower() not in ENDINGS:
        raise LayerFormatError(
            f"Expected a GeoTIFF ({', '.join(ENDINGS)}); got {path.name}. Convert the "
            "map to GeoTIFF first."
        )
    require_no_files_inside(full, path.name)
    try:
        with opened(str(full), driver="GTiff", name=path.name) as dataset:
            require_cells(dataset.height, dataset.width, path.name, limits)
            if dataset.count != 1 or np.dtype(dataset.dtypes[0]).kind not in "iuf":
                raise LayerFormatError(
                    f"{path.name} has {dataset.count} bands of {dataset.dtypes[0]}; "
                    "expected one of whole or real numbers. Save the band you mean "
                    "alone."
                )
            crs, transform = _place(dataset, path.name)
            values = _values(dataset)
            # Scaled values have lost it; a raw number means another value there.
            told = dataset.nodata is not None and not _is_scaled(dataset)
            nodata = [float(dataset.nodata)] if told else []
    except LayerFormatError as error:
        cause = error.__cause__
        if not isinstance(cause, _OF_GDAL):
            raise
        raise LayerFormatError(
            f"{path.name} cannot be read as GTiff ({reason(cause)}). It may be damaged "
            "or another format under this ending; write it anew as GeoTIFF."
        ) from cause
    return EvidenceRaster(
        name=path.name,
        values=values,
        missing=(*nodata, *map(float, missing)),
        crs=crs,
        transform=transform,
        cell_area_km2=_cell_area_km2(crs, transform, len(values), path.name),
    )


def require_same_grid(rasters: Sequence[EvidenceRaster]) -> None:
    """Refuse rasters that do not share one grid.

    Raises
    ------
    GridMismatchError
        Naming the first that differs.
    """
    first = rasters[0]
    size = max(abs(first.transform.a), abs(first.transform.e))
    for other in rasters[1:]:
        apart = np.subtract(tuple(other.transform)[:6], tuple(first.transform)[:6])
        if (
            other.values.shape != first.values.shape
            or np.abs(apart).max() > _SAME_PLACE * size
            or not other.crs.equals(first.crs, ignore_axis_order=True)
        ):
            raise GridMismatchError(
                f"{first.name} and {other.name} lie on different grids "
                f"({first.values.shape} cells at {tuple(first.transform)[:6]} and "
                f"{other.values.shape} at {tuple(other.transform)[:6]}). Bring them "
                "onto one grid first; nothing is resampled here."
            )


def _place(dataset: DatasetReader, name: str) -> tuple[pyproj.CRS, Affine]:
    transform: Affine = dataset.transform
    if dataset.crs is None or transform.is_identity or transform.determinant == 0.0:
        raise LayerFormatError(
            f"{name} does not say where on the Earth it lies: its reference system is "
            f"{dataset.crs}, its transform {tuple(transform)[:6]}. Areas cannot be "
            "measured; it is not guessed."
        )
    crs = reference_from_wkt(dataset.crs.to_wkt())
    crs = crs.sub_crs_list[0] if crs.is_compound else crs
    if not (crs.is_geographic or crs.is_projected):
        raise LayerFormatError(
            f"{name} is in '{crs.name}', neither geographic nor projected."
        )
    return crs, transform


def _is_scaled(dataset: DatasetReader) -> bool:
    return (dataset.scales[0], dataset.offsets[0]) != (1.0, 0.0)


def _values(dataset: DatasetReader) -> Values:
    values: Values = dataset.read(1)
    if MaskFlags.per_dataset in dataset.mask_flag_enums[0]:
        values = np.ma.masked_array(values, dataset.read_masks(1) == 0)
    if _is_scaled(dataset):
        scale, offset = dataset.scales[0], dataset.offsets[0]
        known = np.ma.filled(np.ma.asarray(values, dtype=np.float64), np.nan)
        if dataset.nodata is not None:
            known[values == dataset.nodata] = np.nan
        values = known * scale + offset
    return values


def _cell_area_km2(crs: pyproj.CRS, transform: Affine, rows: int, name: str) -> Doubles:
    unit = crs.axis_info[0].unit_conversion_factor  # to metres, or to radians
    if crs.is_projected:
        return np.asarray(abs(transform.determinant) * unit**2 / 1e6)
    lat = (transform.f + transform.e * np.arange(rows + 1)) * unit
    if transform.b or transform.d or np.abs(lat).max() > np.pi / 2 + 1e-9:
        raise LayerFormatError(
            f"{name} is turned, or reaches beyond a pole: its transform is "
            f"{tuple(transform)[:6]}. Expected rows along parallels."
        )
    ellipsoid = crs.ellipsoid
    if ellipsoid is None:
        raise LayerFormatError(f"{name} names no ellipsoid; areas need one.")
    north = _area_from_equator(
        np.sin(lat), ellipsoid.semi_major_metre, ellipsoid.semi_minor_metre
    )
    return np.asarray(np.abs(np.diff(north) * transform.a * unit) / 1e6)


def _area_from_equator(sine: Doubles, major_m: float, minor_m: float) -> Doubles:
    """Return the area from the equator to a parallel, m² per radian of longitude."""
    e = np.sqrt(1.0 - (minor_m / major_m) ** 2)
    if e == 0.0:
        return np.asarray(major_m**2 * sine)
    return np.asarray(
        minor_m**2 / 2.0 * (sine / (1.0 - (e * sine) ** 2) + np.arctanh(e * sine) / e)
    )

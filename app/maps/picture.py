"""What two models say of a deposit type, as a picture in Web Mercator."""

import threading

import numpy as np
import numpy.typing as npt
import rasterio
import scipy  # when first used: a server starts sooner
from rasterio.features import rasterize
from rasterio.warp import Resampling, reproject, transform_bounds

from app.grids.png import indexed_png
from app.kept import BoundedCache
from app.maps.colours import (
    AGREEMENT,
    AREA_BREAKS,
    COVERAGE_BREAKS,
    HATCHES,
    STRENGTHS,
    Colour,
    Opinion,
    Theme,
    class_colour,
)
from geodata.region import Bounds
from geodata.release import OVERALL, Release
from geodata.scoring.agreement import BOTH, classes

WEB_MERCATOR = "EPSG:3857"
LONG_SIDE = 2400  # pixels of about 2 km, so that 5 km cells keep sharp corners
_KEPT_BYTES = 24_000_000  # some sixty pictures; explanations cannot push them out
_HATCH_PERIOD, _HATCH_WIDTH = 10, 3  # pixels
_TRANSPARENT, _HATCH_GROUND, _HATCH_LINE, _FIRST_CLASS = 0, 1, 2, 3

_BANDS: dict[Opinion, tuple[str, str]] = {
    "expert": ("area_rank", "coverage"),
    "learned": ("learned_rank", "learned_coverage"),
    "agreement": ("area_rank", "learned_rank"),
}

FloatMap = npt.NDArray[np.float32]


class Pictures:
    """The coloured maps of one release, each made when asked for and kept for a while.

    Parameters
    ----------
    release : Release
        The open release.
    """

    def __init__(self, release: Release) -> None:
        self._release = release
        self._lock = threading.Lock()
        self._made = BoundedCache[tuple[str, Theme, Opinion], bytes](_KEPT_BYTES, len)

    @property
    def bounds(self) -> Bounds:
        """Box of every picture, degrees: its corners are those of the grid."""
        with rasterio.open(
            self._release.favourability_path(OVERALL), driver="GTiff"
        ) as source:
            west, south, east, north = transform_bounds(
                source.crs, "EPSG:4326", *source.bounds, densify_pts=101
            )
        return Bounds(west=west, south=south, east=east, north=north)

    def png(
        self, deposit_type: str, theme: Theme, opinion: Opinion = "expert"
    ) -> bytes:
        """Return the picture of a deposit type, or of ``"overall"``.

        Parameters
        ----------
        deposit_type : str
            Id of a deposit type; one with a learned model unless the expert is asked.
        theme : {"light", "dark"}
            Ground the map lies on.
        opinion : {"expert", "learned", "agreement"}
            Whose ranking, or in whose best tenth each place lies.

        Raises
        ------
        UnknownDepositTypeError
            If the release has no such type.
        """
        self._release.favourability_path(deposit_type)
        asked = (deposit_type, theme, opinion)
        with self._lock:  # two at once would do the same work twice
            picture = self._made.get(asked)
            if picture is None:
                picture = self._make(deposit_type, theme, opinion)
                self._made.put(asked, picture)
            return picture

    def _make(self, deposit_type: str, theme: Theme, opinion: Opinion) -> bytes:
        one, other, bounds = self._warped(deposit_type, _BANDS[opinion])
        classify = _agreement_class if opinion == "agreement" else _rank_class
        index = (_FIRST_CLASS + classify(one, other)).astype(np.uint8)
        unknown = np.isnan(one) | np.isnan(other)
        index[unknown] = self._hatch(unknown.shape)[unknown]
        inside = self._inside(unknown.shape, bounds)
        rim = self._beside_known(~unknown, bounds)  # cells end before the border does
        index[unknown & (~inside | rim)] = _TRANSPARENT
        colours = palette(theme, opinion)
        return indexed_png(index, colours, transparent=_TRANSPARENT)

    def _warped(
        self, deposit_type: str, names: tuple[str, str]
    ) -> tuple[FloatMap, FloatMap, Bounds]:
        """Read two bands, nearest neighbour in Web Mercator."""
        box = self.bounds
        west, south, east, north = transform_bounds(
            "EPSG:4326", WEB_MERCATOR, box.west, box.south, box.east, box.north
        )
        pixel = max(east - west, north - south) / LONG_SIDE
        columns, rows = round((east - west) / pixel), round((north - south) / pixel)
        mercator = Bounds(west=west, south=south, east=east, north=north)
        target = _transform(mercator, (rows, columns))
        read: list[FloatMap] = []
        with rasterio.open(
            self._release.favourability_path(deposit_type), driver="GTiff"
        ) as source:
            for name in names:
                band = source.descriptions.index(name) + 1
                stored = np.full((rows, columns), source.nodata, dtype=np.uint16)
                reproject(
                    rasterio.band(source, band),
                    stored,
                    dst_transform=target,
                    dst_crs=WEB_MERCATOR,
                    resampling=Resampling.nearest,
                    dst_nodata=source.nodata,
                )
                values = stored * np.float32(source.scales[band - 1])
                values[stored == source.nodata] = np.nan
                read.append(values.astype(np.float32))
        return read[0], read[1], mercator

    def _inside(self, shape: tuple[int, int], box: Bounds) -> npt.NDArray[np.bool_]:
        """Return which pixels lie on land in the five states."""
        states = self._release.table("states").to_crs(WEB_MERCATOR).geometry
        lakes = self._release.table("lakes").to_crs(WEB_MERCATOR).geometry
        drawn = rasterize(
            [*((item, 1) for item in states), *((item, 0) for item in lakes)],
            out_shape=shape,
            transform=_transform(box, shape),
            dtype="uint8",
        )
        return np.asarray(drawn, dtype=np.bool_)

    def _beside_known(
        self, known: npt.NDArray[np.bool_], box: Bounds
    ) -> npt.NDArray[np.bool_]:
        """Return which pixels lie less than about a cell from a known one."""
        cell_m = self._release.manifest.grid.cell_m
        pixel_m = (box.east - box.west) / known.shape[1]
        reach = 2 * int(1.5 * cell_m / pixel_m) + 1  # Mercator stretches by up to 1.8
        return np.asarray(
            scipy.ndimage.maximum_filter(known, size=reach), dtype=np.bool_
        )

    @staticmethod
    def _hatch(shape: tuple[int, int]) -> npt.NDArray[np.uint8]:
        rows, columns = np.indices(shape, dtype=np.int32)
        line = (rows + columns) % _HATCH_PERIOD < _HATCH_WIDTH
        return np.where(line, _HATCH_LINE, _HATCH_GROUND).astype(np.uint8)


def _transform(box: Bounds, shape: tuple[int, int]) -> rasterio.Affine:
    """Return the transform of a north-up picture of a box, metres."""
    rows, columns = shape
    wide, tall = (box.east - box.west) / columns, (box.north - box.south) / rows
    return rasterio.Affine(wide, 0.0, box.west, 0.0, -tall, box.north)


def _rank_class(rank: FloatMap, coverage: FloatMap) -> npt.NDArray[np.intp]:
    """Classify by area rank and, within each class, by coverage; best first."""
    best = np.digitize(rank, AREA_BREAKS, right=True)
    thin = np.digitize(-coverage, [-value for value in COVERAGE_BREAKS], right=True)
    return best * len(STRENGTHS) + thin


def _agreement_class(expert: FloatMap, learned: FloatMap) -> npt.NDArray[np.intp]:
    """Classify by best tenth: of both models, the expert only, the learned, none."""
    return BOTH - classes(expert, learned).astype(np.intp)


def palette(theme: Theme, opinion: Opinion = "expert") -> list[Colour]:
    """Return the colours of a picture in the order its pixels name them."""
    ground, line = HATCHES[theme]
    if opinion == "agreement":
        return [ground, ground, line, *AGREEMENT[theme]]
    return [
        ground,
        ground,
        line,
        *(
            class_colour(rank, coverage, theme)
            for rank in range(len(AREA_BREAKS) + 1)
            for coverage in range(len(STRENGTHS))
        ),
    ]

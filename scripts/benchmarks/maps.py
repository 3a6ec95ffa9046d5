"""Time what is done to whole maps: distance, memberships, overlay, weights.

Figures of EIS Toolkit and GDAL that were recorded elsewhere are from a machine of two
cores under load; peers that are installed are measured here, in the same run.
"""

import importlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import edt
import numpy as np
import numpy.typing as npt
import rasterio
import shapely
from rasterio.features import rasterize
from rasterio.transform import from_origin
from scipy import ndimage

from geodata.evidence.membership import MEMBERSHIPS, PARAMETERS
from geodata.methods.distance_map import distance_map
from geodata.methods.overlay import fuzzy_gamma, index_overlay
from geodata.methods.weights_of_evidence.choices import Kind
from geodata.methods.weights_of_evidence.class_areas import class_areas
from geodata.methods.weights_of_evidence.weights import weights_of_evidence
from geodata.raster import FloatArray
from scripts.benchmarks.figure import Figure, clock

SIDE = 4_000  # cells; 16 million in all
CELL_M = 500.0
CORES = os.cpu_count() or 1
CLASSES = 200
EIS_GAMMA_S, EIS_MEMBERSHIPS_S, EIS_WEIGHTS_S = 2.14, 8.34, 400.0  # EIS Toolkit 1.1.6
GDAL_PROXIMITY_S = 3.42  # GDAL 3.6.2, with its process, reading and writing

Mask = npt.NDArray[np.bool_]


def maps() -> Iterator[Figure]:
    """Time every kernel that works on a whole map of 16 million cells."""
    chance = np.random.default_rng(1)
    yield from distances(faults(chance))
    layers = [chance.random((SIDE, SIDE), dtype=np.float32) for _ in range(4)]
    yield from overlays(layers)
    yield from memberships(layers)
    yield from weights(chance)


def faults(chance: np.random.Generator) -> Mask:
    """Draw sixty wandering lines on the map."""
    steps = chance.normal(0, SIDE / 150, (60, 80, 2))
    walks = chance.uniform(0, SIDE, (60, 1, 2)) + np.cumsum(steps, axis=1)
    lines = [shapely.LineString(walk) for walk in walks]
    return np.asarray(rasterize(lines, out_shape=(SIDE, SIDE), dtype="uint8") == 1)


def distances(mask: Mask) -> Iterator[Figure]:
    """Time the distance to lines, beside every peer that is installed."""
    ours = clock(lambda: distance_map(mask, cell_m=CELL_M))
    inverse = ~mask

    def row(against: str, theirs: float) -> Figure:
        return Figure(
            what="exact distance map, 16 million cells",
            against=against,
            ours=ours,
            theirs=theirs,
            unit="s",
        )

    def called_directly() -> object:
        steps = (CELL_M, CELL_M)
        return edt.edt(inverse, anisotropy=steps, black_border=False, parallel=CORES)

    yield row("edt, called directly", clock(called_directly))
    yield row("scipy", clock(lambda: ndimage.distance_transform_edt(inverse)))
    yield row("GDAL proximity, 0.25 cell wrong", gdal_proximity(mask))
    yield row("recorded: GDAL proximity", GDAL_PROXIMITY_S)
    yield row("OpenCV", opencv(inverse))
    yield row("limit", 1.0)


def gdal_proximity(mask: Mask) -> float:
    """Time GDAL's command with its reading and writing; NaN where there is none."""
    command = shutil.which("gdal_proximity.py")
    if command is None:
        return float("nan")
    with tempfile.TemporaryDirectory() as folder:
        given, made = Path(folder) / "mask.tif", Path(folder) / "distance.tif"
        with rasterio.open(
            given,
            "w",
            driver="GTiff",
            width=SIDE,
            height=SIDE,
            count=1,
            dtype="uint8",
            transform=from_origin(0, 0, CELL_M, CELL_M),
        ) as raster:
            raster.write(mask.astype(np.uint8), 1)

        def run() -> None:
            made.unlink(missing_ok=True)
            subprocess.run(  # noqa: S603  # a program of this machine, our own files
                [command, "-q", given, made], check=True
            )

        return clock(run)


def opencv(inverse: Mask) -> float:
    """Time OpenCV's precise transform; NaN where it is not installed."""
    try:
        cv2 = importlib.import_module("cv2")
    except ImportError:
        return float("nan")
    picture = inverse.view(np.uint8)
    precise = cv2.DIST_MASK_PRECISE
    return clock(lambda: cv2.distanceTransform(picture, cv2.DIST_L2, precise))


def overlays(layers: list[FloatArray]) -> Iterator[Figure]:
    """Time the gamma and the index overlay of four layers."""

    def one_formula() -> FloatArray:
        product, missing = np.ones_like(layers[0]), np.ones_like(layers[0])
        for layer in layers:
            product *= layer
            missing *= 1 - layer
        return np.asarray((1 - missing) ** np.float32(0.9) * product ** np.float32(0.1))

    ours = clock(lambda: fuzzy_gamma(layers, gamma=0.9))
    for against, theirs in (
        ("the formula in numpy", clock(one_formula)),
        ("limit", 0.55),
        ("recorded: EIS Toolkit", EIS_GAMMA_S),
    ):
        yield Figure(
            what="gamma overlay, 4 layers of 16 million cells",
            against=against,
            ours=ours,
            theirs=theirs,
            unit="s",
        )
    holed = [np.where(layer < 0.1, np.float32(np.nan), layer) for layer in layers]
    shares = [4.0, 3.0, 2.0, 1.0]

    def masked_average() -> object:
        stack = np.ma.masked_invalid(np.stack(holed))
        return np.ma.average(stack, axis=0, weights=shares)

    yield Figure(
        what="index overlay, 4 layers of 16 million cells, a tenth unknown",
        against="masked average of numpy",
        ours=clock(lambda: index_overlay(holed, shares)),
        theirs=clock(masked_average),
        unit="s",
    )


def memberships(layers: list[FloatArray]) -> Iterator[Figure]:
    """Time the memberships that EIS Toolkit was timed with, and the slowest of all."""
    one = np.float32(1.0)

    def applied(name: str, layer: FloatArray) -> Callable[[], object]:
        shape = dict.fromkeys(PARAMETERS[name], one)
        if name == "linear":
            shape["zero"] = np.float32(0.0)
        return lambda: MEMBERSHIPS[name](layer, **shape)

    curves = ("logistic", "logistic", "logistic", "linear")
    runs = [applied(name, layer) for name, layer in zip(curves, layers, strict=True)]
    yield Figure(
        what="3 logistic and 1 linear membership, 16 million cells each",
        against="recorded: EIS Toolkit",
        ours=clock(lambda: [run() for run in runs]),
        theirs=EIS_MEMBERSHIPS_S,
        unit="s",
    )
    seconds = {
        name: clock(applied(name, layers[0]))
        for name, keys in PARAMETERS.items()
        if keys
    }
    slowest = max(seconds, key=seconds.__getitem__)
    yield Figure(
        what=f"slowest membership ({slowest}), 16 million cells",
        against="fastest of them: near",
        ours=seconds[slowest],
        theirs=seconds["near"],
        unit="s",
    )


def weights(chance: np.random.Generator) -> Iterator[Figure]:
    """Time weights of evidence of a map of many classes."""
    classes = chance.integers(1, CLASSES + 1, (SIDE, SIDE), dtype=np.int16)
    points = chance.integers(1, CLASSES + 1, 300)

    def table() -> object:
        areas = class_areas(classes, points, cell_area_km2=0.25)
        return weights_of_evidence(areas, kind=Kind.ASCENDING)

    yield Figure(
        what=f"weights of evidence, {CLASSES} cumulative classes, 16 million cells",
        against="recorded: EIS Toolkit, stopped unfinished",
        ours=clock(table),
        theirs=EIS_WEIGHTS_S,
        unit="s",
    )

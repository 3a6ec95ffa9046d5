"""A run from files to files: what was asked, checked, computed and found."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np

from geodata.errors import StorageError
from geodata.methods.weights_of_evidence.choices import Kind
from geodata.methods.weights_of_evidence.combination import Treatment, combine
from geodata.methods.weights_of_evidence.crowding import crowd
from geodata.methods.weights_of_evidence.evidence_raster import (
    EvidenceRaster,
    read_evidence_raster,
)
from geodata.methods.weights_of_evidence.generalisation import choose
from geodata.methods.weights_of_evidence.map_weights import (
    binary_weights,
    class_weights,
)
from geodata.methods.weights_of_evidence.output import write_posterior, write_table
from geodata.methods.weights_of_evidence.point_file import PointPlaces, read_points
from geodata.methods.weights_of_evidence.report import (
    TextTable,
    choice_in_words,
    crowd_in_words,
    groups_in_rows,
    independence_in_words,
    many_in_words,
    pair_in_words,
    points_in_words,
    posterior_in_words,
    weights_in_rows,
)
from geodata.methods.weights_of_evidence.weights import (
    WeightsTable,
    weights_of_evidence,
)

BEST = "best"

Given = TypeVar("Given")


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What is asked for.

    Attributes
    ----------
    rasters : tuple of Path
        Maps; several are combined.
    points, out : Path
        Points; table (.csv) or map (.tif) to write.
    treatments : tuple of Treatment
        Kind and cut of each map.
    unit_area_km2, confidence : float
        Area of the unit cell; studentised contrast below which we caution.
    missing : tuple of float
        Values that mean "not known" in all maps.
    together, presence_pixels : bool
        Combine the maps; count cells with a point.
    """

    rasters: tuple[Path, ...]
    points: Path
    out: Path
    treatments: tuple[Treatment, ...]
    unit_area_km2: float
    confidence: float
    missing: tuple[float, ...] = ()
    together: bool = False
    presence_pixels: bool = False


Found = list[TextTable | str]


def treatments(
    kinds: Sequence[Kind], cuts: Sequence[str], count: int
) -> tuple[Treatment, ...]:
    """Give each of some maps its kind and its cut.

    Raises
    ------
    ValueError
        If they are not one for all or one for each, or a cut is no class.
    """
    chosen = _for_each("--kind", kinds or [Kind.UNIQUE], count)
    where = _for_each("--cut", [_class(one) for one in cuts or [BEST]], count)
    pairs = zip(chosen, where, strict=True)
    return tuple(Treatment(kind=kind, cut=cut) for kind, cut in pairs)


def run(asked: Run) -> Found:
    """Compute what is asked for, write it, and say what it says.

    Raises
    ------
    ValueError
        If options or paths do not fit each other; nothing is written.
    GeodataError
        If the data are wrong, or the output cannot be written.
    """
    check_paths(asked)
    maps = [read_evidence_raster(path, missing=asked.missing) for path in asked.rasters]
    places = read_points(asked.points, crs=maps[0].crs)
    try:
        return (_combined if asked.together else _single)(asked, maps, places)
    except StorageError as error:
        raise StorageError(
            f"{asked.out} could not be written ({error.__cause__}); name another --out."
        ) from error


def _for_each(option: str, given: Sequence[Given], count: int) -> Sequence[Given]:
    """Give each raster its own, or all the only one; refuse any other number."""
    if len(given) == count:
        return given
    if len(given) == 1:
        return [given[0]] * count
    many = f"{count} rasters; expected one for all, or {count} in their order"
    raise ValueError(
        f"{option} came {len(given)} times for "
        f"{many if count > 1 else 'one raster; expected one'}. Say it as often."
    )


def _class(given: str) -> float | None:
    """Return the class to cut at; None for the best."""
    if given == BEST:
        return None
    try:
        number = float(given)
    except ValueError:
        number = math.nan
    if math.isfinite(number):
        return number
    raise ValueError(
        f"--cut is a class, which is a number, or '{BEST}'; got {given!r}."
    )


def check_paths(asked: Run) -> None:
    """Refuse a raster named twice, an output that is an input or ends otherwise.

    Raises
    ------
    ValueError
        Saying which, and what to do.
    """
    rasters, out = asked.rasters, asked.out
    endings = (".tif", ".tiff") if asked.together else (".csv",)
    wrong = None
    try:
        twice = [
            path
            for number, path in enumerate(rasters)
            if any(_same_file(path, other) for other in rasters[:number])
        ]
        if twice:
            wrong = f"{twice[0]} was named twice; it would count twice. Name it once."
        elif any(_same_file(out, path) for path in (*rasters, asked.points)):
            wrong = f"--out {out} is one of the inputs. Name another."
        elif out.suffix.lower() not in endings:
            wrong = f"--out must end in {' or '.join(endings)}; got {out.name}."
        elif out.is_dir():
            wrong = f"--out {out} is a folder. Name a file in it."
        elif not out.parent.is_dir():
            wrong = f"--out {out}: there is no folder {out.parent}. Make it first."
    except OSError as error:  # a name too long, a folder that may not be entered
        wrong = f"{error.filename or out} cannot be: {error.strerror}."
    if wrong:
        raise ValueError(wrong)


def _same_file(first: Path, second: Path) -> bool:
    """Tell if two paths, links included, lead to one file."""
    if first.exists() and second.exists():
        return first.samefile(second)
    return first.resolve() == second.resolve()


def _single(asked: Run, maps: Sequence[EvidenceRaster], places: PointPlaces) -> Found:
    """Write the table of one map."""
    raster, treatment, unit = maps[0], asked.treatments[0], asked.unit_area_km2
    cells = raster.cell_of(places.x, places.y)
    inside, beside = cells[cells >= 0], cells[cells < 0]
    if asked.presence_pixels:
        if raster.cell_area_km2.ndim:
            raise ValueError("Presence pixels need cells of one area; not degrees.")
        inside, unit = np.unique(inside), float(raster.cell_area_km2)
    areas = raster.areas(np.append(inside, beside))
    table = weights_of_evidence(
        areas,
        kind=treatment.kind,
        unit_area_km2=unit,
        presence_pixels=asked.presence_pixels,
    )
    cut = None if treatment.cut is None else raster.as_stored(treatment.cut)
    choice = choose(table, class_value=cut, confidence=asked.confidence)
    weights = None
    if not asked.presence_pixels:  # which are for a table alone
        if treatment.cut is None and not treatment.kind.cumulative:
            weights = class_weights(table, areas, confidence=asked.confidence)
        elif choice is not None:
            weights = binary_weights(table, choice.row)
    write_table(asked.out, table, weights)
    return [
        weights_in_rows(table, raster.name),
        *_cautions(asked, raster, places, [(raster.name, table)]),
        points_in_words(
            table,
            beside=len(beside),
            on_missing=len(inside) - table.study_points,
            without_position=places.without_position,
        ),
        choice_in_words(choice, table, asked.confidence),
        f"Written: {asked.out}",
    ]


def _cautions(
    asked: Run,
    raster: EvidenceRaster,
    places: PointPlaces,
    tables: Sequence[tuple[str, WeightsTable]],
) -> list[str]:
    """Say which tables are too long, and which points lie together on the map."""
    words = [many_in_words(table, name) for name, table in tables]
    if not asked.presence_pixels:
        on_map = raster.cell_of(places.x, places.y) >= 0
        together = crowd(
            places.x[on_map], places.y[on_map], raster.crs, asked.unit_area_km2
        )
        words.append(crowd_in_words(together, asked.unit_area_km2))
    return list(filter(None, words))


def _combined(asked: Run, maps: Sequence[EvidenceRaster], places: PointPlaces) -> Found:
    """Write the posterior of several maps, and test if they are independent."""
    done = combine(
        maps,
        places,
        asked.treatments,
        unit_area_km2=asked.unit_area_km2,
        confidence=asked.confidence,
    )
    write_posterior(asked.out, done.posterior, maps[0])
    found: Found = []
    for one in done.maps:
        if one.choice is not None:
            found.append(choice_in_words(one.choice, one.table, asked.confidence))
        found.append(
            groups_in_rows(one.weights, one.name, kind=one.table.kind, cut=one.cut)
        )
    names = [one.name for one in done.maps]
    tables = [(one.name, one.table) for one in done.maps]
    took_no_part = (
        f"{done.points_beside} points beside all maps, {places.without_position} rows "
        f"without position. Written: {asked.out}"
    )
    return [
        *found,
        *_cautions(asked, maps[0], places, tables),
        posterior_in_words(done.posterior),
        independence_in_words(done.omnibus),
        *(pair_in_words(test, names) for test in done.pairs),
        took_no_part,
    ]

"""Compute weights of evidence of a map and points, or combine several maps."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from rich.console import Console
from rich.text import Text

from geodata.errors import GeodataError, StorageError, TrainingPointsError
from geodata.scoring.weights_of_evidence.class_areas import (
    ClassAreas,
    Counts,
    class_areas,
)
from geodata.scoring.weights_of_evidence.evidence_raster import (
    EvidenceRaster,
    read_evidence_raster,
    require_same_grid,
)
from geodata.scoring.weights_of_evidence.generalisation import CAUTION, choose
from geodata.scoring.weights_of_evidence.independence import omnibus, pairwise
from geodata.scoring.weights_of_evidence.map_weights import (
    MapWeights,
    binary_weights,
    class_weights,
)
from geodata.scoring.weights_of_evidence.output import write_posterior, write_table
from geodata.scoring.weights_of_evidence.point_file import PointPlaces, read_points
from geodata.scoring.weights_of_evidence.posterior import posterior
from geodata.scoring.weights_of_evidence.told import (
    told_choice,
    told_omnibus,
    told_pair,
    told_points,
    told_table,
    told_weights,
)
from geodata.scoring.weights_of_evidence.weights import (
    Kind,
    weights_of_evidence,
)

_WIDTH_OF_A_LOG = 160


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the options say."""

    kind: Kind
    unit_area_km2: float
    missing: tuple[float, ...]
    confidence: float
    cut: float | None
    presence_pixels: bool


def main(
    rasters: Annotated[
        list[Path], typer.Argument(help="GeoTIFF of one band; several to combine.")
    ],
    points: Annotated[
        Path, typer.Argument(help="Points: .shp, .gpkg, .geojson or .csv.")
    ],
    *,
    out: Annotated[
        Path, typer.Option(help="Table (.csv), or map (.tif) with --combine.")
    ],
    kind: Annotated[
        Kind,
        typer.Option(
            help="What a row of the table stands for: all values up to a class, all "
            "from it on, or the class alone. 'unique' and 'categorical' have one "
            "table; with --combine the second puts weak classes together."
        ),
    ] = Kind.UNIQUE,
    unit_area_km2: Annotated[
        float, typer.Option(help="Area of the unit cell, which may hold one point.")
    ] = 1.0,
    missing: Annotated[
        list[float] | None,
        typer.Option(help="Value that means 'not known', beside NaN and no-data."),
    ] = None,
    confidence: Annotated[
        float, typer.Option(help="Studentised contrast below which we caution.")
    ] = CAUTION,
    cut: Annotated[
        float | None,
        typer.Option(help="Class to cut at, instead of the best that is no patch."),
    ] = None,
    combine: Annotated[
        bool,
        typer.Option(help="Combine maps: posterior, its deviation and confidence."),
    ] = False,
    presence_pixels: Annotated[
        bool,
        typer.Option(help="Count cells with a point, only to agree with EIS Toolkit."),
    ] = False,
) -> None:
    """Compute how strongly points keep to, or avoid, the classes of a map.

    Points beside the map, or where it is missing, take no part and are counted.
    With --combine, maps are cut in two at the best class (ascending, descending) or
    keep a weight for each class (unique, categorical). Exit code 1: data was wrong.
    """
    if len(rasters) > 1 and not combine:
        raise typer.BadParameter("Several rasters need --combine.")
    if combine and presence_pixels:
        raise typer.BadParameter("--presence-pixels is for one table, not --combine.")
    if cut is not None and len(rasters) > 1:
        raise typer.BadParameter("--cut is for one raster; cut others beforehand.")
    _check_out(out, (*rasters, points), (".tif", ".tiff") if combine else (".csv",))
    chosen = Settings(
        kind=kind,
        unit_area_km2=unit_area_km2,
        missing=tuple(missing or ()),
        confidence=confidence,
        cut=cut,
        presence_pixels=presence_pixels,
    )
    console = Console()
    if not console.is_terminal:
        console = Console(width=_WIDTH_OF_A_LOG)
    try:
        maps = [read_evidence_raster(path, missing=chosen.missing) for path in rasters]
        places = read_points(points, crs=maps[0].crs)
        if combine:
            require_same_grid(maps)
            combined(maps, places, chosen, out, console)
        else:
            single(maps[0], places, chosen, out, console)
    except ValueError as error:
        raise typer.BadParameter(printable(str(error))) from error
    except GeodataError as error:
        told = str(error)
        if isinstance(error, StorageError):
            told = (
                f"{out} could not be written ({error.__cause__}); name another --out."
            )
        words = Text.assemble(("Not done.", "bold red"), " ", printable(told))
        Console(stderr=True).print(words, soft_wrap=True)
        raise typer.Exit(1) from error


def _check_out(out: Path, inputs: Sequence[Path], endings: Sequence[str]) -> None:
    """Refuse to write over an input, or under an ending that says something else."""
    wrong = None
    try:
        if any(_same_file(out, path) for path in inputs):
            wrong = f"--out {out} is one of the inputs. Name another."
        elif out.suffix.lower() not in endings:
            wrong = f"--out must end in {' or '.join(endings)}; got {out.name}."
        elif out.is_dir():
            wrong = f"--out {out} is a folder. Name a file in it."
        elif not out.parent.is_dir():
            wrong = f"--out {out}: there is no folder {out.parent}. Make it first."
    except OSError as error:  # a name too long, a folder that may not be entered
        wrong = f"--out {out} cannot be: {error.strerror}."
    if wrong:
        raise typer.BadParameter(printable(wrong))


def _same_file(first: Path, second: Path) -> bool:
    """Tell if two paths, links included, lead to one file."""
    if first.exists() and second.exists():
        return first.samefile(second)
    return first.resolve() == second.resolve()


def single(
    raster: EvidenceRaster,
    places: PointPlaces,
    chosen: Settings,
    out: Path,
    console: Console,
) -> None:
    """Write the table of one map and print what it says."""
    cells = raster.cell_of(places.x, places.y)
    inside, beside = cells[cells >= 0], cells[cells < 0]
    unit = chosen.unit_area_km2
    if chosen.presence_pixels:
        if raster.cell_area_km2.ndim:
            raise ValueError("Presence pixels need cells of one area; not degrees.")
        inside, unit = np.unique(inside), float(raster.cell_area_km2)
    table = weights_of_evidence(
        measured(raster, np.append(inside, beside)),
        kind=chosen.kind,
        unit_area_km2=unit,
        presence_pixels=chosen.presence_pixels,
    )
    choice = choose(table, class_value=chosen.cut, confidence=chosen.confidence)
    write_table(out, table)
    console.print(told_table(table, printable(raster.name)))
    say(
        console,
        told_points(
            table,
            beside=len(beside),
            on_missing=len(inside) - table.study_points,
            without_position=places.without_position,
        ),
    )
    say(console, told_choice(choice, table, chosen.confidence))
    say(console, f"Written: {out}")


def combined(
    maps: Sequence[EvidenceRaster],
    places: PointPlaces,
    chosen: Settings,
    out: Path,
    console: Console,
) -> None:
    """Write the posterior of several maps and print if they are independent."""
    cells = maps[0].cell_of(places.x, places.y)
    inside = cells[cells >= 0]
    weighted, groups = [], []
    for raster in maps:
        one = weights_of_map(raster, cells, chosen, console)
        weighted.append(one)
        groups.append(one.group_of(raster.values))
        console.print(told_weights(one, printable(raster.name)))
    at_points = np.stack([one.reshape(-1)[inside] for one in groups])
    known = int((at_points >= 0).any(axis=0).sum())
    found = posterior(
        groups,
        weighted,
        points=known,
        cell_area_km2=maps[0].cell_area_km2,
        unit_area_km2=chosen.unit_area_km2,
    )
    write_posterior(out, found, maps[0])
    say(console, told_omnibus(omnibus(found)))
    two = [number for number, one in enumerate(weighted) if len(one.names) == 2]
    patterns = np.where(at_points < 0, np.nan, at_points.astype(float))[two]
    for test in pairwise(patterns):
        say(console, told_pair(test, [maps[number].name for number in two]))
    say(
        console,
        f"{len(cells) - known} points beside all maps, {places.without_position} rows "
        f"without position. Written: {out}",
    )


def measured(raster: EvidenceRaster, cells: Counts) -> ClassAreas:
    """Return ground and points of each class of a map; -1 is a point beside it."""
    return class_areas(
        raster.values,
        raster.at(cells),
        cell_area_km2=raster.cell_area_km2,
        missing=raster.missing,
    )


def weights_of_map(
    raster: EvidenceRaster, cells: Counts, chosen: Settings, console: Console
) -> MapWeights:
    """Cut a cumulative map in two, or give classes their own weights."""
    areas = measured(raster, cells)
    table = weights_of_evidence(
        areas, kind=chosen.kind, unit_area_km2=chosen.unit_area_km2
    )
    if not chosen.kind.cumulative and chosen.cut is None:
        return class_weights(table, areas, confidence=chosen.confidence)
    choice = choose(table, class_value=chosen.cut, confidence=chosen.confidence)
    if choice is None:
        raise TrainingPointsError(
            f"{raster.name} cannot be cut in two: every class touched a patch. Leave "
            "it out, or name a class with --cut for this map alone."
        )
    say(console, told_choice(choice, table, chosen.confidence))
    return binary_weights(table, choice.row)


def say(console: Console, words: str) -> None:
    """Print a sentence as it is."""
    console.print(Text(printable(words)), soft_wrap=True)


def printable(words: str) -> str:
    """Return words without signs that could move the cursor."""
    return "".join(
        sign if sign.isprintable() or sign == "\n" else "\N{REPLACEMENT CHARACTER}"
        for sign in words
    )


if __name__ == "__main__":
    typer.run(main)

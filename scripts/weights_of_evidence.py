"""Compute weights of evidence of a map and points, or combine several maps."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, TypeVar

import numpy as np
import typer
from rich.console import Console
from rich.text import Text

from geodata.errors import GeodataError, StorageError
from geodata.methods.weights_of_evidence.combination import Treatment, combine
from geodata.methods.weights_of_evidence.evidence_raster import (
    EvidenceRaster,
    read_evidence_raster,
)
from geodata.methods.weights_of_evidence.generalisation import CAUTION, choose
from geodata.methods.weights_of_evidence.output import write_posterior, write_table
from geodata.methods.weights_of_evidence.point_file import PointPlaces, read_points
from geodata.methods.weights_of_evidence.told import (
    told_choice,
    told_omnibus,
    told_pair,
    told_points,
    told_posterior,
    told_table,
    told_weights,
)
from geodata.methods.weights_of_evidence.weights import Kind, weights_of_evidence

BEST = "best"
_WIDTH_OF_A_LOG = 160

Given = TypeVar("Given")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the options say."""

    treatments: tuple[Treatment, ...]
    unit_area_km2: float
    confidence: float
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
        list[Kind] | None,
        typer.Option(
            help="What a row of the table stands for: all values up to a class, all "
            "from it on, or the class alone (unless told: unique). 'unique' and "
            "'categorical' have one table; with --combine the second puts weak "
            "classes together. Of several rasters: one for all, or one for each, in "
            "their order."
        ),
    ] = None,
    unit_area_km2: Annotated[
        float, typer.Option(help="Area of the unit cell, which may hold one point.")
    ] = 1.0,
    missing: Annotated[
        list[float] | None,
        typer.Option(
            help="Value that means 'not known', beside NaN and no-data; in all rasters."
        ),
    ] = None,
    confidence: Annotated[
        float, typer.Option(help="Studentised contrast below which we caution.")
    ] = CAUTION,
    cut: Annotated[
        list[str] | None,
        typer.Option(
            help="Class to cut at, or 'best' that is no patch, as without it. Of "
            "several rasters: one for all, or one for each, in their order."
        ),
    ] = None,
    together: Annotated[
        bool,
        typer.Option(
            "--combine/--no-combine",
            help="Combine maps: posterior, its deviation and confidence.",
        ),
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
    if len(rasters) > 1 and not together:
        raise typer.BadParameter("Several rasters need --combine.")
    if together and presence_pixels:
        raise typer.BadParameter("--presence-pixels is for one table, not --combine.")
    endings = (".tif", ".tiff") if together else (".csv",)
    _check_paths(rasters, points, out, endings)
    kinds = _for_each("--kind", kind or [Kind.UNIQUE], len(rasters))
    cuts = _for_each("--cut", [_class(one) for one in cut or [BEST]], len(rasters))
    chosen = Settings(
        treatments=tuple(
            Treatment(kind=one, cut=where)
            for one, where in zip(kinds, cuts, strict=True)
        ),
        unit_area_km2=unit_area_km2,
        confidence=confidence,
        presence_pixels=presence_pixels,
    )
    console = Console(markup=False)
    if not console.is_terminal:
        console = Console(width=_WIDTH_OF_A_LOG, markup=False)
    try:
        maps = [read_evidence_raster(path, missing=missing or ()) for path in rasters]
        places = read_points(points, crs=maps[0].crs)
        if together:
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
        Console(stderr=True, markup=False).print(words, soft_wrap=True)
        raise typer.Exit(1) from error


def _for_each(option: str, given: Sequence[Given], count: int) -> Sequence[Given]:
    """Give each raster its own, or all the only one; refuse any other number."""
    if len(given) == count:
        return given
    if len(given) == 1:
        return [given[0]] * count
    many = f"{count} rasters; expected one for all, or {count} in their order"
    raise typer.BadParameter(
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
    raise typer.BadParameter(
        printable(f"--cut is a class, which is a number, or '{BEST}'; got {given!r}.")
    )


def _check_paths(
    rasters: Sequence[Path], points: Path, out: Path, endings: Sequence[str]
) -> None:
    """Refuse a raster named twice, an output that is an input or ends otherwise."""
    wrong = None
    try:
        twice = [
            path
            for number, path in enumerate(rasters)
            if any(_same_file(path, other) for other in rasters[:number])
        ]
        if twice:
            wrong = f"{twice[0]} was named twice; it would count twice. Name it once."
        elif any(_same_file(out, path) for path in (*rasters, points)):
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
    treatment = chosen.treatments[0]
    table = weights_of_evidence(
        raster.areas(np.append(inside, beside)),
        kind=treatment.kind,
        unit_area_km2=unit,
        presence_pixels=chosen.presence_pixels,
    )
    cut = None if treatment.cut is None else raster.as_stored(treatment.cut)
    choice = choose(table, class_value=cut, confidence=chosen.confidence)
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
    done = combine(
        maps,
        places,
        chosen.treatments,
        unit_area_km2=chosen.unit_area_km2,
        confidence=chosen.confidence,
    )
    write_posterior(out, done.posterior, maps[0])
    for one in done.maps:
        if one.choice is not None:
            say(console, told_choice(one.choice, one.table, chosen.confidence))
        name, kind = printable(one.name), one.table.kind
        console.print(told_weights(one.weights, name, kind=kind, cut=one.cut))
    say(console, told_posterior(done.posterior))
    say(console, told_omnibus(done.omnibus))
    for test in done.pairs:
        say(console, told_pair(test, [one.name for one in done.maps]))
    say(
        console,
        f"{done.points_beside} points beside all maps, {places.without_position} rows "
        f"without position. Written: {out}",
    )


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

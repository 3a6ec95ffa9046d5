"""Compute weights of evidence of a map and points, or combine several maps."""

from pathlib import Path
from typing import Annotated

import typer

from geodata.errors import GeodataError, printable
from geodata.methods.weights_of_evidence.choices import CAUTION, Kind
from scripts.terminal import console, refusal, show


def main(
    rasters: Annotated[
        list[Path], typer.Argument(help="GeoTIFF of one band; several to combine.")
    ],
    points: Annotated[
        Path, typer.Argument(help="Points: .csv, .xlsx, .shp, .gpkg, .geojson, .tab …")
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
    from geodata.methods.weights_of_evidence import command

    if len(rasters) > 1 and not together:
        raise typer.BadParameter("Several rasters need --combine.")
    if together and presence_pixels:
        raise typer.BadParameter("--presence-pixels is for one table, not --combine.")
    try:
        asked = command.Run(
            rasters=tuple(rasters),
            points=points,
            out=out,
            treatments=command.treatments(kind or (), cut or (), len(rasters)),
            unit_area_km2=unit_area_km2,
            confidence=confidence,
            missing=tuple(missing or ()),
            together=together,
            presence_pixels=presence_pixels,
        )
        for item in command.run(asked):
            show(item)
    except ValueError as error:
        raise typer.BadParameter(printable(str(error))) from error
    except GeodataError as error:
        console(stderr=True).print(refusal("Not done.", error), soft_wrap=True)
        raise typer.Exit(1) from error


if __name__ == "__main__":
    typer.run(main)

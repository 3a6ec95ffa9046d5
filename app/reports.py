"""Reports on areas of interest as the API gives them."""

from collections.abc import Iterable

import numpy as np
import shapely

from app import report_schemas as schemas
from app.atlas import Atlas
from app.text import say
from geodata.region import STATES
from geodata.release.area_of_interest import AreaOfInterest, area_of_interest
from geodata.release.area_report import AreaReport, Nearby, Overlap
from geodata.release.map_shares import (
    RANK_EDGES,
    MapShares,
    RankedLand,
    Spread,
)

_NAMES = {state.iso3: state.name for state in STATES}
_KM2 = 3  # digits after the point
_WHOLE = 0.999_999  # of an area: what is outside is the rounding of its outline


def report_on(atlas: Atlas, place: shapely.Geometry) -> dict[str, object]:
    """Report on an area of interest.

    Parameters
    ----------
    atlas : Atlas
        The open release.
    place : shapely geometry
        Polygon or multipolygon; longitude and latitude, degrees, WGS 84.

    Returns
    -------
    dict
        Fields of :class:`app.report_schemas.Report`, without its links.

    Raises
    ------
    AreaOfInterestError
        If the area cannot be reported on.
    """
    interest = area_of_interest(place)
    found = atlas.reporter.report(interest)
    share = found.inside_km2 / interest.area_km2 if interest.area_km2 else 0.0
    position = "outside" if not found.states else "partly"
    if share >= _WHOLE:
        position = "inside"
    manifest = atlas.release.manifest
    return {
        "release": atlas.release.id,
        "caution": atlas.caution,
        "position": position,
        "notes": _notes(interest, found, position),
        "area_km2": round(interest.area_km2, _KM2),
        "inside_km2": round(found.inside_km2, _KM2),
        "land_km2": round(found.land_km2, _KM2),
        "cell_km2": atlas.release.grid.cell_area_km2,
        "states": [
            schemas.AreaOfState(
                iso3=item.name,
                name=_NAMES[item.name],
                area_km2=round(item.km2, _KM2),
                share=_share(item.of_interest),
            )
            for item in found.states
        ],
        "deposit_types": [
            _type(item.id, item.title, found.maps[item.id], found.land_km2)
            for item in atlas.deposit_types
            if item.id in found.maps
        ],
        "prospects": _prospects(atlas, found.prospects),
        "sites": _sites(atlas, found.sites),
        "records": _records(atlas, found.records),
        **{
            name: [
                schemas.Unit(
                    name=item.name,
                    area_km2=round(item.km2, _KM2),
                    share=_share(item.of_interest),
                )
                for item in found.units.get(name, ())
            ]
            for name in ("terranes", "provinces")
        },
        "sheets": list(found.sheets),
        "gaps": _gaps(atlas, found),
        "missing_layers": [
            schemas.MissingLayer(layer=item.layer, says=item.says)
            for item in manifest.missing_layers
        ],
    }


def _notes(interest: AreaOfInterest, found: AreaReport, position: str) -> list[str]:
    notes = []
    if not interest.area_km2:
        return [say("report.nothing")]
    if interest.mended:
        notes.append(say("report.mended"))
    if position == "outside":
        notes.append(say("report.outside"))
    elif position == "partly":
        share = f"{found.inside_km2 / interest.area_km2:.1%}"
        notes.append(say("report.partly", share=share))
    if position != "outside" and not found.land_km2:
        notes.append(say("report.no-land"))
    return notes


def _type(
    name: str, title: str, maps: MapShares, land_km2: float
) -> schemas.TypeReport:
    known = maps.known_km2 / land_km2
    return schemas.TypeReport(
        deposit_type=name,
        title=title,
        known_share=_share(known),
        unknown_share=_share(1 - known),
        not_ranked_share=_share((maps.known_km2 - maps.expert.ranked_km2) / land_km2),
        favourability=_quantiles(maps.favourability),
        coverage=_quantiles(maps.coverage),
        expert=_ranking(maps.expert),
        learned=None if maps.learned is None else _ranking(maps.learned),
    )


def _ranking(found: RankedLand) -> schemas.Ranking:
    return schemas.Ranking(
        ranked_km2=round(found.ranked_km2, _KM2),
        area_rank=[
            schemas.RankClass(above=above, upto=upto, area_km2=round(km2, _KM2))
            for above, upto, km2 in zip(
                RANK_EDGES, RANK_EDGES[1:], found.histogram_km2, strict=False
            )
        ],
        best=[
            schemas.BestLand(
                best=item.best,
                area_km2=round(item.km2, _KM2),
                share_of_best=None if np.isnan(item.of_best) else _share(item.of_best),
            )
            for item in found.best
        ],
    )


def _quantiles(found: Spread) -> schemas.Quantiles:
    p5, p25, p50, p75, p95 = map(_number, found.quantiles)
    return schemas.Quantiles(
        least=_number(found.least),
        p5=p5,
        p25=p25,
        p50=p50,
        p75=p75,
        p95=p95,
        greatest=_number(found.greatest),
        mean=_number(found.mean),
    )


def _prospects(atlas: Atlas, found: Iterable[Overlap]) -> list[schemas.ProspectShare]:
    table = atlas.reporter.table("prospects")
    rows = sorted(found, key=lambda item: int(table["rank"].iloc[item.row]))
    return [
        schemas.ProspectShare(
            id=item.name,
            label=str(table["label"].iloc[item.row]),
            deposit_type=str(table["deposit_type"].iloc[item.row]),
            rank=int(table["rank"].iloc[item.row]),
            rank_in_type=int(table["rank_in_type"].iloc[item.row]),
            overlap_km2=round(item.km2, _KM2),
            share_of_prospect=_share(item.of_its_own),
            share_of_area=_share(item.of_interest),
            href=f"/prospects/{item.name}",
        )
        for item in rows
    ]


def _sites(atlas: Atlas, found: Nearby) -> list[schemas.Site]:
    table = atlas.reporter.table("occurrences")
    return [
        schemas.Site(
            record=str(row["occurrence_id"]),
            name=str(row["site"]),
            deposit_type=str(row["deposit_type"] or ""),
            lon=float(row["lon"]),
            lat=float(row["lat"]),
            uncertainty_km=float(row["uncertainty_km"]),
            inside=bool(inside),
        )
        for row, inside in zip(
            table.iloc[found.row].to_dict("records"), found.inside, strict=True
        )
    ]


def _records(atlas: Atlas, found: Nearby) -> list[schemas.RecordGroup]:
    """Count the records of other commodities by group and deposit type."""
    if not len(found.row):
        return []
    table = atlas.reporter.table("context-occurrences").iloc[found.row]
    table = table.assign(inside=found.inside)
    groups = table.fillna({"commodity_group": "", "deposit_type": ""}).groupby(
        ["commodity_group", "deposit_type"], sort=True
    )
    return [
        schemas.RecordGroup(
            commodity_group=str(group),
            deposit_type=str(deposit_type),
            inside=int(rows["inside"].sum()),
            reaching_in=int((~rows["inside"]).sum()),
            largest_uncertainty_km=_number(rows["uncertainty_km"].max()),
        )
        for (group, deposit_type), rows in groups
    ]


def _gaps(atlas: Atlas, found: AreaReport) -> list[schemas.Gap]:
    table = atlas.reporter.table("coverage")
    return [
        schemas.Gap(
            layer=item.name,
            title=str(table["title"].iloc[item.row]),
            area_km2=round(item.km2, _KM2),
            share=_share(item.km2 / found.inside_km2),
        )
        for item in found.gaps
        if found.inside_km2
    ]


def _share(value: float) -> float:
    return round(min(max(value, 0.0), 1.0), 6)


def _number(value: float) -> float | None:
    return None if np.isnan(value) else round(float(value), 6)

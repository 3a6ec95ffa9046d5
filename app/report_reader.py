"""Read the report of a validation; whatever is missing in it stays empty."""

import math
from collections.abc import Iterable, Mapping
from typing import Any

from app.findings import ORDER, Capture, Estimate, Model, Scheme, Site, Tried
from app.reports import SHOWN, Report
from app.text.numbers import NONE, number, share


def read_report(name: str, found: Mapping[str, Any]) -> Report:
    """Read the report of one deposit type.

    Parameters
    ----------
    name : str
        Id of the deposit type.
    found : mapping
        As scripts/validate.py writes it.
    """
    withheld = mapping(found.get("withheld"))
    background = mapping(found.get("background"))
    regions = mapping(found.get("regions"))
    listed = sorted(rows(withheld.get("models")), key=_place)
    figures = [mapping(model.get("all", model)) for model in listed]
    areas = sorted(
        {float(c["area"]) for one in figures for c in rows(one.get("capture"))}
    )
    withheld_n = count(found.get("n_withheld"))
    return Report(
        deposit_type=name,
        title=str(found.get("title") or name),
        n_world=count(found.get("n_world")),
        n_withheld=withheld_n,
        region=_region(mapping(found.get("region"))),
        background=_background(background),
        land_share=_float(background.get("land_share")),
        regions=_regions(regions),
        regions_rank=estimate(regions.get("mean_rank")).value,
        area_km2=_area(withheld),
        areas=tuple(areas),
        models=tuple(_model(model, areas, withheld_n) for model in listed),
        schemes=tuple(map(_scheme, rows(found.get("schemes")))),
        sites=tuple(map(_site, rows(withheld.get("sites")))),
        tried=tuple(map(_tried, rows(found.get("tried")))),
        cannot_say=tuple(map(str, found.get("cannot_say") or ())),
    )


def _place(model: Mapping[str, Any]) -> int:
    kind = model.get("kind")
    return ORDER.index(kind) if kind in ORDER else len(ORDER)


def _model(
    found: Mapping[str, Any], areas: Iterable[float], places: int | None
) -> Model:
    """Read a model; its figures of all places stand under "all" or beside its name."""
    figures = mapping(found.get("all", found))
    return Model(
        name=_first_large(str(found.get("name", ""))),
        kind=str(found.get("kind", "")),
        mean_rank=estimate(figures.get("mean_rank")),
        captures=_captures(figures, areas, places),
        in_states=_captures(mapping(found.get("in_states")), areas, None),
        auc_land=estimate(figures.get("auc_land")),
        auc_others=estimate(figures.get("auc_others")),
        boyce=estimate(figures.get("boyce")),
        districts=count(figures.get("districts")),
        district_rank=_float(figures.get("district_rank")),
        ranks=tuple(map(_float, found.get("ranks") or ())),
    )


def _captures(
    figures: Mapping[str, Any], areas: Iterable[float], places: int | None
) -> tuple[Capture | None, ...]:
    captured = {float(c["area"]): c for c in rows(figures.get("capture"))}
    return tuple(_capture(captured.get(area), places) for area in areas)


def _capture(found: Mapping[str, Any] | None, places: int | None) -> Capture | None:
    sites = None if found is None else count(found.get("sites"))
    if found is None or sites is None:
        return None
    told = {"n": places, **found, "value": found.get("share")}
    return Capture(area=float(found["area"]), sites=sites, estimate=estimate(told))


def _scheme(found: Mapping[str, Any]) -> Scheme:
    return Scheme(
        name=_first_large(str(found.get("name", ""))),
        kind=str(found.get("kind", "")),
        against=str(found.get("against", "")),
        auc=estimate(found.get("auc")),
        resubstitution=estimate(found.get("resubstitution")),
        buffer_km=_float(found.get("buffer_km")),
        pr_auc=_float(found.get("pr_auc")),
        base_rate=_float(found.get("base_rate")),
        note=str(found.get("note") or ""),
    )


def _site(found: Mapping[str, Any]) -> Site:
    return Site(
        name=str(found.get("name", "")),
        uncertainty_km=_float(found.get("uncertainty_km")),
        in_states=bool(found.get("in_states")),
        said=str(found.get("said") or ""),
        district=count(found.get("district")),
    )


def estimate(found: object) -> Estimate:
    """Read a figure that is a number, a mapping with an interval, or missing."""
    if not isinstance(found, Mapping):
        return Estimate(value=_float(found))
    return Estimate(
        value=_float(found.get("value")),
        low=_float(found.get("low")),
        high=_float(found.get("high")),
        n=count(found.get("n")),
    )


def _region(found: Mapping[str, Any]) -> str:
    sides = [_float(found.get(key)) for key in ("west", "east", "south", "north")]
    if any(side is None for side in sides):
        return NONE
    west, east, south, north = (number(side) for side in sides if side is not None)
    return f"{west}–{east}° E, {south}–{north}° N"


def _background(found: Mapping[str, Any]) -> str:
    counts = {
        "places of other deposits": count(found.get("others", found.get("n"))),
        "places anywhere on land": count(found.get("land")),
    }
    return " and ".join(f"{n:,} {what}" for what, n in counts.items() if n is not None)


def _regions(found: Mapping[str, Any]) -> str:
    """Tell what holding back the regions of the world in turn gave."""
    rank = estimate(found.get("mean_rank"))
    places, regions = count(found.get("n")), count(found.get("regions"))
    if rank.value is None or places is None or regions is None:
        return ""
    caught = [
        f"{share(_float(row.get('share')))} in the best {share(_float(row['area']))}"
        for row in rows(found.get("capture"))
        if _float(row.get("area")) in SHOWN
    ]
    interval = (
        f" (95 % interval {share(rank.low)} to {share(rank.high)})"
        if rank.low is not None and rank.high is not None
        else ""
    )
    return (
        f"The same elsewhere: {regions} regions of the world, with {places} known "
        "places, were held back in turn. Mean rank "
        f"{share(rank.value)}{interval}, chance 50 %"
        f"{''.join(f'; {one}' for one in caught)}."
    )


def _tried(found: Mapping[str, Any]) -> Tried:
    auc, withheld = mapping(found.get("auc")), mapping(found.get("withheld"))
    return Tried(
        what=_first_large(str(found.get("what", ""))),
        result=str(found.get("result") or ""),
        auc_others=_float(auc.get("other deposits")),
        auc_land=_float(auc.get("land")),
        regions_rank=_float(found.get("mean_rank")),
        withheld_rank=estimate(withheld.get("mean_rank")),
        captures=_captures(withheld, SHOWN, None),
    )


def _area(withheld: Mapping[str, Any]) -> float | None:
    cells, each = _float(withheld.get("cells")), _float(withheld.get("cell_km2"))
    if cells is not None and each is not None:
        return cells * each
    return _float(withheld.get("area_km2"))


def _first_large(text: str) -> str:
    """Begin with a large letter, and leave the others as they are."""
    return text[:1].upper() + text[1:]


def rows(found: object) -> list[Mapping[str, Any]]:
    """Return the mappings of a list; nothing where it is no list."""
    listed = found if isinstance(found, list) else []
    return [row for row in listed if isinstance(row, Mapping)]


def mapping(found: object) -> Mapping[str, Any]:
    """Return a mapping; an empty one where it is none."""
    return found if isinstance(found, Mapping) else {}


def _float(found: object) -> float | None:
    if isinstance(found, bool) or not isinstance(found, int | float):
        return None
    return float(found) if math.isfinite(found) else None


def count(found: object) -> int | None:
    """Return a whole number; None where it is none."""
    value = _float(found)
    return None if value is None else int(value)

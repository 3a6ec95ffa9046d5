"""What a learned model's figure is made of: single arguments, tables, examples."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.findings import Estimate
from app.report_reader import count, estimate, mapping, rows
from app.reports import Report
from app.text.numbers import share
from app.tried import BLOCKS

OTHERS, LAND = "other deposits", "land"
_SIGNS = {
    "up": "more of it speaks for",
    "down": "less, or nearer, speaks for",
    "either": "no sign claimed: a correlation",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Alone:
    """One measurement as a map of its own; figures may be missing.

    Attributes
    ----------
    name, sign : str
        What is measured, and what more of it means by geology; a baseline is no part
        of the model and has no sign.
    slope : Estimate
        Log odds by one deviation, in 8 of 10 refits between low and high.
    others, land : Estimate
        AUC in the world outside the withheld region.
    regions, withheld : Estimate
        Mean rank in regions of the world, and in the withheld region.
    """

    name: str
    sign: str
    slope: Estimate
    others: Estimate
    land: Estimate
    regions: Estimate
    withheld: Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A figure for some of the places."""

    name: str
    n: int | None
    others: Estimate
    land: Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class Breakdown:
    """Everything of it; empty for older reports.

    Attributes
    ----------
    model : Alone
        The model itself, held out, to stand beside its measurements.
    """

    model: Alone
    alone: tuple[Alone, ...]
    tables: tuple[Part, ...]
    labels: tuple[Part, ...]


def read_breakdown(found: Mapping[str, Any]) -> Breakdown:
    """Read it from the report of one deposit type, as scripts/validate.py writes it."""
    models = {
        str(model.get("name")): mapping(model.get("all", model))
        for model in rows(mapping(found.get("withheld")).get("models"))
    }
    return Breakdown(
        model=_whole(found),
        alone=(
            *(
                _alone({**row, "withheld": models.get(str(row.get("name")))})
                for row in rows(found.get("baselines"))
            ),
            *(_alone(row) for row in rows(found.get("arguments"))),
        ),
        tables=tuple(
            Part(
                name=str(row.get("table", "")),
                n=count(row.get("others")),
                others=estimate(row.get("auc")),
                land=Estimate(),
            )
            for row in rows(found.get("by_table"))
        ),
        labels=tuple(
            _label(row, mapping(row.get("auc"))) for row in rows(found.get("by_label"))
        ),
    )


def _alone(row: Mapping[str, Any]) -> Alone:
    auc = mapping(row.get("auc"))
    name = str(row.get("title") or row.get("name") or "")
    return Alone(
        name=name[:1].upper() + name[1:],
        sign=_SIGNS.get(str(row.get("direction")), ""),
        slope=estimate(row.get("slope")),
        others=estimate(auc.get(OTHERS)),
        land=estimate(auc.get(LAND)),
        regions=estimate(row.get("regions")),
        withheld=estimate(mapping(row.get("withheld")).get("mean_rank")),
    )


def _whole(found: Mapping[str, Any]) -> Alone:
    """Take the model's own figures from the blocks, the regions and the withheld."""
    aucs = {
        str(row.get("against")): row.get("auc")
        for row in rows(found.get("schemes"))
        if str(row.get("name", "")).lower().startswith(BLOCKS)
    }
    own = next(
        (
            model
            for model in rows(mapping(found.get("withheld")).get("models"))
            if model.get("kind") == "learned"
        ),
        {},
    )
    return _alone(
        {
            "name": "the learned model",
            "auc": aucs,
            "regions": mapping(found.get("regions")).get("mean_rank"),
            "withheld": own.get("all", own),
        }
    )


def _label(row: Mapping[str, Any], auc: Mapping[str, Any]) -> Part:
    return Part(
        name=str(row.get("said", "")),
        n=count(row.get("n")),
        others=estimate(auc.get(OTHERS)),
        land=estimate(auc.get(LAND)),
    )


def beside_the_model(report: Report, alone: tuple[Alone, ...]) -> str:
    """Say whether a single measurement ranks the withheld places as well as the model.

    Empty where it is not known.

    Parameters
    ----------
    report : Report
        Of the model.
    alone : tuple of Alone
        From :func:`read_breakdown`.
    """
    own = report.learned.mean_rank.value if report.learned else None
    ranked = [one for one in alone if one.withheld.value is not None]
    if own is None or not ranked:
        return ""
    equal = [one for one in ranked if (one.withheld.value or 0.0) <= own]
    if not equal:
        return (
            "No single measurement ranks the withheld places as well as the model "
            f"({share(own)}); so few places cannot prove that it is the better."
        )
    told = "; ".join(
        f"{one.name} ({share(one.withheld.value)} here, {share(one.regions.value)} in "
        "regions of the world)"
        for one in equal
    )
    elsewhere = (
        f", {share(report.regions_rank)} in regions of the world"
        if report.regions_rank is not None
        else ""
    )
    return (
        f"Looked at afterwards, by itself as good as the model ({share(own)} here"
        f"{elsewhere}) or better on the withheld places: {told}. So few places cannot "
        "decide between them."
    )

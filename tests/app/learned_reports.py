"""The report of a learned model with figures made up by hand, as a release holds it."""

from typing import Any

import numpy as np

from geodata.region import Bounds
from geodata.scoring.validation.capture import Capture, PredictionArea
from geodata.scoring.validation.intervals import Estimate
from geodata.scoring.validation.learned_trials import (
    OutsideSite,
    OutsideTest,
    RegionRank,
    Trials,
    TriedForm,
    TriedInRegion,
    WorldRegions,
)
from geodata.scoring.validation.report import (
    ArgumentAlone,
    AucPair,
    BaselineAlone,
    LabelPart,
    LandShareTest,
    LearnedReport,
    MapId,
    MapTest,
    RegionFigures,
    Scheme,
    TablePart,
    TrainingBackground,
    WithheldSite,
    WithheldTest,
)

LEARNED = "clay-hosted"
"""The one type that has a learned model in these releases."""

UNTAUGHT = "placer"
"""A type of which seven examples are known, too few to learn from."""

nan = np.nan
AREAS = (0.01, 0.02, 0.05, 0.10, 0.20, 0.25)


def estimate(value: float, low: float = nan, high: float = nan, n: int = 4) -> Estimate:
    return Estimate(value=value, low=low, high=high, n=n)


def caught(*sites: int, n: int = 4) -> tuple[Capture, ...]:
    return tuple(
        Capture(
            area=area,
            sites=count,
            n=n,
            share=count / n,
            low=max(count / n - 0.3, 0.0),
            high=min(count / n + 0.3, 1.0),
        )
        for area, count in zip(AREAS, sites, strict=True)
    )


def tried(
    name: str,
    ridge: float | None,
    mean: float,
    less: float,
    captured: tuple[int, int] | None,
) -> TriedForm:
    return TriedForm(
        name=name,
        title="With roots" if name else "",
        ridge=ridge,
        arguments=3 if name else 2,
        world=estimate(mean, mean - 0.05, mean + 0.05, 200),
        difference=estimate(less, less - 0.01, less + 0.01, 200),
        captured=(0.381, 0.6),
        region=captured
        and TriedInRegion(
            mean_rank=estimate(0.17, 0.1, 0.3), district_rank=0.15, captured=captured
        ),
    )


def figures(
    mean: Estimate, sites: tuple[int, ...], n: int = 4, **facts: Any
) -> RegionFigures:
    kept: dict[str, Any] = {
        "districts": 3,
        "mean_rank": mean,
        "district_rank": mean.value + 0.02,
        "capture": caught(*sites, n=n),
        "auc_land": estimate(1 - mean.value, 0.5, 0.95),
        "auc_others": None,
        "land": 157_036,
        "others": 0,
        "boyce": estimate(0.62, -0.4, 0.9),
        "prediction_area": PredictionArea(
            prediction_rate=0.7, occupied_area=0.3, density=7 / 3, n=n
        ),
        **facts,
    }
    return RegionFigures(**kept)


def map_test(name: MapId, mean: float, *sites: int) -> MapTest:
    return MapTest(
        map=name,
        known_share=1.0,
        ranks=(0.03, 0.08, 0.41, nan),
        every=figures(estimate(mean, mean - 0.05, mean + 0.1), sites),
        in_states=figures(estimate(mean, n=3), (0, 0, 1, 1, 2, 3), n=3),
    )


def argument(title: str, direction: str, withheld: float, regions: float) -> Any:
    return ArgumentAlone(
        name=title.lower(),
        title=title,
        direction=direction,
        slope=0.25,
        slope_low=0.14,
        slope_high=0.39,
        auc=AucPair(
            other_deposits=estimate(0.56, 0.52, 0.6, 228),
            land=estimate(0.66, 0.62, 0.69, 228),
        ),
        regions=estimate(regions, 0.3, 0.5, 200),
        withheld=figures(estimate(withheld, 0.04, 0.6), (0, 0, 0, 1, 2, 2)),
    )


def scheme(kind: Any, against: Any = "other-deposits", **facts: Any) -> Scheme:
    kept: dict[str, Any] = {
        "auc": estimate(0.71, 0.66, 0.76, 228),
        "resubstitution": 0.83,
        "buffer_km": 100.0,
        "pr_auc": nan,
        "base_rate": nan,
        **facts,
    }
    return Scheme(kind=kind, against=against, **kept)


def learned_report(**changes: Any) -> LearnedReport:
    """Return the report, some of its fields others."""
    whole = LearnedReport(
        deposit_type=LEARNED,
        title="Carbonatite and alkaline igneous",
        n_world=228,
        n_withheld=4,
        region=Bounds(west=46, east=88, south=35, north=56),
        buffer_km=100.0,
        background=TrainingBackground(others=3412, land=5000, land_share=0.5),
        ridge=1.0,
        regions=WorldRegions(
            n=200,
            regions=9,
            mean_rank=estimate(0.26, 0.22, 0.3, 200),
            world_rank=estimate(0.22, 0.18, 0.27, 200),
            capture=caught(0, 0, 1, 2, 3, 4),
            each=(RegionRank(lon=-70.0, lat=50.2, n=21, rank=0.214, world_rank=0.1),),
        ),
        schemes=(
            scheme(
                "blocks",
                pr_auc=0.21,
                base_rate=0.06,
                block_deg=15.0,
                folds=8,
                positions=2,
            ),
            scheme("blocks", "land", block_deg=5.0, folds=8, positions=2),
            scheme("countries", countries=9, countries_with_example=7),
            scheme("buffered-leave-one-out", negatives=200, ridge=1.0),
            scheme("leave-pair-out", negatives=2, ridge=1.0),
        ),
        withheld=WithheldTest(
            cells=157_036,
            cell_km2=25.0,
            maps=(
                map_test("terrane-boundary", 0.47, 0, 0, 0, 0, 1, 1),
                map_test("learned", 0.17, 0, 0, 1, 2, 3, 4),
                map_test("expert", 0.31, 0, 0, 0, 1, 1, 2),
            ),
            sites=tuple(
                WithheldSite(
                    name=f"Known place {number}",
                    lon=70.0,
                    lat=45.0,
                    uncertainty_km=5.0 * number,
                    in_states=number < 4,
                    said="alk-ig",
                    district=max(number - 2, 0),
                )
                for number in range(1, 5)
            ),
        ),
        calibration=(),
        arguments=(
            argument("Rock", "up", 0.12, 0.4),
            argument("Edge", "down", 0.44, 0.39),
            ArgumentAlone(
                name="roots",
                title="Roots",
                direction="either",
                slope=0.46,
                slope_low=0.26,
                slope_high=0.63,
            ),
        ),
        baselines=(
            BaselineAlone(
                map="terrane-boundary",
                auc=AucPair(land=estimate(0.79, 0.77, 0.82, 228)),
                regions=estimate(0.22, 0.18, 0.27, 200),
            ),
        ),
        tables=(
            TablePart(
                table="Potash of the world",
                others=430,
                auc=estimate(0.93, 0.9, 0.95, 228),
            ),
            TablePart(table="", others=1020, auc=estimate(0.8)),
        ),
        labels=(
            LabelPart(
                said="alk-ig",
                table="a table",
                n=99,
                auc=AucPair(other_deposits=estimate(0.77), land=estimate(0.81)),
            ),
            LabelPart(said="", table="", n=12, auc=AucPair()),
        ),
        land_shares=(
            LandShareTest(
                land_share=0.0,
                auc_others=0.7,
                auc_land=0.81,
                mean_rank=0.27,
                captured=(0.4, 0.55),
                withheld=figures(estimate(0.22, 0.13, 0.3), (0, 0, 0, 1, 3, 3)),
            ),
        ),
        trials=Trials(
            forms=(
                tried("", None, 0.26, 0.0, (2, 3)),
                tried("", 10.0, 0.25, -0.012, (1, 3)),
                tried("with-roots", None, 0.27, 0.008, None),
            ),
            looks=9,
        ),
        outside=OutsideTest(
            apart_km=25.0,
            sites=(
                OutsideSite(
                    name="Far Hill",
                    said="Carbonatite",
                    record="a-table:7",
                    akin=True,
                    lon=-70.0,
                    lat=50.0,
                    rank=0.043,
                    unseen_rank=nan,
                ),
            ),
            regions=1,
            mean_rank=estimate(0.043, n=1),
            mean_unseen_rank=estimate(nan, n=0),
            every=estimate(0.043, n=1),
        ),
        layers={},
        arguments_sha256="",
    )
    return LearnedReport.model_validate(
        {**{name: getattr(whole, name) for name in type(whole).model_fields}, **changes}
    )


def with_learned(**changes: Any) -> LearnedReport:
    """Return the report with other figures of the learned model."""
    whole = learned_report()
    maps = tuple(
        test.model_copy(update={"every": test.every.model_copy(update=changes)})
        if test.map == "learned"
        else test
        for test in whole.withheld.maps
    )
    withheld = whole.withheld.model_copy(update={"maps": maps})
    return whole.model_copy(update={"withheld": withheld})


def untested_report() -> LearnedReport:
    """Return the report of a model that the region has no place to test by."""
    whole = learned_report()
    withheld = whole.withheld.model_copy(update={"maps": (), "sites": ()})
    return learned_report(
        deposit_type=UNTAUGHT, n_withheld=0, title="Placers", withheld=withheld
    )


def reports() -> dict[str, Any]:
    """Return what validation.json holds of the learned models."""
    few = {"n_world": 7, "fewest": 30, "n_tested": 0, "fewest_tested": 5}
    return {
        "learned": {LEARNED: learned_report().model_dump(mode="json")},
        "without_learned": {UNTAUGHT: few},
        "agreement": {
            LEARNED: {"spearman": 0.31, "overlap": 0.42, "chance": 0.1, "cells": 157036}
        },
    }

"""Figures of a release that are curves: how many known places its maps find."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import numpy as np
from matplotlib.figure import Figure

from geodata.release.drawing import ACCENT, DPI, GREY, INK, save, shortened
from geodata.scoring.validation.capture import capture_curve
from geodata.scoring.validation.known_sites import KnownSites
from geodata.scoring.validation.report import MODELS, LearnedReport, MapId, MapTest

_MAPS: Mapping[MapId, tuple[str, str, object, float]] = MappingProxyType(
    {
        "learned": ("learned model", ACCENT, "-", 2.4),
        "expert": ("expert model", "#b5532a", "-", 1.8),
        "forest": ("random forest", "#5b6fb5", "--", 1.4),
        "trees": ("boosted trees", "#7fa8d8", "-", 1.4),
        "terrane-boundary": (
            "distance to any terrane boundary",
            "#9a7b1f",
            (0, (6, 2)),
            1.4,
        ),
        "other-occurrence": (
            "distance to any known occurrence of another kind",
            "#8c4a7d",
            (0, (1, 1.2)),
            1.4,
        ),
        "felsic-bedrock": (
            "felsic share of the bedrock",
            "#4f7a3a",
            (0, (6, 2, 1, 2)),
            1.4,
        ),
    }
)
"""Name, colour, dash and width of the line of each map."""


def draw_capture(path: Path, known_sites: KnownSites) -> None:
    """Draw how many known sites the best part of the area holds, as a PNG.

    Parameters
    ----------
    path : Path
        File to make.
    known_sites : KnownSites
        The check of the maps; circular sites are left out.
    """
    figure = Figure(figsize=(6.4, 4.6), dpi=DPI, layout="constrained")
    axes = figure.add_subplot()
    axes.plot([0, 1], [0, 1], color=GREY, linestyle=":", label="random map")
    sites = known_sites.sites
    lines = (
        (
            [one.own.mean for one in sites if one.own and not one.circular],
            ACCENT,
            "map of the site's own type",
        ),
        (
            [o.overall.mean for o in sites if o.overall and not o.circular_overall],
            INK,
            "all types",
        ),
    )
    for ranks, colour, name in lines:
        curve = capture_curve(ranks, np.linspace(0, 1, 201).tolist())
        drawn = slice(None if curve.n else 0)
        area, share = curve.area[drawn], curve.share[drawn]
        axes.step(
            area,
            share,
            where="post",
            color=colour,
            linewidth=2,
            label=f"{name} (n = {curve.n})",
        )
        band = curve.low[drawn], curve.high[drawn]
        axes.fill_between(area, *band, step="post", color=colour, alpha=0.1, lw=0)
    axes.set(
        xlim=(0, 1),
        ylim=(0, 1),
        xlabel="best part of the area of the five states",
        ylabel="share of known sites inside",
        title="Known rare-earth sites (bands: 95 % interval)",
    )
    axes.legend(loc="lower right", fontsize=8)
    save(figure, path)


def draw_withheld(path: Path, report: LearnedReport) -> None:
    """Draw how many places of the withheld region the best part of the area holds.

    Parameters
    ----------
    path : Path
        File to make.
    report : LearnedReport
        From :func:`geodata.release.evaluation.evaluate`.
    """
    figure = Figure(figsize=(7.2, 5.2), dpi=DPI, layout="constrained")
    axes = figure.add_subplot()
    axes.plot([0, 1], [0, 1], color=GREY, linestyle=":", label="random map")
    for test in sorted(report.withheld.maps, key=_model_first):
        ranks = np.sort([rank for rank in test.ranks if not np.isnan(rank)])
        if not len(ranks):
            continue
        name, colour, dash, width = _MAPS[test.map]
        axes.step(
            [0, *ranks, 1],
            [0, *(np.arange(1, len(ranks) + 1) / len(ranks)), 1],
            where="post",
            color=colour,
            linestyle=dash,
            linewidth=width,
            label=f"{name}: mean {ranks.mean():.2f}, n {len(ranks)}",
            zorder=4 if test.map == "learned" else 3,
        )
        if test.map == "learned":
            curve = test.every.capture
            axes.errorbar(
                [row.area for row in curve],
                [row.share for row in curve],
                yerr=[
                    [row.share - row.low for row in curve],
                    [row.high - row.share for row in curve],
                ],
                fmt="none",
                ecolor=colour,
                alpha=0.45,
                linewidth=1,
                capsize=2,
            )
    axes.set(
        xlim=(0, 1),
        ylim=(0, 1.02),
        xlabel="best part of the land of the five states, by each model",
        ylabel="share of known places inside",
    )
    axes.set_title(
        f"{shortened(report.title, 70)}: Central Asia kept back\n"
        "no model but the expert's was made with any of its places\n"
        "bars: 95 %, counting districts",
        fontsize=10,
    )
    axes.legend(loc="lower right", fontsize=7.5)
    save(figure, path)


def _model_first(test: MapTest) -> int:
    return MODELS.index(test.map) if test.map in MODELS else len(MODELS)


def draw_calibration(path: Path, report: LearnedReport) -> None:
    """Draw predicted beside observed frequency of held-out places.

    Parameters
    ----------
    path : Path
        File to make.
    report : LearnedReport
        From :func:`geodata.release.evaluation.evaluate`.
    """
    found = {
        key: np.array([getattr(bin_, key) for bin_ in report.calibration], np.float64)
        for key in ("predicted", "observed", "low", "high", "n")
    }
    figure = Figure(figsize=(5.4, 4.6), dpi=DPI, layout="constrained")
    axes = figure.add_subplot()
    least = max(float(found["predicted"].min()) / 2, 1e-4)
    most = min(float(max(found["predicted"].max(), found["high"].max())) * 1.5, 1.0)
    axes.plot([least, most], [least, most], color=GREY, linestyle=":", label="as said")
    observed = np.maximum(found["observed"], least)
    axes.errorbar(
        found["predicted"],
        observed,
        yerr=[observed - np.maximum(found["low"], least), found["high"] - observed],
        fmt="o",
        color=ACCENT,
        markersize=4,
        linewidth=1,
        capsize=2,
        label="held-out places, 95 %",
    )
    axes.set(
        xscale="log",
        yscale="log",
        xlim=(least, most),
        ylim=(least, most),
        xlabel="predicted share of examples",
        ylabel="observed share of examples",
    )
    axes.set_title(
        "Calibration in 15° blocks never seen\n"
        f"{int(found['n'].sum()):,} examples, other deposits and places on land;\n"
        "odds of this mixture, not of finding anything",
        fontsize=10,
    )
    axes.legend(loc="upper left", fontsize=8)
    save(figure, path)

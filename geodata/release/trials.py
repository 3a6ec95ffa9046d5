"""What a release tells of its models: tests, agreement, sensitivity, and figures."""

import json
import os
from collections.abc import Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path
from typing import Any

from geodata.ingestion.plan import every_plan
from geodata.prospects.describe import Survey
from geodata.raster import Cells, FloatArray
from geodata.release.learned import Opinion, agreement_report
from geodata.release.learned_files import FEWEST_TESTED, LearnedFiles
from geodata.release.sensitivity_figure import draw_tornado
from geodata.release.surroundings import Surroundings
from geodata.release.trial_figures import (
    draw_agreement,
    draw_calibration,
    draw_withheld,
)
from geodata.scoring.deposit_type import DepositType
from geodata.scoring.learned.train import FEWEST
from geodata.scoring.learned.withheld import plain
from geodata.scoring.sensitivity import Sensitivity, sensitivity


def sensitivities(
    models: Mapping[str, DepositType], survey: Survey
) -> dict[str, Sensitivity]:
    """Move every number of every model through its range, by deposit type."""
    classes = {key: item.classes for key, item in survey.backgrounds.items()}
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        moved = pool.map(
            lambda model: sensitivity(model, survey.measured, classes), models.values()
        )
        return dict(zip(models, moved, strict=True))


def trial_reports(
    files: Mapping[str, LearnedFiles],
    examples: Mapping[str, int],
    ranks: Mapping[str, FloatArray],
    learned: Mapping[str, Opinion],
    moved: Mapping[str, Sensitivity],
    *,
    present: Collection[str],
) -> dict[str, Any]:
    """Return what ``validation.json`` tells of the models beside the known sites.

    Returns
    -------
    dict
        ``learned``: reports of scripts/validate.py by deposit type;
        ``without_learned``: types without a map of a learned model, with how many
        examples the world has and on how many it was tested here;
        ``learned_lacks``: layers that a learned model was tested with
        and this release lacks (not among those ``present``); ``agreement``: expert
        beside learned; ``sensitivity``: what each number does to its map.
    """
    titles = {plan.id: plan.title for plan in every_plan()}
    return {
        "learned": {
            name: json.loads(texts.report)
            for name, texts in files.items()
            if texts.report
        },
        "without_learned": {
            name: {
                "n_world": count,
                "fewest": FEWEST,
                "n_tested": files[name].tested_on if name in files else 0,
                "fewest_tested": FEWEST_TESTED,
            }
            for name, count in examples.items()
            if name in ranks and name not in learned
        },
        "learned_lacks": {
            name: [
                {"layer": layer, "title": titles.get(layer, layer), "why": "absent"}
                for layer in sorted(opinion.model.training.layers)
                if layer not in present
            ]
            for name, opinion in learned.items()
        },
        "agreement": agreement_report(ranks, learned),
        "sensitivity": {name: plain(asdict(table)) for name, table in moved.items()},
    }


def draw_trials(
    folder: Path,
    report: Mapping[str, Any],
    moved: Mapping[str, Sensitivity],
    learned: Mapping[str, Opinion],
    ranks: Mapping[str, FloatArray],
    *,
    cells: Cells,
    around: Surroundings,
) -> None:
    """Draw every figure that shows how far the models can be trusted.

    Parameters
    ----------
    folder : Path
        Where the PNGs go.
    report : mapping
        Content of ``validation.json``.
    moved : mapping of str to Sensitivity
        From :func:`sensitivities`.
    learned : mapping of str to Opinion
        The learned models' maps.
    ranks : mapping of str to array of float32, shape (cells,)
        The expert models' area ranks.
    cells : Cells
        The land cells.
    around : Surroundings
        States, land and lakes.
    """
    for name, table in moved.items():
        draw_tornado(folder / f"tornado-{name}.png", table)
    for name, found in report["learned"].items():
        draw_calibration(folder / f"calibration-{name}.png", found)
        if found["withheld"]["models"]:
            draw_withheld(folder / f"withheld-{name}.png", found)
    for name, opinion in learned.items():
        if not report["agreement"][name]["cells"]:
            continue  # a picture of nothing
        draw_agreement(
            folder / f"agreement-{name}.png",
            cells,
            ranks[name],
            opinion.rank,
            around=around,
            comparison=report["agreement"][name],
        )

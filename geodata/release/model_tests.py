"""What a release says of its models: tests, agreement, sensitivity, and figures."""

from collections.abc import Collection, Mapping
from pathlib import Path

import numpy as np

from geodata.evidence.recipes import Reading
from geodata.execution import map_blocks
from geodata.ingestion.plan import every_plan
from geodata.layers.store import LayerStore
from geodata.prospects.describe import Survey
from geodata.raster import Cells, FloatArray
from geodata.release.asked_places import Places, land_sample
from geodata.release.charts import draw_calibration, draw_capture, draw_withheld
from geodata.release.figures import draw_agreement
from geodata.release.inputs import Inputs
from geodata.release.learned import Opinion
from geodata.release.learned_files import FEWEST_TESTED
from geodata.release.map_layers import OCCURRENCES
from geodata.release.map_tests import Maps, Trial, ask_maps
from geodata.release.other_kinds import (
    ask_of_other_kinds,
    classes_on_land,
    records_read,
)
from geodata.release.plain_maps import measure_plain
from geodata.release.surroundings import Surroundings
from geodata.release.tornado import draw_tornado
from geodata.release.validation import MissingLayer, Untested, ValidationReport
from geodata.scoring.agreement import compare
from geodata.scoring.deposit_file import parse_all
from geodata.scoring.deposit_type import DepositType
from geodata.scoring.learned.training import FEWEST
from geodata.scoring.like_land import RegionalModel
from geodata.scoring.sensitivity import Sensitivity, sensitivity
from geodata.scoring.validation.known_sites import KnownSites
from geodata.scoring.validation.map_tests import MapTests
from geodata.scoring.validation.specificity import Specificity
from geodata.scoring.validation.spread_test import SpreadTest


def sensitivities(
    models: Mapping[str, RegionalModel], survey: Survey
) -> dict[str, Sensitivity]:
    """Move every number of every model through its range, by deposit type."""
    moved = map_blocks(
        lambda model: sensitivity(model, survey.measured), models.values()
    )
    return dict(zip(models, moved, strict=True))


def tests_of_maps(
    models: Mapping[str, DepositType],
    maps: Maps,
    readings: Mapping[str, Reading],
    survey: Survey,
    store: LayerStore,
    *,
    around: Surroundings,
    circular: Mapping[str, frozenset[str]],
) -> MapTests:
    """Ask every map of a release what can hurt it.

    Parameters
    ----------
    models : mapping of str to DepositType
        The expert models.
    maps : mapping
        From :func:`geodata.release.map_tests.maps_of`.
    readings : mapping of str to Reading
        What the models read, by measurement key.
    survey : Survey
        The land cells and what was measured there.
    store : LayerStore
        The layers; what a question needs and the models do not is read here.
    around : Surroundings
        The known sites and the land.
    circular : mapping of str to set of str
        Site → deposit types it is no test of.
    """
    cells = survey.cells
    sample = land_sample(cells)
    sites = Places.on(around.sites, cells, around)
    trial = Trial(
        sites=sites,
        sample=sample,
        plain=measure_plain(
            store,
            cells,
            np.concatenate((sample, sites.around.cell)),
            readings=readings,
            measured=survey.measured,
        ),
    )
    specificity = (
        ask_of_other_kinds(
            maps,
            classes_on_land(store, cells, around, sites),
            sites,
            sample,
            circular=circular,
            read=records_read(models, readings, store),
        )
        if OCCURRENCES in store.ids()
        else Specificity(missing=(OCCURRENCES,))
    )
    return ask_maps(
        maps,
        trial,
        circular,
        beside=len(around.sites) - len(sites.table),
        specificity=specificity,
    )


def validation_report(
    known_sites: KnownSites,
    inputs: Inputs,
    ranks: Mapping[str, FloatArray],
    learned: Mapping[str, Opinion],
    *,
    moved: Mapping[str, Sensitivity],
    spreads: Mapping[str, SpreadTest],
    map_tests: MapTests,
    present: Collection[str],
) -> ValidationReport:
    """Put together what a release says of its models.

    Parameters
    ----------
    known_sites : KnownSites
        The check against the known sites.
    inputs : Inputs
        Files of the learned models, and how many examples each type has.
    ranks : mapping of str to array of float32, shape (cells,)
        The expert models' area ranks.
    learned : mapping of str to Opinion
        The learned models' maps.
    moved : mapping of str to Sensitivity
        From :func:`sensitivities`.
    spreads : mapping of str to SpreadTest
        Whether the ranges of the expert models hold what they say.
    map_tests : MapTests
        From :func:`tests_of_maps`.
    present : collection of str
        Layers the release has.
    """
    titles = {plan.id: plan.title for plan in every_plan()}
    files = inputs.learned
    return ValidationReport(
        known_sites=known_sites,
        learned={
            name: item.tested for name, item in files.items() if item.tested is not None
        },
        without_learned={
            name: Untested(
                n_world=count,
                fewest=FEWEST,
                n_tested=files[name].tested_on if name in files else 0,
                fewest_tested=FEWEST_TESTED,
            )
            for name, count in inputs.examples.items()
            if name in ranks and name not in learned
        },
        missing_layers={
            name: tuple(
                MissingLayer(layer=layer, title=titles.get(layer, layer))
                for layer in sorted(opinion.model.training.layers)
                if layer not in present
            )
            for name, opinion in learned.items()
        },
        agreement={
            name: compare(ranks[name], opinion.rank)
            for name, opinion in learned.items()
        },
        sensitivity=dict(moved),
        spread=dict(spreads),
        map_tests=map_tests,
        arguments={
            name: inputs.records.of(model)
            for name, model in parse_all(inputs.deposit_types).items()
        },
    )


def draw_tests(
    folder: Path,
    report: ValidationReport,
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
    report : ValidationReport
        What they show.
    learned : mapping of str to Opinion
        The learned models' maps.
    ranks : mapping of str to array of float32, shape (cells,)
        The expert models' area ranks.
    cells : Cells
        The land cells.
    around : Surroundings
        States, land and lakes.
    """
    draw_capture(folder / "capture.png", report.known_sites)
    for name, table in report.sensitivity.items():
        draw_tornado(folder / f"tornado-{name}.png", table)
    for name, found in report.learned.items():
        draw_calibration(folder / f"calibration-{name}.png", found)
        if found.withheld.maps:
            draw_withheld(folder / f"withheld-{name}.png", found)
    for name, opinion in learned.items():
        if not report.agreement[name].cells:
            continue  # a picture of nothing
        draw_agreement(
            folder / f"agreement-{name}.png",
            cells,
            ranks[name],
            opinion.rank,
            around=around,
            agreement=report.agreement[name],
        )

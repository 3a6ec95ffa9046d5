"""Build a release: the whole method, in the order it is carried out."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from geodata.errors import (
    CellSizeError,
    DamagedReleaseError,
    NoReleaseError,
    OutdatedReleaseError,
)
from geodata.execution import BackgroundWriter
from geodata.layers.store import LayerStore, ReadOnce
from geodata.prospects.delineate import delineate
from geodata.prospects.describe import ProspectArea, Survey, describe
from geodata.prospects.rank import rank, to_table
from geodata.raster import Cells, Grid
from geodata.release.coverage import coverage_of_layers
from geodata.release.default_opinions import default_opinions
from geodata.release.export import named_layers, write_tables
from geodata.release.figures import draw_map
from geodata.release.inputs import Inputs, Parameters, gather, require_known_layers
from geodata.release.known_sites import (
    check_known_sites,
    circular_sites,
    single_inputs,
)
from geodata.release.land import write_land
from geodata.release.learned import opinions, with_learned
from geodata.release.learned_files import FOLDER as LEARNED_FOLDER
from geodata.release.learned_files import bearing_maps, write_files
from geodata.release.manifest import make_manifest
from geodata.release.map_tests import maps_of
from geodata.release.maps import RankedMaps, write_evidence, write_maps
from geodata.release.model import EXPLANATIONS, to_json
from geodata.release.model_tests import (
    draw_tests,
    sensitivities,
    tests_of_maps,
    validation_report,
)
from geodata.release.open import open_release
from geodata.release.place import OVERALL
from geodata.release.publish import make_current, new_folder, publish
from geodata.release.surroundings import read_surroundings
from geodata.release.survey import (
    Progress,
    fit_models,
    measure,
    no_progress,
    prepare_all,
    survey_cells,
)
from geodata.release.validation import write_validation
from geodata.scoring.deposit_file import parse_all
from geodata.scoring.deposit_type import DepositType
from geodata.scoring.draws import draw
from geodata.scoring.favourability import (
    Favourability,
    score_places,
)
from geodata.scoring.like_land import RegionalModel

_MEMORY_PER_CELL = 850  # bytes, all arrays of a build together, measured at 1 km
_DISK_PER_CELL = 150  # bytes, all files of a release, measured at 1 km
_DISK_BASE = 60_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """A release that is there now.

    Attributes
    ----------
    folder : Path
        Its folder.
    fresh : bool
        False when an intact release of the same inputs was already there.
    """

    folder: Path
    fresh: bool


def build_release(
    store: LayerStore,
    deposit_types: Mapping[str, str],
    releases: Path,
    *,
    parameters: Parameters | None = None,
    progress: Progress = no_progress,
) -> Built:
    """Build the release that follows from some inputs, or find it already built.

    Parameters
    ----------
    store : LayerStore
        The layers.
    deposit_types : mapping of str to str
        Deposit type id → text of its file.
    releases : Path
        Folder that holds the releases.
    parameters : Parameters, optional
        Cell size, draws and rules; the defaults if None.
    progress : function
        Told what is being done.

    Raises
    ------
    GeodataError
        Any of its kinds; the last good release stays current.
    """
    models = parse_all(deposit_types)
    require_known_layers(models, store)
    inputs = gather(store, dict(deposit_types), parameters or Parameters())
    try:
        folder = open_release(releases, inputs.release_id).folder
    except (NoReleaseError, DamagedReleaseError, OutdatedReleaseError):
        folder = _build(ReadOnce(store), models, inputs, releases, progress)
        return Built(folder=folder, fresh=True)
    make_current(releases, inputs.release_id)
    return Built(folder=folder, fresh=False)


def _build(
    store: LayerStore,
    models: Mapping[str, DepositType],
    inputs: Inputs,
    releases: Path,
    progress: Progress,
) -> Path:
    progress("Laying the grid", 0.0)
    around = read_surroundings(store)
    grid = Grid.covering(around.scored, cell_m=inputs.parameters.cell_m)
    check_memory(grid)
    cells = Cells.inside(grid, around.scored)
    progress("Laying the grid", 1.0)
    needed = _DISK_BASE + _DISK_PER_CELL * len(cells)
    with new_folder(releases, needed=needed) as folder:
        learned_models = {
            name: item.read() for name, item in bearing_maps(inputs.learned).items()
        }
        readings = prepare_all(models.values(), store, learned=learned_models.values())
        measured = measure(readings, cells, progress)
        survey = survey_cells(cells, readings, measured, around)
        with BackgroundWriter() as writer:
            writer.begin(write_evidence, folder, survey, progress)
            regional, spreads = fit_models(
                models, survey, inputs.parameters.delineation
            )
            write_land(folder, regional)
            maps, areas = _score(regional, survey, inputs.parameters, progress)
            made = RankedMaps.of(maps, opinions(learned_models, survey))
            ranks, coverages, learned = made.ranks, made.coverages(), made.learned
            writer.begin(write_maps, folder, made, cells, progress)
            del maps, made  # their memory is free once they are written
            ranked = with_learned(rank(areas), learned, survey)
            prospects = to_table(ranked)
            known = coverage_of_layers(store, readings.values(), survey, around)
            write_tables(
                folder,
                prospects,
                around,
                store=store,
                named=sorted(set(named_layers(readings).values())),
                coverage=known.values(),
            )
            explanations = [area.explanation for area in ranked]
            (folder / EXPLANATIONS).write_bytes(
                to_json(dict(zip(prospects["id"], explanations, strict=True)))
            )
            circular = circular_sites(models, readings, store, around.occurrences)
            known_sites = check_known_sites(
                ranks,
                coverages,
                cells,
                around,
                circular,
                baselines=single_inputs(readings, measured),
            )
            progress("Testing the models", 0.0)
            report = validation_report(
                known_sites,
                inputs,
                ranks,
                learned,
                moved=sensitivities(regional, survey),
                spreads=spreads,
                map_tests=tests_of_maps(
                    models,
                    maps_of(ranks, learned),
                    readings,
                    survey,
                    store,
                    around=around,
                    circular=circular,
                ),
                present=store.ids(),
            )
            progress("Testing the models", 1.0)
            write_validation(folder, report)
            _write_models(folder, inputs)
            progress("Drawing the figures", 0.0)
            (figures := folder / "figures").mkdir()
            draw_map(
                figures / "prospects.png",
                cells,
                ranks[OVERALL],
                prospects,
                around,
                release_id=inputs.release_id,
            )
            draw_tests(figures, report, learned, ranks, cells=cells, around=around)
            progress("Drawing the figures", 1.0)
        return publish(
            folder,
            releases,
            make_manifest(
                inputs,
                models,
                readings=readings,
                survey=survey,
                store=store,
                prospects=prospects,
                coverage=known,
                ranks=ranks,
                opinions=default_opinions(models, report),
            ),
        )


def _score(
    models: Mapping[str, RegionalModel],
    survey: Survey,
    parameters: Parameters,
    progress: Progress,
) -> tuple[dict[str, Favourability], list[ProspectArea]]:
    """Score and delineate every deposit type, where enough is known to rank it."""
    maps: dict[str, Favourability] = {}
    areas: list[ProspectArea] = []
    for position, (name, model) in enumerate(models.items()):
        draws = draw(model.deposit_type, count=parameters.draws, seed=parameters.seed)
        maps[name] = score_places(
            model,
            draws,
            survey.measured,
            progress=_part_of(progress, position, len(models)),
        )
        label = delineate(
            survey.cells.to_map(maps[name].ranked),
            cell_area_km2=survey.cells.grid.cell_area_km2,
            rule=parameters.delineation,
        )
        areas += describe(model, draws, label, maps[name], survey)
    return maps, areas


def _part_of(
    progress: Progress, position: int, models: int
) -> Callable[[float], object]:
    return lambda share: progress("Scoring", (position + share) / models)


def _write_models(folder: Path, inputs: Inputs) -> None:
    """Put the texts of the models of both kinds into a release."""
    (folder / "deposit_types").mkdir()
    for name, text in inputs.deposit_types.items():
        path = folder / "deposit_types" / f"{name}.toml"
        path.write_text(text, encoding="utf-8")
    write_files(folder / LEARNED_FOLDER, bearing_maps(inputs.learned))


def check_memory(grid: Grid) -> None:
    """Refuse a grid that would not fit into this machine's memory.

    Raises
    ------
    CellSizeError
        Naming the cells, the memory they need and the memory there is.
    """
    needed = grid.rows * grid.columns * _MEMORY_PER_CELL // 2  # half of it is land
    there = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    if needed > there:
        raise CellSizeError(
            f"Cells of {grid.cell_m:g} m make a grid of {grid.rows:,} × "
            f"{grid.columns:,}, which needs about {needed / 1e9:,.0f} GB of memory; "
            f"this machine has {there / 1e9:,.0f} GB. Choose larger cells."
        )

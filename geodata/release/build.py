"""Build a release: the whole method, in the order it is carried out."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import geopandas as gpd

from geodata.errors import ReleaseError
from geodata.execution import BackgroundWriter
from geodata.layers.store import LayerStore, ReadOnce
from geodata.prospects.delineate import delineate
from geodata.prospects.describe import ProspectArea, Survey, describe
from geodata.prospects.names import name_areas
from geodata.prospects.rank import rank, to_table
from geodata.raster import Cells, Grid
from geodata.release.coverage import coverage_of_layers
from geodata.release.default_opinions import default_opinions
from geodata.release.export import named_layers, write_tables
from geodata.release.figures import draw_map
from geodata.release.identity import History
from geodata.release.inputs import Inputs, Parameters, gather, require_known_layers
from geodata.release.known_sites import check_known_sites, circular_sites, single_inputs
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
from geodata.release.needs import DISK_BASE, DISK_PER_CELL, check_memory
from geodata.release.open import open_release
from geodata.release.place import OVERALL
from geodata.release.predecessor import Choice, choose_predecessor, of_same_inputs
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
from geodata.scoring.favourability import Favourability, score_places
from geodata.scoring.like_land import RegionalModel


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """A release that is there now.

    Attributes
    ----------
    folder : Path
        Its folder.
    fresh : bool
        False when an intact release of the same inputs was already there.
    note : str
        Why it does not follow the release it should; mostly empty.
    """

    folder: Path
    fresh: bool
    note: str = ""


def build_release(
    store: LayerStore,
    deposit_types: Mapping[str, str],
    releases: Path,
    *,
    parameters: Parameters | None = None,
    predecessor: str | None = None,
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
    predecessor : str, optional
        Id of the release whose areas lend their ids, empty for none; by default it
        follows from the releases that are there.
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
    if predecessor is None:
        links = of_same_inputs(releases, inputs.inputs_id)
        if found := _find([link.id for link in links], releases):
            return found
        choice = choose_predecessor(releases, inputs.inputs_id)
    else:
        choice = Choice(open_release(releases, predecessor) if predecessor else None)
    inputs = replace(inputs, predecessor=choice.id)
    if found := _find([inputs.release_id], releases):
        return found
    past = History.of(choice.release) if choice.release else History.none()
    folder = _build(ReadOnce(store), models, inputs, releases, progress, past=past)
    return Built(folder=folder, fresh=True, note=choice.note)


def _find(names: Iterable[str], releases: Path) -> Built | None:
    """Make the first release that is intact the current one."""
    for name in names:
        try:
            folder = open_release(releases, name).folder
        except ReleaseError:
            continue
        make_current(releases, name)
        return Built(folder=folder, fresh=False)
    return None


def _build(
    store: LayerStore,
    models: Mapping[str, DepositType],
    inputs: Inputs,
    releases: Path,
    progress: Progress,
    *,
    past: History,
) -> Path:
    progress("Laying the grid", 0.0)
    around = read_surroundings(store)
    grid = Grid.covering(around.scored, cell_m=inputs.parameters.cell_m)
    check_memory(grid)
    cells = Cells.inside(grid, around.scored)
    progress("Laying the grid", 1.0)
    needed = DISK_BASE + DISK_PER_CELL * len(cells)
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
            prospects = _with_ids(ranked, past)
            carried = past.followed_by(prospects)
            known = coverage_of_layers(store, readings.values(), survey, around)
            write_tables(
                folder,
                prospects,
                around,
                store=store,
                named=sorted(set(named_layers(readings).values())),
                coverage=known.values(),
                past=carried.tables,
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
                id_changes=carried.changes,
            ),
        )


def _with_ids(ranked: Sequence[ProspectArea], past: History) -> gpd.GeoDataFrame:
    """Put ranked areas into a table, with the ids they keep and new ones."""
    kept = past.kept_by(
        [area.deposit_type.id for area in ranked], [area.geometry for area in ranked]
    )
    return to_table(ranked, name_areas(ranked, kept, used=past.ids))


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

"""The learned opinion in a release; the layers and all places are made up."""

import dataclasses
import json

import numpy as np
import pytest
from matplotlib.image import imread
from numpy.testing import assert_allclose, assert_array_equal

from geodata.errors import LearnedModelError
from geodata.layers.store import LayerStore
from geodata.prospects.describe import Survey
from geodata.raster import Cells, Grid
from geodata.release import open_release
from geodata.release.build import build_release
from geodata.release.inputs import Parameters, gather
from geodata.release.learned import explain_area, opinions
from geodata.release.learned_files import (
    FEWEST_TESTED,
    LearnedFiles,
    bearing_maps,
    read_files,
    shipped_files,
    write_files,
)
from geodata.release.rasters import read_shares
from geodata.scoring.agreement import compare, word_for
from geodata.scoring.deposit_type import deposit_type_texts
from geodata.scoring.favourability import area_rank
from geodata.scoring.learned.argument import parse_learned
from geodata.scoring.learned.model_file import shipped, shipped_counts, to_json
from tests.geodata.prospects.test_rank import area
from tests.geodata.release.learned_layers import LEARNED, write_learned_layers
from tests.geodata.release.small_layers import BUNDLE
from tests.geodata.scoring.learned.worlds import argument, background, model_of

UNTESTED = "placer"
"""A type whose learned model was tested on no place of the region."""

ROCK = argument("rock")
TEXTS = {name: deposit_type_texts()[name] for name in (LEARNED, UNTESTED)}
TYPE = parse_learned(LEARNED, TEXTS[LEARNED])
BANDS = ("learned", "learned_rank", "learned_coverage")


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    folder = tmp_path_factory.mktemp("made-up")
    write_learned_layers(folder)
    return LayerStore((folder, BUNDLE))


@pytest.fixture(scope="module")
def taught(store, tmp_path_factory):
    texts = deposit_type_texts()
    releases = tmp_path_factory.mktemp("taught") / "releases"
    build_release(
        store,
        {key: texts[key] for key in (LEARNED, UNTESTED, "phosphorite")},
        releases,
        parameters=Parameters(cell_m=50_000),
    )
    return open_release(releases)


@pytest.fixture(scope="module")
def bands(taught):
    return read_shares(taught.favourability_path(LEARNED)).bands


def known_cells(bands):
    return np.argwhere(~np.isnan(bands["learned"]))


def test_the_map_of_a_type_with_a_learned_model_has_its_three_bands(taught, bands):
    assert tuple(bands)[-3:] == BANDS
    other = read_shares(taught.favourability_path("phosphorite")).bands
    assert not set(BANDS) & set(other)
    overall = read_shares(taught.favourability_path("overall")).bands
    assert not set(BANDS) & set(overall)


def test_the_bands_hold_the_judgement_of_the_cells(bands):
    score, rank = bands["learned"], bands["learned_rank"]
    assert_array_equal(np.isnan(score), np.isnan(rank))
    on_land = ~np.isnan(bands["coverage"])
    assert_array_equal(on_land, ~np.isnan(bands["learned_coverage"]))
    assert (~np.isnan(score)).sum() > 1_000
    values = score[~np.isnan(score)]
    # Stored to 1/10 000: the order of the scores is that of the ranks.
    assert_allclose(
        area_rank(values), rank[~np.isnan(score)], atol=len(np.unique(values)) * 1e-5
    )
    assert np.ptp(values) > 0.1
    assert bands["learned_coverage"][on_land].max() == pytest.approx(1.0, abs=1e-4)


def test_the_release_carries_the_model_and_its_arguments(taught):
    assert set(taught.learned_models) == {LEARNED}
    folder = taught.folder / "learned"
    assert [path.name for path in folder.iterdir()] == ["carbonatite.json"]
    assert (folder / f"{LEARNED}.json").read_text(encoding="utf-8") == shipped(".json")[
        LEARNED
    ]
    assert f"learned/{LEARNED}.json" in taught.manifest.files
    assert taught.learned_models[LEARNED].arguments == TYPE.arguments


def test_a_model_tested_on_fewer_than_five_places_makes_no_map(taught):
    other = read_shares(taught.favourability_path(UNTESTED)).bands
    assert not set(BANDS) & set(other)
    place = taught.explainer.at(66.0, 44.0)
    assert taught.explainer.explain(place, UNTESTED).learned is None
    assert not (taught.folder / "figures" / f"agreement-{UNTESTED}.png").exists()
    assert set(taught.validation.agreement) == {LEARNED}


def test_the_reason_why_a_model_makes_no_map_is_told(taught):
    told = {
        name: found.model_dump()
        for name, found in taught.validation.without_learned.items()
    }
    counts = shipped_counts()
    assert told == {
        UNTESTED: {
            "n_world": counts[UNTESTED],
            "fewest": 30,
            "n_tested": 0,
            "fewest_tested": 5,
        },
        "phosphorite": {
            "n_world": counts["phosphorite"],
            "fewest": 30,
            "n_tested": 0,
            "fewest_tested": 5,
        },
    }
    assert set(taught.validation.learned) == {LEARNED, UNTESTED}


def files_of(count):
    shipped_report = json.loads(shipped("-validation.json")[LEARNED])
    report = json.dumps({**shipped_report, "n_withheld": count})
    return LearnedFiles(model="", arguments=TYPE, report=report)


def test_five_known_places_are_enough_for_a_map_and_four_are_not():
    assert FEWEST_TESTED == 5
    files = {
        "none": LearnedFiles(model="", arguments=TYPE, report=""),
        "four": files_of(4),
        "five": files_of(5),
        "ten": files_of(10),
    }
    assert [item.tested_on for item in files.values()] == [0, 4, 5, 10]
    assert list(bearing_maps(files)) == ["five", "ten"]
    assert bearing_maps(files)["five"] is files["five"]


def test_the_shipped_models_were_tested_as_their_reports_say():
    files = shipped_files(TEXTS)
    for name, item in files.items():
        report = json.loads(shipped("-validation.json")[name])
        assert item.tested_on == report["n_withheld"]
    assert list(bearing_maps(files)) == [LEARNED]


def test_a_cell_is_explained_as_it_was_judged(taught, bands):
    cells = Cells.inside(taught.grid, read_land(taught))
    lon, lat = cells.lonlat()
    seen = 0
    for number in range(0, len(lon), len(lon) // 12):
        place = taught.explainer.at(lon[number], lat[number])
        row, column = place.rows[0], place.columns[0]
        why = taught.explainer.explain(place, LEARNED).learned
        for name, band in (
            ("score", "learned"),
            ("rank", "learned_rank"),
            ("coverage", "learned_coverage"),
        ):
            stored = bands[band][row, column]
            if np.isnan(stored):
                assert np.isnan(getattr(why, name))
            else:
                assert getattr(why, name) == pytest.approx(stored, abs=1e-4)
                seen += 1
        parts = sum(item.part for item in why.arguments)
        assert abs(why.intercept + parts - why.log_odds) <= 1e-12
    assert seen > 12


def read_land(release):
    from geodata.release.surroundings import read_surroundings

    return read_surroundings(LayerStore((BUNDLE,))).scored


def test_a_type_without_a_learned_model_is_explained_without_one(taught):
    place = taught.explainer.at(66.0, 44.0)
    why = taught.explainer.explain(place, "phosphorite")
    assert why.learned is None
    assert taught.explainer.explain(place, LEARNED).learned is not None


def test_every_area_tells_what_the_learned_model_thinks_of_it(taught):
    table = taught.prospects.set_index("id")
    assert len(table)
    types = {LEARNED, UNTESTED, "phosphorite"}
    assert types >= set(table["deposit_type"])
    for name, why in taught.explanations.items():
        row = table.loc[name]
        learned = why.learned
        if row["deposit_type"] != LEARNED:
            assert learned is None
            assert np.isnan(row["learned_rank"])
            assert row["agreement"] == "not known"
            continue
        parts = sum(item.part for item in learned.arguments)
        assert abs(learned.intercept + parts - learned.log_odds) <= 1e-12
        assert row["learned_rank"] == pytest.approx(learned.rank, abs=1e-6)
        assert row["agreement"] == word_for(learned.rank)
        assert 0 < learned.rank <= 1
        assert 0 < learned.rank_p10 < learned.rank_p90 <= 1
    assert (table["deposit_type"] == LEARNED).any()
    low, high = table["rank_in_type_p10"], table["rank_in_type_p90"]
    assert (low <= high).all()
    assert (low >= 1).all()
    assert (high <= len(table)).all()


def test_the_agreement_of_the_maps_is_told_and_drawn(taught, bands):
    told = taught.validation.agreement
    assert set(told) == {LEARNED}
    known = ~np.isnan(bands["area_rank"])
    found = compare(bands["area_rank"][known], bands["learned_rank"][known])
    assert told[LEARNED].cells == found.cells
    for name in ("spearman", "overlap", "chance"):
        assert getattr(told[LEARNED], name) == pytest.approx(
            getattr(found, name), abs=0.01
        )
    picture = imread(taught.folder / "figures" / f"agreement-{LEARNED}.png")
    assert len(np.unique(picture.reshape(-1, picture.shape[2]), axis=0)) > 50
    assert not (taught.folder / "figures" / "agreement-phosphorite.png").exists()


def test_one_changed_coefficient_gives_another_release(store):
    texts = deposit_type_texts()
    found = gather(store, {LEARNED: texts[LEARNED]}, Parameters())
    assert set(found.learned) == {LEARNED}
    files = found.learned[LEARNED]
    model = files.read()
    slopes = model.coefficients.slopes.copy()
    slopes[0] = np.nextafter(slopes[0], 9)
    changed = dataclasses.replace(
        model, coefficients=dataclasses.replace(model.coefficients, slopes=slopes)
    )
    ids = {
        dataclasses.replace(found, learned=learned).release_id
        for learned in (
            found.learned,
            {},
            {LEARNED: dataclasses.replace(files, model=to_json(changed, TYPE.sha256))},
            {
                LEARNED: dataclasses.replace(
                    files, arguments=dataclasses.replace(TYPE, title="another")
                )
            },
            {LEARNED: dataclasses.replace(files, report=files.report + " ")},
        )
    }
    assert len(ids) == 5
    assert found.release_id in ids


def test_only_the_models_of_the_types_of_a_release_go_into_it():
    other = {"nosuch": TEXTS[LEARNED], "phosphorite": 'code = "phos"'}
    assert set(shipped_files({LEARNED: TEXTS[LEARNED], **other})) == {LEARNED}
    assert shipped_files({}) == {}
    files = shipped_files(TEXTS)[LEARNED]
    assert files.model == shipped(".json")[LEARNED]
    assert files.arguments == TYPE
    assert files.report == shipped("-validation.json").get(LEARNED, "")


def test_files_are_written_and_read_back(tmp_path):
    files = shipped_files(TEXTS)
    write_files(tmp_path / "learned", files)
    found = read_files(tmp_path / "learned", TEXTS)
    assert list(found) == [LEARNED, UNTESTED]
    for name, model in found.items():
        assert to_json(model, files[name].arguments.sha256) == files[name].model


def test_a_release_made_before_there_were_learned_models_has_none(tmp_path):
    assert read_files(tmp_path / "learned", {}) == {}
    write_files(tmp_path / "learned", {})
    assert read_files(tmp_path / "learned", {}) == {}


def test_a_model_that_does_not_fit_its_arguments_is_refused():
    changed = TEXTS[LEARNED].replace('direction = "up"', 'direction = "down"', 1)
    with pytest.raises(LearnedModelError, match="other arguments"):
        shipped_files({LEARNED: changed})[LEARNED].read()


@pytest.mark.parametrize("report", ["{", "{}", "[]", '{"schema_version": 1}'])
def test_a_report_of_another_form_is_refused_in_a_line(report):
    files = LearnedFiles(model="", arguments=TYPE, report=report)
    with pytest.raises(LearnedModelError, match="Run scripts/validate") as refusal:
        _ = files.tested
    assert str(refusal.value).isprintable()


def survey(rock):
    """Return a survey of a row of cells that was only asked for its rock."""
    grid = Grid(cell_m=50_000, west_m=0, north_m=0, rows=1, columns=len(rock))
    return Survey(
        cells=Cells(grid=grid, index=np.arange(len(rock))),
        state=np.zeros(len(rock), dtype=np.int8),
        measured={ROCK.measurement.key: np.float32(rock)},
        backgrounds={ROCK.measurement.key: background()},
        names={ROCK.measurement.key: lambda lon, lat: f"at {lon:g} {lat:g}"},
        places=None,
        occurrences=None,
    )


def test_an_opinion_is_the_judgement_and_its_rank():
    where = survey([3.0, 1.0, np.nan, 2.0])
    found = opinions({"placer": model_of(ROCK, slopes=[1.0])}, where)["placer"]
    assert_allclose(found.rank, [1 / 3, 1.0, np.nan, 2 / 3])
    assert tuple(found.bands()) == BANDS
    assert_array_equal(found.bands()["learned"], found.judgement.score)
    assert_array_equal(found.bands()["learned_rank"], found.rank)
    assert_array_equal(found.bands()["learned_coverage"], [1, 1, 0, 1])


def test_an_area_is_told_as_the_mean_of_its_cells():
    where = survey([3.0, 1.0, np.nan, 2.0, 9.0])
    opinion = opinions({"x": model_of(ROCK, slopes=[1.0])}, where)["x"]
    one = dataclasses.replace(area(), members=np.array([0, 2, 3]), lon=70.0, lat=45.0)
    found = explain_area(one, opinion, where)
    assert found.rank == pytest.approx((0.5 + 0.75) / 2)
    assert found.arguments[0].part == pytest.approx((3 + 0 + 2) / 3)
    assert found.coverage == pytest.approx(2 / 3)
    assert found.log_odds == pytest.approx(0.25 + 5 / 3)
    unknown = dataclasses.replace(one, members=np.array([2]))
    assert np.isnan(explain_area(unknown, opinion, where).rank)


def test_an_area_is_told_with_the_spread_of_its_rank_over_the_refits():
    """Ranks of the cells of 3 and 2 among four: by the first refit 2/4 and 3/4.

    By the second, which turns the order round, 3/4 and 2/4; by the third, flat, 1.
    """
    where = survey([3.0, 1.0, np.nan, 2.0, 9.0])
    model = model_of(ROCK, slopes=[1.0], refits=[[1.0], [-1.0], [0.0]])
    opinion = opinions({"x": model}, where)["x"]
    assert_array_equal(
        opinion.ladder,
        np.float32([[3, -3, 0], [1, -1, 0], [np.nan] * 3, [2, -2, 0], [9, -9, 0]]),
    )
    one = dataclasses.replace(area(), members=np.array([0, 2, 3]), lon=70.0, lat=45.0)
    found = explain_area(one, opinion, where)
    assert found.rank_p10 == pytest.approx(0.625)
    assert found.rank_p90 == pytest.approx(0.625 + 0.8 * 0.375)
    bare = opinions({"x": model_of(ROCK, slopes=[1.0])}, where)["x"]
    assert np.isnan(explain_area(one, bare, where).rank_p10)


def test_the_name_is_that_at_the_best_cell_of_the_area():
    fault = argument(
        "fault",
        measurement=dataclasses.replace(ROCK.measurement, measure="distance"),
    )
    key = fault.measurement.key
    where = dataclasses.replace(
        survey([3.0]),
        measured={key: np.float32([3.0])},
        backgrounds={key: background()},
        names={key: lambda lon, lat: f"at {lon:g} {lat:g}"},
    )
    opinion = opinions({"x": model_of(fault, slopes=[1.0])}, where)["x"]
    one = dataclasses.replace(area(), members=np.array([0]), lon=70.0, lat=45.0)
    measured = explain_area(one, opinion, where).arguments[0].measured
    assert (measured.typical, measured.nearest) == (3.0, "at 70 45")

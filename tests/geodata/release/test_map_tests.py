"""Maps of nine cells, asked about sites by hand."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from numpy.testing import assert_allclose

from geodata.layers.store import LayerStore
from geodata.raster import Cells, Grid, Raster
from geodata.release.asked_places import SAMPLE, Places, land_sample
from geodata.release.map_tests import Trial, ask_maps, maps_of
from geodata.release.other_kinds import ask_of_other_kinds
from geodata.release.place import OVERALL
from geodata.release.plain_maps import PLAIN, measure_plain
from geodata.release.surroundings import Surroundings
from geodata.scoring.favourability import area_rank
from geodata.scoring.validation.specificity import Specificity
from tests.geodata.layers.layer_files import write_raster
from tests.geodata.release.small_layers import draft

nan = np.float32(np.nan)
GRID = Grid(cell_m=200_000, west_m=-300_000, north_m=300_000, rows=3, columns=3)
CELLS = Cells(grid=GRID, index=np.arange(9))
GROUND = np.float32([1, 1, 1, 2, 2, 2, 3, 3, 3])
"""Elevation of the rows, from north to south."""


def nine(*values):
    return np.array(values, dtype=np.float32)


def table(*cells, kind="placer", **columns):
    lon, lat = CELLS.lonlat()
    points = [shapely.Point(lon[cell], lat[cell]) for cell in cells]
    facts = {
        "site": [f"site {cell}" for cell in cells],
        "deposit_type": kind,
        "uncertainty_km": 1.0,
    }
    return gpd.GeoDataFrame(facts | columns, geometry=points, crs="EPSG:4326")


def around(sites):
    empty = gpd.GeoDataFrame(geometry=[], crs="EPSG:4326")
    return Surroundings(
        **dict.fromkeys(("states", "land", "lakes", "places", "occurrences"), empty),
        sites=sites,
        scored=shapely.box(60, 40, 75, 52),
    )


def places(*cells, **facts):
    sites = table(*cells, **facts)
    return Places.on(sites, CELLS, around(sites))


def asked(sites, maps, *, plain=None, circular=None):
    sample = land_sample(CELLS)
    chosen = np.concatenate((sample, sites.around.cell))
    plain = {"elevation": GROUND} if plain is None else plain
    trial = Trial(
        sites=sites,
        sample=sample,
        plain={name: values[chosen] for name, values in plain.items()},
    )
    return ask_maps(maps, trial, circular or {}, beside=2, specificity=Specificity())


SCORE = nine(0.9, 0.2, 0.1, 0.3, 0.8, 0.4, 0.5, 0.6, 0.7)
"""Order of the cells, best first: 0, 4, 8, 7, 6, 5, 3, 1, 2."""


def test_sites_are_ranked_among_all_land_and_among_land_of_their_height():
    found = asked(places(0, 4, 6), {"placer": {"expert": area_rank(SCORE)}})
    (own,) = [test for test in found.types if test.deposit_type]
    expert = own.figures("expert")
    assert own.sites == ("site 0", "site 4", "site 6")
    assert (expert.rank.n, expert.rank.districts, expert.unknown) == (3, 3, 0)
    # Cells above and half of the own one: 0.5, 1.5 and 4.5 of nine.
    assert expert.rank.value == pytest.approx((0.5 + 1.5 + 4.5) / 9 / 3)
    # In their rows, site 0 and site 4 are the first of three and site 6 the last.
    within = expert.within["elevation"]
    assert within.value == pytest.approx((0.5 + 0.5 + 2.5) / 3 / 3)
    assert (within.n, within.districts) == (3, 3)
    assert found.grounds == ("elevation",)
    assert found.beside == 2


def test_a_plain_map_stands_beside_and_has_no_skill_within_itself():
    found = asked(places(0, 4, 6), {"placer": {"expert": area_rank(SCORE)}})
    plain = found.of_type("placer").figures("elevation")
    assert plain.rank.value == pytest.approx((7.5 + 4.5 + 1.5) / 9 / 3)
    assert plain.within["elevation"].value == pytest.approx(0.5)


def test_all_sites_together_are_each_on_the_map_of_their_own_type():
    maps = {
        "placer": {"expert": area_rank(SCORE), "learned": area_rank(-SCORE)},
        "phosphorite": {"expert": area_rank(-SCORE)},
        "clay-hosted": {"expert": area_rank(SCORE)},
    }
    sites = places(0, 2, kind=["placer", "phosphorite"])
    found = asked(sites, maps)
    assert [test.deposit_type for test in found.types] == ["", "placer", "phosphorite"]
    together = found.of_type("")
    assert together.figures("expert").rank.value == pytest.approx(0.5 / 9)
    assert together.figures("learned") is None
    assert found.of_type("placer").figures("learned").rank.value == pytest.approx(
        8.5 / 9
    )


def test_a_site_of_alkaline_rocks_tests_both_settings_and_counts_once_together():
    maps = {
        "alkaline-collision": {"expert": area_rank(SCORE)},
        "carbonatite": {"expert": area_rank(-SCORE)},
    }
    sites = places(0, 4, kind=["carbonatite", "alkaline-collision"])
    found = asked(sites, maps, circular={"site 4": {"carbonatite"}})
    collision = found.of_type("alkaline-collision")
    assert collision.sites == ("site 0", "site 4")
    assert collision.figures("expert").rank.value == pytest.approx((0.5 + 1.5) / 18)
    intraplate = found.of_type("carbonatite")
    assert (intraplate.sites, intraplate.circular) == (("site 0",), 1)
    together = found.of_type("").figures("expert")
    assert together.rank.n == 2
    assert together.rank.value == pytest.approx((8.5 + 1.5) / 18)


def test_a_site_that_made_the_map_takes_no_part_and_is_counted():
    maps = {"placer": {"expert": area_rank(SCORE)}}
    found = asked(places(0, 4), maps, circular={"site 4": {"placer"}})
    test = found.of_type("placer")
    assert (test.sites, test.circular) == (("site 0",), 1)
    other = asked(places(0, 4), maps, circular={"site 4": {"clay-hosted"}})
    assert other.of_type("placer").circular == 0
    none = asked(places(4), maps, circular={"site 4": {"placer"}}).of_type("placer")
    assert (none.sites, none.circular, none.maps) == ((), 1, ())


def test_a_site_where_the_map_or_its_ground_is_unknown_is_told():
    score = np.where(np.arange(9) == 4, nan, SCORE)
    ground = np.where(np.arange(9) == 0, nan, GROUND)
    found = asked(
        places(0, 4, 6),
        {"placer": {"expert": area_rank(score)}},
        plain={"elevation": ground},
    )
    expert = found.of_type("placer").figures("expert")
    assert (expert.rank.n, expert.unknown) == (2, 1)
    assert expert.within["elevation"].n == 1


def test_a_site_far_from_the_land_is_left_out():
    sites = table(0, 4)
    sites.loc[1, "geometry"] = shapely.Point(20, 20)
    kept = Places.on(sites, CELLS, around(sites))
    assert kept.table["site"].tolist() == ["site 0"]
    assert kept.around.cell.tolist() == [0]


def test_igneous_rare_earths_stand_for_an_igneous_type_of_few_districts():
    kinds = ["carbonatite", "carbonatite", "peralkaline", "placer", "alkaline-rocks"]
    maps = {
        "carbonatite": {"expert": area_rank(SCORE), "learned": area_rank(-SCORE)},
        "placer": {"expert": area_rank(SCORE)},
    }
    circular = {"site 8": {"carbonatite"}}
    found = asked(places(0, 4, 6, 7, 8, kind=kinds), maps, circular=circular)
    test = found.of_type("carbonatite")
    assert (test.sites, test.stand_in) == (
        ("site 0", "site 4", "site 6"),
        "igneous-rare-earths",
    )
    value = (0.5 + 1.5 + 4.5) / 9 / 3
    assert test.figures("expert").rank.value == pytest.approx(value)
    assert test.figures("learned").rank.value == pytest.approx(1 - value)
    assert found.of_type("placer").stand_in == ""
    # All together are still each on the map of its own type.
    assert found.of_type("").sites == ("site 0", "site 4", "site 7")
    four = places(0, 2, 6, 8, 4, kind=["carbonatite"] * 4 + ["peralkaline"])
    own = asked(four, maps).of_type("carbonatite")
    assert (len(own.sites), own.stand_in) == (4, "")


def test_without_a_known_site_nothing_is_tested():
    found = asked(places(0, kind="clay-hosted"), {"placer": {"expert": SCORE}})
    assert found.types == ()
    assert found.skill_within_like_ground("placer", "expert") == "untested"


def test_the_map_over_all_types_is_asked_nothing():
    assert maps_of({"placer": SCORE, OVERALL: SCORE}, {}) == {
        "placer": {"expert": SCORE}
    }


def test_a_sample_stands_for_much_land():
    few = Cells(grid=GRID, index=np.arange(5))
    assert land_sample(few).tolist() == [0, 1, 2, 3, 4]
    many = Cells(grid=GRID, index=np.arange(2 * SAMPLE + 1))
    assert land_sample(many).tolist() == list(range(0, 2 * SAMPLE + 1, 3))


def matrix(maps, classes, sites, **facts):
    return ask_of_other_kinds(
        maps,
        classes,
        sites,
        land_sample(CELLS),
        circular=facts.get("circular", {}),
        read=facts.get("read", {}),
    )


def test_a_map_is_asked_about_every_class_that_has_enough_sites():
    ids = [f"usgs-porcu:{number}" for number in range(9)]
    copper = places(*range(9), kind="", occurrence_id=ids)
    few = places(0, 1, kind="", occurrence_id=["a:1", "a:2"])
    found = matrix(
        {"placer": {"expert": area_rank(SCORE)}},
        {"porphyry-copper": copper, "gold": few},
        places(0, 8),
    )
    assert [(one.id, one.n, one.districts) for one in found.classes] == [
        ("porphyry-copper", 9, 9)
    ]
    assert [one.id for one in found.too_few] == ["gold"]
    (row,) = found.rows
    assert row.classes["porphyry-copper"].value == pytest.approx(0.5)
    assert row.own.value == pytest.approx(1 - (0.5 + 2.5) / 9 / 2)
    assert row.finds == "untested"  # two districts of its own kind are too few


def test_places_of_which_the_model_was_made_are_no_test_of_it():
    ids = [f"usgs-porcu:{number}" for number in range(8)] + ["usgs-porcu:8#2"]
    copper = places(*range(9), kind="", occurrence_id=ids)
    maps = {"placer": {"expert": area_rank(SCORE)}}
    read = {"placer": {"usgs-porcu-8"}}
    (row,) = matrix(maps, {"gold": copper}, places(0), read=read).rows
    assert row.classes["gold"].n == 8
    most = {"placer": {"usgs-porcu-8", "usgs-porcu-1"}}
    (row,) = matrix(maps, {"gold": copper}, places(0), read=most).rows
    assert row.classes == {}
    (row,) = matrix(maps, {}, places(0), circular={"site 0": {"placer"}}).rows
    assert row.own.n == 0


def test_every_plain_map_has_a_direction_and_a_measurement_of_its_own():
    assert {sign for _, sign in PLAIN.values()} == {1, -1}
    assert len({item.key for item, _ in PLAIN.values()}) == len(PLAIN)


def test_what_is_measured_is_taken_and_the_rest_is_read(tmp_path):
    _, lat = np.meshgrid(np.arange(26), 59.5 - np.arange(26))
    relief = Raster.of_degrees(
        {"elevation_m": (10 * lat).astype(np.float32)},
        west=54.0,
        north=60.0,
        step_lon_deg=1.0,
        step_lat_deg=1.0,
    )
    write_raster(tmp_path, relief, draft("relief", "raster"))
    chosen = np.array([4, 0])
    found = measure_plain(
        LayerStore((tmp_path,)), CELLS, chosen, readings={}, measured={}
    )
    assert set(found) == {"elevation"}
    assert_allclose(found["elevation"], 10 * CELLS.lonlat()[1][chosen], rtol=1e-4)

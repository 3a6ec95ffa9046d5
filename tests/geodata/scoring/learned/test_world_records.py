"""Records of arguments, on a small world whose AUCs are counted by hand."""

import dataclasses

import numpy as np
import pytest
import shapely

from geodata.errors import MissingLayerError
from geodata.layers.store import LayerStore
from geodata.raster import Raster
from geodata.scoring.deposit_file import parse_all
from geodata.scoring.deposit_type import deposit_type_texts
from geodata.scoring.learned.world_ground import far_from_central_asia
from geodata.scoring.learned.world_records import argument_records, world_measurement
from tests.geodata.layers.layer_files import write_raster, write_vector
from tests.geodata.release.small_layers import draft, occurrence, occurrences, table

MODELS = parse_all(deposit_type_texts())
ALKALINE = {
    "deposit_type": "carbonatite",
    "deposit_type_source": "alk-ig",
    "ree_evidence": "direct",
    "uncertainty_km": 0.0,
}


def argument(model, name):
    return next(one for one in MODELS[model].evidence if one.name == name)


def only(model, *names):
    kept = tuple(argument(model, name) for name in names)
    return {model: dataclasses.replace(MODELS[model], evidence=kept)}


def write_world(tmp_path):
    """Write a world: felsic rock grows eastwards, a belt north of the equator."""
    lon = np.arange(-179.5, 180.0)
    felsic = np.broadcast_to((lon + 180) / 360, (180, 360)).astype(np.float32)
    write_raster(
        tmp_path,
        Raster.of_degrees(
            bands={"felsic": felsic},
            west=-180.0,
            north=90.0,
            step_lon_deg=1.0,
            step_lat_deg=1.0,
        ),
        draft("lithology-fractions", "raster"),
    )
    write_vector(
        tmp_path,
        table(
            [shapely.box(-180, 0, 180, 90), shapely.box(-180, -90, 180, 0)],
            name=["belt", "block"],
            type=["orogenic belt", "shield"],
            orogen=["Cordilleran", "cratonic"],
        ),
        draft("provinces", "polygons"),
    )
    places = [
        ("usgs-ree", -100.0, 20.0, ALKALINE),
        ("usgs-ree", 10.0, 20.0, ALKALINE),
        ("usgs-ree", 20.0, -20.0, ALKALINE),
        ("usgs-ree", 60.0, 45.0, ALKALINE),  # in Central Asia
        ("usgs-vms", -120.0, 20.0, {}),
        ("usgs-porcu", 0.0, 20.0, {}),
        ("usgs-vms", 30.0, 20.0, {}),
        ("usgs-vms", 25.0, -20.0, {}),
        ("usgs-vms", 89.0, 50.0, {}),  # nearer than 300 km
    ]
    write_vector(
        tmp_path,
        occurrences(
            *(
                occurrence(
                    source,
                    str(number),
                    "",
                    lon=lon,
                    lat=lat,
                    **({"uncertainty_km": 0.0} | facts),
                )
                for number, (source, lon, lat, facts) in enumerate(places)
            )
        ),
        draft("mineral-occurrences", "points"),
    )
    return LayerStore((tmp_path,))


@pytest.fixture
def store(tmp_path):
    return write_world(tmp_path)


def test_an_argument_is_counted_by_hand_against_other_deposits(store):
    made = argument_records(only("peralkaline", "felsic-bedrock"), store)
    (found,) = made.by_type["peralkaline"]
    # Known at -100, 10, 20; others at -120, 0, 30, 25: won 1, 2 and 2 of 4.
    assert found.others.value == pytest.approx(5 / 12)
    assert found.others.n == 3
    assert found.porphyry.value == pytest.approx(2 / 3)
    assert found.missing is None
    assert set(made.layers) == {
        "mineral-occurrences",
        "lithology-fractions",
        "provinces",
    }


def test_a_class_counts_by_the_share_of_its_surroundings(store):
    made = argument_records(only("peralkaline", "setting"), store)
    (found,) = made.by_type["peralkaline"]
    # The block in the south speaks more than the belt: one known place of three and
    # one other of four lie there; the rest are ties.
    assert found.others.value == pytest.approx((3.5 + 2 * 1.5) / 12)


def test_land_is_all_land_but_central_asia_and_antarctica(store):
    made = argument_records(only("peralkaline", "felsic-bedrock"), store)
    (found,) = made.by_type["peralkaline"]
    # Evidence grows with longitude: the share of land to the west of each.
    shares = [(lon + 180) / 360 for lon in (-100, 10, 20)]
    assert found.land.value == pytest.approx(np.mean(shares), abs=0.02)


def test_settings_stand_against_their_own_ground(store):
    inside = argument_records(only("alkaline-collision", "felsic-bedrock"), store)
    (found,) = inside.by_type["alkaline-collision"]
    assert found.others.n == 2
    assert found.others.value == pytest.approx((1 + 2) / 6)
    outside = argument_records(only("carbonatite", "felsic-bedrock"), store)
    (found,) = outside.by_type["carbonatite"]
    assert found.others.n == 1
    assert found.others.value == 0.0


def test_what_cannot_be_asked_says_why(store):
    asked = {
        ("alkaline-collision", "suture"): "sorted-by",
        ("peralkaline", "intrusions"): "regional",
        ("black-shale", "exposure"): "no-places",
    }
    for (model, name), why in asked.items():
        (found,) = argument_records(only(model, name), store).by_type[model]
        assert found.missing == why
        assert found.land is None
    assert world_measurement(argument("black-shale", "microcontinent-edge")) == (
        "local-names"
    )


def test_a_layer_that_judges_and_is_not_here_is_named(store):
    with pytest.raises(MissingLayerError, match="crust-world"):
        argument_records(only("peralkaline", "exposure"), store)


def test_a_regional_layer_is_answered_by_that_of_the_world():
    read = world_measurement(argument("peralkaline", "thick-crust"))
    assert (read.layer, read.column, read.within) == ("crust-world", "moho_km", ())
    relief = world_measurement(argument("placer", "low-relief"))
    assert (relief.layer, relief.window_km, relief.smooth_km) == ("relief-10m", 50, 0)
    masked = argument("carbonatite", "gravity-gradient")
    assert world_measurement(masked) == "regional"


def test_central_asia_and_three_hundred_kilometres_are_kept_clear():
    lon = np.array([60.0, 88.0, 90.7, 92.5, 46.0, 60.0, 60.0])
    lat = np.array([45.0, 35.0, 35.0, 35.0, 58.6, 58.8, 32.4])
    found = far_from_central_asia(lon, lat).tolist()
    assert found == [False, False, False, True, False, True, False]

"""What changed between two releases, on squares whose overlaps are known by hand."""

import geopandas as gpd
import pytest

from geodata.release.comparison import compare, compare_areas
from geodata.release.input_changes import compare_inputs
from tests.geodata.release.test_identity import box, square


def table(**areas):
    """Areas by id, best first, each with its favourability falling by a tenth."""
    ids = [name.replace("_", "-") for name in areas]
    return gpd.GeoDataFrame(
        {
            "id": ids,
            "rank_in_type": range(1, len(ids) + 1),
            "favourability": [0.9 - 0.1 * number for number in range(len(ids))],
            "area_km2": [900.0] * len(ids),
        },
        geometry=list(areas.values()),
        crs="EPSG:4326",
    )


def changes(before, after):
    return compare_areas("placer", "Placers", before, after)


def test_kept_new_and_retired_areas_are_told_with_both_ranks():
    found = changes(
        table(p_1=square(0), p_2=square(10), p_3=square(20)),
        table(p_2=square(10), p_4=square(21.5), p_1=square(0.5)),
    )
    assert [
        (area.id, area.rank_in_type_before, area.rank_in_type) for area in found.kept
    ] == [
        ("p-2", 2, 1),
        ("p-1", 1, 3),
    ]
    moved = found.kept[1]
    assert (moved.favourability_before, moved.favourability) == (
        0.9,
        pytest.approx(0.7),
    )
    assert moved.overlap == pytest.approx(2.5 / 3.5, abs=1e-6)
    assert [area.id for area in found.new] == ["p-4"]
    (gone,) = found.retired
    assert (gone.id, gone.rank_in_type, gone.successor) == ("p-3", 3, "p-4")
    assert gone.overlap == pytest.approx(1.5 / 4.5, abs=1e-6)


def test_releases_of_other_chains_are_paired_by_place_and_never_by_name_alone():
    found = changes(
        table(p_1=square(0), p_2=square(10)), table(p_2=square(0), p_1=square(40))
    )
    (kept,) = found.kept
    assert (kept.id_before, kept.id) == ("p-1", "p-2")
    assert [area.id for area in found.new] == ["p-1"]
    assert [(area.id, area.successor) for area in found.retired] == [("p-2", None)]


def test_an_id_goes_before_the_greater_overlap():
    """Of one place 4.5 of 7.5 are shared under the same id, of the other 5 of 7."""
    found = changes(
        table(p_1=box(0, 0, 6, 3), p_2=box(2.5, 0, 8.5, 3)), table(p_2=box(1, 0, 7, 3))
    )
    assert [(area.id_before, area.id) for area in found.kept] == [("p-2", "p-2")]
    assert [area.id for area in found.retired] == ["p-1"]


def test_a_type_without_areas_on_one_side_is_all_new_or_all_retired():
    none, one = table(), table(p_1=square(0))
    assert [area.id for area in changes(none, one).new] == ["p-1"]
    assert [area.id for area in changes(one, none).retired] == ["p-1"]
    empty = changes(none, none)
    assert empty.kept == empty.new == empty.retired == ()


def test_a_release_differs_in_nothing_from_itself(release):
    found = compare(release, release)
    assert found.before == found.after == release.id
    assert sum(len(kind.kept) for kind in found.deposit_types) == len(release.prospects)
    assert all(area.overlap == 1 for kind in found.deposit_types for area in kind.kept)
    assert found.inputs.settings == found.inputs.knowledge == ()
    assert found.inputs.layers.model_dump() == {
        "added": (),
        "removed": (),
        "changed": (),
    }


def test_what_differs_in_the_inputs_is_named(release):
    before = release.manifest
    relief, other = before.layers[0], before.layers[1]
    inputs = before.inputs
    after = before.model_copy(
        update={
            "layers": (
                relief.model_copy(update={"sha256": "0" * 64}),
                *(item for item in before.layers if item not in (relief, other)),
            ),
            "inputs": inputs.model_copy(
                update={
                    "method": "0",
                    "land": "another",
                    "layers": {
                        name: f"{text}, told otherwise"
                        for name, text in inputs.layers.items()
                        if name != other.id
                    },
                    "deposit_types": {"placer": "another", "new": "one"},
                    "parameters": inputs.parameters.model_copy(update={"draws": 7}),
                    "libraries": {**inputs.libraries, "numpy": "0"},
                }
            ),
        }
    )
    found = compare_inputs(before, after)
    assert found.layers.removed == (other.id,)
    assert found.layers.changed == (relief.id,)
    assert set(found.redescribed) == {
        item.id for item in before.layers if item not in (relief, other)
    }
    assert found.deposit_types.added == ("new",)
    assert found.deposit_types.changed == ("placer",)
    assert found.knowledge == ("land",)
    assert {item.name for item in found.settings} == {"method", "draws", "numpy"}
    draws = next(item for item in found.settings if item.name == "draws")
    assert (draws.before, draws.after) == (inputs.parameters.draws, 7)

import math

from geodata.layers.store import LayerStore
from geodata.release.holdings import holdings, oldest_file, uses_of_layers
from geodata.scoring.deposit_file import parse_all
from geodata.scoring.deposit_type import deposit_type_texts

MODELS = parse_all(deposit_type_texts())


def by_layer(store: LayerStore):
    return {item.layer: item for item in holdings(store, MODELS.values(), {"roads"})}


def test_the_weights_that_layers_feed_add_up_to_each_model():
    totals = dict.fromkeys(MODELS, 0.0)
    for uses in uses_of_layers(MODELS.values()).values():
        for use in uses:
            totals[use.deposit_type] += use.weight_share
    assert all(math.isclose(total, 1.0) for total in totals.values())


def test_what_no_folder_holds_is_listed_with_what_it_costs(bundle):
    lacking = by_layer(bundle)["radiometrics"]
    assert lacking.record is None
    assert {use.deposit_type for use in lacking.uses} >= {"carbonatite", "placer"}
    assert all(0.0 < use.weight_share < 0.5 for use in lacking.uses)


def test_a_layer_that_only_orients_costs_nothing(bundle):
    assert by_layer(bundle)["roads"].uses == ()


def test_the_gravity_of_the_bundle_speaks_about_every_state(bundle):
    item = by_layer(bundle)["gravity"]
    assert set(item.shares.values()) == {1.0}
    assert item.origins == ("package",)


def test_the_age_of_a_layer_is_that_of_its_oldest_file(bundle):
    item = by_layer(bundle)["gravity"]
    members = [(member.source, member.member) for member in item.record.members]
    ages = dict(
        zip(members, ("2026-05-02T00:00:00Z", "2026-04-01T00:00:00Z"), strict=True)
    )
    assert oldest_file(item, ages) == "2026-04-01T00:00:00Z"
    assert oldest_file(item, {}) == ""

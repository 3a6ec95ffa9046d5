"""Which records of the world judge an argument, on tables made by hand."""

import numpy as np
import pytest

from geodata.layers.occurrences.world_places import (
    KNOWN,
    known_places,
    other_deposits,
    porphyry_copper,
)
from tests.geodata.release.small_layers import occurrence, occurrences

COPPER = {"commodities": "Cu", "deposit_type_source": "17"}
ALKALINE = {
    "deposit_type": "carbonatite",
    "deposit_type_source": "alk-ig",
    "ree_evidence": "direct",
    "commodities": "REE",
}


def rows(*given):
    """Return records laid out along the equator, one degree apart."""
    made = []
    for number, (source, facts) in enumerate(given):
        place = {"lon": float(number), "lat": 0.1}
        made.append(occurrence(source, str(number), "", **(place | facts)))
    return occurrences(*made)


def chosen(found):
    return np.flatnonzero(found).tolist()


@pytest.mark.parametrize(
    ("kind", "source", "facts"),
    [
        ("alkaline", "usgs-ree", ALKALINE),
        ("alkaline-igneous", "usgs-ree", ALKALINE),
        ("alkaline-igneous", "usgs-pp1802", ALKALINE | {"deposit_type": "peralkaline"}),
        (
            "placer",
            "usgs-ree",
            ALKALINE | {"deposit_type": "placer", "deposit_type_source": "placer-sh"},
        ),
        (
            "phosphorite",
            "usgs-phosphate",
            {"deposit_type_source": "Marine chemical sediment", "commodities": "P"},
        ),
        (
            "ion-adsorption",
            "usgs-ree",
            ALKALINE | {"deposit_type": "clay-hosted", "deposit_type_source": "ion-ad"},
        ),
        ("weathering-crust", "usgs-laterite", {"commodities": "Co,Ni"}),
        (
            "weathering-crust",
            "usgs-major-deposits",
            {"deposit_type_source": "Surficial / Laterites", "commodities": "Al"},
        ),
        (
            "basin-uranium",
            "usgs-major-deposits",
            {"deposit_type_source": "Sedimentary", "commodities": "U"},
        ),
    ],
)
def test_a_kind_is_what_its_table_says_and_copper_is_not(kind, source, facts):
    table = rows(("usgs-porcu", COPPER), (source, facts))
    assert chosen(known_places(table, kind)) == [1]
    assert chosen(other_deposits(table, kind)) == [0]
    assert chosen(porphyry_copper(table)) == [0]


def test_carbonatites_are_no_alkaline_igneous_rocks_of_their_own():
    table = rows(("usgs-ree", ALKALINE | {"deposit_type_source": "carb"}))
    assert chosen(known_places(table, "alkaline")) == [0]
    assert chosen(known_places(table, "alkaline-igneous")) == []


def test_uranium_with_gold_is_no_uranium_of_a_basin():
    facts = {"deposit_type_source": "Surficial", "commodities": "Au,U"}
    table = rows(("usgs-major-deposits", facts))
    assert chosen(known_places(table, "basin-uranium")) == []
    assert chosen(other_deposits(table, "basin-uranium")) == []


def test_phosphate_of_any_kind_never_stands_against_phosphorite():
    table = rows(
        ("usgs-phosphate", {"deposit_type_source": "Guano", "commodities": "P"}),
        ("usgs-vms", COPPER),
    )
    assert chosen(other_deposits(table, "phosphorite")) == [1]


def test_what_names_rare_earths_stands_against_nothing():
    table = rows(("usgs-porcu", COPPER | {"ree_evidence": "direct"}))
    for kind in KNOWN:
        assert chosen(other_deposits(table, kind)) == []


def test_a_place_counts_once_at_its_preferred_record():
    table = rows(
        ("usgs-ree", ALKALINE | {"cluster_id": "one", "preferred": False}),
        ("usgs-ree", ALKALINE | {"cluster_id": "one"}),
        ("usgs-ree", ALKALINE | {"lon": 1.0}),
        ("usgs-ree", ALKALINE | {"quarantined": True}),
        ("usgs-ree", ALKALINE | {"is_facility": True}),
    )
    assert chosen(known_places(table, "alkaline")) == [1]


def test_other_deposits_stand_once_a_cell_and_in_none_of_a_known_place():
    table = rows(
        ("usgs-ree", ALKALINE),
        ("usgs-vms", COPPER | {"lon": 0.2}),  # the cell of the known place
        ("usgs-vms", COPPER | {"lon": 2.0}),
        ("usgs-porcu", COPPER | {"lon": 2.1}),  # the cell of the one before
        ("usgs-ree", COPPER | {"lon": 5.0}),  # no table of other deposits
    )
    assert chosen(other_deposits(table, "alkaline")) == [2]

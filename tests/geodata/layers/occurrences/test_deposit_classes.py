"""Classes of deposits: what the tables say, one place each."""

import pytest

from geodata.layers.occurrences.deposit_classes import (
    CLASSES,
    KIN,
    class_places,
    kin_of,
    own_classes,
)
from geodata.layers.occurrences.tables import TABLES
from geodata.scoring.deposit_type import deposit_type_texts
from tests.geodata.release.small_layers import occurrence, occurrences


def record(source, number, **facts):
    return occurrence(source, number, "a place", lon=70.0, lat=45.0, **facts)


TABLE = occurrences(
    record("usgs-porcu", "1"),
    record("usgs-porcu", "2", cluster_id="usgs-porcu:1", preferred=False),
    record("usgs-porcu", "3", quarantined=True),
    record("usgs-porcu", "4", is_facility=True),
    record("usgs-porcu", "5", ree_evidence="direct"),
    record("usgs-sir20105090z", "1", deposit_type_source="Porphyry copper"),
    record("usgs-sir20105090z", "2", deposit_type_source="Sediment-hosted stratabound"),
    record("usgs-major-deposits", "1", commodities="Mo,W"),
    record("usgs-major-deposits", "2", commodities="Sn", cluster_id="gsc:9"),
    record("gsc-tin-tungsten", "9", cluster_id="gsc:9", preferred=False),
    record("usgs-major-deposits", "3", commodities="P", deposit_type_source="Igneous"),
    record(
        "usgs-major-deposits", "4", commodities="P", deposit_type_source="Sedimentary"
    ),
    record("usgs-ree", "7", commodities="Be,Nb"),
)


@pytest.mark.parametrize(
    ("name", "ids"),
    [
        ("porphyry-copper", ["usgs-porcu:1", "usgs-sir20105090z:1"]),
        ("sediment-copper", ["usgs-sir20105090z:2"]),
        ("tungsten-tin", ["usgs-major-deposits:1", "usgs-major-deposits:2"]),
        ("phosphate", ["usgs-major-deposits:4"]),
        ("rare-metals", ["usgs-ree:7"]),
        ("potash", []),
    ],
)
def test_a_class_is_the_usable_places_that_its_tables_name(name, ids):
    assert class_places(TABLE, name)["occurrence_id"].tolist() == ids


def test_every_class_names_tables_that_are_read():
    sources = {rows.source for parts in CLASSES.values() for rows in parts} - {""}
    assert sources <= {table.source for table in TABLES}


def test_a_class_that_stands_for_a_type_is_no_other_kind_to_it():
    for name in deposit_type_texts():
        assert set(own_classes(name)) <= set(kin_of(name)) <= set(KIN)
    assert own_classes("carbonatite") == own_classes("peralkaline")
    assert own_classes("placer") == ("titanium-zirconium",)

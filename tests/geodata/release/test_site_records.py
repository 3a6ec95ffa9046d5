"""Curated sites and the records of the inventories, joined."""

import geopandas as gpd
import numpy as np
import pytest
import shapely

from geodata.layers.occurrences.known_sites import COLUMNS
from geodata.release.site_records import known_records, merge_records
from tests.geodata.release.small_layers import write_small_layers


def record(site, source, record, at=None, **facts):
    lon, lat = at or (np.nan, np.nan)
    row = {
        **dict.fromkeys(COLUMNS, ""),
        "occurrence_id": f"{source}-{record}",
        "site": site,
        "name": site,
        "source": source,
        "record_id": record,
        "lon": lon,
        "lat": lat,
        "uncertainty_km": 10.0 if at else np.nan,
        "preferred": at is not None,
        "geometry": shapely.Point(at) if at else None,
    }
    return row | facts


def records(*rows):
    return gpd.GeoDataFrame(list(rows), geometry="geometry", crs="EPSG:4326")


CURATED = records(
    record("Kutessay II", "atlas", "kutessay", (76.16, 42.87)),
    record("Dunkeldyk", "paper", "dunkeldyk", country_text="Tajikistan"),
)


def test_the_same_record_stands_once_as_curated():
    twice = record("Other name", "atlas", "kutessay", (70.0, 45.0))
    merged = merge_records(CURATED, records(twice))
    assert merged["site"].tolist() == ["Kutessay II", "Dunkeldyk"]
    assert merged["lon"].iloc[0] == 76.16


def test_other_records_of_a_place_that_shares_one_join_the_curated_site():
    found = records(
        record("Aktyuz", "atlas", "kutessay", (76.0, 42.0)),
        record("Aktyuz", "inventory", "7", (79.0, 44.0), preferred=False),
    )
    merged = merge_records(CURATED, found)
    assert merged.loc[merged["record_id"] == "7", "site"].tolist() == ["Kutessay II"]
    assert merged["preferred"].sum() == 1


def test_a_near_site_of_nearly_the_same_name_joins_without_moving_it():
    near = record("Kutessai-II", "inventory", "1", (76.17, 42.80))  # 8 km off
    merged = merge_records(CURATED, records(near))
    assert merged["site"].tolist() == ["Kutessay II", "Dunkeldyk", "Kutessay II"]
    assert merged["preferred"].tolist() == [True, False, False]


@pytest.mark.parametrize(
    ("name", "at"), [("Kutessai-II", (76.16, 43.2)), ("Boordu", (76.16, 42.87))]
)
def test_a_far_one_or_one_of_another_name_is_a_site_of_its_own(name, at):
    merged = merge_records(CURATED, records(record(name, "inventory", "1", at)))
    assert merged["site"].tolist()[-1] == name
    assert merged["preferred"].tolist()[-1]


def test_a_far_site_of_the_very_same_name_is_told_apart():
    far = record("Kutessay II", "inventory", "1", (60.0, 45.0))
    merged = merge_records(CURATED, records(far))
    assert merged["site"].tolist()[-1] == "Kutessay II (inventory 1)"


def test_a_curated_site_without_position_takes_that_of_a_new_one_of_its_name():
    here = {"country_text": "Tajikistan"}
    merged = merge_records(
        CURATED, records(record("Dunkeldyk", "inventory", "2", (74.9, 37.7), **here))
    )
    assert merged["site"].tolist() == ["Kutessay II", "Dunkeldyk", "Dunkeldyk"]
    assert merged["preferred"].tolist() == [True, False, True]
    elsewhere = record("Dunkeldyk", "inventory", "2", (60.0, 45.0), country_text="Iran")
    assert merge_records(CURATED, records(elsewhere))["site"].nunique() == 3


def test_each_located_site_has_exactly_one_preferred_claim():
    found = records(
        record("Kutessai-II", "inventory", "1", (76.17, 42.80)),
        record("New", "inventory", "2", (60.0, 45.0)),
        record("New", "inventory", "3", (60.1, 45.0), preferred=False),
        record("Dunkeldyk", "inventory", "4", (74.9, 37.7), country_text="Tajikistan"),
        record("Dunkeldyk (4)", "inventory", "5", (74.9, 37.7), country_text="Iran"),
    )
    merged = merge_records(CURATED, found)
    assert (
        merged[merged.geometry.notna()].groupby("site")["preferred"].sum() == 1
    ).all()


def test_without_an_inventory_the_curated_table_is_all(bundle):
    assert len(known_records(bundle)) > 50


def test_new_sites_of_the_inventory_are_known_sites_of_the_release(layered):
    sites = layered.table("occurrences")
    assert "New Site" in set(sites.loc[sites["preferred"], "site"])
    assert (sites["record_id"] == "257").sum() == 1
    assert "New Site" in {row.site for row in layered.validation.known_sites.sites}


def test_the_layers_made_by_hand_are_read_by_the_store(tmp_path):
    store = write_small_layers(tmp_path / "layers")
    assert {"faults", "mineral-occurrences", "relief"} <= set(store.ids())

import math
import os
from pathlib import Path

import pytest
import shapely

from geodata.layers.occurrences.country_outlines import (
    Strip,
    country_key,
    load_outlines,
    strips_of,
)
from geodata.readers.topojson import read_countries
from geodata.sources import load_catalogue, read_member

ROOT = Path(__file__).resolve().parents[4]
COUNTRIES = "package/countries-50m.json"


def away_km(country, lon, lat):
    return load_outlines().distance_km(country, lon=lon, lat=lat)


def test_a_square_has_one_strip_for_each_band_it_meets():
    square = shapely.box(10.2, 3.0, 12.7, 7.0)
    assert strips_of(square) == (
        Strip(south=0, west=10, east=13),
        Strip(south=5, west=10, east=13),
    )


def test_parts_far_apart_are_strips_of_their_own():
    parts = shapely.MultiPolygon([shapely.box(0, 1, 1, 2), shapely.box(20, 1, 21, 2)])
    assert strips_of(parts) == (
        Strip(south=0, west=0, east=1),
        Strip(south=0, west=20, east=21),
    )


@pytest.mark.parametrize(
    "text",
    ["Kazakhstan", "Kazakstan", "KAZAKHSTAN ", "Kazakhstan?", "Kazakhstan (north)"],
)
def test_a_country_is_known_however_tables_write_it(text):
    assert load_outlines().knows(text)
    assert away_km(text, 70.0, 48.0) == 0.0


@pytest.mark.parametrize(
    "text", ["Tadzikistan", "Kyrghyzstan", "Kirghistan", "ex-USSR"]
)
def test_spellings_of_the_region_are_known(text):
    assert away_km(text, 71.0, 39.3) < 100


def test_an_unknown_name_contradicts_nothing():
    assert math.isnan(away_km("Atlantis", 0.0, 0.0))
    assert math.isnan(away_km("", 0.0, 0.0))


@pytest.mark.parametrize(
    ("country", "lon", "lat", "least_km"),
    [
        ("Canada", 81.39, 48.7042, 5_000),  # Chance, Ontario, without its minus sign
        ("Russia", 30.1167, 6.8, 3_500),  # Vuoriyarvi, 6-48N for 66-48N
        ("Kenya", -39.25, -4.4167, 8_000),  # Mrima Hill
    ],
)
def test_lost_signs_and_digits_put_a_point_on_a_wrong_continent(
    country, lon, lat, least_km
):
    assert away_km(country, lon, lat) > least_km


@pytest.mark.parametrize(
    ("country", "lon", "lat"),
    [
        ("Kyrgyzstan", 65.95, 40.4),  # Lyangar lies in Uzbekistan
        ("Tajikistan", 70.73333, 39.41667),  # Dara-Pioz, in Kyrgyzstan by polygon
        ("Russia", 61.0, 50.5),
    ],
)
def test_a_neighbour_is_no_wrong_continent(country, lon, lat):
    assert away_km(country, lon, lat) < 500


def test_the_date_line_is_no_distance():
    assert away_km("Fiji", -179.9, -17.0) < 100


def test_names_lose_case_accents_and_brackets():
    assert country_key("  CÔTE d'Ivoire (Ivory  Coast)") == "cote d ivoire"


def test_the_table_holds_what_its_source_says():
    source = load_catalogue().package("natural-earth-borders")
    home = Path(os.environ.get("ATLAS_HOME") or ROOT / "var")
    archive = home / "packages" / source.archive
    if not archive.is_file():
        pytest.skip(f"waits for {source.archive}, which scripts/setup brings")
    content = read_member(archive, COUNTRIES, source.members[COUNTRIES])
    outlines = load_outlines()
    alone = {"Kazakhstan", "Kyrgyzstan", "Tajikistan", "Turkmenistan", "Uzbekistan"}
    alone |= {"Canada", "Russia", "Kenya", "Brazil", "Australia"}
    found = {
        country.name: strips_of(country.geometry)
        for country in read_countries(content)
        if country.name in alone
    }
    assert found == {name: outlines.strips[country_key(name)] for name in found}
    assert set(found) == alone

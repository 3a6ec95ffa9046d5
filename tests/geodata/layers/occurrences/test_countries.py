import math

import numpy as np
import pandas as pd
import pytest

from geodata.layers.occurrences.countries import (
    country_key,
    doubts,
    load_countries,
    other_states,
)


def away_km(country, lon, lat):
    position = (np.array([float(lon)]), np.array([float(lat)]))
    return load_countries().distances_km([country], *position)[0]


def test_every_name_stands_for_outlines_that_are_there():
    countries = load_countries()
    for name, found in countries.named.items():
        assert found, name
        assert found <= set(countries.outlines), name


def test_a_country_is_the_same_however_it_is_called_and_has_its_territories():
    countries = load_countries()
    assert countries.of("USA") == countries.of("United States of America")
    assert "Greenland" in countries.of("Denmark")
    assert countries.of("Greenland") == {"Greenland"}
    assert countries.of("Congo Brazzaville") == {"Congo"}
    assert countries.of("Congo") == {"Congo", "Dem. Rep. Congo"}


@pytest.mark.parametrize(
    "text",
    ["Kazakhstan", "Kazakstan", "KAZAKHSTAN ", "Kazakhstan?", "Kazakhstan (north)"],
)
def test_a_country_is_known_however_tables_write_it(text):
    assert load_countries().of(text) == {"Kazakhstan"}
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


def test_points_of_many_countries_are_measured_each_against_its_own():
    names = ["Kenya", "", "Kazakhstan", "Kenya"]
    lon, lat = np.array([37.0, 0, 70, 70]), np.array([0.0, 0, 48, 48])
    found = load_countries().distances_km(names, lon, lat)
    assert found[0] == found[2] == 0.0
    assert math.isnan(found[1])
    assert found[3] == pytest.approx(away_km("Kenya", 70, 48))


def doubt(lon, lat, *, lon_dms="", lat_dms="", country=""):
    records = pd.DataFrame(
        {"lon_dms": [lon_dms], "lat_dms": [lat_dms], "country_text": [country]}
    )
    return doubts(records, np.array([lon]), np.array([lat]))[0]


def test_decimal_degrees_must_agree_with_degrees_and_minutes():
    assert doubt(76.1667, 42.6667, lon_dms="76-10E", lat_dms="42-40N") == ""
    assert "differ" in doubt(76.1667, 42.6667, lon_dms="76-10E", lat_dms="24-40N")
    assert "differ" in doubt(76.1667, 42.6667, lon_dms="76-10W", lat_dms="42-40N")


def test_a_point_far_from_the_country_it_names_is_set_aside():
    assert "km from the country it names, Russia" in doubt(
        30.1167, 6.8, country="Russia"
    )
    assert doubt(30.1167, 66.8, country="Russia") == ""
    assert doubt(30.1167, 6.8, country="Atlantis") == ""


def test_records_that_name_another_state_than_that_of_their_polygon_are_told():
    table = pd.DataFrame(
        [
            ("a", "KGZ", "Tajikistan"),
            ("b", "KGZ", "Kirghizia"),
            ("c", "", "Kazakstan"),
            ("d", "", "China"),
            ("e", "UZB", "ex-USSR"),
            ("f", "UZB", "Atlantis"),
        ],
        columns=["occurrence_id", "country", "country_text"],
    )
    assert other_states(table) == ["a", "c", "e"]

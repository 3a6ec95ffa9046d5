import pytest
from hypothesis import given
from hypothesis import strategies as st

from geodata.layers.occurrences.names import share_a_name, site_names


def names(text, aliases=""):
    return site_names(text, aliases)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Kutessai-II", "Kutessay II"),
        ("Dzhanatas Mine", "Zhanatas (Dzhanatas)"),
        ("Mirgalim-Sai", "Mirgalimsay"),
        ("Kounrad", "Qonyrat (Kounrad)"),
        ("Bélinga", "Belinga deposit"),
        ("Aksaj, Chulaktau", "Chulak Tau Mine"),
    ],
)
def test_spellings_of_one_name_are_share_a_name(first, second):
    assert share_a_name(names(first), names(second))


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Kundybai", "Kundybajskoe"),
        ("Kutessay", "Kutessay II"),
        ("Karatau 1", "Karatau 2"),
        ("Karakol well C5", "Karakol well C6"),
        ("Severnyi Katpar", "Yuzhnyi Katpar"),
        ("North Djetymtau", "Djetymtau"),
        ("Unnamed occurrence", "Unnamed occurrence"),
        ("", ""),
        ("K-2", "K-2"),
        ("Land Pebble district, Fort Green", "Land Pebble district, Fort Meade"),
    ],
)
def test_names_that_differ_in_what_tells_sites_apart_are_not(first, second):
    assert not share_a_name(names(first), names(second))


def test_a_part_of_a_field_is_not_the_field():
    assert names("Djeroi Yuzhny", "part of Dzheroi-Sardara") == names("Djeroi Yuzhny")
    assert names("", "Espe; Upper Espe") == names("Espe") | names("Upper Espe")


TEXT = st.text(alphabet="abkstuy IV12-", max_size=12)


@given(TEXT, TEXT)
def test_likeness_goes_both_ways(first, second):
    assert share_a_name(names(first), names(second)) == share_a_name(
        names(second), names(first)
    )

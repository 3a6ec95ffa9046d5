"""One name for one country, whatever its spelling."""

from geodata.scoring.learned.countries import ONE_NAME


def test_a_name_is_never_itself_another_spelling():
    assert not set(ONE_NAME) & set(ONE_NAME.values())


def test_spellings_of_one_country_meet_in_one_name():
    assert ONE_NAME["U.S.A."] == ONE_NAME["United States of America"] == "United States"
    assert ONE_NAME["Burma"] == "Myanmar"
    assert "Russia" not in ONE_NAME

"""Ids of prospect areas: what they say, and that none is given twice."""

import re

from geodata.prospects.names import label_of, name_areas
from tests.geodata.prospects.test_rank import area


def test_an_id_names_type_and_sheet_and_is_fit_for_an_address():
    ids = name_areas([area(), area(sheet="M-42-XXXVI"), area(lon=75.9)])
    assert ids == ["carb-k43-12", "carb-m42-36", "carb-k43-12-2"]
    assert all(re.fullmatch(r"[a-z0-9-]{1,64}", identity) for identity in ids)


def test_a_label_is_the_id_in_the_words_of_maps():
    labels = [label_of(name) for name in ("carb-k43-12", "carb-m42-36-2")]
    assert labels == ["CARB K-43-XII", "CARB M-42-XXXVI (2)"]


def test_new_ids_of_two_areas_on_a_sheet_do_not_depend_on_their_ranks():
    west, east = area(lon=75.1), area(lon=75.9)
    assert name_areas([west, east]) == list(reversed(name_areas([east, west])))
    assert name_areas([east, west])[1] == "carb-k43-12"


def test_a_kept_id_stays_and_new_ones_go_round_every_id_ever_used():
    west, middle, east = area(lon=75.1), area(lon=75.5), area(lon=75.9)
    ids = name_areas(
        [west, middle, east],
        [None, "carb-k43-12-3", None],
        used={"carb-k43-12", "carb-k43-12-2", "carb-k43-12-3"},
    )
    assert ids == ["carb-k43-12-4", "carb-k43-12-3", "carb-k43-12-5"]

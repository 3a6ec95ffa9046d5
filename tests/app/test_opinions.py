"""Two opinions: their maps, their accounts, and a plain word where there is one."""

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient

from app.grids.looks import MapLook, palette
from app.main import create_app
from app.maps.colours import AGREEMENT, AREA_BREAKS, STRENGTHS
from app.opinions import compare, has_learned
from app.settings import Settings
from app.text import say, say_many
from app.text.numbers import sentence
from app.text.opinions import compared, layers_not_here
from geodata.release import OVERALL, Release, open_release
from tests.app.learned_release import change, copy_release
from tests.app.learned_reports import LEARNED, UNTAUGHT
from tests.app.sealing import seal
from tests.app.test_formats import read_csv
from tests.app.test_pages import Reader
from tests.app.tile_pictures import A_TILE, picture

FIRST_CLASS = 3


@pytest.fixture(scope="module")
def taught(learned_home: Path) -> Release:
    return open_release(learned_home / "releases")


def areas_of(client: TestClient, deposit_type: str) -> list[dict[str, Any]]:
    answer = client.get(f"/prospects.geojson?deposit_type={deposit_type}")
    return [item["properties"] for item in answer.json()["features"]]


@pytest.mark.parametrize(
    ("expert", "learned", "kind"),
    [
        (0.1, 0.1, "both"),
        (0.1, 0.1001, "expert only"),
        (0.1001, 0.1, "learned only"),
        (0.1001, 0.1001, "neither"),
        (0.0, 0.0, "both"),
        (None, 0.05, "not known"),
        (0.05, math.nan, "not known"),
    ],
)
def test_a_tenth_of_the_area_is_the_best_part_its_end_included(
    expert: float | None, learned: float | None, kind: str
) -> None:
    assert compare(expert, learned) == kind


def test_the_learned_map_has_the_rank_colours_and_pales_by_its_own_coverage(
    taught: Release,
) -> None:
    index = picture(taught, LEARNED, "learned")
    rows, columns = np.nonzero(index >= FIRST_CLASS)
    classes = index[rows, columns].astype(int) - FIRST_CLASS
    rank, coverage = classes // len(STRENGTHS), classes % len(STRENGTHS)
    assert set(rank) == set(range(len(AREA_BREAKS) + 1))
    assert set(coverage) == {0, 1}
    assert rows[coverage == 0].mean() < rows[coverage == 1].mean()
    assert columns[rank == 0].min() > columns[rank == 5].mean()
    assert np.mean((index == 1) | (index == 2)) > 0.01  # the south is not known


def test_the_map_of_agreement_has_four_classes_and_hatches_the_unknown(
    taught: Release,
) -> None:
    index = picture(taught, LEARNED, "agreement")
    assert set(np.unique(index)) == set(range(7))
    colours = palette(MapLook("agreement"), "light")
    assert colours[FIRST_CLASS:] == list(AGREEMENT["light"])
    expert, learned = picture(taught, LEARNED), picture(taught, LEARNED, "learned")
    known = index >= FIRST_CLASS
    within = len(STRENGTHS) * (AREA_BREAKS.index(0.10) + 1) + FIRST_CLASS
    expected = 2 * (expert >= within).astype(int) + (learned >= within)
    assert (index[known] - FIRST_CLASS == expected[known]).all()


def test_the_picture_follows_the_opinion_asked_for(learned_client: TestClient) -> None:
    url = f"/api/tiles/{LEARNED}/{A_TILE}"
    contents = {
        learned_client.get(f"{url}?opinion={name}").content
        for name in ("expert", "learned", "agreement")
    }
    assert len(contents) == 3
    assert learned_client.get(url).content in contents
    assert learned_client.get(f"{url}?opinion=mine").status_code == 400


@pytest.mark.parametrize("opinion", ["learned", "agreement"])
@pytest.mark.parametrize(
    ("deposit_type", "reason"),
    [
        (UNTAUGHT, say_many("learned.too-few", 7)),
        ("peralkaline", say("learned.absent")),
        (OVERALL, say("learned.one-type")),
        ("nosuch", "has no grid"),
        ("..%2fmanifest", ""),
    ],
)
def test_a_map_that_is_not_there_is_refused_with_the_reason(
    learned_client: TestClient, deposit_type: str, reason: str, opinion: str
) -> None:
    answer = learned_client.get(f"/api/tiles/{deposit_type}/{A_TILE}?opinion={opinion}")
    assert answer.status_code == 404
    assert reason in answer.json()["detail"]


def test_a_click_compares_the_two_models_as_the_map_shows_them(
    learned_client: TestClient,
) -> None:
    seen = set()
    listed = learned_client.get("/prospects.geojson").json()["features"]
    for area in listed:
        place = f"lon={area['properties']['lon']}&lat={area['properties']['lat']}"
        answer = learned_client.get(
            f"/api/explain?{place}&deposit_type={LEARNED}"
        ).json()
        told = answer["agreement"]
        ranks = told["expert_rank"], told["learned_rank"]
        if told["kind"] == "not known":
            continue
        assert told["kind"] == compare(*ranks)
        assert told["text"] == compared(told["kind"], *ranks, what="place")
        assert abs(ranks[0] - answer["better_share"]) < 0.02
        seen.add(told["kind"])
    assert len(seen) > 1
    south = f"/api/explain?lon=61.8&lat=37.6&deposit_type={LEARNED}"
    told = learned_client.get(south).json()["agreement"]
    assert told["kind"] == "not known"
    assert told["learned_rank"] is None
    other = f"/api/explain?lon=73.1&lat=49.8&deposit_type={UNTAUGHT}"
    assert learned_client.get(other).json()["agreement"] is None


def test_the_account_of_a_prospect_adds_up_and_says_what_it_was_trained_on(
    learned_client: TestClient,
) -> None:
    for area in areas_of(learned_client, LEARNED):
        told = learned_client.get(f"/api/prospects/{area['id']}/explanation").json()
        learned = told["learned"]
        parts = sum(item["part"] for item in learned["arguments"])
        assert math.isclose(learned["intercept"] + parts, learned["log_odds"])
        assert learned["trained_on"]["positives"] == 228
        assert told["agreement"]["kind"] == area["agreement"]
        assert told["agreement"]["learned_rank"] == area["learned_rank"]
    other = areas_of(learned_client, UNTAUGHT)[0]["id"]
    told = learned_client.get(f"/api/prospects/{other}/explanation").json()
    assert told["learned"] is told["agreement"] is None


def test_wherever_a_release_has_a_learned_model_its_account_of_a_cell_adds_up(
    client: TestClient,
) -> None:
    atlas = client.app.state.shelf.served  # type: ignore[attr-defined]  # ours has a state
    for item in atlas.deposit_types:
        query = f"lon=73.1&lat=49.8&deposit_type={item.id}"
        told = client.get(f"/api/explain?{query}").json()
        assert (told["learned"] is not None) == has_learned(atlas, item.id)
        if told["learned"] is not None:
            learned = told["learned"]
            parts = sum(argument["part"] for argument in learned["arguments"])
            total = learned["intercept"] + parts
            assert math.isclose(total, learned["log_odds"], abs_tol=1e-6)
            assert learned["rank"] == told["agreement"]["learned_rank"]


def test_exports_and_queryables_carry_the_learned_columns(
    learned_client: TestClient,
) -> None:
    area, other = (
        areas_of(learned_client, LEARNED)[1],
        areas_of(learned_client, UNTAUGHT)[0],
    )
    assert area["learned_rank"] == 0.34
    assert area["agreement"] == "expert only"
    assert area["rank_in_type_p10"] < area["rank_in_type_p90"]
    assert other["learned_rank"] is None
    assert other["agreement"] == "not known"
    rows = {
        row["id"]: row for row in read_csv(learned_client.get("/prospects.csv").content)
    }
    assert rows[area["id"]]["learned_rank"] == "0.34"
    assert rows[other["id"]]["learned_rank"] == ""
    assert float(rows[area["id"]]["rank_in_type_p90"]) == (area["rank_in_type_p90"])
    path = "/api/collections/prospects/queryables"
    columns = learned_client.get(path).json()["properties"]
    assert columns["learned_rank"]["type"] == "number"
    assert columns["agreement"]["type"] == "string"


def test_the_description_of_the_api_tells_of_both_accounts(
    learned_client: TestClient,
) -> None:
    schemas = learned_client.get("/api/openapi.json").json()["components"]["schemas"]
    assert {"learned", "agreement"} <= set(schemas["Explanation"]["properties"])
    assert "log_odds" in schemas["Learned"]["properties"]
    assert schemas["LearnedArgument"]["properties"]["direction"]["enum"] == [
        "up",
        "down",
        "either",
    ]


def test_the_page_of_a_prospect_gives_the_second_opinion_beside_the_first(
    learned_client: TestClient,
) -> None:
    area = areas_of(learned_client, LEARNED)[1]
    text = Reader(learned_client.get(f"/prospects/{area['id']}").text).text
    for part in (
        "Why here: what the expert model says",
        "The second opinion: what the learned model says",
        "Only the expert model puts this area in its best 10 %",
        "the learned model has it at 34 %",
        "228 known places of this type in the world",
        "Central Asia took no part in the training of the tested model",
        "+0.750",
        "−0.250",
        "8.0 km from the boundary Stepnyak | Chu-Ili",
        "The layer “crossings” is not in this release",
        f"Number {area['rank_in_type']}; in 8 of 10 trial runs between",
    ):
        assert part in text, part
    other = areas_of(learned_client, UNTAUGHT)[0]["id"]
    text = Reader(learned_client.get(f"/prospects/{other}").text).text
    assert "No learned model: 7 known examples in the world are too few." in text


def test_a_correlation_is_no_reason_and_an_edge_and_refits_are_told(
    learned_home: Path, tmp_path: Path
) -> None:
    folder = copy_release(learned_home, tmp_path)

    def spread(told: dict[str, Any]) -> None:
        for learned in (one["learned"] for one in told.values() if one["learned"]):
            learned |= {"rank_p10": 0.07, "rank_p90": 0.2}
            learned["arguments"][0]["direction"] = "either"
            learned["arguments"][1]["beyond"] = True

    change(folder / "explanations.json", spread)
    seal(folder)
    with TestClient(create_app(Settings(home=tmp_path))) as client:
        area = areas_of(client, LEARNED)[0]["id"]
        text = Reader(client.get(f"/prospects/{area}").text).text
    assert text.count("Faults a correlation in the training, not a reason Claim") == 1
    assert text.count("not a reason") == 1
    assert text.count("Beyond all that the training had seen; it counts as the") == 1
    assert "as good or better; in 8 of 10 refits, with the places of training" in text
    assert "drawn anew, between 7 % and 20 %" in text


def test_an_account_without_refits_tells_none(learned_client: TestClient) -> None:
    area = areas_of(learned_client, LEARNED)[0]["id"]
    text = Reader(learned_client.get(f"/prospects/{area}").text).text
    for part in ("refits", "not a reason", "Beyond all"):
        assert part not in text


def test_the_table_has_a_column_of_the_learned_model(
    learned_client: TestClient,
) -> None:
    page = learned_client.get("/table").text
    assert "Learned %" in page
    assert 'data-value="0.34">34 %<small>expert only</small>' in page
    assert 'data-value="nan">–<small>no model</small>' in page
    assert "<small>1–6</small>" in page


def test_the_map_offers_opinions_with_their_key_and_their_reasons(
    learned_client: TestClient,
) -> None:
    text = learned_client.get("/").text
    inputs = [a for tag, a in Reader(text).tags if tag == "input"]
    offered = [a["value"] for a in inputs if a.get("name") == "opinion"]
    assert offered == ["", "learned", "agreement"]
    reasons = {a["value"]: a.get("data-no-learned") for a in inputs if "value" in a}
    assert reasons[LEARNED] is None
    assert reasons[UNTAUGHT] == say_many("learned.too-few", 7)
    for label in ("both models", "expert model only", "learned model only", "neither"):
        assert label in text


@pytest.mark.parametrize("path", ["/", "/table", "/about", "/validation", "/layers"])
def test_a_release_without_learned_models_is_served(
    untaught_client: TestClient, path: str
) -> None:
    assert untaught_client.get(path).status_code == 200


def test_a_release_without_learned_models_explains_and_exports_one_opinion(
    untaught_client: TestClient,
) -> None:
    area = areas_of(untaught_client, LEARNED)[0]
    assert area["learned_rank"] is None
    told = untaught_client.get(f"/api/prospects/{area['id']}/explanation").json()
    assert told["learned"] is told["agreement"] is None
    page = Reader(untaught_client.get(f"/prospects/{area['id']}").text).text
    assert sentence(say("learned.absent")) in page
    assert read_csv(untaught_client.get("/prospects.csv").content)
    answer = untaught_client.get(f"/api/tiles/{LEARNED}/{A_TILE}?opinion=learned")
    assert answer.status_code == 404


LACKING = ("Crustal thickness", "terrane boundaries")


def prospect_of(client: TestClient, deposit_type: str) -> str:
    return f"/prospects/{areas_of(client, deposit_type)[0]['id']}"


def chips(client: TestClient) -> dict[str | None, dict[str, Any]]:
    tags = Reader(client.get("/").text).tags
    return {a["value"]: a for tag, a in tags if a.get("name") == "deposit_type"}


def test_the_page_of_validation_names_missing_layers_before_the_figures(
    lacking_client: TestClient,
) -> None:
    text = Reader(lacking_client.get("/validation").text).text
    lacks, figures = layers_not_here(LACKING, below=True), "Of the 4 known places"
    first = text.index(lacks)
    assert first < text.index(figures)
    second = text.index(lacks, first + 1)
    assert text.index(figures) < second < text.index("best 1 %")


def test_the_map_and_the_page_of_a_prospect_name_missing_layers(
    lacking_client: TestClient,
) -> None:
    lacks = layers_not_here(LACKING, below=False)
    found = chips(lacking_client)
    assert found[LEARNED]["data-lacks"] == lacks
    assert "data-no-learned" not in found[LEARNED]
    assert "data-lacks" not in found[UNTAUGHT]
    page = Reader(lacking_client.get(prospect_of(lacking_client, LEARNED)).text).text
    assert page.index("The second opinion") < page.index(lacks)
    assert page.index(lacks) < page.index("It was made without the first opinion")
    other = lacking_client.get(prospect_of(lacking_client, UNTAUGHT)).text
    assert "this release lacks" not in other


def test_a_release_with_all_layers_of_the_test_says_nothing_of_them(
    learned_client: TestClient, untaught_client: TestClient
) -> None:
    for client in (learned_client, untaught_client):
        for path in ("/", "/validation", prospect_of(client, LEARNED)):
            answer = client.get(path)
            assert answer.status_code == 200
            assert "this release lacks" not in answer.text
            assert "data-lacks" not in answer.text


@pytest.mark.parametrize("opinion", ["learned", "agreement"])
def test_a_map_on_which_nothing_is_known_is_refused_with_the_reason(
    empty_client: TestClient, opinion: str
) -> None:
    answer = empty_client.get(f"/api/tiles/{LEARNED}/{A_TILE}?opinion={opinion}")
    assert answer.status_code == 404
    assert say("learned.empty") in answer.json()["detail"]
    assert empty_client.get(f"/api/tiles/{LEARNED}/{A_TILE}").status_code == 200


def test_an_empty_map_is_no_choice_but_its_model_keeps_its_explanation(
    empty_client: TestClient,
) -> None:
    assert chips(empty_client)[LEARNED]["data-no-learned"] == say("learned.empty")
    page = Reader(empty_client.get(prospect_of(empty_client, LEARNED)).text).text
    assert "It was made without the first opinion" in page
    table = Reader(empty_client.get(f"/table?deposit_type={LEARNED}").text).text
    assert "no model" not in table
    text = Reader(empty_client.get("/validation").text).text
    assert layers_not_here(LACKING, below=True) in text
    place = f"/api/explain?lon=73.1&lat=49.8&deposit_type={LEARNED}"
    assert empty_client.get(place).json()["agreement"]["kind"] == "not known"

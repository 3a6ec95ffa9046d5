"""A release without layers of a learned model's test says so wherever it matters."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.lacks import BELOW, OF_ITS_TEST, in_words
from app.opinions import NOTHING_KNOWN
from tests.app.learned_release import LACKS, LEARNED, UNTAUGHT
from tests.app.test_pages import Reader

LACKING = (
    "Tested with layers that this release lacks: Crustal thickness, terrane "
    "boundaries. Tested with layers whose content is another in this release: Relief. "
    "Its map here knows less; "
)


def prospect_of(client: TestClient, deposit_type: str) -> str:
    answer = client.get(f"/prospects.geojson?deposit_type={deposit_type}").json()
    return f"/prospects/{answer['features'][0]['properties']['id']}"


def chips(client: TestClient) -> dict[str | None, dict[str, Any]]:
    tags = Reader(client.get("/").text).tags
    return {a["value"]: a for tag, a in tags if a.get("name") == "deposit_type"}


def test_layers_are_told_by_what_is_the_matter_with_them() -> None:
    assert in_words(LACKS[LEARNED], BELOW) == f"{LACKING}{BELOW}."
    assert in_words(LACKS[LEARNED][2:], BELOW) == (
        "Tested with layers whose content is another in this release: Relief. Its map "
        "here differs; the figures below are not of this map."
    )


@pytest.mark.parametrize("lacks", [None, [], {}, "crust1", ["crust1"]])
def test_nothing_is_said_where_nothing_is_told(lacks: object) -> None:
    assert in_words(lacks, BELOW) == ""


def test_the_page_of_validation_says_so_before_the_figures(
    lacking_client: TestClient,
) -> None:
    text = Reader(lacking_client.get("/validation").text).text
    sentence, figures = f"{LACKING}{BELOW}.", "Of the 4 known places of Central Asia"
    first = text.index(sentence)
    assert first < text.index(figures)
    second = text.index(sentence, first + 1)
    assert text.index(figures) < second < text.index("best 1 %")


def test_the_map_and_the_page_of_a_prospect_say_so(lacking_client: TestClient) -> None:
    sentence = f"{LACKING}{OF_ITS_TEST}."
    found = chips(lacking_client)
    assert found[LEARNED]["data-lacks"] == sentence
    assert "data-no-learned" not in found[LEARNED]
    assert "data-lacks" not in found[UNTAUGHT]
    page = Reader(lacking_client.get(prospect_of(lacking_client, LEARNED)).text).text
    assert page.index("The second opinion") < page.index(sentence)
    assert page.index(sentence) < page.index("It was made without the first opinion")
    other = lacking_client.get(prospect_of(lacking_client, UNTAUGHT)).text
    assert "this release lacks" not in other


def test_a_release_that_does_not_tell_is_served_without_it(
    learned_client: TestClient, older_client: TestClient
) -> None:
    for client in (learned_client, older_client):
        for path in ("/", "/validation", prospect_of(client, LEARNED)):
            answer = client.get(path)
            assert answer.status_code == 200
            assert "this release lacks" not in answer.text
            assert "data-lacks" not in answer.text


@pytest.mark.parametrize("opinion", ["learned", "agreement"])
def test_a_map_on_which_nothing_is_known_is_refused_with_the_reason(
    empty_client: TestClient, opinion: str
) -> None:
    answer = empty_client.get(f"/api/maps/{LEARNED}.png?opinion={opinion}")
    assert answer.status_code == 404
    assert answer.json()["detail"] == (
        "There is no such map, as there is no map by the learned model: the layers it "
        "reads are not in this release; run scripts/ingest.py."
    )
    assert empty_client.get(f"/api/maps/{LEARNED}.png").status_code == 200


def test_an_empty_map_is_no_choice_but_its_model_keeps_its_account(
    empty_client: TestClient,
) -> None:
    assert chips(empty_client)[LEARNED]["data-no-learned"] == NOTHING_KNOWN
    page = Reader(empty_client.get(prospect_of(empty_client, LEARNED)).text).text
    assert "It was made without the first opinion" in page
    assert (
        "no model"
        not in Reader(empty_client.get(f"/table?deposit_type={LEARNED}").text).text
    )
    text = Reader(empty_client.get("/validation").text).text
    assert f"{LACKING}{BELOW}." in text
    place = f"/api/explain?lon=73.1&lat=49.8&deposit_type={LEARNED}"
    assert empty_client.get(place).json()["agreement"]["kind"] == "not known"

"""How well it works: said in words first, whole where it is whole, honest in gaps."""

import html
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.main import create_app
from app.settings import Settings
from app.text import say
from app.text.validation import cannot_say, headline, inside, overall, verdict
from app.text.validation_tables import alone_rows, beside_the_model, how_it_was_chosen
from tests.app.conftest import HOSTILE
from tests.app.learned_release import change, copy_release
from tests.app.learned_reports import (
    LEARNED,
    UNTAUGHT,
    learned_report,
    untested_report,
    with_learned,
)
from tests.app.sealing import seal
from tests.app.test_pages import FORBIDDEN, Reader
from tests.app.tile_pictures import A_TILE

FIGURES = ("withheld", "calibration", "tornado", "agreement")
WHOLE = learned_report()


def text_of(client: TestClient) -> str:
    return Reader(client.get("/validation").text).text.replace("\u00a0", " ")


def test_the_result_comes_first_and_in_words(learned_client: TestClient) -> None:
    text = text_of(learned_client)
    assert text.index(headline(WHOLE)) < text.index("best 1 %")
    for tell in (verdict, inside, overall):
        assert tell(WHOLE) in text
    for said in (*cannot_say(WHOLE), how_it_was_chosen(WHOLE)):
        assert said in text
    assert beside_the_model(alone_rows(WHOLE)) in text


@pytest.mark.parametrize(
    "row",
    [
        "best 1 % best 2 % best 5 % best 10 % best 20 % best 25 %",
        "Chance a random map 0 (1 %) 0.1 (2 %) 0.2 (5 %) 0.4 (10 %) 0.8 (20 %)",
        "0.71 0.66 to 0.76 228 100 0.83 0.21 (0.06)",
        "Known place 4 outside the five states alk-ig 3 20 – – –",
        "set against 3,412 places of other deposits and 5,000 places anywhere on land",
        "42 % is in the learned model’s best 10 % too; chance would give 10 %",
        "7 known examples in the world are too few",
        "background 0.5 0.71 – 26 % 17 % 12 % to 27 % 2 of 4 20 % to 80 % 3 of 4 45 %",
        "background 0 0.70 0.81 27 % 22 % 13 % to 30 % 1 of 4 0 % to 55 % 3 of 4 45 %",
        "0.62 −0.40 to 0.90",
        "by district 19 %",
        "Rock more of it speaks for 0.25 0.14 to 0.39 0.56 0.52 to 0.60 0.66",
        "Roots no sign claimed: a correlation 0.46 0.26 to 0.63 – – – –",
        "a baseline, not in the model – – 0.79 0.77 to 0.82 22 % 18 % to 27 % 47 %",
        "all its arguments together – 0.71 0.66 to 0.76 – 26 % 22 % to 30 % 17 % 12 %",
        "Potash of the world 430 0.93 0.90 to 0.95",
        "“alk-ig” in a table 99 0.77 0.81",
    ],
)
def test_a_row_of_a_table_stands_on_the_page(
    learned_client: TestClient, row: str
) -> None:
    assert row in text_of(learned_client)


def test_what_the_world_says_of_each_argument_stands_on_the_page(
    learned_client: TestClient,
) -> None:
    text = text_of(learned_client)
    assert "What the world says of each argument" in text
    judged = "Metamorphic share of bedrock carbonatites and alkaline rocks"
    assert judged in text
    assert "Without a record: Edge of an old block." in text


def test_the_page_makes_no_forbidden_claim(learned_client: TestClient) -> None:
    caution = learned_client.get("/api/").json()["caution"]
    text = Reader(learned_client.get("/validation").text).text.replace(caution, "")
    assert not FORBIDDEN.search(text), FORBIDDEN.search(text)


def test_figures_are_served_like_other_files_and_described(
    learned_client: TestClient,
) -> None:
    page = learned_client.get("/validation").text
    images = {a["src"]: a["alt"] for tag, a in Reader(page).tags if tag == "img"}
    for kind in FIGURES:
        address = f"/figures/{kind}-{LEARNED}.png"
        assert "Clay-hosted (weathering crust)" in (images[address] or "")
        first = learned_client.get(address)
        assert first.headers["content-type"] == "image/png"
        known = {"If-None-Match": first.headers["etag"]}
        assert learned_client.get(address, headers=known).status_code == 304
    assert headline(learned_report()) in (
        images[f"/figures/withheld-{LEARNED}.png"] or ""
    )
    assert len(set(images.values())) == len(images)


@pytest.mark.parametrize(
    "name",
    ["nosuch", "tornado-placer", "..%2fmanifest", "%2e%2e%2fvalidation", "withheld-"],
)
def test_only_listed_figures_are_served(learned_client: TestClient, name: str) -> None:
    assert learned_client.get(f"/figures/{name}.png").status_code == 404


def test_a_figure_that_the_manifest_does_not_list_is_not_served(
    learned_home: Path, tmp_path: Path
) -> None:
    folder = copy_release(learned_home, tmp_path)
    (folder / "figures" / "extra.png").write_bytes(b"\x89PNG")
    with TestClient(create_app(Settings(home=tmp_path))) as client:
        assert client.get("/figures/extra.png").status_code == 404
        assert client.get("/figures/capture.png").status_code == 200


def test_every_page_leads_to_it(learned_client: TestClient) -> None:
    for path in ("/", "/table", "/about", "/layers"):
        assert 'href="/validation"' in learned_client.get(path).text, path
    assert "/validation?colour=red" not in learned_client.get("/about").text
    assert learned_client.get("/validation?colour=red").status_code == 400


Edit = Callable[[dict[str, Any]], object]


@pytest.fixture
def serve_report(
    learned_home: Path, tmp_path: Path
) -> Iterator[Callable[[Edit], TestClient]]:
    opened: list[TestClient] = []

    def serve(edit: Edit) -> TestClient:
        folder = copy_release(learned_home, tmp_path / str(len(opened)))
        change(folder / "validation.json", edit)
        seal(folder)
        opened.append(TestClient(create_app(Settings(home=folder.parents[1]))))
        return opened[-1]

    yield serve
    for client in opened:
        client.close()


def test_the_tests_that_can_hurt_stand_on_the_page_with_what_they_lack(
    learned_client: TestClient,
) -> None:
    text = text_of(learned_client)
    asked = text.index(say("hard.heading"), text.index("In short"))
    assert "among land of like" in text or "beyond its ground" in text
    assert "high ground first: hard rock is at the surface there" in text
    assert "50 % 50 % to 50 %" in text  # elevation within like elevation
    assert "The layer “mineral occurrences” brings them" in text[asked:]
    assert "--layer mineral-occurrences" in text[asked:]


def test_the_matrix_of_kinds_is_a_picture_with_its_verdicts(
    serve_report: Callable[[Edit], TestClient],
) -> None:
    def figure(value: float, n: int = 9) -> dict[str, Any]:
        interval = {"low": value - 0.1, "high": value + 0.1}
        return {"value": value, **interval, "n": n, "districts": 5}

    def fill(content: dict[str, Any]) -> None:
        content["map_tests"]["specificity"] = {
            "classes": [{"id": "gold", "n": 9, "districts": 5}],
            "too_few": [{"id": "chromite", "n": 6, "districts": 2}],
            "rows": [
                {
                    "deposit_type": "carbonatite",
                    "map": "expert",
                    "own": figure(0.66, n=6),
                    "own_class": "",
                    "kin": [],
                    "classes": {"gold": figure(0.84)},
                }
            ],
            "missing": [],
        }

    client = serve_report(fill)
    text = text_of(client)
    assert (
        "0.66 0.56 to 0.76 n 6, 5 d. 0.84 0.74 to 0.94 Not shown to find more" in text
    )
    assert "Gold 9 sites, 5 districts" in text
    assert "Fewer than 8 sites on this land, so not shown: chromite (6)." in text
    assert "above all others: 0 of the 1 that could be asked" in text
    page = client.get("/validation").text
    assert 'class="num heat heat-6 is-own"' in page
    assert 'class="num heat heat-8 is-highest"' in page


def test_tables_with_too_few_sites_of_every_kind_are_told(
    layered_client: TestClient,
) -> None:
    assert "volcanogenic massive sulphide (1)" in text_of(layered_client)


def test_a_report_full_of_unknowns_says_what_it_can(
    serve_report: Callable[[Edit], TestClient],
) -> None:
    nothing = {"value": None, "low": None, "high": None, "n": 0}

    def forget(content: dict[str, Any]) -> None:
        report = with_learned(capture=(), auc_land=None, boyce=None, districts=0)
        found = report.model_dump(mode="json")
        for test in found["withheld"]["maps"]:
            test["every"] |= {"mean_rank": nothing, "district_rank": None}
            test["ranks"] = [None] * 4
        found["regions"]["mean_rank"] = nothing
        for scheme in found["schemes"]:
            scheme["auc"] = nothing
        content["learned"] = {LEARNED: found}
        content["agreement"][LEARNED] |= {"overlap": None, "spearman": None}

    text = text_of(serve_report(forget))
    assert "Trained on 228 known places" in text
    assert "None" not in text
    assert "nan" not in text.split()


def test_hostile_words_of_a_report_are_shown_as_they_are(
    serve_report: Callable[[Edit], TestClient],
) -> None:
    def spoil(content: dict[str, Any]) -> None:
        text = json.dumps(content["learned"])
        for word in ("Known place 1", "Potash of the world", "Rock", "a table"):
            text = text.replace(f'"{word}"', f'"{json.dumps(HOSTILE)[1:-1]}"')
        content["learned"] = json.loads(text)

    answer = serve_report(spoil).get("/validation")
    assert answer.status_code == 200
    assert "<script>window" not in answer.text
    assert answer.text.count(str(html.escape(HOSTILE)[:20])) >= 4


def test_a_release_without_reports_says_so(untaught_client: TestClient) -> None:
    text = text_of(untaught_client)
    assert "This release holds no report of a learned model." in text
    assert "The expert model" in text


def test_a_type_that_was_not_tested_begins_with_why_it_has_no_map(
    serve_report: Callable[[Edit], TestClient],
) -> None:
    def untested(content: dict[str, Any]) -> None:
        content["learned"][UNTAUGHT] = untested_report().model_dump(mode="json")
        content["without_learned"][UNTAUGHT]["n_world"] = 215

    client = serve_report(untested)
    why = (
        "o map by the learned model: of its 215 known examples none lies in Central "
        "Asia, and a test there needs 5"
    )
    text = text_of(client)
    assert f"Placers N{why}. What follows was tested elsewhere in the world" in text
    assert text.count(say("validation.untested")) == 1
    answer = client.get(f"/api/tiles/{UNTAUGHT}/{A_TILE}?opinion=learned")
    assert (answer.status_code, why in answer.text) == (404, True)
    assert f"n{why}" in client.get("/").text


GOOD = {"n": 13, "mean": 0.31, "limit": 0.37, "unknown": 0}
POOR = {"n": 14, "mean": 0.49, "limit": 0.37, "unknown": 0}


def test_every_page_with_a_ranking_says_what_the_known_sites_say_of_it(
    serve_report: Callable[[Edit], TestClient],
) -> None:
    def judge(content: dict[str, Any]) -> None:
        for which, found in (("own", GOOD), ("overall", POOR)):
            content["known_sites"][which] |= found

    client = serve_report(judge)
    short = say("known-sites.own-only", n=14)
    for address in ("/", "/table"):
        assert short in client.get(address).text
    about = client.get("/about").text
    assert "mean rank 31 %" in about
    assert "mean rank 49 %" in about

"""How well it works: said in words first, whole where it is whole, honest in gaps."""

import copy
import html
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.breakdown import beside_the_model, read_breakdown
from app.findings import Estimate
from app.main import create_app
from app.report_reader import read_report
from app.settings import Settings
from app.tried import how_it_was_chosen, what_was_tried
from app.verdict import checks_of_the_expert
from tests.app.conftest import HOSTILE
from tests.app.learned_release import (
    LEARNED,
    UNTAUGHT,
    change,
    copy_release,
    reports,
)
from tests.app.sealing import seal
from tests.app.test_pages import FORBIDDEN, Reader

FIGURES = ("withheld", "calibration", "tornado", "agreement")


def report() -> dict[str, Any]:
    return copy.deepcopy(reports()["learned"][LEARNED])


def test_the_result_comes_first_and_in_words(learned_client: TestClient) -> None:
    text = Reader(learned_client.get("/validation").text).text
    sentence = (
        "Of the 4 known places of Central Asia that the model never saw, 2 lie in its "
        "best 10 % of the area; a random map would have 0.4."
    )
    assert sentence in text
    assert text.index(sentence) < text.index("best 1 %")
    assert "That is more than chance gives (95 % interval 20 % to 80 %" in text
    assert "Of the 3 that lie in the five states themselves it has 1 there" in text


@pytest.mark.parametrize(
    ("sites", "low", "words"),
    [
        (1, 0.11, "1 lies in its best 10 %"),
        (1, 0.11, "That is more than chance gives"),
        (2, 0.10, "With so few places that cannot be told from chance"),
    ],
)
def test_a_result_is_praised_only_above_chance(
    sites: int, low: float, words: str
) -> None:
    found = report()
    learned = found["withheld"]["models"][1]
    learned["all"]["capture"][3] |= {"sites": sites, "low": low}
    told = read_report(LEARNED, found)
    assert words in f"{told.headline} {told.verdict}"


def test_models_are_listed_by_kind_the_learned_one_first() -> None:
    told = read_report(LEARNED, report())
    assert [model.kind for model in told.models] == ["learned", "expert", "baseline"]
    assert told.areas == (0.01, 0.02, 0.05, 0.10, 0.20, 0.25)
    assert [capture.sites for capture in told.models[0].captures if capture] == [
        0,
        0,
        1,
        2,
        3,
        4,
    ]
    assert told.models[0].auc_land == Estimate(value=0.83, low=0.5, high=0.95, n=4)
    assert told.models[0].boyce == Estimate(value=0.62, low=-0.4, high=0.9, n=4)
    assert told.models[0].districts == 3
    assert told.models[0].district_rank == pytest.approx(0.19)
    assert told.sites[3].said == "alk-ig"
    assert told.sites[3].district == 2
    assert told.models[0].name == "Learned model"
    assert told.area_km2 == 3_925_900
    assert told.models[0].ranks == (0.03, 0.08, 0.41, None)
    assert told.region == "46–88° E, 35–56° N"


def test_tables_stand_beside_chance_and_beside_resubstitution(
    learned_client: TestClient,
) -> None:
    text = Reader(learned_client.get("/validation").text).text
    for part in (
        "best 1 % best 2 % best 5 % best 10 % best 20 % best 25 %",
        "Distance to a mine one measurement alone",
        "Chance a random map 0 (1 %) 0.1 (2 %) 0.2 (5 %) 0.4 (10 %) 0.8 (20 %)",
        "Blocks of 15 degrees blocks: shifted three times other deposits",
        "0.71 0.66 to 0.76 228 100 0.83 0.21 (0.06)",
        "Known place 4 outside the five states alk-ig 3 20 – – –",
        "Splines of distance mean rank 0.31: worse",
        "9 regions of the world, with 200 known places, were held back in turn",
        "Mean rank 26 % (95 % interval 22 % to 30 %), chance 50 %; 50 % in the best 10",
        "set against 3,412 places of other deposits and 5,000 places anywhere on land",
        "Whether a place that nobody looked at is barren.",
        "42 % is in the learned model’s best 10 % too; chance would give 10 %",
        "7 known examples in the world are too few",
    ):
        assert part in text, part


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
        assert "Carbonatite and alkaline igneous" in (images[address] or "")
        first = learned_client.get(address)
        assert first.headers["content-type"] == "image/png"
        known = {"If-None-Match": first.headers["etag"]}
        assert learned_client.get(address, headers=known).status_code == 304
    assert "2 lie in its best 10 %" in (
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


def test_a_report_may_lack_any_of_its_parts() -> None:
    whole = report()
    for name in whole:
        less = {key: value for key, value in whole.items() if key != name}
        read_report(LEARNED, less)
        read_report(LEARNED, {**whole, name: None})
    withheld = whole["withheld"]
    for name in withheld:
        less = {key: value for key, value in withheld.items() if key != name}
        read_report(LEARNED, {**whole, "withheld": less})
    for name in (*withheld["models"][1], *withheld["models"][1]["all"]):
        models = [
            {
                key: part
                for key, part in {**model, **model["all"]}.items()
                if key != name
            }
            for model in withheld["models"]
        ]
        read_report(LEARNED, {**whole, "withheld": {**withheld, "models": models}})
    bare = read_report(LEARNED, {})
    assert bare.headline == bare.verdict == ""
    assert bare.title == LEARNED


def test_figures_may_stand_beside_the_name_of_a_model() -> None:
    found = report()
    models = found["withheld"]["models"]
    found["withheld"]["models"] = [{**one, **one.pop("all")} for one in models]
    told = read_report(LEARNED, found)
    assert told.models == read_report(LEARNED, report()).models


def test_a_type_without_known_places_in_the_region_is_not_said_to_be_tested() -> None:
    withheld = {**report()["withheld"], "models": [], "sites": []}
    told = read_report(LEARNED, {**report(), "n_withheld": 0, "withheld": withheld})
    assert told.headline == (
        "The tables it learns from hold no known place of this type in Central Asia, "
        "so the model cannot be tested there and makes no map."
    )
    assert told.verdict == told.overall == told.inside == ""


@pytest.mark.parametrize(
    ("high", "words"),
    [
        (0.49, "Taken together they rank better than chance gives: mean rank 17 %"),
        (0.50, "Taken together their ranks cannot be told from chance: mean rank 17 %"),
    ],
)
def test_the_mean_rank_is_told_beside_chance_and_the_best_baseline(
    high: float, words: str
) -> None:
    found = report()
    found["withheld"]["models"][1]["all"]["mean_rank"]["high"] = high
    told = read_report(LEARNED, found).overall
    assert told.startswith(words)
    assert (
        f"(95 % interval 12 % to {100 * high:.0f} %, 0 % is best, chance 50 %)" in told
    )
    assert told.endswith(
        "Of the single measurements chosen beforehand the best (distance to a mine) "
        "has 47 %."
    )


def test_the_page_of_a_bare_report_says_what_it_can(
    serve_report: Callable[[Edit], TestClient],
) -> None:
    def strip(content: dict[str, Any]) -> None:
        content["learned"] = {LEARNED: {"n_world": 228, "schemes": [{"name": "Bare"}]}}
        content["agreement"] = {LEARNED: {"overlap": None}}
        content.pop("verdict", None)

    page = Reader(serve_report(strip).get("/validation").text)
    assert "Trained on 228 known places" in page.text
    assert "Bare" in page.text
    assert "None" not in page.text
    assert "nan" not in page.text.split()


def test_hostile_words_of_a_report_are_shown_as_they_are(
    serve_report: Callable[[Edit], TestClient],
) -> None:
    def spoil(content: dict[str, Any]) -> None:
        text = json.dumps(content["learned"])
        for word in ("Known place 1", "expert model", "Blocks of 15 degrees", "Bare"):
            text = text.replace(word, json.dumps(HOSTILE)[1:-1])
        content["learned"] = json.loads(text)

    answer = serve_report(spoil).get("/validation")
    assert answer.status_code == 200
    assert "<script>window" not in answer.text
    assert answer.text.count(str(html.escape(HOSTILE)[:20])) >= 3


def test_a_release_without_reports_says_so(untaught_client: TestClient) -> None:
    text = Reader(untaught_client.get("/validation").text).text
    assert "This release holds no report of a learned model." in text
    assert "The expert model" in text


def test_what_else_was_tried_stands_beside_what_is_shipped(
    learned_client: TestClient,
) -> None:
    text = Reader(learned_client.get("/validation").text).text
    assert "did not help" not in text
    for part in (
        (
            "What else was tried The share of land was fixed at one half before "
            "Central Asia was looked at: to be told from other deposits counts as much "
            "as to be told from land. The other rows below were computed afterwards "
            "and chose nothing."
        ),
        (
            "Trained with AUC against other deposits AUC against land Mean rank, "
            "left-out regions of the world Mean rank, withheld region Withheld, "
            "best 10 % Withheld, best 20 %"
        ),
        (
            "The shipped model: share of land in the background 0.5 0.71 – 26 % 17 % "
            "12 % to 27 % 2 of 4 20 % to 80 % 3 of 4 45 % to 100 %"
        ),
        "Splines of distance mean rank 0.31: worse – – – – – –",
        (
            "No land in the background 0.70 0.81 27 % 22 % 13 % to 30 % 1 of 4 0 % to "
            "55 % 3 of 4 45 % to 100 %"
        ),
    ):
        assert part in text, part


def test_nothing_is_said_to_be_fixed_at_one_half_that_was_not() -> None:
    found = report()
    found["background"]["land_share"] = 0.25
    told = read_report(LEARNED, found)
    assert how_it_was_chosen(told).startswith("The other rows below")
    assert what_was_tried(told)[0].what.endswith("background 0.25")


def test_the_shipped_model_is_left_out_where_its_figures_are_not_told() -> None:
    found = {"tried": report()["tried"], "background": {"land_share": 0.5}}
    told = read_report(LEARNED, found)
    assert [item.shipped for item in what_was_tried(told)] == [False, False]
    assert how_it_was_chosen(told).endswith(
        "land. Rows below were computed afterwards and chose nothing."
    )
    assert what_was_tried(read_report(LEARNED, {**report(), "tried": []})) == ()


def test_the_shipped_model_takes_its_aucs_from_the_widest_blocks_alone() -> None:
    def scheme(name: str, against: str, value: float) -> dict[str, Any]:
        return {"name": name, "against": against, "auc": {"value": value}}

    schemes = [
        scheme("blocks of 15°", "other deposits", 0.7),
        scheme("blocks of 15°", "land", 0.8),
        scheme("blocks of 5°", "land", 0.9),
        scheme("leave one country out", "other deposits", 0.6),
    ]
    shipped = what_was_tried(read_report(LEARNED, {**report(), "schemes": schemes}))[0]
    assert shipped.shipped
    assert (shipped.auc_others, shipped.auc_land) == (0.7, 0.8)
    assert [one.sites for one in shipped.captures if one] == [2, 3]


def test_the_table_of_schemes_says_what_its_figures_rest_on(
    learned_client: TestClient,
) -> None:
    text = Reader(learned_client.get("/validation").text).text
    for part in (
        "neighbours are not, and make them too narrow",
        "scores of the folds’ models are pooled",
        (
            "Leave-one-example-out and leave-one-pair-out use a penalty chosen once on "
            "all training places"
        ),
        "The Boyce index rests on 4 places and is unstable",
    ):
        assert part in text, part


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [(0.10, 0.49, True), (0.11, 0.49, False), (0.10, 0.50, False)],
)
def test_two_verdicts_that_seem_to_differ_are_explained(
    low: float, high: float, said: bool
) -> None:
    found = report()
    figures = found["withheld"]["models"][1]["all"]
    figures["capture"][3]["low"] = low
    figures["mean_rank"]["high"] = high
    told = read_report(LEARNED, found)
    why = (
        "Both hold, as the first counts only the places past a threshold and the mean "
        "uses every rank."
    )
    assert (why in told.overall) == said


@pytest.mark.parametrize(
    ("places", "note"),
    [
        (1, "The Boyce index rests on 1 place and is unstable"),
        (29, "The Boyce index rests on 29 places and is unstable"),
        (30, ""),
        (0, ""),
        (None, ""),
    ],
)
def test_a_boyce_index_of_few_places_is_called_unstable(
    places: int | None, note: str
) -> None:
    told = read_report(LEARNED, {**report(), "n_withheld": places}).boyce_note
    assert told.startswith(note)
    assert bool(told) == bool(note)


def test_there_is_no_warning_of_a_boyce_index_that_is_not_there() -> None:
    found = report()
    for model in found["withheld"]["models"]:
        model["all"]["boyce"] = None
    assert read_report(LEARNED, found).boyce_note == ""


def test_each_measurement_stands_by_itself_beside_the_model(
    learned_client: TestClient,
) -> None:
    text = Reader(learned_client.get("/validation").text).text
    for part in (
        "The 4 places lie in 3 districts; the intervals count districts, not places.",
        "0.62 −0.40 to 0.90",
        "by district 19 %",
        "Rock more of it speaks for 0.25 0.14 to 0.39 0.56 0.52 to 0.60 0.66",
        "Edge less, or nearer, speaks for",
        "Roots no sign claimed: a correlation 0.46 0.26 to 0.63 – – – –",
        "Distance to a mine a baseline, not in the model – – 0.79 0.77 to 0.82 22 %",
        "18 % to 27 % 47 %",
        "Potash of the world 430 0.93 0.90 to 0.95",
        "“alk-ig” in a table 99 0.77 0.81",
        "Known place 4 outside the five states alk-ig 3 20",
        "Do not compare this with the expert model’s row",
    ):
        assert part in text, part


def test_an_argument_that_does_as_well_alone_is_named_and_no_other() -> None:
    found = report()
    told = read_report(LEARNED, found)
    assert beside_the_model(told, read_breakdown(found).alone) == (
        "Looked at afterwards, by itself as good as the model (17 % here, 26 % in "
        "regions of the world) or better on the withheld places: Rock (12 % here, "
        "40 % in regions of the world). So few places cannot decide between them."
    )
    found["arguments"][0]["withheld"]["mean_rank"]["value"] = 0.1701
    assert beside_the_model(told, read_breakdown(found).alone) == (
        "No single measurement ranks the withheld places as well as the model (17 %); "
        "so few places cannot prove that it is the better."
    )
    del found["arguments"], found["baselines"]
    bare = read_breakdown(found)
    assert (bare.alone, beside_the_model(told, bare.alone)) == ((), "")


def test_the_model_stands_above_the_baselines_with_its_held_out_figures(
    learned_client: TestClient,
) -> None:
    text = Reader(learned_client.get("/validation").text).text
    model = (
        "The learned model all its arguments together – 0.71 0.66 to 0.76 – 26 % 22 % "
        "to 30 % 17 % 12 % to 27 % Distance to a mine a baseline"
    )
    assert model in text
    assert "single arguments: looked at afterwards" in text
    whole = read_breakdown(report()).model
    assert whole.others == Estimate(value=0.71, low=0.66, high=0.76, n=228)
    assert whole.regions == Estimate(value=0.26, low=0.22, high=0.3, n=200)
    assert whole.withheld.value == 0.17
    bare = read_breakdown({}).model
    assert bare.others == bare.regions == bare.withheld == Estimate()


def test_the_two_figures_of_the_expert_model_stand_side_by_side() -> None:
    told = read_report(LEARNED, report())
    found = {"verdict": {"own": {"n": 10, "mean": 0.21}}}
    withheld, known = checks_of_the_expert(found, [told])
    assert withheld.places.endswith("tables of the world list, 46–88° E, 35–56° N")
    assert withheld.by == "Of one type: Carbonatite and alkaline igneous"
    assert (withheld.n, withheld.rank.value) == (4, 0.31)
    assert known.places == "Known sites inside the five states"
    assert (known.n, known.rank.value) == (10, 0.21)


@pytest.mark.parametrize("found", [{}, {"verdict": {"own": {}}}, {"verdict": None}])
def test_one_figure_of_the_expert_model_alone_needs_no_comparison(
    found: dict[str, Any],
) -> None:
    assert checks_of_the_expert(found, [read_report(LEARNED, report())]) == ()
    own = {"verdict": {"own": {"n": 10, "mean": 0.21}}}
    assert checks_of_the_expert(own, [read_report(LEARNED, {})]) == ()


def test_a_type_that_was_not_tested_begins_with_why_it_has_no_map(
    serve_report: Callable[[Edit], TestClient],
) -> None:
    def untested(content: dict[str, Any]) -> None:
        told = {**report(), "n_withheld": 0, "title": "Placers"}
        told["withheld"] = {**told["withheld"], "models": [], "sites": []}
        content["learned"][UNTAUGHT] = told
        content["without_learned"][UNTAUGHT] = {
            "n_world": 215,
            "fewest": 30,
            "n_tested": 0,
            "fewest_tested": 5,
        }

    client = serve_report(untested)
    why = (
        "o map by the learned model: of its 215 known examples none lies in Central "
        "Asia, and a test there needs 5"
    )
    text = Reader(client.get("/validation").text).text
    assert f"Placers N{why}. What follows was tested elsewhere in the world" in text
    assert text.count("so the model cannot be tested there and makes no map.") == 1
    answer = client.get(f"/api/maps/{UNTAUGHT}.png?opinion=learned")
    assert (answer.status_code, why in answer.text) == (404, True)
    assert f"n{why}" in client.get("/").text


def test_a_report_from_before_districts_counts_places() -> None:
    found = report()
    for model in found["withheld"]["models"]:
        del model["all"]["districts"], model["all"]["district_rank"]
    assert "district" not in read_report(LEARNED, found).headline

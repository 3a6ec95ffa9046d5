"""What the check against known sites comes to is said as it is."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.main import create_app
from app.settings import Settings
from app.verdict import in_words
from tests.app.sealing import seal

GOOD = {"n": 13, "mean": 0.31, "limit": 0.37, "better_than_chance": True}
POOR = {"n": 14, "mean": 0.49, "limit": 0.37, "better_than_chance": False}


def test_a_ranking_no_better_than_chance_is_said_to_be_so() -> None:
    said = in_words({"verdict": {"own": POOR, "overall": POOR}})
    assert said.overall == (
        "On the 14 known sites the ranking across types does no better than chance "
        "(mean rank 49 %, chance 50 %)."
    )
    assert "no better than chance" in said.own
    assert said.short.startswith("On the 14 known sites")
    assert "neither across types nor within one" in said.short


def test_a_better_ranking_is_not_praised_beyond_its_number_of_sites() -> None:
    said = in_words({"verdict": {"own": GOOD, "overall": GOOD}})
    for sentence in (said.own, said.overall):
        assert "does better than chance (mean rank 31 %, chance 50 %)" in sentence
        assert sentence.endswith(", but with 13 sites that is weak.")
    assert "weak" in said.short


@pytest.mark.parametrize(
    "validation",
    [{}, {"verdict": {"own": {"n": 0, "mean": None, "better_than_chance": False}}}],
)
def test_without_a_verdict_nothing_is_claimed(validation: dict[str, Any]) -> None:
    said = in_words(validation)
    assert said.own == said.overall == said.short == ""


def test_map_and_about_page_say_the_verdict_of_their_release(
    release_home: Path, tmp_path: Path
) -> None:
    shutil.copytree(release_home / "releases", tmp_path / "releases")
    folder = next(path for path in (tmp_path / "releases").iterdir() if path.is_dir())
    path = folder / "validation.json"
    content = json.loads(path.read_text(encoding="utf-8"))
    content["verdict"] = {"own": GOOD, "overall": POOR}
    path.write_text(json.dumps(content), encoding="utf-8")
    seal(folder)
    with TestClient(create_app(Settings(home=tmp_path))) as client:
        about = client.get("/about").text
        assert in_words(content).overall in about
        assert in_words(content).own in about
        assert "Known sites inside, all types" in about
        assert "within a type it does" in in_words(content).short
        for address in ("/", "/table"):
            assert in_words(content).short in client.get(address).text


def test_a_release_of_before_the_verdict_is_served_without_it(
    release_home: Path, tmp_path: Path
) -> None:
    shutil.copytree(release_home / "releases", tmp_path / "releases")
    folder = next(path for path in (tmp_path / "releases").iterdir() if path.is_dir())
    path = folder / "validation.json"
    content = json.loads(path.read_text(encoding="utf-8"))
    content.pop("verdict", None)
    path.write_text(json.dumps(content), encoding="utf-8")
    seal(folder)
    with TestClient(create_app(Settings(home=tmp_path))) as client:
        for page in ("/", "/about"):
            answer = client.get(page)
            assert answer.status_code == 200
            assert "better than chance" not in answer.text


def test_what_alone_does_as_well_is_named():
    found = {"n": 10, "mean": 0.2, "limit": 0.35, "better_than_chance": True}
    told = in_words(
        {
            "verdict": {
                "own": {**found, "beaten_by": ["the felsic share of the bedrock"]},
                "overall": found,
            }
        }
    )
    assert told.own.endswith(
        "Ranked by the felsic share of the bedrock alone they do as well or better."
    )
    assert "alone" not in told.overall

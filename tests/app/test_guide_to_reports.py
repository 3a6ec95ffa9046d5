"""The examples of docs/explain-and-report.md, asked of a release."""

import re
import shlex
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

GUIDE = Path(__file__).parents[2] / "docs" / "explain-and-report.md"
EXAMPLES = [
    shlex.split(text.replace("\\\n", " "))
    for text in re.findall(r"(?m)^    (curl (?:.|\n    )*)", GUIDE.read_text("utf-8"))
]


def test_the_guide_has_an_example_of_each_address() -> None:
    assert len(EXAMPLES) == 4


@pytest.mark.parametrize("words", EXAMPLES)
def test_an_example_is_answered(client: TestClient, words: list[str]) -> None:
    _, address, *options = words
    given = dict(zip(options[::2], options[1::2], strict=True))
    headers = dict([given["-H"].split(": ")]) if "-H" in given else {}
    body = given.get("-d")
    answer = client.request(
        "POST" if body else "GET", address, content=body, headers=headers
    )
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert told["release"]
    assert told.get("explained", 1)

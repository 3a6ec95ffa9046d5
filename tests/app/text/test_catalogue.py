"""Tests of the sentences: none missing, none unused, every value in its place."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest

from app.text import say, say_many
from app.text.catalogue import ENGLISH, LOCALES, Catalogue, catalogue

APP = LOCALES.parent
SAYING = {"say", "say_many"}
QUOTED = re.compile(r"""["']([a-z]+(?:[.-][a-z0-9]+)+)["']""")


def places(sentence: str) -> set[str]:
    """Return the names in the braces of a sentence."""
    return {name for _, name, _, _ in Formatter().parse(sentence) if name is not None}


BEGUN = re.compile(r"""f?["']([a-z]+(?:[.-][a-z0-9]+)*[.-])(?:\{|["'] ~)""")


def begun() -> tuple[str, ...]:
    """Return how keys begin whose end is a code of the release, as of a map."""
    files = [*APP.rglob("*.py"), *(APP / "templates").rglob("*.html")]
    return tuple(
        start for path in files for start in BEGUN.findall(path.read_text("utf-8"))
    )


def quoted() -> dict[str, Path]:
    """Return every quoted text of our code and templates that may be a key."""
    files = [*APP.rglob("*.py"), *(APP / "templates").rglob("*.html")]
    return {
        key: path for path in files for key in QUOTED.findall(path.read_text("utf-8"))
    }


def calls() -> Iterator[tuple[str, str, set[str]]]:
    """Yield where a key is said in our code, the key, and the values given."""
    for path in APP.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name)):
                continue
            if node.func.id not in SAYING or not isinstance(node.args[0], ast.Constant):
                continue
            given = {item.arg or "**" for item in node.keywords}
            many = {"n"} if node.func.id == "say_many" else set()
            yield f"{path.name}:{node.lineno}", str(node.args[0].value), given | many


def test_every_key_that_is_used_has_a_sentence_and_no_sentence_is_unused():
    known = set(catalogue().sentences)
    sections = {key.partition(".")[0] for key in known}
    used = {key for key in quoted() if key.partition(".")[0] in sections}
    asked = {key for _, key, _ in calls()}
    assert asked <= known, f"add to locales/en.po: {sorted(asked - known)}"
    unused = {key for key in known - used if not key.startswith(begun())}
    assert not unused, f"remove from locales/en.po: {sorted(unused)}"


def test_a_sentence_is_given_exactly_the_values_it_has_places_for():
    sentences = catalogue().sentences
    for where, key, given in calls():
        if "**" not in given:
            wanted = set().union(*map(places, sentences[key]))
            assert wanted <= given, (where, key)
            assert given <= wanted | {"n"}, (where, key)


@pytest.mark.parametrize("path", sorted(LOCALES.glob("*.po")), ids=lambda p: p.stem)
def test_a_language_fills_the_places_of_the_english_sentence_and_no_others(path):
    english, other = catalogue(ENGLISH), catalogue(path.stem)
    assert set(other.sentences) <= set(english.sentences)
    for key, forms in other.sentences.items():
        wanted = set().union(*map(places, english.sentences[key]))
        assert all(places(form) <= wanted for form in forms), key
        assert all(name.isidentifier() for form in forms for name in places(form))


def test_a_value_is_put_in_as_it_is_and_never_read_as_a_place(monkeypatch):
    of_test = Catalogue(
        language=ENGLISH,
        sentences={
            "test.near": ("near {name}",),
            "test.sites": ("{n} site of {kind}", "{n} sites of {kind}"),
        },
        form=lambda n: int(n != 1),
    )
    monkeypatch.setattr("app.text.catalogue.catalogue", lambda: of_test)
    assert say("test.near", name="{kind} {0}") == "near {kind} {0}"
    assert say_many("test.sites", 1, kind="clay") == "1 site of clay"
    assert say_many("test.sites", 0, kind="clay") == "0 sites of clay"
    with pytest.raises(KeyError, match="name"):
        say("test.near")
    with pytest.raises(KeyError, match=r"test\.far"):
        say("test.far")

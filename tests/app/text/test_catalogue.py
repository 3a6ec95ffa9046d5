"""Tests of the sentences: none missing, none unused, every value in its place."""

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest
from jinja2 import Environment, nodes

from app.text import for_scripts, language, say, say_html, say_many
from app.text.catalogue import ENGLISH, LOCALES, catalogue, speaking

APP = LOCALES.parent
SAYING = {"say", "say_html", "say_many"}
QUOTED = re.compile(r"""["']([a-z]+(?:[.-][a-z0-9]+)+)["']""")
BEGUN = re.compile(r"""f?["']([a-z]+(?:[.-][a-z0-9]+)*[.-])(?:\{|["'] ~)""")
SAID = re.compile(r'\bsay(Many)?\((?:[\w.<>= ]+ \? )?"([\w.-]+)"(?: : "([\w.-]+)")?')
TAG = re.compile(r"<[^>]*>")

COUNTS = (1, 3, 5, 11, 21)

Call = tuple[str, str, set[str]]


SCRIPTS = sorted((APP / "static" / "js").glob("*.js"))
TEMPLATES = sorted((APP / "templates").glob("*.*"))
"""Pages, and examples of code that stand in them."""


def files() -> list[Path]:
    """Return our code, templates and scripts."""
    return [*APP.rglob("*.py"), *TEMPLATES, *SCRIPTS]


def places(sentence: str) -> set[str]:
    """Return the names in the braces of a sentence."""
    return {name for _, name, _, _ in Formatter().parse(sentence) if name is not None}


def begun() -> tuple[str, ...]:
    """Return how keys begin whose end is a code of the release, as of a map."""
    return tuple(
        start for path in files() for start in BEGUN.findall(path.read_text("utf-8"))
    )


def quoted() -> set[str]:
    """Return every quoted text of our code, templates and scripts that may be a key."""
    return {key for path in files() for key in QUOTED.findall(path.read_text("utf-8"))}


def calls_of_code() -> Iterator[Call]:
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


def calls_of_templates() -> Iterator[Call]:
    """Yield the same of the templates."""
    for path in TEMPLATES:
        parsed = Environment(autoescape=True).parse(path.read_text("utf-8"))
        for call in parsed.find_all(nodes.Call):
            said = call.node
            if not (isinstance(said, nodes.Name) and said.name in SAYING):
                continue
            if isinstance(call.args[0], nodes.Const):
                given = {item.key for item in call.kwargs}
                many = {"n"} if said.name == "say_many" else set()
                where = f"{path.name}:{call.lineno}"
                yield where, str(call.args[0].value), given | many


def calls_of_scripts() -> Iterator[Call]:
    """Yield the same of the scripts of the pages."""
    for path in SCRIPTS:
        text = path.read_text("utf-8")
        for said in SAID.finditer(text):
            many, *keys = said.groups()
            given = names_given(text, said.end()) | ({"n"} if many else set())
            for key in filter(None, keys):
                yield (
                    f"{path.name}:{text.count(chr(10), 0, said.start()) + 1}",
                    key,
                    given,
                )


def names_given(script: str, start: int) -> set[str]:
    """Return the names in the object that ends a call, from behind its key on."""
    depth, names = 0, set()
    for at in range(start, len(script)):
        depth += (script[at] in "([{") - (script[at] in ")]}")
        if depth < 0:
            break
        name = re.match(r"\s*(\w+)", script[at + 1 :])
        if depth == 1 and script[at] in "{," and name:
            names.add(name[1])
    return names


def calls() -> Iterator[Call]:
    """Yield every place where a key is said."""
    yield from calls_of_code()
    yield from calls_of_templates()
    yield from calls_of_scripts()


def test_every_key_that_is_used_has_a_sentence_and_no_sentence_is_unused():
    known = set(catalogue().sentences)
    asked = {key for _, key, _ in calls()}
    assert asked <= known, f"add to locales/en.po: {sorted(asked - known)}"
    started = begun()
    unused = {key for key in known - quoted() if not key.startswith(started)}
    assert not unused, f"remove from locales/en.po: {sorted(unused)}"


def test_a_sentence_is_given_exactly_the_values_it_has_places_for():
    sentences = catalogue().sentences
    for where, key, given in calls():
        if "**" not in given:
            wanted = set().union(*map(places, sentences[key]))
            assert wanted <= given, (where, key)
            assert given <= wanted | {"n"}, (where, key)


def test_the_map_holds_every_sentence_that_its_scripts_say():
    given = {"page.js": "base.html"}
    for where, key, _ in calls_of_scripts():
        page = given.get(where.partition(":")[0], "map.html")
        text = (APP / "templates" / page).read_text("utf-8")
        call = re.search(r"for_scripts\((.*?)\)", text)
        assert call, page
        assert key.startswith(tuple(ast.literal_eval(f"[{call[1]}]"))), (where, key)


def test_scripts_hold_no_sentence_of_their_own():
    comment = re.compile(
        r"""^\s*(//|/\*|\*).*$| // .*$|\.on\("[a-z ]+\"""", re.MULTILINE
    )
    for path in SCRIPTS:
        code = comment.sub("", path.read_text("utf-8"))
        found = re.findall(
            r"""["'`][A-Za-z ]*[A-Za-z]+ [a-z]+ [a-z]+[^"'`]*["'`]""", code
        )
        assert not found, path.name


def test_sentences_for_scripts_cannot_end_the_block_they_stand_in():
    assert "<" not in for_scripts("")


def test_templates_hold_no_sentence_of_their_own():
    code = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)
    shown = re.compile(
        r">([^<>]*)<|\b(?:aria-label|title|alt|data-label|placeholder)=\"([^\"]*)\""
    )
    for path in (APP / "templates").rglob("*.html"):
        bare = code.sub("\x00", path.read_text("utf-8"))
        for words in (match[1] or match[2] or "" for match in shown.finditer(bare)):
            assert not re.search("[a-z]{3}", words.replace("&nbsp;", "")), path.name


@pytest.mark.parametrize("path", sorted(LOCALES.glob("*.po")), ids=lambda p: p.stem)
def test_a_language_keeps_the_places_and_the_markup_of_the_english_sentences(path):
    english, other = catalogue(ENGLISH), catalogue(path.stem)
    assert set(other.sentences) <= set(english.sentences)
    for key, forms in other.sentences.items():
        wanted = set().union(*map(places, english.sentences[key]))
        assert all(places(form) <= wanted for form in forms), key
        assert all(name.isidentifier() for form in forms for name in places(form))
        tags = sorted(TAG.findall(english.sentences[key][0]))
        assert all(sorted(TAG.findall(form)) == tags for form in forms), key


def po(code: str, plural: str, body: str) -> str:
    """Return the text of a catalogue."""
    return (
        f'msgid ""\nmsgstr ""\n"Language: {code}\\n"\n'
        f'"Content-Type: text/plain; charset=utf-8\\n"\n'
        f'"Plural-Forms: {plural}\\n"\n\n{body}'
    )


@pytest.fixture
def two_languages(tmp_path, monkeypatch):
    """English, and a little Russian, which has three plural forms."""
    english = (
        'msgid "test.near"\nmsgstr "near {name}"\n\n'
        'msgid "test.bold"\nmsgstr "<b>near</b> {name}"\n\n'
        'msgid "test.sites"\nmsgid_plural "test.sites"\n'
        'msgstr[0] "{n} site of {kind}"\nmsgstr[1] "{n} sites of {kind}"\n\n'
        'msgid "test.only"\nmsgid_plural "test.only"\n'
        'msgstr[0] "{n} place"\nmsgstr[1] "{n} places"\n'
    )
    russian = (
        'msgid "test.near"\nmsgstr "около {name}"\n\n'
        'msgid "test.sites"\nmsgid_plural "test.sites"\n'
        'msgstr[0] "{n} место: {kind}"\nmsgstr[1] "{n} места: {kind}"\n'
        'msgstr[2] "{n} мест: {kind}"\n\n'
        'msgid "test.only"\nmsgid_plural "test.only"\n'
        'msgstr[0] ""\nmsgstr[1] ""\nmsgstr[2] ""\n'
    )
    three = (
        "nplurals=3; plural=(n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 && "
        "(n%100<10 || n%100>=20) ? 1 : 2);"
    )
    two = "nplurals=2; plural=(n != 1);"
    (tmp_path / "en.po").write_text(po("en", two, english), encoding="utf-8")
    (tmp_path / "ru.po").write_text(po("ru", three, russian), encoding="utf-8")
    monkeypatch.setattr("app.text.catalogue.LOCALES", tmp_path)


@pytest.mark.usefixtures("two_languages")
def test_a_value_is_put_in_as_it_is_and_never_read_as_a_place():
    assert say("test.near", name="{kind} {0}") == "near {kind} {0}"
    assert say_many("test.sites", 1, kind="clay") == "1 site of clay"
    assert say_many("test.sites", 0, kind="clay") == "0 sites of clay"
    with pytest.raises(KeyError, match="name"):
        say("test.near")
    with pytest.raises(KeyError, match=r"test\.far"):
        say("test.far")


@pytest.mark.usefixtures("two_languages")
def test_a_sentence_with_markup_escapes_every_value():
    said = say_html("test.bold", name="<i>Talas</i> {name}")
    assert said == "<b>near</b> &lt;i&gt;Talas&lt;/i&gt; {name}"


@pytest.mark.usefixtures("two_languages")
def test_another_language_is_spoken_with_its_own_plural_forms():
    with speaking("ru"):
        assert language() == "ru"
        assert say("test.near", name="Талас") == "около Талас"
        said = [say_many("test.sites", n, kind="глина") for n in COUNTS]
        written = json.loads(for_scripts("test."))
    forms, positions = written["test.sites"].values()
    of_scripts = [forms[int(positions[n])].format(n=n, kind="глина") for n in COUNTS]
    assert of_scripts == said
    assert written["test.bold"] == "<b>near</b> {name}", "of English"
    numbers = ["1 место", "3 места", "5 мест", "11 мест", "21 место"]
    assert said == [f"{words}: глина" for words in numbers]
    assert say("test.near", name="Talas") == "near Talas"


@pytest.mark.usefixtures("two_languages")
def test_what_a_language_lacks_or_leaves_empty_is_said_in_english():
    with speaking("ru"):
        assert say_html("test.bold", name="Talas") == "<b>near</b> Talas"
        assert say_many("test.only", 21) == "21 places", "with the forms of English"

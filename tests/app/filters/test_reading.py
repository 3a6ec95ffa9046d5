"""Where a filter is refused, and how large one may be."""

import json
import time

import pytest

from app.errors import BadParameterError
from app.filters import CONFORMANCE, parse_filter
from app.filters.tree import Box, Call, Literal, Property


def refused(text, lang="cql2-text"):
    with pytest.raises(BadParameterError) as caught:
        parse_filter(text, lang=lang)
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("rank = ", 8),
        ("rank = 1 name", 10),
        ("rank == 1", 7),
        ("rank != 1", 6),
        ("rank = 1;", 9),
        ("rank = 1 --", 12),
        ("rank = 1_0", 8),
        ("rank = 0x10", 8),
        ("rank = ١", 8),
        ("rank = NULL", 8),
        ("rank < 1 < 2", 10),
        ("rank ^ 2 ^ 3 = 1", 10),
        ("name = 'x", 8),
        ("name = 'x'''", None),
        ("name NOT 'x'", 10),
        ("name IS 'x'", 9),
        ("rank BETWEEN 1 OR 2", 16),
        ("rank IN 1", 9),
        ("(rank = 1", 10),
        ("rank = 1)", 9),
        ("()", 3),
        ("AND rank = 1", 1),
        ("s_intersects(geometry, POINT(1 2)", 34),
        ("s_intersects(geometry, POINT(1 name))", 32),
        ("s_intersects(geometry, POINT EMPTY)", 30),
        ("rank = $1", 8),
        ("\x00", 1),
    ],
)
def test_text_is_refused_at_the_character_where_it_goes_wrong(text, at):
    if at is None:
        assert parse_filter(text, lang="cql2-text").root.args[1] == Literal("x'")
    else:
        assert f"at character {at}," in refused(text)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (" ", "The filter is empty"),
        ("rank = 1e400", "1e400"),
        ("eval(name) = 1", "'eval', which is no operator"),
        ("casei(name, name) = 'x'", "takes 1 arguments, not 2"),
        ("s_dwithin(geometry, POINT(1 1), 5)", "no operator or function"),
        ("t_after(name, DATE('2020-01-01'))", "no collection has dates"),
        ("name = INTERVAL('..', '..')", "no collection has dates"),
        ("name = DATE('2020-02-30')", "no such day"),
        ("name = DATE('2020-02-01T00:00:00Z')", "DATE in a filter takes"),
        ("name = TIMESTAMP('2020-02-01')", "TIMESTAMP in a filter takes"),
        ("name = DATE('2020-01-01/2021-01-01')", "DATE in a filter takes"),
        ("rank IN ()", "must not be empty"),
        ("s_intersects(geometry, BBOX(1, 2))", "four numbers"),
        ("s_intersects(geometry, BBOX(1, 2, 3, 'x'))", "four numbers"),
        ("s_intersects(geometry, POINT(1 1e999))", "must be finite"),
        ("s_intersects(geometry, POLYGON((0 0, 1 1)))", "closed"),
        ("s_intersects(geometry, POLYGON((0 0,1 1,0 1,1 0,0 0)))", "Self-inter"),
        ("name = '\ud800'", "UTF-8"),
    ],
)
def test_text_that_means_nothing_is_refused_with_a_reason(text, told):
    assert told in refused(text)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "empty"),
        ("[", "no JSON"),
        ("{}", "at $ "),
        ("null", "at $ "),
        ('{"op": "=", "args": [{"property": "rank"}, null]}', "at $.args[1] "),
        ('{"op": "=", "op": "<", "args": [1, 2]}', "key 'op' twice"),
        ('{"op": "=", "args": [NaN, 1]}', "NaN"),
        ('{"op": "=", "args": [1e999, 1]}', "not finite"),
        ('{"op": "=", "args": [' + "9" * 5000 + ", 1]}", "not finite"),
        ('{"op": "=", "args": ["\\ud800", "x"]}', "no JSON"),
        ('{"op": "=", "args": [1, 2], "x": 1}', "at $ "),
        ('{"op": "=", "args": 5}', "at $ "),
        ('{"op": 5, "args": []}', "at $ "),
        ('{"op": "=", "args": [1]}', "takes 2 arguments, not 1"),
        ('{"op": "and", "args": [true]}', "two arguments or more"),
        ('{"op": "in", "args": [1, 2]}', "behind IN"),
        ('{"op": "=", "args": [1, [2]]}', "behind IN"),
        ('{"type": "Point", "coordinates": [true, 1]}', "cannot be used"),
        ('{"type": "Point", "coordinates": []}', "must not be empty"),
        ('{"type": "Point", "coordinates": [1, 2], "crs": "x"}', "at $ "),
        ('{"type": "Feature", "coordinates": [1, 2]}', "cannot be used"),
        ('{"bbox": [1, 2, 3, "x"]}', "four numbers"),
        ('{"date": 5}', "DATE in a filter"),
    ],
)
def test_json_that_means_nothing_is_refused_with_a_reason_and_a_path(text, told):
    assert told in refused(text, "cql2-json")


@pytest.mark.parametrize("opening", ["(", "NOT (", "-(", "casei(", "rank IN (", "1+("])
def test_a_parenthesis_that_is_never_closed_takes_no_time(opening):
    # cql2 0.6 needs twice as long for each of the first, a minute for twenty-five.
    start = time.process_time()
    for count in (25, 49, 1000):
        refused((opening * count)[:8000])
    assert time.process_time() - start < 0.5


def test_filters_are_bounded():
    nested = "NOT (" * 40 + "rank = 1" + ")" * 40
    assert parse_filter("(" * 49 + "rank = 1" + ")" * 49, lang="cql2-text")
    for text in (
        "(" * 51 + "rank = 1" + ")" * 51,
        "NOT " * 60 + "rank = 1",
        nested.replace("rank", "NOT " * 20 + "rank"),
        "+".join("1" * 60) + " = 1",
        " OR ".join(["rank = 1"] * 200),
        "rank IN (" + ",".join(["1"] * 1001) + ")",
        "name = '" + "x" * 8000 + "'",
        " OR ".join(["s_touches(geometry, POINT(1 1))"] * 11),
        " OR ".join(f"casei({name}) = 'x'" for name in "abcdefghijk"),
        "casei(accenti(" * 6 + "name" + "))" * 6 + " = 'x'",
    ):
        assert "too large" in refused(text)
    often = " OR ".join(["casei(name) = casei('x')"] * 60)
    assert parse_filter(often, lang="cql2-text")
    for depth in (50, 300):
        document = '{"op": "not", "args": [' * depth + "true" + "]}" * depth
        assert "too large" in refused(document, "cql2-json")
    assert "too large" in refused("[" * 7999, "cql2-json")
    many = json.dumps({"op": "in", "args": [1, [1] * 1000]})
    assert parse_filter(many, lang="cql2-json")


def test_names_may_be_quoted_and_words_in_any_case():
    quoted = parse_filter('"a ""b""" Is nOt nUlL', lang="cql2-text").root
    assert quoted == Call("not", (Call("isNull", (Property('a "b"'),)),))
    assert parse_filter("имя = 'ж'", lang="cql2-text").root.args[0] == Property("имя")
    box = parse_filter("s_intersects(geometry, bbox(1,-2,3,.5))", lang="cql2-text")
    assert box.root.args[1] == Box((1.0, -2.0, 3.0, 0.5))


def test_conformance_names_what_is_tested_here_and_nothing_else():
    names = [uri.rpartition("/")[2] for uri in CONFORMANCE]
    assert "arithmetic" in names
    assert not {"temporal-functions", "array-functions", "functions"} & set(names)

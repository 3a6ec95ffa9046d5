import os
import re
from pathlib import Path

import pytest

from geodata.errors import DepositTypeError, UnknownDepositTypeError
from geodata.scoring.deposit_file import parse, parse_all
from geodata.scoring.deposit_type import (
    BASES,
    COMPONENTS,
    choose,
    deposit_type_texts,
    read_folder,
)

ALL = {
    "alkaline-collision",
    "black-shale",
    "carbonatite",
    "clay-hosted",
    "peralkaline",
    "phosphorite",
    "placer",
    "uranium-rollfront",
}
GOOD = """
code = "test"
title = "Test"
summary = "A model for a test."
[[evidence]]
name = "boundary"
title = "Terrane boundary"
claim = "It lies near a boundary."
component = "pathway"
layer = "terrane-boundaries"
measure = "distance"
unit = "km"
membership = "near"
weight = { value = 0.2, low = 0.1, high = 0.3, basis = "expert", reference = "ours" }
[evidence.parameters]
half = { value = 25, low = 10, high = 60, basis = "published", reference = "paper" }
error = { value = 20, low = 10, high = 30, basis = "expert", reference = "ours" }
"""


def test_the_deposit_types_are_there_and_sound():
    texts = deposit_type_texts()
    assert set(texts) == ALL
    codes = {parse(name, text).code for name, text in texts.items()}
    assert len(codes) == len(ALL)


@pytest.mark.parametrize("name", sorted(ALL))
def test_every_number_has_a_range_a_basis_and_a_reference(name):
    for evidence in parse(name, deposit_type_texts()[name]).evidence:
        assert evidence.component in COMPONENTS
        for number in (evidence.weight, *evidence.parameters.values()):
            assert number.low <= number.value <= number.high
            assert number.basis in BASES
            assert number.reference


def test_a_good_file_reads_as_written():
    found = parse("test", GOOD).evidence[0]
    assert found.measurement.key == "terrane-boundaries.distance"
    assert found.parameters["half"].high == 60


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("value = 0.2, low = 0.1", "value = -1, low = -1", "must be positive"),
        ('reference = "ours"', 'reference = ""', "needs a 'reference'"),
        (', reference = "ours"', "", "needs a 'reference'"),
        ("low = 0.1", "low = 0.25", "low <= value <= high"),
        ("value = 0.2", "value = nan", "finite"),
        ("high = 0.3", "high = inf", "finite"),
        ('basis = "expert"', 'basis = "guess"', "published, expert"),
        ('component = "pathway"', 'component = "luck"', "source, pathway"),
        ('measure = "distance"', 'measure = "smell"', "distance, value"),
        ('membership = "near"', 'membership = "rise"', r"needs the parameters"),
        ("half = { value = 25, low = 10", "half = { value = 25, low = 0", "a width"),
        ('claim = "It lies near a boundary."', "", "needs a 'claim'"),
        ("[[evidence]]", "[[evidence", "not valid TOML"),
        ("error = { value = 20, low = 10", "error = { value = 20, low = -1", "zero or"),
        ('code = "test"', 'code = "../x y"', "3 to 6 small letters"),
        ('title = "Test"', 'title = "Te\\u202Est"', "one line of text"),
        ('unit = "km"', 'unit = "km"\nwithin = "stable"', "list of words"),
        ("weight = { value = 0.2", "weight = { value = -1", "its value is -1"),
        (
            (
                "weight = { value = 0.2, low = 0.1, high = 0.3, "
                'basis = "expert", reference = "ours" }'
            ),
            "weight = 0.2",
            "must be a table",
        ),
    ],
)
def test_a_bad_file_is_refused_with_what_is_wrong_and_where(old, new, said):
    assert old in GOOD
    with pytest.raises(DepositTypeError, match=said) as caught:
        parse("test", GOOD.replace(old, new))
    assert "deposit type 'test'" in str(caught.value)


def test_why_a_contradicted_argument_stays_is_read_and_may_be_left_out():
    assert not parse("test", GOOD).evidence[0].kept_because
    kept = GOOD.replace('unit = "km"', 'unit = "km"\nkept_because = "It is old."')
    assert parse("test", kept).evidence[0].kept_because == "It is old."


def test_an_unknown_deposit_type_is_answered_with_the_known_ones():
    with pytest.raises(UnknownDepositTypeError, match="carbonatite"):
        choose(deposit_type_texts(), ("gold",))


def test_named_deposit_types_are_kept_in_the_order_of_the_files():
    texts = {"a": "1", "b": "2", "c": "3"}
    assert choose(texts, ()) == texts
    assert choose(texts, ("b",)) == {"b": "2"}
    assert list(choose(texts, ("c", "a")).items()) == [("a", "1"), ("c", "3")]


def test_a_folder_gives_its_models_by_name_and_nothing_else(tmp_path):
    (tmp_path / "two.toml").write_text("title = 'Tűzkő'", encoding="utf-8")
    (tmp_path / "one.toml").write_text("title = 'One'", encoding="utf-8")
    (tmp_path / "notes.md").write_text("not a model", encoding="utf-8")
    assert list(read_folder(tmp_path).items()) == [
        ("one", "title = 'One'"),
        ("two", "title = 'Tűzkő'"),
    ]


def test_an_empty_or_missing_folder_of_models_is_refused(tmp_path):
    with pytest.raises(DepositTypeError, match=r"must end in \.toml.*holds nothing"):
        read_folder(tmp_path)
    with pytest.raises(DepositTypeError, match="cannot be read"):
        read_folder(tmp_path / "missing")


@pytest.mark.parametrize("others", [(), ("placer.toml",)])
def test_a_file_with_another_ending_is_named_and_never_passed_over(tmp_path, others):
    for name in ("Clay Hosted.TOML", *others):
        (tmp_path / name).write_text("title = 'One'", encoding="utf-8")
    with pytest.raises(DepositTypeError, match=r"end in \.toml.*'Clay Hosted\.TOML'"):
        read_folder(tmp_path)


def test_a_named_pipe_or_a_huge_file_among_the_models_is_refused_at_once(tmp_path):
    path = tmp_path / "placer.toml"
    os.mkfifo(path)
    with pytest.raises(DepositTypeError, match=r"placer\.toml.*no regular file"):
        read_folder(tmp_path)
    path.unlink()
    path.write_bytes(b"#" * 1_000_001)
    with pytest.raises(DepositTypeError, match=r"placer\.toml.*larger than 1,000,000"):
        read_folder(tmp_path)


@pytest.mark.parametrize(
    "number", ["9" * 10_000, "-" + "9_9" * 5_000, "[1, " + "9" * 9_999 + "]"]
)
def test_a_number_of_very_many_digits_is_refused_by_file_and_line(number):
    wrong = f"title = 'One'\n\ncode = {number}\n"
    with pytest.raises(DepositTypeError) as caught:
        parse_all({"placer": wrong})
    assert "placer.toml" in str(caught.value)
    assert "a number of too many digits in line 3" in str(caught.value)
    assert "set_int" not in str(caught.value)


def test_evidence_of_a_class_must_lie_between_0_and_1():
    start = GOOD.index("error =")
    bad = (
        GOOD[:start]
        .replace('"near"', '"class"')
        .replace(
            "half = { value = 25, low = 10, high = 60",
            "stable = { value = 0.5, low = 0.1, high = 2",
        )
    )
    with pytest.raises(DepositTypeError, match=r"must lie in 0\.\.1"):
        parse("test", bad)


def test_two_deposit_types_may_not_share_a_code():
    with pytest.raises(DepositTypeError, match="same code 'test'"):
        parse_all({"one": GOOD, "two": GOOD})


def test_two_pieces_of_evidence_may_not_share_a_name():
    twice = GOOD + GOOD[GOOD.index("[[evidence]]") :]
    with pytest.raises(DepositTypeError, match="no name twice"):
        parse("test", twice)


def test_the_example_of_the_page_for_newcomers_is_a_deposit_type(tmp_path):
    page = (Path(__file__).parents[3] / "CONTRIBUTING.md").read_text("utf-8")
    text = re.search(r"```toml\n# my-models/skarn\.toml\n(.*?)```", page, re.DOTALL)
    (tmp_path / "skarn.toml").write_text(text[1], encoding="utf-8")
    models = parse_all({**read_folder(tmp_path), **deposit_type_texts()})
    assert set(models) == {"skarn", *ALL}
    assert models["skarn"].evidence[0].measurement.key == "terrane-boundaries.distance"

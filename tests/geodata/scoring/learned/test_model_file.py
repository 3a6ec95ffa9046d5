"""The file of a learned model: what goes in comes out, and nothing else is taken."""

import dataclasses
import json

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from pydantic import ValidationError

from geodata.errors import LearnedModelError
from geodata.scoring.deposit_type import deposit_type_texts
from geodata.scoring.learned.argument import parse_learned
from geodata.scoring.learned.model_file import (
    from_json,
    shipped,
    shipped_counts,
    to_json,
    write_counts,
)
from geodata.scoring.learned.refits import REFITS
from geodata.scoring.learned.training import FEWEST, RIDGES
from geodata.scoring.validation.report import LearnedReport
from tests.geodata.scoring.learned.worlds import model_of

TEXT = """\
[learned]
title = "Made by hand"

[[learned.argument]]
name = "rock"
title = "Rock"
claim = "More rock."
layer = "lithology"
measure = "value"
column = "felsic"
scale = "root"
direction = "up"
reference = "by hand"

[[learned.argument]]
name = "crust"
title = "Crust"
claim = "Some crust."
layer = "crust"
measure = "class"
column = "type"
scale = "class"
classes = ["rift", "craton"]
direction = "either"
reference = "by hand"
"""
COLUMNS = ["rock", "crust: rift", "crust: craton"]
TYPE = parse_learned("carbonatite", TEXT)


def shipped_models():
    """Return the learned models of the package."""
    return {
        name: from_json(content, parse_learned(name, deposit_type_texts()[name]))
        for name, content in shipped(".json").items()
    }


@pytest.fixture
def model():
    return model_of(
        *TYPE.arguments,
        slopes=[1 / 3, -0.1, 1e-17],
        intercept=-np.pi,
        centre=[0.1, 0.2, 0.30000000000000004],
        spread=[1e-9, 2.0, 1e9],
        least=[-0.1, 0.0, -1e300],
        greatest=[1 / 7, 1.0, 0.1],
        importance=[0.7, 2 / 3],
        refits=[[0.5, -1.25, 0.0001], [2.0, 3.5, -0.75]],
    )


@pytest.fixture
def content(model):
    return json.loads(to_json(model, TYPE.sha256))


def test_what_was_written_is_read_back_to_the_last_bit(model):
    found = from_json(to_json(model, TYPE.sha256), TYPE)
    for name in ("deposit_type", "title", "arguments", "training"):
        assert getattr(found, name) == getattr(model, name)
    assert found.coefficients.intercept == model.coefficients.intercept
    for name in ("slopes", "centre", "spread", "least", "greatest"):
        assert_array_equal(
            getattr(found.coefficients, name), getattr(model.coefficients, name)
        )
    assert_array_equal(found.importance, model.importance)
    assert_array_equal(found.refits, model.refits)
    assert to_json(found, TYPE.sha256) == to_json(model, TYPE.sha256)


def test_the_file_names_columns_arguments_and_what_it_was_trained_on(content):
    assert content["format"] == 2
    assert content["deposit_type"] == "carbonatite"
    assert content["arguments_sha256"] == TYPE.sha256
    assert [one["name"] for one in content["columns"]] == COLUMNS
    assert content["columns"][1] == {
        "name": "crust: rift",
        "slope": -0.1,
        "centre": 0.2,
        "spread": 2.0,
        "least": 0.0,
        "greatest": 1.0,
        "refits": [-1.25, 3.5],
    }
    assert content["importance"] == {"rock": 0.7, "crust": 2 / 3}
    assert content["training"] == {
        "positives": 30,
        "others": 200,
        "land": 300,
        "withheld": "",
        "ridge": 10.0,
        "land_share": 0.5,
        "layers": {"rock": "ab"},
    }


def test_the_file_is_text_of_lines_in_one_order(model):
    training = dataclasses.replace(
        model.training, withheld="46–88 E", layers={"b": "2", "a": "1"}
    )
    text = to_json(dataclasses.replace(model, training=training), TYPE.sha256)
    assert text.endswith("}\n")
    assert "46–88 E" in text
    assert text.index('"a": "1"') < text.index('"b": "2"')


def test_the_checksum_is_that_of_the_arguments_and_of_nothing_else():
    expert = 'code = "carb"\ntitle = "Carbonatite"\n'
    spaced = TEXT.replace("\n[[", "\n\n# words\n[[")
    for text in (expert + TEXT, spaced, "\ufeff" + TEXT):
        assert parse_learned("carbonatite", text).sha256 == TYPE.sha256
    other = parse_learned("carbonatite", TEXT.replace("More rock.", "Less rock."))
    assert other.sha256 != TYPE.sha256


@pytest.mark.parametrize("name", ["slopes", "centre", "spread", "least", "greatest"])
def test_a_number_that_is_not_finite_is_never_written(model, name):
    found = np.array(getattr(model.coefficients, name))
    found[1] = np.nan
    spoilt = dataclasses.replace(model.coefficients, **{name: found})
    with pytest.raises(ValueError, match="JSON"):
        to_json(dataclasses.replace(model, coefficients=spoilt), TYPE.sha256)


def test_an_importance_is_missing_for_no_argument(model):
    with pytest.raises(ValueError, match="zip"):
        to_json(dataclasses.replace(model, importance=np.ones(1)), TYPE.sha256)


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "null", "7", '"model"', '{"format": 1}', "{}", "\0"]
)
def test_what_is_no_model_is_refused_with_what_to_do(text):
    with pytest.raises(
        LearnedModelError,
        match=r"not as scripts/train\.py writes it.*Run scripts/train",
    ):
        from_json(text, TYPE)


def test_a_file_cut_short_is_refused_wherever_it_is_cut(model):
    whole = to_json(model, TYPE.sha256)
    for end in range(0, len(whole) - 2, 53):
        with pytest.raises(LearnedModelError, match="JSONDecodeError"):
            from_json(whole[:end], TYPE)


def test_another_format_is_named_beside_the_one_that_is_read(content):
    content["format"] = 1
    with pytest.raises(LearnedModelError, match=r"format 1; this version reads 2\."):
        from_json(json.dumps(content), TYPE)


@pytest.mark.parametrize(
    ("old", "new"), [('"root"', '"plain"'), ('"up"', '"down"'), ('"crust"', '"mantle"')]
)
def test_coefficients_never_meet_arguments_they_were_not_learned_for(model, old, new):
    changed = parse_learned("carbonatite", TEXT.replace(old, new))
    with pytest.raises(LearnedModelError, match=r"other arguments .*carbonatite\.toml"):
        from_json(to_json(model, TYPE.sha256), changed)


def test_a_missing_column_is_told_with_those_expected(content):
    del content["columns"][1]
    with pytest.raises(LearnedModelError) as refusal:
        from_json(json.dumps(content), TYPE)
    assert f"should have the columns {COLUMNS}" in str(refusal.value)
    assert "it has ['rock', 'crust: craton']" in str(refusal.value)


def test_columns_in_another_order_are_refused(content):
    content["columns"].reverse()
    with pytest.raises(LearnedModelError, match="should have the columns"):
        from_json(json.dumps(content), TYPE)


BAD = [float("nan"), float("inf"), -float("inf"), True, None, "1", [], 10**400]


@pytest.mark.parametrize("bad", BAD, ids=lambda bad: str(bad)[:5])
@pytest.mark.parametrize("name", ["slope", "centre", "spread", "least", "greatest"])
def test_a_coefficient_that_is_no_finite_number_is_refused(content, name, bad):
    content["columns"][2][name] = bad
    with pytest.raises(LearnedModelError, match=r"train\.py"):
        from_json(json.dumps(content), TYPE)


@pytest.mark.parametrize("bad", BAD, ids=lambda bad: str(bad)[:5])
@pytest.mark.parametrize(
    ("where", "name"),
    [
        (None, "intercept"),
        ("importance", "rock"),
        ("training", "ridge"),
        ("training", "land_share"),
        ("training", "positives"),
        ("training", "others"),
        ("training", "land"),
    ],
)
def test_any_other_number_that_is_not_finite_is_refused(content, where, name, bad):
    (content if where is None else content[where])[name] = bad
    with pytest.raises(LearnedModelError, match=r"train\.py"):
        from_json(json.dumps(content), TYPE)


def test_a_refit_is_written_to_four_decimals(model):
    long = dataclasses.replace(model, refits=np.array([[1 / 3, -2 / 3, 1e-5]]))
    found = from_json(to_json(long, TYPE.sha256), TYPE)
    assert found.refits.tolist() == [[0.3333, -0.6667, 0.0]]


def test_a_model_may_have_no_refits(model):
    none = dataclasses.replace(model, refits=np.zeros((0, 3)))
    assert from_json(to_json(none, TYPE.sha256), TYPE).refits.shape == (0, 3)


def test_a_refit_that_is_not_finite_is_never_written(model):
    spoilt = dataclasses.replace(model, refits=np.array([[0.0, np.nan, 0.0]]))
    with pytest.raises(ValueError, match="JSON"):
        to_json(spoilt, TYPE.sha256)


@pytest.mark.parametrize("bad", BAD, ids=lambda bad: str(bad)[:5])
def test_a_refit_that_is_no_finite_number_is_refused(content, bad):
    content["columns"][2]["refits"][1] = bad
    with pytest.raises(LearnedModelError, match=r"train\.py"):
        from_json(json.dumps(content), TYPE)


@pytest.mark.parametrize("refits", [[0.5], [], [0.5, 1.0, 2.0], 0.5, "0.5", None])
def test_columns_with_other_numbers_of_refits_are_refused(content, refits):
    content["columns"][1]["refits"] = refits
    with pytest.raises(LearnedModelError, match=r"train\.py"):
        from_json(json.dumps(content), TYPE)


@pytest.mark.parametrize("name", ["least", "greatest", "refits", "slope"])
def test_every_entry_of_a_column_is_needed(content, name):
    del content["columns"][0][name]
    with pytest.raises(LearnedModelError, match=name):
        from_json(json.dumps(content), TYPE)


@pytest.mark.parametrize("spread", [0.0, -1.0])
def test_a_deviation_that_is_not_positive_is_refused(content, spread):
    content["columns"][0]["spread"] = spread
    with pytest.raises(LearnedModelError, match="spread"):
        from_json(json.dumps(content), TYPE)


def test_a_whole_number_is_a_number(content):
    content["intercept"] = 2
    assert from_json(json.dumps(content), TYPE).coefficients.intercept == 2.0


@pytest.mark.parametrize(
    "key",
    [
        "format",
        "deposit_type",
        "arguments_sha256",
        "intercept",
        "columns",
        "importance",
        "training",
    ],
)
def test_every_entry_is_needed(content, key):
    del content[key]
    with pytest.raises(LearnedModelError, match=key):
        from_json(json.dumps(content), TYPE)


def test_training_facts_are_all_there_and_no_others(content):
    del content["training"]["land"]
    with pytest.raises(LearnedModelError, match="land"):
        from_json(json.dumps(content), TYPE)
    content["training"] |= {"land": 3, "sea": 3}
    with pytest.raises(LearnedModelError, match="sea"):
        from_json(json.dumps(content), TYPE)


def test_the_models_of_the_package_are_for_its_arguments():
    found = shipped_models()
    assert {"carbonatite", "placer"} <= set(found)
    for name, model in found.items():
        assert model.deposit_type == name
        assert model.training.positives >= FEWEST
        assert model.training.ridge in RIDGES
        assert "Central Asia" in model.training.withheld
        assert {item.measurement.layer for item in model.arguments} == set(
            model.training.layers
        )
        assert (model.importance > 0).any()
        low, high = np.array(
            [item.bounds for item in model.arguments for _ in item.columns]
        ).T
        slopes = model.coefficients.slopes
        assert ((low <= slopes) & (slopes <= high)).all()
        assert ((low <= model.refits) & (model.refits <= high)).all()
        assert len(model.refits) == REFITS
        found = model.coefficients
        assert (found.least <= found.centre).all()
        assert (found.centre <= found.greatest).all()


def test_examples_of_every_type_are_counted_and_fit_the_models():
    counts = shipped_counts()
    assert set(counts) == set(deposit_type_texts())
    models = shipped_models()
    for name, count in counts.items():
        if name in models:  # some of them lie in what was kept back
            assert FEWEST <= models[name].training.positives <= count
        else:
            assert count < FEWEST


def test_every_shipped_report_was_made_for_the_arguments_that_are_shipped():
    texts = deposit_type_texts()
    reports = shipped("-validation.json")
    assert set(reports) == set(shipped(".json"))
    for name, text in reports.items():
        found = LearnedReport.model_validate_json(text)
        assert found.deposit_type == name
        assert found.arguments_sha256 == parse_learned(name, texts[name]).sha256


def test_a_report_is_read_back_as_it_was_written():
    for text in shipped("-validation.json").values():
        found = LearnedReport.model_validate_json(text)
        assert found.model_dump_json(indent=1) + "\n" == text


@pytest.mark.parametrize("version", [2, 4, None])
def test_a_report_of_another_version_is_refused(version):
    content = json.loads(shipped("-validation.json")["placer"])
    content["schema_version"] = version
    with pytest.raises(ValidationError, match="schema_version"):
        LearnedReport.model_validate(content)


def test_counts_are_written_as_they_are_read():
    assert write_counts(shipped_counts()).splitlines()[0] == "deposit_type,n_world"
    assert "placer,215\n" in write_counts(shipped_counts())

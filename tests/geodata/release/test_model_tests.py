"""What a release says of its models: one report, written and read back."""

from types import SimpleNamespace

import numpy as np
import pytest

from geodata.errors import DamagedReleaseError
from geodata.ingestion.plan import every_plan
from geodata.release.learned import Opinion
from geodata.release.learned_files import shipped_files
from geodata.release.model_tests import validation_report
from geodata.release.validation import (
    MissingLayer,
    Untested,
    read_validation,
    write_validation,
)
from geodata.scoring.deposit_type import deposit_type_texts
from geodata.scoring.validation.argument_records import ArgumentRecords
from geodata.scoring.validation.known_sites import KnownSites, judge_sites
from geodata.scoring.validation.map_tests import MapTests
from geodata.scoring.validation.specificity import Specificity

RANK = np.float32([0.5])
NO_SITES = KnownSites(
    cells=1,
    area_km2=25.0,
    sites=(),
    own=judge_sites([]),
    overall=judge_sites([]),
    baselines=(),
    coverage={},
)
NO_TESTS = MapTests(grounds=(), beside=0, types=(), specificity=Specificity())


def opinion(*layers):
    training = SimpleNamespace(layers=dict.fromkeys(layers, "1"))
    return Opinion(
        model=SimpleNamespace(training=training),
        judgement=None,
        rank=RANK,
        ladder=np.zeros((1, 0), dtype=np.float32),
    )


def report(examples=(), learned=None, files=(), present=()):
    texts = deposit_type_texts()
    inputs = SimpleNamespace(
        learned=shipped_files({name: texts[name] for name in files}),
        examples=dict(examples),
        records=ArgumentRecords(layers={}, by_type={}),
        deposit_types={},
    )
    ranks = {"placer": RANK, "peralkaline": RANK}
    return validation_report(
        NO_SITES,
        inputs,
        ranks,
        learned or {},
        moved={},
        spreads={},
        map_tests=NO_TESTS,
        present=present,
    )


def test_reports_of_tests_are_there_where_there_are_any():
    assert report().learned == {}
    assert set(report(files=["placer", "peralkaline"]).learned) == {"placer"}


def test_a_type_with_too_few_examples_is_told_with_how_many_there_are():
    examples = {"placer": 200, "peralkaline": 7, "not in this release": 3}
    found = report(
        examples,
        {"placer": opinion("crust-world", "relief-10m", "made-up")},
        present=("crust-world", "states"),
    )
    titles = {plan.id: plan.title for plan in every_plan()}
    assert "relief-10m" not in titles["relief-10m"]
    assert found.missing_layers == {
        "placer": (
            MissingLayer(layer="made-up", title="made-up"),
            MissingLayer(layer="relief-10m", title=titles["relief-10m"]),
        )
    }
    assert found.without_learned == {
        "peralkaline": Untested(n_world=7, fewest=30, n_tested=0, fewest_tested=5)
    }
    assert found.agreement["placer"].cells == 1


def test_a_report_is_read_back_as_it_was_written(tmp_path):
    found = report({"placer": 200}, {"placer": opinion()}, files=["placer"])
    write_validation(tmp_path, found)
    read = read_validation(tmp_path)
    assert read.model_dump_json() == found.model_dump_json()
    assert np.isnan(read.agreement["placer"].spearman)


@pytest.mark.parametrize("content", ["", "{", "{}", '{"schema_version": 1}', "[]"])
def test_a_report_of_another_version_says_what_to_do(tmp_path, content):
    (tmp_path / "validation.json").write_text(content, encoding="utf-8")
    with pytest.raises(DamagedReleaseError, match=r"scripts/setup") as refusal:
        read_validation(tmp_path)
    assert str(refusal.value).isprintable()


def test_a_release_without_a_report_says_what_to_do(tmp_path):
    with pytest.raises(DamagedReleaseError, match=r"scripts/setup"):
        read_validation(tmp_path)

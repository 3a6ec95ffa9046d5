"""The command as a person runs it, on layers that are made up from end to end."""

import io
import json
import os
import re
import runpy
import subprocess
import sys
from pathlib import Path

import pytest
import typer
from rich.console import Console
from typer.testing import CliRunner

from app.text.validation import map_name
from geodata.release import open_release, withheld_region
from geodata.release.charts import draw_calibration, draw_withheld
from geodata.scoring.deposit_type import deposit_type_texts
from geodata.scoring.learned import training, training_set
from geodata.scoring.learned.argument import parse_learned
from geodata.scoring.learned.model_file import COUNTS, from_json, shipped
from geodata.scoring.learned.training import RIDGES
from geodata.scoring.validation.districts import DistrictFigure
from geodata.scoring.validation.intervals import Estimate
from geodata.scoring.validation.map_tests import MapTests
from geodata.scoring.validation.report import LearnedReport
from scripts.map_tables import figure
from tests.geodata.release.learned_layers import (
    EXAMPLES,
    IN_THE_STATES,
    LAYERS,
    LEARNED,
    write_learned_layers,
)
from tests.geodata.release.small_layers import build_layered_home
from tests.geodata.scoring.learned.test_world_records import write_world

TYPE = parse_learned(LEARNED, deposit_type_texts()[LEARNED])
ROOT = Path(__file__).resolve().parents[2]


def command(name):
    app = typer.Typer()
    app.command()(runpy.run_path(str(ROOT / "scripts" / f"{name}.py"))["main"])

    def run(*arguments):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(training_set, "LATTICE", 1_200)
            patch.setattr(withheld_region, "CELL_M", 50_000.0)
            patch.setenv("COLUMNS", "200")
            result = CliRunner().invoke(app, [str(one) for one in arguments])
        if result.exception is not None and not isinstance(
            result.exception, SystemExit
        ):
            raise result.exception
        return result

    return run


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    home = tmp_path_factory.mktemp("home")
    write_learned_layers(home / "layers")
    return home


@pytest.fixture(scope="module")
def done(home, tmp_path_factory):
    """One whole run: some ten seconds."""
    out = tmp_path_factory.mktemp("out") / "reports"
    only = ("--deposit-type", LEARNED)
    result = command("validate")("--home", home, "--out", out, *only)
    assert result.exit_code == 0, result.stderr
    return result, out


@pytest.fixture(scope="module")
def report(done):
    path = done[1] / f"{LEARNED}-validation.json"
    return json.loads(path.read_text(encoding="utf-8"))


def test_without_its_tools_it_says_in_one_line_how_to_get_them(home, tmp_path):
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "sklearn", None)  # as if it were not installed
        result = command("validate")("--home", home, "--out", tmp_path / "reports")
    assert result.exit_code == 1
    (line,) = result.stderr.strip().splitlines()
    assert line.startswith("Not tested. ")
    assert "scripts/setup --dev" in line
    assert not (tmp_path / "reports").exists()


def test_the_report_is_one_file_and_nothing_is_left_beside_it(done):
    result, out = done
    assert [path.name for path in out.iterdir()] == [f"{LEARNED}-validation.json"]
    assert re.search(r"Written in \d+ s: ", result.stdout)
    text = (out / f"{LEARNED}-validation.json").read_text(encoding="utf-8")
    assert text.endswith("}\n")
    assert "NaN" not in text
    assert "Infinity" not in text


def test_the_report_counts_what_was_learned_from_and_what_was_kept_back(report):
    assert report["deposit_type"] == LEARNED
    assert report["n_withheld"] >= len(IN_THE_STATES)
    near = EXAMPLES - report["n_withheld"] - report["n_world"]
    assert 0 <= near <= 5  # within 100 km of a withheld place
    assert report["ridge"] in RIDGES
    assert report["background"]["land_share"] == 0.5
    assert set(report["layers"]) == set(LAYERS)
    assert report["region"] == {"west": 46, "south": 35, "east": 88, "north": 56}


def test_every_scheme_is_there_and_finds_what_was_hidden(report):
    kinds = [
        (row["kind"], row["block_deg"], row["against"]) for row in report["schemes"]
    ]
    assert kinds == [
        *(
            ("blocks", size, against)
            for size in (5, 10, 15)
            for against in ("other-deposits", "land")
        ),
        ("countries", None, "other-deposits"),
        ("buffered-leave-one-out", None, "other-deposits"),
        ("leave-pair-out", None, "other-deposits"),
    ]
    for row in report["schemes"]:
        assert row["auc"]["value"] > 0.7
        assert row["resubstitution"] > 0.8
        assert row["auc"]["n"] <= report["n_world"]
        assert row["auc"]["low"] <= row["auc"]["value"] <= row["auc"]["high"]
    assert report["regions"]["mean_rank"]["value"] < 0.35
    assert report["regions"]["n"] <= report["n_world"]
    areas = [row["area"] for row in report["regions"]["capture"]]
    assert areas == [0.01, 0.02, 0.05, 0.1, 0.2, 0.25]


def test_all_models_are_tried_on_the_region_that_was_kept_back(report):
    tried = report["withheld"]
    assert [model["map"] for model in tried["maps"]] == [
        "learned",
        "expert",
        "terrane-boundary",
        "other-occurrence",
        "felsic-bedrock",
        "forest",
        "trees",
    ]
    assert len(tried["sites"]) == report["n_withheld"]
    inside = sum(site["in_states"] for site in tried["sites"])
    assert inside >= len(IN_THE_STATES)
    for model in tried["maps"]:
        assert len(model["ranks"]) == report["n_withheld"]
        assert model["in_states"]["mean_rank"]["n"] <= inside
    learned = tried["maps"][0]["every"]["mean_rank"]
    assert learned["value"] < 0.5
    assert tried["cells"] > 1_000


def test_other_shares_of_land_are_told_beside(report):
    assert [row["land_share"] for row in report["land_shares"]] == [0, 0.25, 0.75, 1]
    for row in report["land_shares"]:
        assert 0 < row["auc_others"] < 1
        assert row["withheld"]["mean_rank"]["n"] == report["n_withheld"]


def test_the_report_can_be_drawn(report, tmp_path):
    read = LearnedReport.model_validate(report)
    draw_withheld(tmp_path / "withheld.png", read)
    draw_calibration(tmp_path / "calibration.png", read)
    assert all(path.stat().st_size > 10_000 for path in tmp_path.iterdir())
    assert sum(one["n"] for one in report["calibration"]) > report["n_world"]


def test_the_figures_are_printed_with_n_and_intervals(done, report):
    printed = done[0].stdout
    for row in report["schemes"]:
        assert f"{row['auc']['value']:.3f}" in printed
    for model in report["withheld"]["maps"]:
        assert map_name(model["map"]) in printed
    found = report["withheld"]["maps"][0]["every"]["capture"]
    tenth = next(row for row in found if row["area"] == 0.1)
    assert f"{tenth['sites']}/{tenth['n']}" in printed


def test_a_region_without_examples_and_a_model_that_knows_nothing_are_said(report):
    summary = runpy.run_path(str(ROOT / "scripts" / "validate.py"))["summary"]

    def told(maps):
        out = Console(file=io.StringIO(), width=200)
        withheld = {**report["withheld"], "maps": maps}
        summary(LearnedReport.model_validate({**report, "withheld": withheld}), out)
        return out.file.getvalue()

    assert "No known example lies in the withheld region" in told([])
    blind = report["withheld"]["maps"][0]
    unknown = {"value": None, "low": None, "high": None, "n": 0}
    blind = {**blind, "every": {**blind["every"], "mean_rank": unknown, "capture": []}}
    assert "unknown everywhere" in told([blind])


def test_an_interval_that_is_not_known_is_a_dash():
    interval = runpy.run_path(str(ROOT / "scripts" / "validate.py"))["interval"]
    nan = float("nan")

    def of(low, high):
        return interval(Estimate(value=0.5, low=low, high=high, n=3))

    assert of(0.123, 0.987) == "0.12 to 0.99"
    assert of(nan, 0.9) == of(0.1, nan) == "–"


def test_without_layers_both_commands_refuse_and_name_them(tmp_path):
    for name in ("validate", "train"):
        done = subprocess.run(
            [
                *(sys.executable, ROOT / "scripts" / f"{name}.py"),
                *("--home", tmp_path / "none", "--out", tmp_path / name),
                *("--deposit-type", LEARNED),
            ],
            env={**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "200"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 1
        said = " ".join(done.stderr.split())
        assert f"layers {', '.join(LAYERS)}, which" in said
        assert "scripts/ingest.py" in said
        assert "Traceback" not in done.stderr
        assert list((tmp_path / name).iterdir()) == []


def test_a_type_that_is_not_there_is_refused_and_one_without_arguments_left(
    home, tmp_path
):
    for name in ("validate", "train"):
        out = tmp_path / name
        done = command(name)("--home", home, "--out", out, "--deposit-type", "gold")
        assert done.exit_code == 1
        assert "Known are: alkaline-collision, black-shale, carbonatite" in " ".join(
            done.stderr.split()
        )
        only = ("--deposit-type", "black-shale")
        assert command(name)("--home", home, "--out", out, *only).exit_code == 0
        assert not list(out.glob("*.json"))


@pytest.fixture(scope="module")
def released(tmp_path_factory):
    return build_layered_home(tmp_path_factory.mktemp("released"))


def test_the_maps_of_the_release_are_told_without_training(released):
    told = command("validate")("--home", released, "--only-maps")
    assert told.exit_code == 0, told.stderr
    assert "All known sites, each on the map of its own type" in told.stdout
    assert "within like elevation" in told.stdout
    assert re.search(r"Elevation .*0\.50 \(0\.\d\d to 0\.\d\d\), n \d+", told.stdout)
    assert "volcanogenic massive sulphide (1)" in " ".join(told.stdout.split())
    assert "Written in" not in told.stdout


def test_all_figures_are_printed_as_json(released):
    told = command("validate")("--home", released, "--only-maps", "--json")
    figures = json.loads(told.stdout)
    release = open_release(released / "releases")
    assert figures["release"] == release.id
    assert MapTests.model_validate(figures["map_tests"]).model_dump_json() == (
        release.validation.map_tests.model_dump_json()
    )
    assert figures["learned"] == {}


def test_without_a_release_there_are_no_maps_to_tell_of(tmp_path):
    told = command("validate")("--home", tmp_path, "--only-maps")
    assert told.exit_code == 1
    assert told.stderr.startswith("Not tested. ")


def test_a_figure_tells_sites_and_districts():
    facts = {"value": 0.5, "n": 3, "districts": 2}
    nan = float("nan")
    assert figure(DistrictFigure(low=0.1, high=0.9, **facts)) == (
        "0.50 (0.10 to 0.90), n 3, 2 d."
    )
    assert figure(DistrictFigure(low=nan, high=nan, **facts)) == "0.50, n 3, 2 d."
    nothing = DistrictFigure(value=nan, low=nan, high=nan, n=0, districts=0)
    assert figure(nothing) == "–"


def test_help_is_answered_before_anything_heavy_is_loaded():
    for name in ("validate", "train"):
        done = subprocess.run(
            [sys.executable, "-X", "importtime", f"scripts/{name}.py", "--help"],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=True,
        )
        assert "--deposit-type" in done.stdout
        for library in ("numpy", "pandas", "scipy", "sklearn", "pydantic"):
            assert f" {library}\n" not in done.stderr


# Training.


def trained(home, out, *more):
    only = ("--deposit-type", LEARNED)
    return command("train")("--home", home, "--out", out, *only, *more)


def test_training_writes_coefficients_that_fit_the_arguments(home, tmp_path, report):
    result = trained(home, tmp_path / "new")
    assert result.exit_code == 0, result.stderr
    assert {path.name for path in (tmp_path / "new").iterdir()} == {
        COUNTS,
        f"{LEARNED}.json",
    }
    text = (tmp_path / "new" / f"{LEARNED}.json").read_text(encoding="utf-8")
    model = from_json(text, TYPE)
    assert model.training.positives == report["n_world"]
    assert model.training.withheld == withheld_region.WITHHELD
    assert model.training.ridge == report["ridge"]
    felsic = [item.name for item in model.arguments].index("felsic")
    assert model.importance.argmax() == felsic
    assert model.coefficients.slopes[felsic] > 0.15
    assert f"{report['n_world']} examples" in result.stdout
    assert "kept back: Central Asia" in result.stdout
    assert f"{model.coefficients.slopes[felsic]:+.2f}" in result.stdout
    again = trained(home, tmp_path / "again")
    assert again.exit_code == 0
    assert (tmp_path / "again" / f"{LEARNED}.json").read_text(encoding="utf-8") == text
    assert text != shipped(".json")[LEARNED]


def test_training_on_everything_says_so(home, tmp_path):
    result = trained(home, tmp_path, "--no-withhold")
    assert result.exit_code == 0
    text = (tmp_path / f"{LEARNED}.json").read_text(encoding="utf-8")
    model = from_json(text, TYPE)
    assert model.training.positives == EXAMPLES
    assert model.training.withheld == ""
    assert "kept back: nothing" in result.stdout


def test_examples_of_every_type_are_counted(home, tmp_path):
    trained(home, tmp_path)
    lines = (tmp_path / COUNTS).read_text(encoding="utf-8").splitlines()
    assert lines[0] == "deposit_type,n_world"
    counts = dict(line.split(",") for line in lines[1:])
    assert set(counts) == set(deposit_type_texts())
    assert counts.pop(LEARNED) == str(EXAMPLES)
    assert set(counts.values()) == {"0"}


def test_a_check_writes_nothing_and_tells_coefficients_that_do_not_follow(
    home, tmp_path
):
    trained(home, tmp_path)
    path = tmp_path / f"{LEARNED}.json"
    (tmp_path / COUNTS).unlink()
    written = path.read_text(encoding="utf-8")
    same = trained(home, tmp_path, "--check")
    assert same.exit_code == 0
    assert f"{LEARNED}: coefficients differ by 0.0e+00 at most" in same.stdout
    content = json.loads(written)
    for apart, code in ((0.5e-4, 0), (2e-4, 1)):
        changed = json.loads(written)
        changed["columns"][1]["slope"] = content["columns"][1]["slope"] - apart
        path.write_text(json.dumps(changed), encoding="utf-8")
        found = trained(home, tmp_path, "--check")
        assert found.exit_code == code
        assert f"coefficients differ by {apart:.1e} at most" in found.stdout
        assert ("do not follow" in found.stderr) == bool(code)
    assert [item.name for item in tmp_path.iterdir()] == [path.name]
    assert json.loads(path.read_text(encoding="utf-8")) == changed


def test_a_broken_write_leaves_the_old_coefficients(home, tmp_path, monkeypatch):
    old = tmp_path / f"{LEARNED}.json"
    old.write_text("old")

    def full(*_arguments, **_named):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    assert trained(home, tmp_path).exit_code == 1
    assert old.read_text() == "old"
    assert list(tmp_path.iterdir()) == [old]


def test_too_few_examples_are_told_and_nothing_is_written(home, tmp_path, monkeypatch):
    monkeypatch.setattr(training, "FEWEST", EXAMPLES + 1)
    done = trained(home, tmp_path)
    assert "Not trained" in done.stderr
    said = f"needs at least {EXAMPLES + 1} known examples"
    assert said in " ".join(done.stderr.split())
    assert not list(tmp_path.glob("*.json"))
    only = ("--deposit-type", LEARNED)
    done = command("validate")("--home", home, "--out", tmp_path, *only)
    assert done.exit_code == 0
    assert "Not tested" in done.stderr
    assert said in " ".join(done.stderr.split())
    assert not list(tmp_path.glob("*.json"))


def test_the_arguments_of_the_experts_are_tested_and_checked(tmp_path):
    test = runpy.run_path(str(ROOT / "scripts" / "train.py"))["test_arguments"]
    store, path, said = (
        write_world(tmp_path),
        tmp_path / "of" / "it.json",
        io.StringIO(),
    )
    texts = {"black-shale": deposit_type_texts()["black-shale"]}

    def differ(*, check):
        return test(texts, store, path, Console(file=said, width=200), check=check)

    assert not differ(check=False)
    written = path.read_text("utf-8")
    assert not differ(check=True)
    path.write_text(written.replace('"no-places"', '"regional"', 1), "utf-8")
    assert differ(check=True)
    assert "not as in" in said.getvalue()

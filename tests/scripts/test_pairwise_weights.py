"""The command as a user runs it: weights to paste, and errors in words."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from geodata.methods.comparisons import number, to_paste, weigh
from geodata.methods.pairwise import ComparisonError
from geodata.scoring.deposit_file import parse
from geodata.scoring.deposit_type import deposit_type_texts
from scripts import pairwise_weights

MATRIX = """\
,faults,granite,relief
faults,1,3,5
granite,1/3,1,2
relief,0.2, 1 / 2,1
"""
LISTS = """\
evidence,best_to_others,others_to_worst
faults,1,8
the "old" granite,2,4
[red]relief,8,1
"""


@dataclass
class Done:
    """How a command ended."""

    returncode: int
    stdout: str
    stderr: str


def run(folder, text):
    path = folder / "comparisons.csv"
    path.write_text(text, encoding="utf-8-sig")
    app = typer.Typer()
    app.command()(pairwise_weights.main)
    result = CliRunner().invoke(app, [str(path)], env={"COLUMNS": "200"})
    return Done(result.exit_code, result.stdout, result.stderr)


def pasted(text):
    """Return the weights of the printed lines, as a deposit-type file reads them."""
    lines = [line for line in text.splitlines() if line.startswith("weight = ")]
    placer = deposit_type_texts()["placer"].splitlines()
    place = next(i for i, line in enumerate(placer) if line.startswith("weight = "))
    for line in lines:
        placer[place] = line
        parse("placer", "\n".join(placer))
    return [tomllib.loads(line)["weight"] for line in lines]


def test_a_matrix_gives_weights_that_a_deposit_type_file_takes(tmp_path):
    done = run(tmp_path, MATRIX)
    assert done.returncode == 0, done.stderr
    weights = pasted(done.stdout)
    assert [w["value"] for w in weights] == [0.6483, 0.2297, 0.122]
    assert [w["low"] for w in weights] == [0.625, 0.2174, 0.1111]
    assert [w["high"] for w in weights] == [0.6667, 0.25, 0.1304]
    assert {w["basis"] for w in weights} == {"expert"}
    assert "consistency ratio 0.003" in weights[0]["reference"]
    assert "consistency ratio 0.003 (index 0.002)." in done.stdout
    assert "Above" not in done.stdout
    assert "# granite\n" in done.stdout


def test_two_lists_give_weights_and_names_are_not_taken_for_anything_else(tmp_path):
    done = run(tmp_path, LISTS)
    assert done.returncode == 0, done.stderr
    weights = pasted(done.stdout)
    assert [w["value"] for w in weights] == [0.6154, 0.3077, 0.07692]
    assert (
        "3 compared with the best (faults) and the worst ([red]relief)" in done.stdout
    )
    assert "ksi 0.000, input-based consistency ratio 0.000" in weights[0]["reference"]
    assert '# the "old" granite\n' in done.stdout
    assert "│ [red]relief" in done.stdout


def test_comparisons_that_contradict_each_other_are_called_out(tmp_path):
    done = run(tmp_path, ",a,b,c\na,1,5,1/5\nb,1/5,1,5\nc,5,1/5,1\n")
    assert done.returncode == 0, done.stderr
    assert "Above 0.1: look at the comparisons again." in done.stdout


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (",a,b\na,1,3\nb,1/2,1\n", "'a' with 'b' is 3"),
        (",a,b\na,1,three\nb,1/3,1\n", "got 'three'"),
        (",a,b\na,1,1/0\nb,1/3,1\n", "got '1/0'"),
        (",a,b\na,1,\nb,1/3,1\n", "got ''"),
        (",a,b\na,1,1e999999999\nb,1/3,1\n", "got '1e999999999'"),
        (",a,b\na,1,1_0\nb,1/10,1\n", "got '1_0'"),
        (",a,b\na,1,1 0\nb,1/10,1\n", "got '1 0'"),
        (",a,b\na,1,1001\nb,1/3,1\n", "from 1/1000 to 1000; got '1001'"),
        (",a,b\na,1,3\nb,1/1001,1\n", "got '1/1001'"),
        (",a,b\na,1,-3\nb,1/3,1\n", "got '-3'"),
        (",a,a\na,1,3\na,1/3,1\n", "Two arguments are called 'a'"),
        (",a,b\nb,1,3\na,1/3,1\n", "the same names, in the same order"),
        (",a,b\na,1,3\nb,1\n", "rows of [3, 3, 2] cells"),
        ("evidence,best_to_others,others_to_worst\na,1,2\nb,2,2\n", "worst argument"),
        ("a\n", "separated by commas"),
        (",a\n", "a row for each argument"),
        ("", "a row for each argument"),
    ],
)
def test_a_wrong_file_is_refused_in_words(tmp_path, text, said):
    path = tmp_path / "comparisons.csv"
    path.write_text(text)
    with pytest.raises(ComparisonError) as refusal:
        weigh(path)
    assert said in str(refusal.value)


def test_a_refusal_is_one_paragraph_and_a_failure(tmp_path):
    done = run(tmp_path, ",a,b\na,1,3\nb,1/2,1\n")
    assert done.returncode == 1
    assert "must be 0.3333; got 0.5" in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_a_file_that_is_not_there_or_not_text_is_refused_in_words(tmp_path):
    with pytest.raises(ComparisonError, match="could not be read"):
        weigh(tmp_path / "none.csv")
    (tmp_path / "picture.csv").write_bytes(b"\x89PNG\xff")
    with pytest.raises(ComparisonError, match="could not be read"):
        weigh(tmp_path / "picture.csv")


@pytest.mark.parametrize(
    ("cell", "value"),
    [("1000", 1000), ("1/1000", 0.001), ("0.5", 0.5), ("1 / 4", 0.25), ("3/2", 1.5)],
)
def test_plain_numbers_and_fractions_are_comparisons(cell, value):
    assert number(cell, Path("a.csv")) == value


def test_a_weight_of_nothing_is_never_there_to_paste():
    assert to_paste("relief", 9e-7, 0.0, 0.1, how="so") == (
        "# relief: no weight is left. Leave it out, or compare again."
    )
    assert "weight = { value = 1e-06, low = 0," in to_paste("a", 1e-6, 0, 1, how="so")


def test_names_cannot_move_the_cursor_or_start_a_line(tmp_path):
    text = ',"fau\nlts",\x1b[2Jb\n"fau\nlts",1,4\n\x1b[2Jb,1/4,1\n'
    done = run(tmp_path, text)
    assert done.returncode == 0, done.stderr
    assert "# fau lts\nweight = " in done.stdout
    assert "\x1b" not in done.stdout
    assert "# \N{REPLACEMENT CHARACTER}[2Jb\n" in done.stdout

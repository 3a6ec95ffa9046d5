"""The command as a person or a program runs it."""

import csv
import os
import resource
import runpy
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import rasterio
import typer
from numpy.testing import assert_allclose
from typer.testing import CliRunner

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "scripts" / "weights_of_evidence.py"
COLUMNS = (
    "class,area_km2,area_units,points,w_plus,s_w_plus,w_minus,s_w_minus,"
    "contrast,s_contrast,studentised_contrast"
)
ADDED = "patch,weight,s_weight"


@dataclass
class Done:
    """How a command ended."""

    returncode: int
    stdout: str
    stderr: str


@pytest.fixture(scope="module")
def run():
    """The command in this process, which spares two seconds a call."""
    app = typer.Typer()
    app.command()(runpy.run_path(str(SCRIPT))["main"])

    def command(*arguments):
        result = CliRunner().invoke(app, [str(one) for one in arguments])
        assert result.exception is None or isinstance(result.exception, SystemExit)
        return Done(result.exit_code, result.stdout, result.stderr)

    return command


def write(path, cells, *, nodata=None, west=0.0):
    with rasterio.open(
        path,
        "w",
        driver="GTiff",
        width=cells.shape[1],
        height=cells.shape[0],
        count=1,
        dtype=cells.dtype,
        crs="EPSG:32642",
        transform=rasterio.Affine(1000.0, 0.0, west, 0.0, -1000.0, 10_000.0),
        nodata=nodata,
    ) as dataset:
        dataset.write(cells, 1)
    return path


@pytest.fixture
def place(tmp_path):
    """Two binary maps of ten by twenty cells, and a table of twelve points."""
    first = np.zeros((10, 20), dtype=np.uint8)
    first[:, :6] = 1
    second = np.zeros((10, 20), dtype=np.uint8)
    second[:5] = 1
    second[9, 19] = 255
    write(tmp_path / "first.tif", first)
    write(tmp_path / "second.tif", second, nodata=255)
    column = [0, 1, 2, 3, 4, 5, 5, 5, 9, 12, 15, 19, 300]
    row = [1, 2, 3, 4, 1, 2, 2, 8, 3, 4, 8, 9, 5]
    lines = [
        f"{1000 * x + 500},{10_000 - 1000 * y - 500}"
        for x, y in zip(column, row, strict=True)
    ]
    (tmp_path / "points.csv").write_text("\n".join(["x,y", *lines, ","]) + "\n")
    return tmp_path


def table(path):
    with path.open() as stream:
        assert stream.readline().strip() == f"{COLUMNS},{ADDED}"
        stream.seek(0)
        return list(csv.DictReader(stream))


PUBLISHED = dict(
    zip(
        COLUMNS.split(",")[1:],
        (
            "AREA_SQ_KM",
            "AREA_UNITS",
            "NO_POINTS",
            "WPLUS",
            "S_WPLUS",
            "WMINUS",
            "S_WMINUS",
            "CONTRAST",
            "S_CONTRAST",
            "STUDC",
        ),
        strict=True,
    )
)


@pytest.mark.parametrize(
    ("layer", "kind"),
    [("FaultDensity_CD", "descending"), ("Dist2Breccia_CA", "ascending")],
)
def test_published_tables_come_out_of_the_command(run, shared, tmp_path, layer, kind):
    folder = shared / "parity" / "ga-wofe"
    out = tmp_path / "t.csv"
    done = run(
        *(folder / f"{layer[:-3]}.tif", folder / "IOCG_Deposits.shp"),
        *("--kind", kind, "--unit-area-km2", 1, "--out", out),
    )
    assert done.returncode == 0, done.stderr
    assert "258 points on 31,311.3 unit cells" in done.stdout
    with (folder / f"{layer}.csv").open() as stream:
        published = list(csv.DictReader(stream))
    ours = table(out)
    assert [row["class"] for row in ours] == [row["CLASS"] for row in published]
    for name, theirs in PUBLISHED.items():
        assert_allclose(
            [float(row[name]) for row in ours],
            [float(row[theirs]) for row in published],
            rtol=1e-12,
        )


@pytest.fixture
def ga(run, shared, tmp_path):
    """The command, a folder of published numbers, and a map to write."""
    return run, shared / "parity" / "ga-wofe", tmp_path / "p.tif"


@pytest.mark.parametrize(
    ("cut", "breccia", "told"),
    [("5000", "5000", "8.4295, W+ 0.4361"), ("best", "2600", "9.3220, W+ 0.5557")],
)
def test_maps_of_two_kinds_are_combined_as_by_hand(ga, cut, breccia, told):
    run, folder, out = ga
    done = run(
        *(folder / "FaultDensity.tif", folder / "Dist2Breccia.tif"),
        *(folder / "IOCG_Deposits.shp", "--combine", "--out", out),
        *("--kind", "descending", "--cut", "6", "--kind", "ascending", "--cut", cut),
    )
    assert done.returncode == 0, done.stderr
    lines = [line.rstrip() for line in done.stdout.splitlines()]
    assert "FaultDensity.tif, descending, cut at class 6" in lines
    assert f"Dist2Breccia.tif, ascending, cut at class {breccia}" in lines
    assert "Cut at class 6: studentised contrast 10.0365, W+ 0.6126" in done.stdout
    assert f"Cut at class {breccia}: studentised contrast {told}, W-" in done.stdout
    assert (
        "Prior 0.00823983 per 1 km²: 258 points on 31,311.3 unit cells "
        "(31,311.33 km²). Posterior per 1 km²: " in done.stdout
    )
    assert "4 unique conditions" in done.stdout

    def published(layer, value):
        with (folder / f"{layer}.csv").open() as stream:
            (row,) = (one for one in csv.DictReader(stream) if one["CLASS"] == value)
        names = ("WPLUS", "WMINUS", "S_WPLUS", "S_WMINUS")
        return [float(row[name]) for name in names]

    def cells(name):
        with rasterio.open(folder / f"{name}.tif", driver="GTiff") as dataset:
            return dataset.read(1), dataset.nodata

    faults, no_faults = cells("FaultDensity")
    distance, no_distance = cells("Dist2Breccia")
    known = (faults != no_faults) & (faults != -1)
    assert np.array_equal(known, (distance != no_distance) & (distance != -1))
    prior = 258 / (known.sum() * 0.1**2)
    total = np.full(faults.shape, np.log(prior / (1 - prior)))
    variance = np.full(faults.shape, 1 / 258)
    for inside, layer, value in (
        (faults >= 6, "FaultDensity_CD", "6"),
        (distance <= float(breccia), "Dist2Breccia_CA", breccia),
    ):
        plus, minus, s_plus, s_minus = published(layer, value)
        total += np.where(inside, plus, minus)
        variance += np.where(inside, s_plus, s_minus) ** 2
    by_hand = 1 / (1 + np.exp(-total))
    with rasterio.open(out, driver="GTiff") as dataset:
        value, deviation, confidence = dataset.read()
    assert np.array_equal(np.isnan(value), ~known)
    assert_allclose(value[known], by_hand[known], rtol=1e-12)
    assert_allclose(deviation[known], (by_hand * np.sqrt(variance))[known], rtol=1e-12)
    assert_allclose(confidence[known], 1 / np.sqrt(variance)[known], rtol=1e-12)
    low, high = by_hand[known].min(), by_hand[known].max()
    assert f"Posterior per 1 km²: {low:.4g} to {high:.4g}." in done.stdout
    expected = by_hand[known].sum() * 0.1**2
    assert f"T {expected:.6g}, n 258, n/T {258 / expected:.4f}" in done.stdout


def test_each_map_has_the_kind_and_the_cut_that_were_told_in_its_place(run, place):
    def titles(*more):
        done = run(
            *(place / "first.tif", place / "second.tif", place / "points.csv"),
            *("--combine", "--out", place / "p.tif", *more),
        )
        assert done.returncode == 0, done.stderr
        return [line.strip() for line in done.stdout.splitlines() if ".tif, " in line]

    assert titles() == [
        "first.tif, unique, cut at class 1",
        "second.tif, unique, cut at class 1",
    ]
    assert titles("--kind", "descending", "--kind", "ascending") == [
        "first.tif, descending, cut at class 1",
        "second.tif, ascending, cut at class 0",
    ]
    assert titles("--kind", "descending", "--cut", "1") == [
        "first.tif, descending, cut at class 1",
        "second.tif, descending, cut at class 1",
    ]
    assert titles("--cut", "0", "--cut", "best", "--kind", "unique") == [
        "first.tif, unique, cut at class 0",
        "second.tif, unique, cut at class 1",
    ]


@pytest.mark.parametrize(
    ("maps", "more", "said"),
    [
        (2, ("--kind", "unique") * 3, "--kind came 3 times for 2 rasters; expected"),
        (2, ("--cut", "1") * 3, "--cut came 3 times for 2 rasters; expected one for"),
        (3, ("--cut", "1") * 2, "for 3 rasters; expected one for all, or 3 in their"),
        (1, ("--kind", "unique") * 2, "--kind came 2 times for one raster; expected"),
        (1, ("--cut", "1") * 2, "--cut came 2 times for one raster; expected one. Say"),
        (2, ("--cut", "gold"), "a number, or 'best'; got 'gold'"),
        (2, ("--cut", "nan"), "a number, or 'best'; got 'nan'"),
        (2, ("--cut", "-inf"), "a number, or 'best'; got '-inf'"),
        (2, ("--cut", "1", "--cut", "7"), "second.tif: The map has no class 7;"),
        (
            2,
            ("--kind", "ascending", "--cut", "1"),
            "first.tif: A cut at 1 of kind 'ascending' leaves nothing outside",
        ),
        (2, ("--confidence", "nan"), "value: Expected a confidence of 0 or more; got"),
        (2, ("--confidence", "-1"), "Expected a confidence of 0 or more; got -1.0."),
    ],
)
def test_kinds_and_cuts_that_do_not_fit_the_maps_are_told(run, place, maps, more, said):
    third = write(place / "third.tif", np.arange(200, dtype=np.uint8).reshape(10, 20))
    rasters = (place / "first.tif", place / "second.tif", third)[:maps]
    done = run(
        *(*rasters, place / "points.csv", "--combine", "--out", place / "p.tif"), *more
    )
    assert done.returncode == 2
    assert said in " ".join(done.stderr.replace("│", " ").split())
    assert not (place / "p.tif").exists()


@pytest.mark.parametrize("option", [("--kind", "unique"), ("--cut", "1")])
def test_one_table_has_one_kind_and_one_cut(run, place, option):
    out = place / "t.csv"
    done = run(place / "first.tif", place / "points.csv", "--out", out, *option * 2)
    assert done.returncode == 2
    assert f"{option[0]} came 2 times for one raster" in done.stderr
    assert not out.exists()


def test_a_map_is_not_combined_with_itself(run, place):
    (place / "linked.tif").symlink_to(place / "first.tif")
    for other in ("first.tif", "linked.tif"):
        done = run(
            *(place / "first.tif", place / other, place / "points.csv"),
            *("--combine", "--out", place / "p.tif"),
        )
        assert done.returncode == 2
        assert "was named twice" in " ".join(done.stderr.replace("│", " ").split())
    assert not (place / "p.tif").exists()


def test_a_cut_is_rounded_as_the_cells_are(run, place):
    cells = np.full((10, 20), 0.3, dtype=np.float32)
    cells[:5] = 0.1
    maps = write(place / "f.tif", cells), write(place / "d.tif", cells.astype(float))
    for raster in maps:
        done = run(
            *(raster, place / "points.csv", "--combine", "--out", place / "p.tif"),
            *("--kind", "ascending", "--cut", np.float64(cells.dtype.type(0.1))),
        )
        assert "f.tif, ascending, cut at class 0.1" in done.stdout or raster != maps[0]
        assert done.returncode == 0, done.stderr
    for more, ending in ((("--combine",), "p.tif"), ((), "t.csv")):
        done = run(
            *(maps[0], place / "points.csv", "--out", place / ending, *more),
            *("--kind", "ascending", "--cut", "0.1"),
        )
        assert done.returncode == 0, done.stderr
        assert "Cut at class 0.1:" in done.stdout


def test_a_map_that_is_the_same_everywhere_is_left_out(run, place):
    one = write(place / "one.tif", np.ones((10, 20), dtype=np.uint8))
    for kind in ("unique", "categorical", "ascending"):
        done = run(
            *(place / "first.tif", one, place / "points.csv", "--combine"),
            *("--kind", kind, "--out", place / "p.tif"),
        )
        assert done.returncode == 1
        assert (
            "one.tif: All known cells have the value 1: the map cannot be cut in two"
            in done.stderr
        )
    assert not (place / "p.tif").exists()


def test_it_runs_as_a_program(place):
    done = subprocess.run(
        [
            *(sys.executable, SCRIPT, place / "first.tif", place / "points.csv"),
            *("--out", place / "t.csv"),
        ],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert len(table(place / "t.csv")) == 2


def test_a_table_says_what_took_part_and_where_to_cut(run, place):
    out = place / "t.csv"
    done = run(place / "first.tif", place / "points.csv", "--out", out)
    assert done.returncode == 0, done.stderr
    assert "12 points on 200 unit cells of 1 km²" in done.stdout
    assert "1 points beside the map, 0 on missing cells" in done.stdout
    assert "1 rows without position" in done.stdout
    assert "Cut at class 1" in done.stdout
    rows = table(out)
    assert [row["class"] for row in rows] == ["0", "1"]
    assert [row["points"] for row in rows] == ["4", "8"]
    assert [row["area_km2"] for row in rows] == ["140", "60"]


def test_missing_values_and_the_unit_cell_can_be_named(run, place):
    out = place / "t.csv"
    done = run(
        *(place / "second.tif", place / "points.csv", "--out", out),
        *("--unit-area-km2", 0.5, "--kind", "descending"),
    )
    assert "1 on missing cells (1.00 km²)" in done.stdout
    assert [row["area_units"] for row in table(out)] == ["200", "398"]
    done = run(
        *(place / "first.tif", place / "points.csv", "--out", out),
        *("--missing", 0, "--kind", "categorical"),
    )
    assert done.returncode == 0
    assert [row["class"] for row in table(out)] == ["1"]
    assert "No class to cut at" in done.stdout
    done = run(
        *(place / "first.tif", place / "points.csv", "--out", out),
        *("--cut", 0, "--confidence", 9),
    )
    assert "Cut at class 0" in done.stdout
    assert "Caution: below 9" in done.stdout


def test_a_program_sees_which_numbers_a_patch_made_and_what_a_class_adds(run, place):
    cells = np.zeros((10, 20), dtype=np.int32)
    cells[:, :6], cells[9] = 1_234_567, 2
    rocks = write(place / "rocks.tif", cells)
    out = place / "t.csv"
    done = run(rocks, place / "points.csv", "--out", out)
    assert done.returncode == 0, done.stderr
    assert "1234567" in done.stdout
    rows = {row["class"]: row for row in table(out)}
    assert {key: row["patch"] for key, row in rows.items()} == {
        **dict.fromkeys(("0", "2", "1234567"), "")
    }
    assert all(row["weight"] == row["w_plus"] for row in rows.values())
    done = run(rocks, place / "points.csv", "--out", out, "--kind", "ascending")
    last = table(out)[-1]
    assert last["patch"] == "all-points+no-ground-left"
    assert last["weight"] != last["w_plus"]


def test_points_that_lie_together_and_floods_of_classes_are_cautioned_against(
    run, place
):
    values = np.random.default_rng(1).random((40, 50), dtype=np.float32)
    many = write(place / "many.tif", values)
    done = run(many, place / "points.csv", "--out", place / "t.csv")
    said = " ".join(done.stdout.split())
    assert "Caution: many.tif has 2,000 different values" in said
    assert "Caution: 2 points share 1 unit cells of 1 km², 2 the fullest" in said
    done = run(
        *(place / "first.tif", place / "second.tif", place / "points.csv"),
        *("--combine", "--out", place / "p.tif"),
    )
    assert "Caution: 2 points share 1 unit cells" in " ".join(done.stdout.split())


def test_a_blank_that_is_not_declared_stops_the_run(run, place):
    cells = np.ones((10, 20), dtype=np.float32)
    cells[:5], cells[9, 19] = 2.5, -1e32
    blank = write(place / "blank.tif", cells)
    asked = (blank, place / "points.csv", "--out", place / "t.csv")
    done = run(*asked)
    assert done.returncode == 1
    assert "-1e+32 in 1 cells" in done.stderr
    assert not (place / "t.csv").exists()
    assert run(*asked, "--missing=-1e+32").returncode == 0
    assert run(*asked, "--missing", "-1e32").returncode == 0


def test_presence_pixels_count_a_cell_once(run, place):
    out = place / "t.csv"
    done = run(
        *(place / "first.tif", place / "points.csv", "--out", out),
        "--presence-pixels",
    )
    assert done.returncode == 0, done.stderr
    assert [row["points"] for row in table(out)] == ["4", "7"]


def test_several_maps_are_combined(run, place):
    out = place / "p.tif"
    done = run(
        *(place / "first.tif", place / "second.tif", place / "points.csv"),
        *("--combine", "--out", out),
    )
    assert done.returncode == 0, done.stderr
    with rasterio.open(out, driver="GTiff") as dataset:
        assert dataset.descriptions == ("posterior", "deviation", "confidence")
        value, deviation, confidence = dataset.read()
    assert not np.isnan(value).any()
    assert_allclose(confidence, value / deviation)
    assert len(np.unique(value)) == 5
    assert value[0, 0] == value.max()
    assert f"T {value.sum():.6g}, n 12, n/T {12 / value.sum():.4f}" in done.stdout
    assert "5 unique conditions" in done.stdout
    assert "first.tif and second.tif: chi²" in done.stdout
    assert "few points: rough" in done.stdout
    assert "1 points beside all maps, 1 rows without position" in done.stdout


@pytest.mark.parametrize("kind", ["ascending", "descending", "categorical"])
def test_every_kind_can_be_combined(run, place, kind):
    done = run(
        *(place / "first.tif", place / "second.tif", place / "points.csv"),
        *("--combine", "--out", place / "p.tif", "--kind", kind),
    )
    assert done.returncode == 0, done.stderr
    assert ("Cut at class" in done.stdout) == (kind != "categorical")


def test_one_map_expects_the_points_there_are(run, place):
    done = run(
        *(place / "first.tif", place / "points.csv"),
        *("--combine", "--out", place / "p.tif"),
    )
    assert "n 12, n/T 1.0000" in done.stdout
    assert "nothing speaks against independence" in done.stdout


def test_wrong_data_is_told_and_ends_with_1(run, place):
    out = place / "t.csv"
    done = run(
        *(place / "first.tif", place / "points.csv", "--out", out),
        *("--unit-area-km2", 50),
    )
    assert done.returncode == 1
    assert "Not done. 12 points lie on 4 unit cells of 50 km²" in done.stderr
    done = run(place / "points.csv", place / "points.csv", "--out", out)
    assert done.returncode == 1
    assert "Expected a GeoTIFF" in done.stderr
    done = run(place / "first.tif", place / "first.tif", "--out", out)
    assert done.returncode == 1
    assert "Expected points as" in done.stderr
    other = write(place / "other.tif", np.ones((10, 20), dtype=np.uint8), west=1.0)
    done = run(
        *(place / "first.tif", other, place / "points.csv"),
        *("--combine", "--out", place / "p.tif"),
    )
    assert done.returncode == 1
    assert "different grids" in done.stderr
    done = run(
        *(other, place / "points.csv"),
        *("--combine", "--kind", "ascending", "--out", place / "p.tif"),
    )
    assert done.returncode == 1
    assert "cannot be cut in two" in done.stderr
    assert not out.exists()
    assert not (place / "p.tif").exists()


def test_a_wrong_question_ends_with_2(run, place):
    maps = (place / "first.tif", place / "second.tif")
    points, out = place / "points.csv", ("--out", place / "t.csv")
    for arguments in (
        (*maps, points, *out),
        (maps[0], points, *out, "--kind", "gold"),
        (maps[0], points, *out, "--combine", "--presence-pixels"),
        (maps[0], points, *out, "--unit-area-km2", 0),
        (maps[0], points, *out, "--cut", 7),
        (maps[0], points),
    ):
        assert run(*arguments).returncode == 2, arguments
    assert not (place / "t.csv").exists()


def test_an_input_is_never_written_over(run, place):
    first, points = place / "first.tif", place / "points.csv"
    before = first.read_bytes(), points.read_bytes()
    linked, hard = place / "linked.csv", place / "hard.csv"
    linked.symlink_to(points)
    os.link(points, hard)
    for out in (points, linked, hard, place / "." / ".." / place.name / "points.csv"):
        done = run(first, points, "--out", out)
        assert done.returncode == 2
        assert "one of the inputs" in " ".join(done.stderr.split())
    done = run(first, points, "--combine", "--out", first)
    assert done.returncode == 2
    assert (first.read_bytes(), points.read_bytes()) == before


@pytest.mark.parametrize(
    ("name", "more", "said"),
    [
        ("t.tif", (), "must end in .csv"),
        ("t.csv", ("--combine",), "must end in .tif or .tiff"),
        ("none/t.csv", (), "there is no folder"),
        ("folder.csv", (), "is a folder"),
        ("t" * 252 + ".csv", (), "too long"),
    ],
)
def test_an_out_that_cannot_be_is_refused(run, place, name, more, said):
    (place / "folder.csv").mkdir()
    done = run(place / "first.tif", place / "points.csv", "--out", place / name, *more)
    assert done.returncode == 2
    assert said in " ".join(done.stderr.replace("│", " ").split())
    assert "ATLAS_HOME" not in done.stderr


def test_a_map_may_be_written_with_either_ending(run, place):
    for name in ("p.TIF", "p.tiff"):
        done = run(
            *(place / "first.tif", place / "points.csv"),
            *("--combine", "--out", place / name),
        )
        assert done.returncode == 0, done.stderr
        assert (place / name).exists()


def test_an_out_that_the_disk_refuses_is_told_in_its_own_words(run, place):
    out = place / "t.csv"
    usual = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, usual[1]))
    try:
        done = run(place / "first.tif", place / "points.csv", "--out", out)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, usual)
    assert not out.exists()
    assert done.returncode == 1
    assert "could not be written" in done.stderr
    assert "name another --out" in done.stderr
    assert "ATLAS_HOME" not in done.stderr


@pytest.mark.parametrize("more", [(), ("--presence-pixels",), ("--combine",)])
def test_points_that_all_lie_beside_the_map_are_counted(run, place, more):
    lines = ["x,y", *(f"{900_000 + step},5000" for step in range(40))]
    (place / "far.csv").write_text("\n".join(lines) + "\n")
    out = place / ("p.tif" if "--combine" in more else "t.csv")
    done = run(place / "first.tif", place / "far.csv", "--out", out, *more)
    assert done.returncode == 1
    assert "None of the 40 points lies on known ground" in done.stderr


def test_a_name_with_brackets_is_printed_whole(run, place):
    odd = (place / "first.tif").rename(place / "[red]first[b].tif")
    done = run(odd, place / "points.csv", "--out", place / "t.csv")
    assert "[red]first[b].tif, unique" in done.stdout
    done = run(odd, place / "points.csv", "--combine", "--out", place / "p.tif")
    assert "[red]first[b].tif" in done.stdout


def test_a_damaged_raster_is_told_without_the_catalogue(run, place):
    (place / "bad.tif").write_bytes(b"II*\0 nothing")
    done = run(place / "bad.tif", place / "points.csv", "--out", place / "t.csv")
    assert done.returncode == 1
    assert "bad.tif cannot be read as GTiff" in done.stderr
    assert "catalogue" not in done.stderr

"""One bad file among the tables is named, and the others make the layers without it.

All files here are SYNTHETIC.
"""

import zipfile

import pytest

from geodata.errors import UnreadableFileError
from geodata.layers.occurrences.mineral_occurrences import (
    build_occurrences,
    build_unlocated,
)
from geodata.layers.occurrences.phosphatic_rocks import build_phosphatic_rocks
from geodata.layers.occurrences.tables import TABLES, all_parts

GOOD = ("usgs-phosphate", "phosphate-csv.zip")
HEADER = "rec_no,depname,country,latitude,longitude,commodity,deptype,rec_id"
ROWS = f"{HEADER}\n1,Karatau,Kazakhstan,43.5,69.5,Phosphorus,sedimentary,1\n"
MRDS = ("usgs-mrds", "mrds-csv.zip")
MAJOR = ("usgs-major-deposits", "ofr20051294-csv.zip")
BUILDERS = (build_occurrences, build_unlocated, build_phosphatic_rocks)
CONTENTS = (b"", b"PK\x03\x04 no archive", b"<html></html>")
TEXTS = [
    (table, part)
    for table in TABLES
    for part in table.parts()
    if part[1].endswith((".csv", "-csv.zip"))
    and part != GOOD
    and not (table.keyed and part[1] == table.keyed.member)
]


def zipped(path, members):
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


@pytest.fixture
def good(tmp_path):
    return {GOOD: zipped(tmp_path / "good.zip", {"main.csv": ROWS})}


def companions(table):
    """Files that add to the records of a table, and hold none."""
    keyed = table.keyed.member if table.loose and table.keyed else ""
    return {table.minerals, (table.source, keyed)}


def own_rows(table):
    return "gid,dep_name,latitude,longitude\n7,Espe,48,77\n" if table.loose else ROWS


def table_file(folder, table, part, text):
    """A file in the layout of a table that says the same in every member."""
    path = folder / part[1]
    if path.suffix == ".csv":
        path.write_text(text)
        return path
    names = [m if not m.startswith(".") else f"a{m}" for m in table.members]
    return zipped(path, dict.fromkeys(names, text))


def built_without_bad(build, files):
    """What the runner does: leave out each file that is blamed, and build again."""
    blamed = []
    while True:
        try:
            return build(files), blamed
        except UnreadableFileError as error:
            blamed.append(error.part)
            files = {part: path for part, path in files.items() if part != error.part}


@pytest.mark.parametrize(
    ("part", "content"),
    [
        (part, CONTENTS[number % len(CONTENTS)])
        for number, part in enumerate(all_parts())
        if part != GOOD
    ],
)
def test_a_file_of_something_else_is_blamed_by_name(tmp_path, part, content, good):
    bad = tmp_path / "bad" / part[1]
    bad.parent.mkdir()
    bad.write_bytes(content)
    files = {**good, part: bad}
    for table in TABLES:
        if part in companions(table):  # read only beside its table
            own = table.parts()[0]
            files[own] = table_file(tmp_path, table, own, own_rows(table))
    product, blamed = built_without_bad(build_occurrences, files)
    assert blamed == [part]
    assert "Karatau" in product.table["name"].to_list()


@pytest.mark.parametrize(
    ("table", "part", "build"),
    [(*text, BUILDERS[number % len(BUILDERS)]) for number, text in enumerate(TEXTS)],
)
def test_a_table_with_other_columns_is_blamed_by_name(
    tmp_path, table, part, build, good
):
    bad = table_file(tmp_path, table, part, "this,that\n1,2\n")
    product, blamed = built_without_bad(build, {**good, part: bad})
    assert blamed == [part]
    assert product.extra["parts"] == ["/".join(GOOD)]


def test_a_bad_file_leaves_its_turn_to_the_next_of_its_table(tmp_path, good):
    table = next(table for table in TABLES if table.source == "usgs-ree")
    plain, packed = ("usgs-ree", "main.csv"), ("usgs-ree", "ree-csv.zip")
    files = {
        **good,
        plain: table_file(tmp_path, table, plain, "this,that\n1,2\n"),
        packed: table_file(tmp_path, table, packed, ROWS),
    }
    product, blamed = built_without_bad(build_occurrences, files)
    assert blamed == [plain]
    assert set(product.table["source_id"]) == {"usgs-ree", "usgs-phosphate"}


def test_two_bad_files_are_blamed_one_after_the_other(tmp_path, good):
    for part in (MRDS, MAJOR):
        (tmp_path / part[1]).write_bytes(b"PK\x03\x04")
    files = {**good, MRDS: tmp_path / MRDS[1], MAJOR: tmp_path / MAJOR[1]}
    assert built_without_bad(build_occurrences, files)[1] == [MAJOR, MRDS]


def test_a_table_without_rows_or_its_own_list_of_commodities_is_no_fault(
    tmp_path, good
):
    header = "dep_id,site_name,latitude,longitude,commod1,commod2,commod3\n"
    files = {
        **good,
        MRDS: zipped(tmp_path / MRDS[1], {"mrds.csv": header}),
        MAJOR: zipped(
            tmp_path / MAJOR[1],
            {
                "deposit.csv": "gid,dep_name,latitude,longitude\n7,Espe,48,77\n",
                "commodity.csv": "gid,value\n7,Copper\n7,Gold\n",
            },
        ),
    }
    table = build_occurrences(files).table.set_index("occurrence_id")
    assert table.loc["usgs-major-deposits:7", "commodities"] == "Au,Cu"


def test_a_bad_list_of_commodities_leaves_the_table_its_own(tmp_path, good):
    deposit = tmp_path / "deposit.csv"
    deposit.write_text("gid,dep_name,latitude,longitude,commodity\n7,Espe,48,77,Gold\n")
    bad = tmp_path / "commodity.csv"
    bad.write_text("this,that\n1,2\n")
    source = "usgs-major-deposits"
    files = {**good, (source, deposit.name): deposit, (source, bad.name): bad}
    product, blamed = built_without_bad(build_occurrences, files)
    assert blamed == [(source, bad.name)]
    table = product.table.set_index("occurrence_id")
    assert table.loc["usgs-major-deposits:7", "commodities"] == "Au"

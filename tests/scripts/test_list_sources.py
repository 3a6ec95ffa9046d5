"""The tables of sources in the documents: one row each, and never out of date."""

import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from geodata.sources import PublishedSource, SourceFile, load_catalogue
from geodata.sources.catalogue import FIRST_SEEN

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "scripts" / "list_sources.py"
DOCUMENTS = ("README.md", "DATA_LICENCES.md")
PIN = "0" * 64


@pytest.fixture(scope="module")
def script():
    """The script as a module."""
    spec = importlib.util.spec_from_file_location("list_sources", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def sources(script):
    return [s for s in load_catalogue() if s.id not in script.SOFTWARE]


@pytest.fixture
def copied(tmp_path):
    """A folder with the script and the documents, to be changed at will."""
    (tmp_path / "scripts").mkdir()
    shutil.copy(SCRIPT, tmp_path / "scripts")
    for name in DOCUMENTS:
        shutil.copy(ROOT / name, tmp_path)
    return tmp_path


def run(folder, *options):
    return subprocess.run(
        [sys.executable, folder / "scripts" / SCRIPT.name, *options],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def published_file(**changed):
    fields = {
        "name": "stones.csv",
        "url": "https://example.org/stones.csv",
        "sha256": FIRST_SEEN,
        "format": "CSV",
        "crs": "EPSG:4326",
        "columns": "id",
        "resolution_km": 1.0,
        "covers": "a beach",
    }
    return SourceFile(**{**fields, **changed})


def rows(text):
    """The rows of all Markdown tables in a text, as lists of cells."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    return [
        [cell.strip() for cell in line.replace("\\|", "").strip("|").split("|")]
        for line in lines
    ]


def test_every_source_has_one_row_as_wide_as_the_head_of_its_table(script, sources):
    first, second = script.overview(sources).split(script.BETWEEN)
    packages, published = rows(first), rows(second)
    assert len(packages) + len(published) == len(sources) + 4
    for table in (packages, published):
        assert {len(row) for row in table} == {len(table[0])}
        assert all(all(row) for row in table)


def test_the_row_of_a_published_source_begins_with_the_id_its_folder_needs(
    script, sources
):
    _, second = script.overview(sources).split(script.BETWEEN)
    ids = [row[0].strip("`") for row in rows(second)[2:]]
    published = [s.id for s in sources if isinstance(s, PublishedSource)]
    assert sorted(ids) == sorted(published)


def test_cells_of_published_sources_are_short(script, sources):
    _, second = script.overview(sources).split(script.BETWEEN)
    assert max(len(cell) for row in rows(second) for cell in row) <= 90


def test_every_section_states_terms_faults_and_files(script, sources):
    text = script.particulars(sources)
    sections = text.split("### ")[1:]
    assert len(sections) == len(sources)
    for source, section in zip(sources, sections, strict=True):
        assert source.licence in section
        assert source.licence_seen in section
        assert all(fault in section for fault in source.faults)
        if isinstance(source, PublishedSource):
            assert all(f"`{file.name}`" in section for file in source.files)
            assert all(file.url in section for file in source.files)


def test_a_size_nobody_knows_is_not_taken_for_nothing(script):
    known = published_file(bytes=1_500_000, sha256=PIN)
    unknown = published_file()
    assert script.megabytes((known, known)) == "3.0"
    assert script.megabytes((known, unknown)) == "1.5 + ?"
    assert script.megabytes((unknown,)) == "?"


def test_a_rebuilt_file_does_not_count_as_opened(script):
    opened = published_file(sha256=PIN)
    rebuilt = published_file(sha256=PIN, rebuilt_sha256="1" * 64)
    assert script.opened((opened, opened)) == "yes"
    assert script.opened((opened, rebuilt)) == "in part"
    assert script.opened((rebuilt,)) == script.opened((published_file(),)) == "no"


def test_how_a_file_comes_is_said_for_each_way(script):
    brought = published_file(url="")
    rebuilt = published_file(rebuilt_sha256="1" * 64)
    assert script.way((published_file(),)) == "download"
    assert script.way((brought,)) == "you bring it"
    assert script.way((rebuilt,)) == "download / rebuilt copy"
    assert script.way((published_file(), brought)) == "download / you bring it"


def test_the_readme_says_how_to_place_each_file_without_an_address():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for source in load_catalogue():
        if isinstance(source, PublishedSource) and not any(
            file.url for file in source.files
        ):
            assert f"`{source.id}/" in readme or f"/{source.id}/" in readme, source.id
            assert any(file.name in readme for file in source.files), source.id


def test_only_layers_that_setup_makes_are_said_to_be_made_at_setup(script):
    catalogue = load_catalogue()
    for source, when in (
        ("koppen-geiger", "when you ask for it"),
        ("boucot", "at setup"),
    ):
        assert script.place(catalogue[source]) == f"made {when}, not handed on"


def test_documents_that_match_the_catalogue_are_left_alone(copied):
    before = {name: (copied / name).read_bytes() for name in DOCUMENTS}
    assert run(copied, "--check").returncode == 0
    assert "written: nothing" in run(copied).stdout
    assert before == {name: (copied / name).read_bytes() for name in DOCUMENTS}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_document_out_of_date_fails_the_check_and_is_mended(copied, name):
    path = copied / name
    current = path.read_text(encoding="utf-8")
    path.write_text(
        current.replace("HimaTibetMap", "Nomap").replace("himatibetmap", "x")
    )
    done = run(copied, "--check")
    assert done.returncode == 1
    assert name in done.stdout
    assert run(copied).returncode == 0
    assert run(copied, "--check").returncode == 0


def test_a_document_without_its_marks_is_an_error_that_names_them(copied):
    (copied / "README.md").write_text("# Nothing here\n")
    done = run(copied)
    assert done.returncode != 0
    assert "end of sources" in done.stderr

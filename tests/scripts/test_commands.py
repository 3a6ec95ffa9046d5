"""What holds for every command: it starts quickly, finds its home, trusts no text."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from geodata.folders import HOME, PROJECT

SCRIPTS = [
    path
    for path in sorted((PROJECT / "scripts").glob("*.py"))
    if "typer.run(main)" in path.read_text("utf-8")
]
AT_HOME = [path for path in SCRIPTS if "ATLAS_HOME" in path.read_text("utf-8")]

HEAVY = {
    "geopandas",
    "h5py",
    "matplotlib",
    "numpy",
    "pandas",
    "pyarrow",
    "pyproj",
    "rasterio",
    "scipy",
    "shapely",
    "sklearn",
}
"""Libraries that take a tenth of a second or more to load."""

HELP = """
import runpy, sys
script, sys.argv = sys.argv[1], [sys.argv[1], "--help"]
try:
    runpy.run_path(script, run_name="__main__")
except SystemExit as done:
    assert not done.code
print("loaded:", *sys.modules)
"""


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_help_is_answered_before_anything_heavy_is_loaded(script: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", HELP, script],
        capture_output=True,
        text=True,
        cwd=PROJECT,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    words, _, modules = done.stdout.partition("loaded:")
    assert "Usage" in words
    assert set(modules.split()) & HEAVY == set()


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_no_text_is_markup_to_the_terminal(script: Path) -> None:
    """Names come from tables of others: a bracket in one must not end a command."""
    calls = [
        node
        for node in ast.walk(ast.parse(script.read_text("utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in {"Console", "TextColumn"}
    ]
    for call in calls:
        given = {word.arg: ast.unparse(word.value) for word in call.keywords}
        assert given.get("markup") == "False", f"line {call.lineno}"
    assert "rich.markup" not in script.read_text("utf-8")


@pytest.mark.parametrize("script", AT_HOME, ids=lambda path: path.stem)
def test_every_command_keeps_its_layers_in_the_project(script: Path) -> None:
    functions = [
        node
        for node in ast.parse(script.read_text("utf-8")).body
        if isinstance(node, ast.FunctionDef) and node.name == "main"
    ]
    homes = [
        ast.unparse(value)
        for function in functions
        for name, value in _defaults(function.args)
        if name == "home"
    ]
    assert homes == ["HOME"]
    assert HOME == PROJECT / "var"


def _defaults(arguments: ast.arguments) -> list[tuple[str, ast.expr]]:
    plain = arguments.args[len(arguments.args) - len(arguments.defaults) :]
    named = zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
    return [
        *(
            (one.arg, value)
            for one, value in zip(plain, arguments.defaults, strict=True)
        ),
        *((one.arg, value) for one, value in named if value is not None),
    ]


@pytest.mark.parametrize("name", ["check", "test", "serve"])
def test_help_of_a_shell_command_is_printed_without_setting_anything_up(name, tmp_path):
    home = tmp_path / "home"
    done = subprocess.run(
        [PROJECT / "scripts" / name, "--help"],
        env={"PATH": "/usr/bin:/bin", "ATLAS_HOME": str(home), "PYTHON": "/no/python"},
        capture_output=True,
        text=True,
        timeout=20,
        check=True,
    )
    assert f"scripts/{name}" in done.stdout
    assert not done.stderr
    assert not home.exists()

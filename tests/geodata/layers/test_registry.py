"""Every layer stands in one module; no id stands twice; all say what readers need."""

import pytest

from geodata.layers.model import Layer
from geodata.layers.registry import all_layers, discover
from geodata.release.inputs import REQUIRED
from geodata.scoring.deposit_file import parse_all
from geodata.scoring.deposit_type import deposit_type_texts

TOY = """
from geodata.layers.model import Layer

LAYER = Layer(id="{id}", title="Toy", kind="points", says="where toys lie")
"""


@pytest.fixture
def package(tmp_path, monkeypatch):
    """An empty package of layers that Python can import; a name of its own."""
    name = f"toys_{tmp_path.name}"
    (tmp_path / name).mkdir()
    (tmp_path / name / "__init__.py").write_text("")
    monkeypatch.syspath_prepend(tmp_path)
    return tmp_path / name


def test_a_module_is_all_a_layer_needs_to_be_known(package):
    (package / "toy.py").write_text(TOY.format(id="toy"))
    inner = package / "more"
    inner.mkdir()
    (inner / "__init__.py").write_text("")
    (inner / "another.py").write_text(TOY.format(id="another-toy"))
    assert list(discover(package.name)) == ["another-toy", "toy"]


def test_two_modules_that_state_one_layer_are_refused_and_named(package):
    for name in ("one", "two"):
        (package / f"{name}.py").write_text(TOY.format(id="toy"))
    with pytest.raises(ValueError, match=r"'toy' stands in .*one and in .*two"):
        discover(package.name)


def test_every_layer_that_is_asked_for_says_what_it_tells():
    models = parse_all(deposit_type_texts()).values()
    asked = {item.measurement.layer for model in models for item in model.evidence}
    assert {*REQUIRED, *asked} <= set(all_layers())
    assert all(layer.says for layer in all_layers().values())


@pytest.mark.parametrize("name", ["", "Faults", "../x", "a b", "x" * 70])
def test_an_id_that_is_no_plain_word_is_refused(name):
    with pytest.raises(ValueError, match="small letters"):
        Layer(id=name, title="", kind="points", says="")


def test_a_raster_is_not_drawn_like_a_table():
    display = all_layers()["roads"].display
    with pytest.raises(ValueError, match="only lines, polygons and points"):
        Layer(id="heat", title="", kind="raster", says="", display=display)

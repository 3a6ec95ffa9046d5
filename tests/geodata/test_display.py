"""How a layer is shown is checked where it is written, not on the page."""

import dataclasses

import pytest

from geodata.display import Display, Style

STYLE = Style(colour="#24457d", dark_colour="#a9c4f5", width=1.0, dash="7 4")
DISPLAY = Display(
    order=1,
    form="lines",
    label="Toys",
    title="Toys",
    description="Where toys lie.",
    columns=("name", "weight"),
    tooltip=(("{name}", "Toy without a name"), ("{weight:number} kg",)),
    style=STYLE,
)


@pytest.mark.parametrize("colour", ["red", "#fff", "#24457D", "#24457d;x", "url(#a)"])
def test_a_colour_that_is_no_six_digits_is_refused(colour):
    for name in ("colour", "dark_colour"):
        with pytest.raises(ValueError, match="#rrggbb"):
            dataclasses.replace(STYLE, **{name: colour})


@pytest.mark.parametrize("dash", ["7,4", "a", "7 4;", " 7"])
def test_a_dash_that_is_no_row_of_numbers_is_refused(dash):
    with pytest.raises(ValueError, match="'7 4'"):
        dataclasses.replace(STYLE, dash=dash)


def test_a_tooltip_names_only_columns_that_a_release_carries():
    with pytest.raises(ValueError, match=r"'Toys' names age, .* name, weight"):
        dataclasses.replace(DISPLAY, tooltip=(("{name} of {age:list}",),))

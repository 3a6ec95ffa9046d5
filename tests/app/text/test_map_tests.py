"""What is said of the tests that can hurt."""

import numpy as np
import pytest

from app.text.map_tests import interval, left_beside, skill_of_map, type_tables, verdict
from app.text.specificity import heat_columns, heat_rows, in_short, too_few
from geodata.scoring.validation.districts import DistrictFigure
from geodata.scoring.validation.map_tests import MapTests, TypeTest, map_figures
from geodata.scoring.validation.specificity import (
    ClassSites,
    Specificity,
    SpecificityRow,
)

nan = float("nan")
TITLES = {"placer": "Placers", "carbonatite": "Carbonatites"}
APART = np.arange(4)
LOW, MIDDLE = [0.1, 0.2, 0.1, 0.15], [0.1, 0.9, 0.3, 0.6]


def figures(name, within, district=(0, 1, 2, 3)):
    return map_figures(
        name,
        np.array([0.04, 0.15, 0.3, nan]),
        {"elevation": np.array(within), "sediment-share": np.array(within)},
        np.array(district),
    )


def every(*types):
    return MapTests(
        grounds=("elevation", "sediment-share"),
        beside=1,
        types=types,
        specificity=Specificity(),
    )


def of_type(*maps, circular=0):
    return TypeTest(
        deposit_type="placer",
        sites=("a", "b", "c", "d"),
        circular=circular,
        maps=maps,
    )


@pytest.mark.parametrize(
    ("within", "district", "said", "short"),
    [
        (LOW, (0, 1, 2, 3), "Expert model: skill beyond its ground.", "better than"),
        (MIDDLE, (0, 1, 2, 3), "Expert model: no skill shown beyond", "no skill"),
        (LOW, (0, 0, 2, 3), "Expert model: not tested. 3 sites in 2", "not tested"),
    ],
)
def test_the_verdict_is_said_with_its_figures(within, district, said, short):
    test = of_type(figures("expert", within, district))
    found = every(test)
    told = verdict(found, test, "expert")
    assert told.startswith(said)
    assert "chance 50 %" in told
    assert "alike in elevation" in told
    assert short in skill_of_map(found, "placer", "expert")
    assert verdict(found, test, "learned") == ""


def test_a_table_has_the_opinions_first_and_tells_what_is_left_out():
    found = every(
        of_type(figures("expert", LOW), figures("elevation", MIDDLE), circular=2),
        of_type(circular=1),
    )
    table, empty = type_tables(found, TITLES)
    assert (table.title, table.sites, table.tested) == ("Placers", 4, True)
    assert [row.opinion for row in table.rows] == [True, False]
    assert table.rows[0].unknown == "unknown at 1 site"
    assert "high ground first" in table.rows[1].kind
    assert table.areas == (0.05, 0.1, 0.2)
    assert [cell.sites.sites for cell in table.rows[0].caught] == [1, 1, 2]
    assert "2 sites stand in a layer" in table.circular
    assert table.stand_in == ""
    stands = of_type(figures("expert", LOW)).model_copy(
        update={"stand_in": "igneous-rare-earths"}
    )
    (table,) = type_tables(every(stands), TITLES)
    assert "known sites of rare earths in igneous rock stand for them" in table.stand_in
    assert (empty.rows, empty.areas, empty.tested) == ((), (), False)
    assert left_beside(found).startswith("1 known site lies")


def test_a_plain_measurement_that_does_as_well_is_named():
    better = figures("elevation", MIDDLE)
    worse = map_figures("felsic-bedrock", np.array([0.4, 0.5, 0.6, nan]), {}, APART)
    fewer = map_figures("mafic-bedrock", np.array([0.1, nan, nan, nan]), {}, APART)
    test = of_type(figures("expert", LOW), better, worse, fewer)
    told = verdict(every(test), test, "expert")
    assert told.endswith(
        "Among all land its mean rank is 16 %; a plain measurement does as well or "
        "better: elevation, 16 %."
    )
    alone = of_type(figures("expert", LOW), worse)
    assert "plain measurement" not in verdict(every(alone), alone, "expert")


def test_an_interval_that_is_unknown_is_not_said():
    assert (
        interval(DistrictFigure(value=0.3, low=nan, high=nan, n=2, districts=1)) == ""
    )


def auc(value, n=9, districts=5):
    return DistrictFigure(
        value=value, low=value - 0.1, high=value + 0.1, n=n, districts=districts
    )


def row(**facts):
    return SpecificityRow(
        **{
            "deposit_type": "carbonatite",
            "map": "expert",
            "own": auc(0.86),
            "own_class": "",
            "kin": ("rare-metals",),
            "classes": {"gold": auc(0.7), "potash": auc(0.3), "rare-metals": auc(0.8)},
        }
        | facts
    )


CLASSES = tuple(
    ClassSites(id=name, n=9, districts=5)
    for name in ("rare-metals", "gold", "phosphate", "potash")
)


def matrix(*rows):
    few = (ClassSites(id="chromite", n=6, districts=2),)
    return Specificity(classes=CLASSES, too_few=few, rows=rows)


def test_the_picture_tells_own_kind_cousins_and_the_highest_other_apart():
    (found,) = heat_rows(matrix(row()), TITLES)
    assert (found.title, found.opinion) == ("Carbonatites", "expert model")
    assert [cell.role for cell in (found.own, *found.cells)] == [
        *("own", "kin", "highest", "", "")
    ]
    assert [cell.step for cell in (found.own, *found.cells)] == [8, 8, 7, -1, 3]
    assert found.cells[2].figure is None
    assert [cell.count for cell in found.cells] == [""] * 4
    assert found.own.count == "n 9, 5 d."


def test_a_cell_tells_its_own_count_where_sites_were_taken_out():
    (found,) = heat_rows(matrix(row(classes={"gold": auc(0.7, n=8)})), TITLES)
    assert found.cells[1].count == "n 8, 5 d."


def test_the_verdicts_are_said_in_words():
    few = auc(0.6, n=2, districts=2)
    said = [
        one.verdict
        for one in heat_rows(
            matrix(
                row(),
                row(classes={"gold": auc(0.75), "potash": auc(0.8)}),
                row(classes={"gold": auc(0.9)}),
                row(own=few, own_class="rare-metals"),
                row(own=few),
            ),
            TITLES,
        )
    ]
    assert said[0] == (
        "Its own kind: 0.860 for its own known sites, 0.700 for gold, "
        "the highest other."
    )
    assert said[1].endswith("The lead may be chance.")
    assert said[2] == (
        "Not shown to find more than belts of deposits: 0.860 for its own known sites, "
        "0.900 for gold; the rule asks for a lead of 0.05."
    )
    assert "0.800 for niobium" in said[3]
    assert said[4].startswith("Not tested: 2 sites")


def test_the_matrix_in_short():
    assert in_short(matrix(row(), row(classes={"gold": auc(0.9)}))) == (
        "Maps that put their own kind of deposit above all others: 1 of the 2 that "
        "could be asked."
    )
    assert in_short(Specificity()) == ""
    assert too_few(matrix()) == "chromite (6)"
    assert [column.name for column in heat_columns(matrix())][1:3] == [
        "Gold",
        "Phosphate",
    ]
    assert heat_columns(matrix())[0].count == "9 sites, 5 districts"

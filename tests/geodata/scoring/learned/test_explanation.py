import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geodata.scoring.learned.explanation import explain_learned
from tests.geodata.scoring.learned.worlds import (
    argument,
    background,
    classes_of,
    measurement,
    model_of,
)

ROCK = argument("rock")
FAULT = argument(
    "fault", measurement=measurement("fault", measure="distance"), direction="down"
)
CRUST = classes_of("crust", "rift", "craton")
ALL = (ROCK, FAULT, CRUST)
MODEL = model_of(
    *ALL,
    slopes=[2.0, -0.5, 1.0, -3.0],
    centre=[10.0, 20.0, 0.5, 0.5],
    spread=[5.0, 10.0, 1.0, 1.0],
    importance=[3.0, 1.0, 4.0],
)
BACKGROUNDS = {
    ROCK.measurement.key: background(),
    FAULT.measurement.key: background(),
    CRUST.measurement.key: background(("basin", "craton", "rift")),
}


def explained(
    rock, fault, crust, *, model=MODEL, names=None, rank=0.2, known=None, **told
):
    values = (rock, fault, crust)
    return explain_learned(
        model,
        {
            item.measurement.key: np.float32(np.atleast_1d(one))
            for item, one in zip(ALL, values, strict=True)
        },
        BACKGROUNDS if known is None else known,
        names or {},
        rank=rank,
        **told,
    )


def parts(found):
    return {item.name: item.part for item in found.arguments}


def test_a_place_is_told_with_every_part():
    found = explained(15.0, 40.0, 1.0)
    assert parts(found) == {"rock": 2.0, "fault": -1.0, "crust": -0.5 - 1.5}
    assert found.intercept == 0.25
    assert found.log_odds == pytest.approx(0.25 + 2.0 - 1.0 - 2.0)
    assert found.score == pytest.approx(1 / (1 + np.exp(0.75)))
    assert found.coverage == 1.0
    assert found.rank == 0.2
    assert np.isnan([found.rank_p10, found.rank_p90]).all()
    assert found.title == "Made by hand"
    assert found.trained_on.model_dump() == {
        "positives": 30,
        "others": 200,
        "land": 300,
        "withheld": "",
    }


def test_an_argument_says_what_it_rests_on():
    found = explained(15.0, 40.0, 1.0, names={FAULT.measurement.key: "Karatau fault"})
    rock, fault, crust = found.arguments
    assert (rock.name, rock.title, rock.claim) == (
        "rock",
        "Title of rock",
        "Claim of rock.",
    )
    assert (rock.direction, rock.reference) == ("either", "by hand")
    assert (rock.known, rock.part, rock.beyond, rock.importance) == (
        True,
        2.0,
        False,
        3.0,
    )
    assert (rock.measured.typical, rock.unit, rock.measured.below) == (15.0, "km", 15)
    assert (rock.layer, rock.layer_title) == ("rock", "Small")
    assert (rock.source, rock.licence) == ("small source", "CC0-1.0")
    assert fault.measured.nearest == "Karatau fault"
    assert fault.direction == "down"
    assert crust.measured.class_name == "craton"


NUMBER = st.one_of(st.floats(-1e3, 1e3, width=32), st.just(float("nan")))


@given(
    st.lists(
        st.tuples(NUMBER, NUMBER, st.one_of(st.integers(0, 2), st.just(float("nan")))),
        min_size=1,
        max_size=6,
    )
)
def test_parts_and_intercept_add_up_to_the_log_odds(cells):
    rock, fault, crust = np.array(cells, dtype=np.float64).T
    found = explained(rock, fault, crust)
    total = found.intercept + sum(parts(found).values())
    assert abs(total - found.log_odds) <= 1e-12 * max(1, abs(total))
    encoded = MODEL.encode(
        {
            item.measurement.key: np.float32(one)
            for item, one in zip(ALL, (rock, fault, crust), strict=True)
        },
        {key: item.classes for key, item in BACKGROUNDS.items()},
    )
    mean = MODEL.coefficients.log_odds(encoded).mean()
    assert found.log_odds == pytest.approx(mean, rel=1e-9, abs=1e-9)
    assert 0 <= found.coverage <= 1
    assert np.isnan(found.score) == (found.coverage == 0)


def test_an_unknown_argument_has_no_part_and_says_so():
    found = explained(np.nan, 40.0, np.nan)
    rock, fault, crust = found.arguments
    assert (rock.part, rock.known) == (0.0, False)
    assert (crust.part, crust.known) == (0.0, False)
    assert fault.known
    assert found.coverage == pytest.approx(1 / 8)
    assert rock.measured.state == "not-mapped"
    assert found.log_odds == pytest.approx(0.25 - 1.0)


def test_where_nothing_is_known_there_is_no_score():
    found = explained(np.nan, np.nan, np.nan, rank=np.nan)
    assert np.isnan([found.score, found.rank]).all()
    assert found.coverage == 0.0
    assert found.log_odds == 0.25


def test_an_area_is_the_mean_of_its_cells():
    cells = [(15.0, 40.0, 1.0), (5.0, np.nan, 2.0), (np.nan, np.nan, np.nan)]
    alone = [explained(*cell) for cell in cells]
    whole = explained(*np.array(cells).T)
    for name, part in parts(whole).items():
        assert part == pytest.approx(np.mean([parts(one)[name] for one in alone]))
    for name in ("log_odds", "coverage"):
        assert getattr(whole, name) == pytest.approx(
            np.mean([getattr(one, name) for one in alone])
        )
    assert whole.score == pytest.approx(1 / (1 + np.exp(-whole.log_odds)))
    assert whole.arguments[0].measured.typical == 10.0
    assert whole.arguments[0].measured.low == pytest.approx(6.0)
    assert [item.known for item in whole.arguments] == [True, True, True]


def test_a_layer_that_is_not_there_is_said_to_be_missing():
    absent = {**BACKGROUNDS, ROCK.measurement.key: background(title="")}
    found = explained(np.nan, 1.0, 1.0, known=absent).arguments[0]
    assert found.measured.state == "layer-missing"


def test_only_what_its_own_arguments_read_is_asked_for():
    one = model_of(ROCK, slopes=[1.0])
    found = explain_learned(
        one,
        {ROCK.measurement.key: np.float32([1.0]), "other": np.float32([9.0])},
        {ROCK.measurement.key: background()},
        {},
        rank=0.0,
    )
    assert found.rank == 0.0
    assert len(found.arguments) == 1


def test_the_spread_of_the_rank_is_told_from_and_to():
    found = explained(15.0, 40.0, 1.0, spread=(0.125, 0.5))
    assert (found.rank_p10, found.rank_p90) == (0.125, 0.5)
    half = explained(15.0, 40.0, 1.0, spread=(np.nan, 0.5))
    assert np.isnan(half.rank_p10)
    assert half.rank_p90 == 0.5


def edged():
    """Return the model of a training that saw rock of 5 to 15 and faults to 30."""
    inf = 1e6
    return model_of(
        *ALL,
        slopes=[2.0, -0.5, 1.0, -3.0],
        centre=[10.0, 20.0, 0.5, 0.5],
        spread=[5.0, 10.0, 1.0, 1.0],
        least=[5.0, 0.0, -inf, -inf],
        greatest=[15.0, 30.0, inf, inf],
        importance=[3.0, 1.0, 4.0],
    )


def beyond(found):
    return [item.beyond for item in found.arguments]


@pytest.mark.parametrize(
    ("rock", "part", "told"),
    [(15.0, 2.0, False), (15.5, 2.0, True), (30.0, 2.0, True), (4.5, -2.0, True)],
)
def test_beyond_the_training_a_value_counts_as_its_edge_and_is_told(rock, part, told):
    found = explained(rock, 40.0, np.nan, model=edged())
    assert parts(found) == {"rock": part, "fault": -0.5, "crust": 0.0}
    assert beyond(found) == [told, True, False]
    assert found.log_odds == pytest.approx(0.25 + part - 0.5)
    assert found.arguments[0].measured.typical == rock


def test_half_of_the_cells_of_an_area_beyond_the_training_are_enough():
    """One of two, one of three and none of one known cell."""
    nan = np.nan
    two = explained([16.0, 10.0], [30.0, 30.0], [1.0, 1.0], model=edged())
    assert beyond(two) == [True, False, False]
    three = explained([16.0, 10.0, nan], [31.0, 31.0, nan], [1.0] * 3, model=edged())
    assert beyond(three) == [False, True, False]

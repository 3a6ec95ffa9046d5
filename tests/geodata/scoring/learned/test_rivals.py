from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose

from geodata.scoring.learned.rivals import RIVALS, Rival, train_rival
from geodata.scoring.validation.metrics import auc
from tests.geodata.scoring.learned.worlds import world


class Sum:
    """Answers with the sum of the columns, as a classifier would."""

    def predict_proba(self, design):
        assert not np.isnan(design).any()
        total = design.sum(axis=1)
        return np.column_stack([1 - total, total])


def test_what_is_unknown_is_put_at_the_centre_and_all_unknown_stays_so():
    rival = Rival(Sum(), np.array([0.25, 0.5]))
    nan = np.nan
    found = rival.score(np.array([[0.1, 0.2], [nan, 0.1], [0.125, nan], [nan, nan]]))
    assert_allclose(found[:3], [0.3, 0.35, 0.625])
    assert np.isnan(found[3])


@pytest.mark.parametrize("kind", sorted(RIVALS))
def test_a_rival_learns_from_its_training_places_alone(kind):
    places = world(0, each=40, pull=3.0)
    places.encoded[::11, 1] = np.nan
    train = np.arange(len(places.group)) % 2 == 0
    spoilt = replace(places, encoded=places.encoded.copy(), group=places.group.copy())
    spoilt.encoded[~train] = 1e6
    spoilt.group[~train] = (spoilt.group[~train] + 1) % 3
    asked = places.encoded[~train]
    found = train_rival(kind, places, train).score(asked)
    # Threads add up the trees in any order: equal but for the last bit.
    again = train_rival(kind, spoilt, train).score(asked)
    assert_allclose(again, found, rtol=1e-12)
    positive = places.positive[~train]
    assert auc(found[positive], found[~positive]) > 0.85
    assert np.all((found >= 0) & (found <= 1))


def test_there_are_two_rivals():
    assert dict(RIVALS) == {"forest": "random forest", "trees": "boosted trees"}

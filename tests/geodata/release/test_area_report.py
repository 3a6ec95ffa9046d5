import numpy as np
import pytest
import rasterio
import shapely

from geodata.raster import area_km2
from geodata.release.area_of_interest import area_of_interest
from geodata.release.area_report import Reporter

EVERYTHING = shapely.box(40, 30, 95, 60)


@pytest.fixture(scope="module")
def reporter(release):
    return Reporter(release)


@pytest.fixture(scope="module")
def everything(reporter):
    return reporter.report(area_of_interest(EVERYTHING))


def test_a_report_of_the_whole_region_gives_the_totals_of_the_release(
    release, everything
):
    manifest = release.manifest
    assert everything.land_km2 == pytest.approx(manifest.grid.area_km2)
    assert sorted(item.name for item in everything.states) == [
        *("KAZ", "KGZ", "TJK", "TKM", "UZB")
    ]
    assert {round(item.of_its_own, 9) for item in everything.states} == {1.0}
    assert [item.name for item in everything.prospects] == list(release.prospects["id"])
    assert {round(item.of_its_own, 9) for item in everything.prospects} == {1.0}
    for kind in manifest.deposit_types:
        maps = everything.maps[kind.id]
        with rasterio.open(release.favourability_path(kind.id)) as source:
            rank = source.read(source.descriptions.index("area_rank") + 1)
        ranked = int((rank != source.nodata).sum())
        assert maps.expert.ranked_km2 == pytest.approx(ranked * 2_500)
        assert maps.expert.ranked_km2 == pytest.approx(
            kind.ranked_share * everything.land_km2, rel=1e-3
        )
        assert sum(maps.expert.histogram_km2) == pytest.approx(maps.expert.ranked_km2)
        for best in maps.expert.best:
            assert np.isnan(best.of_best) if not ranked else best.of_best == 1
    sites = release.table("occurrences")
    known = sites[sites["preferred"] & sites.geometry.notna()]
    assert everything.sites.row.tolist() == known.index.tolist()
    assert everything.sites.inside.all()


def test_two_parts_of_an_area_add_up_to_it(reporter):
    whole = reporter.report(area_of_interest(shapely.box(62, 38, 80, 50)))
    parts = [
        reporter.report(area_of_interest(shapely.box(*box)))
        for box in ((62, 38, 71.3, 50), (71.3, 38, 80, 50))
    ]

    def check(tell):
        assert sum(map(tell, parts)) == pytest.approx(tell(whole), rel=1e-4, abs=1e-3)

    check(lambda found: found.land_km2)
    check(lambda found: found.inside_km2)
    for name in whole.maps:
        check(lambda found, name=name: found.maps[name].known_km2)
        check(lambda found, name=name: found.maps[name].expert.ranked_km2)
        for number in range(3):
            check(
                lambda found, name=name, number=number: (
                    found.maps[name].expert.best[number].km2
                )
            )
        for number in range(10):
            check(
                lambda found, name=name, number=number: found.maps[
                    name
                ].expert.histogram_km2[number]
            )
    for one in whole.states:
        check(
            lambda found, name=one.name: sum(
                item.km2 for item in found.states if item.name == name
            )
        )
    inside = [set(found.sites.row[found.sites.inside]) for found in (whole, *parts)]
    assert inside[0] == inside[1] | inside[2]
    assert not inside[1] & inside[2]


def test_a_small_area_is_told_by_the_share_of_its_cell(reporter):
    box = shapely.box(73.1, 49.8, 73.11, 49.81)
    found = reporter.report(area_of_interest(box))
    (own,) = area_km2(np.array([box]))
    assert found.land_km2 == pytest.approx(own, rel=1e-4)
    assert found.inside_km2 == pytest.approx(own, rel=1e-9)
    maps = found.maps["placer"]
    assert maps.favourability.least == maps.favourability.greatest
    assert found.sheets == ("M-43-XX",)


def test_an_area_that_only_the_error_of_a_site_reaches_is_told_so(reporter, release):
    table = release.table("occurrences")
    known = table[table["preferred"] & table.geometry.notna()]
    site = known.sort_values("uncertainty_km").iloc[-1]
    lon, lat, error_km = site["lon"], site["lat"], site["uncertainty_km"]
    step = np.degrees(error_km / 6_371) / np.cos(np.radians(lat))
    near = shapely.box(lon + 0.9 * step, lat - 0.01, lon + step + 1, lat + 0.01)
    far = shapely.box(lon + 1.1 * step, lat - 0.01, lon + step + 1, lat + 0.01)
    row = int(site.name)
    found = reporter.report(area_of_interest(near)).sites
    assert found.inside[found.row.tolist().index(row)] == np.False_
    assert row not in reporter.report(area_of_interest(far)).sites.row


def test_an_area_outside_the_region_holds_nothing_of_it(reporter):
    found = reporter.report(area_of_interest(shapely.box(-10, -20, 5, 10)))
    assert found.inside_km2 == found.land_km2 == 0
    assert not any((found.states, found.prospects, found.maps, found.gaps))
    assert not any(found.units.values())
    assert not len(found.sites.row)
    assert found.sheets == ()

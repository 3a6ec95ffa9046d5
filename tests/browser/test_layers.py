"""Layers on the map, the hatch where they know nothing, and the page of them all."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Opener
from tests.thorough import THEMES

ON = "favourability,prospects,occurrences,states,places"
EVERY = (
    "faults",
    "sutures",
    "provinces",
    "craton-margins",
    "intrusions",
    "magmatic-belts",
    "railways",
    "roads",
    "mines",
    "palaeolithology",
    "context-occurrences",
    "mineral-localities",
)
HATCHED = "path.gap"


def switch(page: Page, layer: str) -> None:
    if not page.locator("#overlays").is_visible():
        page.click(".key summary")
    page.check(f"[data-layer={layer}]")


def test_faults_bring_a_hatch_where_none_were_mapped_and_a_legend(
    open_browser: Opener, layered_address: str
) -> None:
    page = open_browser(layered_address).open("/")
    expect(page.locator(HATCHED)).to_have_count(0)
    expect(page.locator("#gap-note")).to_be_hidden()
    switch(page, "faults")
    expect(page.locator("path.overlay.faults")).to_have_count(2)
    expect(page.locator(HATCHED)).to_have_count(1)
    expect(page.locator(HATCHED)).to_have_attribute("fill", "url(#hatch-unknown)")
    expect(page.locator("pattern#hatch-unknown path")).to_have_count(1)
    expect(page.locator("#gap-text")).to_have_text(
        "Not in these public layers (faults): unknown, not absent"
    )
    expect(page).to_have_url(re.compile(r"layers=.*faults"))
    page.uncheck("[data-layer=faults]")
    expect(page.locator(HATCHED)).to_have_count(0)
    expect(page.locator("#gap-note")).to_be_hidden()
    expect(page.locator("path.overlay")).to_have_count(0)


def test_the_hatch_covers_the_west_and_not_the_east(
    open_browser: Opener, layered_address: str
) -> None:
    page = open_browser(layered_address).open(f"/?layers={ON},faults")
    expect(page.locator(HATCHED)).to_have_count(1)
    inside = page.evaluate(
        """() => {
            const path = document.querySelector("path.gap");
            return [[57, 48], [61, 39], [77, 44.5], [75, 49]].map(([lon, lat]) => {
                const at = map_atlas.latLngToLayerPoint([lat, lon]);
                return path.isPointInFill(new DOMPoint(at.x, at.y));
            });
        }"""
    )
    assert inside == [True, True, False, False]


def test_a_layer_is_switched_by_the_keyboard_alone(
    open_browser: Opener, layered_address: str
) -> None:
    page = open_browser(layered_address).open("/")
    page.locator(".key summary").focus()
    page.keyboard.press("Enter")
    for _ in range(8):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.dataset.layer") == "faults":
            break
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline != "none"
    page.keyboard.press("Space")
    expect(page.locator("path.overlay.faults")).to_have_count(2)
    expect(page.locator(HATCHED)).to_have_count(1)
    page.keyboard.press("Space")
    expect(page.locator("path.overlay.faults")).to_have_count(0)


def test_the_source_line_stands_there_only_while_a_layer_is_shown(
    open_browser: Opener, layered_address: str
) -> None:
    page = open_browser(layered_address).open(f"/?layers={ON},faults,railways")
    expect(page.locator("#shown li")).to_have_count(2)
    expect(page.locator("#shown")).to_contain_text("Credit of faults")
    expect(page.locator("#shown")).not_to_contain_text("Credit of roads")
    page.click(".key summary")
    page.uncheck("[data-layer=faults]")
    expect(page.locator("#shown li")).to_have_count(1)
    expect(page.locator("#shown")).not_to_contain_text("Credit of faults")


def test_what_rests_on_the_hatch_is_told_and_a_click_explains_the_cell(
    open_browser: Opener, layered_address: str
) -> None:
    page = open_browser(layered_address).open(
        "/?layers=states,faults&deposit_type=faulted&map=5/48/60"
    )
    at = page.evaluate(
        """() => {
            const { x, y } = map_atlas.latLngToContainerPoint([47.5, 60]);
            return [x, y];
        }"""
    )
    page.mouse.move(*at)
    expect(page.locator(".tip")).to_contain_text("no fault data here")
    expect(page.locator(".tip")).to_contain_text("not mapped: unknown, not absent")
    page.mouse.click(*at)
    expect(page.locator("#detail .component").first).to_be_visible()
    expect(page.locator("#detail .sum")).to_contain_text("Unknown here: ")
    expect(page.locator("#detail .sum")).to_contain_text("faults")


def test_an_unknown_argument_says_whether_its_layer_is_missing_here_or_everywhere(
    open_browser: Opener, layered_address: str
) -> None:
    page = open_browser(layered_address).open("/?place=60.0,47.5&deposit_type=faulted")
    fault = page.locator(".ev.unknown", has_text="Mapped fault")
    expect(fault.locator("summary")).to_contain_text("no data here")
    fault.locator("summary").click()
    expect(fault).to_contain_text("“Small faults” says nothing about this here")
    expect(fault).to_contain_text("counts as such land does on average")
    page = open_browser(layered_address).open(
        "/?place=60.0,47.5&deposit_type=carbonatite"
    )
    expect(page.locator("#detail .sum")).to_contain_text("Not in this release: ")
    thorium = page.locator(".ev.unknown", has_text="Thorium")
    expect(thorium.locator("summary")).to_contain_text("layer missing")
    thorium.locator("summary").click()
    expect(thorium).to_contain_text("“radiometrics” is not in this release")


def test_any_layer_can_be_asked_where_it_knows_nothing(
    open_browser: Opener, layered_address: str
) -> None:
    page = open_browser(layered_address).open("/")
    page.click(".key summary")
    page.select_option("[name=unknown]", "phosphatic-rocks")
    expect(page).to_have_url(re.compile(r"unknown=phosphatic-rocks"))
    expect(page.locator(HATCHED)).to_have_count(1)
    expect(page.locator("#gap-text")).to_contain_text("phosphatic rocks")
    page = open_browser(layered_address).open("/?unknown=phosphatic-rocks")
    expect(page.locator(HATCHED)).to_have_count(1)
    page = open_browser(layered_address).open("/?unknown=gold")
    expect(page.locator("#toast")).to_contain_text("what is hatched")
    expect(page.locator(HATCHED)).to_have_count(0)


@pytest.mark.parametrize("theme", THEMES)
def test_every_layer_can_be_drawn_and_hostile_names_run_nothing(
    open_browser: Opener, layered_address: str, theme: str
) -> None:
    names = ",".join(EVERY)
    window = open_browser(layered_address, theme=theme)
    page = window.open(f"/?layers=states,{names}&map=5.5/45/72")
    for name in EVERY:
        path = page.locator(f"path.overlay.{name}").first
        expect(path).to_be_attached()
        path.dispatch_event("mouseover")
    path = page.locator("path.overlay.context-occurrences").first
    path.hover(force=True)
    expect(page.locator(".tip").last).to_contain_text("{{ 7*7 }} <img src=x")
    assert page.evaluate("window.hit") is None
    assert page.locator(".tip img, #shown img").count() == 0
    expect(page.locator("#shown li")).to_have_count(len(EVERY))


def test_outlines_are_not_drawn_along_the_edge_where_the_data_were_cut(
    open_browser: Opener, layered_address: str
) -> None:
    page = open_browser(layered_address).open("/?layers=provinces")
    expect(page.locator("path.overlay.provinces").first).to_be_attached()
    lons = page.evaluate(
        """() => {
            const found = new Set();
            map_atlas.eachLayer((layer) => {
                const mine = layer.options?.className === "overlay provinces";
                if (mine && layer.getLatLngs)
                    for (const at of layer.getLatLngs().flat(3)) found.add(at.lng);
            });
            return [...found];
        }"""
    )
    assert lons == [65]


def test_a_layer_that_cannot_be_had_is_said_and_tried_again(
    open_browser: Opener, layered_address: str
) -> None:
    window = open_browser(layered_address)
    page = window.open("/")
    page.route("**/collections/faults/items*", lambda route: route.abort())
    switch(page, "faults")
    expect(page.locator("#toast")).to_contain_text("does not answer")
    page.unroute("**/collections/faults/items*")
    page.uncheck("[data-layer=faults]")
    page.check("[data-layer=faults]")
    expect(page.locator("path.overlay.faults")).to_have_count(2)
    window.complaints.clear()  # the browser notes the broken connection


def test_layers_lie_under_prospect_areas_and_known_sites(
    open_browser: Opener, layered_address: str
) -> None:
    page = open_browser(layered_address).open("/")
    depth = page.evaluate(
        """() => Object.fromEntries(Object.entries(map_atlas.getPanes())
            .map(([name, pane]) => [name, Number(pane.style.zIndex)]))"""
    )
    order = ("ground", "colours", "gaps", "water", "borders", "bodies", "lines")
    depths = [depth[name] for name in (*order, "areas", "others", "sites", "labels")]
    assert depths == sorted(depths)


@pytest.mark.parametrize(("width", "height"), [(1400, 900), (390, 844)])
@pytest.mark.parametrize("theme", THEMES)
def test_the_page_of_layers_is_legible(
    open_browser: Opener, layered_address: str, width: int, height: int, theme: str
) -> None:
    window = open_browser(layered_address, width=width, height=height, theme=theme)
    page = window.open("/layers")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    small = page.evaluate(
        """() => [...document.querySelectorAll("body *")]
            .filter((e) => e.checkVisibility({visibilityProperty: true})
                && [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim())
                && parseFloat(getComputedStyle(e).fontSize) < 12.5)
            .map((e) => e.outerHTML.slice(0, 90))"""
    )
    assert small == []
    cut = page.evaluate(
        """() => [...document.querySelectorAll("td, th")]
            .filter((e) => e.scrollWidth > e.clientWidth + 1)
            .map((e) => e.textContent.trim().slice(0, 60))"""
    )
    assert cut == []
    row = page.locator("#layer-faults")
    bars = row.locator(".shares .bar-value")
    assert bars.count() == 5
    widths = [float(bar.get_attribute("width") or "nan") for bar in bars.all()]
    assert min(widths) == 0
    assert max(widths) > 95


@pytest.mark.parametrize(("width", "height"), [(1400, 900), (1024, 768), (390, 844)])
def test_cards_stay_in_the_window_with_every_layer_on(
    open_browser: Opener, layered_address: str, width: int, height: int
) -> None:
    names = ",".join(EVERY)
    window = open_browser(layered_address, width=width, height=height)
    page = window.open(f"/?layers={ON},{names}")
    if not page.locator("#key").is_visible():
        page.locator("[data-open-key]:visible").first.click()
    page.click(".key summary")
    box = page.locator("#key").bounding_box()
    assert box is not None
    assert box["y"] >= 0
    assert box["y"] + box["height"] <= height
    last = page.locator("[data-layer=context-occurrences]")
    last.scroll_into_view_if_needed()
    expect(last).to_be_in_viewport()

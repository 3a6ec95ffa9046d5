"""Pages to read, in a real browser."""

from collections.abc import Iterator
from pathlib import Path

import geopandas as gpd
import pytest
from playwright.sync_api import expect

from tests.app.learned_release import change, copy_release
from tests.app.sealing import seal
from tests.browser.conftest import Opener, serving
from tests.thorough import THEMES

UNBROKEN = "Ж" * 10_000


def test_the_table_can_be_sorted_by_its_headings(
    open_browser: Opener, address: str
) -> None:
    page = open_browser(address).open("/table")
    heading = page.locator("th", has_text="Area, km²")
    heading.locator("button").click()
    expect(heading).to_have_attribute("aria-sort", "descending")
    place = heading.evaluate("(th) => [...th.parentElement.children].indexOf(th) + 1")
    column = f"tbody tr td:nth-child({place})"
    read = f"""[...document.querySelectorAll("{column}")].map(e => +e.dataset.value)"""
    areas = page.evaluate(read)
    assert areas == sorted(areas, reverse=True)
    heading.locator("button").click()
    expect(heading).to_have_attribute("aria-sort", "ascending")
    assert page.evaluate(read) == sorted(areas)


def test_a_filter_of_the_table_applies_itself(
    open_browser: Opener, address: str
) -> None:
    page = open_browser(address).open("/table")
    page.select_option("[name=state]", "KAZ")
    page.wait_for_url("**/table?state=KAZ")
    assert page.locator("tbody tr").count() > 0


@pytest.mark.parametrize(
    "path",
    [
        *("/table", "/validation", "/about", "/api/docs", "/nosuch"),
        "/api/collections?f=html",
        "/api/collections/prospects?f=html",
        "/api/collections/prospects/items?f=html",
        "/api/collections/sites-without-position/items?f=html",
    ],
)
@pytest.mark.parametrize("width", [1280, 390])
def test_pages_fit_the_window(
    open_browser: Opener, address: str, path: str, width: int
) -> None:
    window = open_browser(address, width=width, height=800)
    page = window.open(path)
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= width
    if path == "/nosuch":
        window.complaints.clear()  # the browser notes the missing page


def test_code_is_copied_and_scrolled_without_a_mouse(
    open_browser: Opener, address: str
) -> None:
    page = open_browser(address, width=390, height=800).open("/api/docs")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    button, block = page.locator(".copy").first, page.locator("pre").first
    button.focus()
    page.keyboard.press("Enter")
    expect(button).to_have_text("Copied")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == block.inner_text().strip()
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowRight")
    for _ in range(200):  # scrolling is smooth; no script may be made of text here
        if block.evaluate("node => node.scrollLeft") > 0:
            break
    assert block.evaluate("node => node.scrollLeft") > 0


@pytest.fixture(scope="module")
def unbroken_address(
    release_home: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """A release whose names are words of 10,000 letters."""
    home = tmp_path_factory.mktemp("unbroken")
    folder = copy_release(release_home, home)
    for name, columns in {
        "prospects": ("place", "nearest_occurrence", "deposit_type_title"),
        "occurrences": ("site", "name", "note"),
    }.items():
        table = gpd.read_parquet(folder / f"{name}.parquet")
        for column in columns:
            table[column] = UNBROKEN
        table.to_parquet(folder / f"{name}.parquet", index=False)
    change(
        folder / "manifest.json",
        lambda manifest: [
            item.update(title=UNBROKEN) for item in manifest["deposit_types"]
        ],
    )
    seal(folder)
    with serving(home) as base:
        yield base


@pytest.mark.parametrize("path", ["/", "/table", "/about", "/layers", "/validation"])
def test_a_word_that_does_not_end_keeps_to_the_window(
    open_browser: Opener, unbroken_address: str, path: str
) -> None:
    page = open_browser(unbroken_address, width=1280, height=800).open(path)
    assert page.evaluate("document.documentElement.scrollWidth") <= 1280
    if path == "/table":
        page.locator("tbody th a").first.click()
        expect(page.locator(".sketch svg")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= 1280


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("width", [1280, 390])
def test_a_prospect_has_a_page_of_its_own(
    open_browser: Opener, address: str, theme: str, width: int
) -> None:
    page = open_browser(address, width=width, theme=theme).open("/table")
    page.locator("tbody th a").first.click()
    expect(page.locator(".sketch svg")).to_be_visible()
    expect(page.locator(".component").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_prospect_prints_on_few_sheets(open_browser: Opener, address: str) -> None:
    page = open_browser(address, theme="dark").open("/table")
    page.locator("tbody th a").first.click()
    page.wait_for_load_state("networkidle")
    page.emulate_media(media="print")
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert ground == "rgb(255, 255, 255)"
    assert not page.locator(".page-tools").is_visible()
    assert page.pdf().count(b"/Type /Page\n") <= 6


def test_hostile_names_run_nothing_on_pages(
    open_browser: Opener, hostile_address: str
) -> None:
    page = open_browser(hostile_address).open("/about")
    assert page.evaluate("window.hit") is None
    page.goto(f"{hostile_address}/table")
    page.locator("tbody th a").first.click()
    expect(page.locator("h1")).to_contain_text("{{ 7*7 }} <img src=x")
    assert page.evaluate("window.hit") is None

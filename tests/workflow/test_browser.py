"""The report in a real browser without a network: complete, silent, reachable, readable."""

import base64
import io
import os
import re
import shutil
from dataclasses import dataclass, field
from importlib.resources import files
from itertools import pairwise
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont
from playwright.sync_api import Page, sync_playwright

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)
pytestmark = pytest.mark.skipif(BROWSER is None, reason="no Chromium (apt-get install chromium)")

ROOT = Path(__file__).resolve().parents[2]
KEPT = Path(os.environ.get("ADCOST_SCREENSHOTS", ROOT / "results/ci"))
LANGUAGES = ("en", "ru")
WIDTHS = (360, 768, 1280)
SCHEMES = ("light", "dark")
AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8")

CONTRASTS = """() => {
  const channel = c => { c /= 255;
    return c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4; };
  const light = rgb => { const [r, g, b] = rgb.match(/[\\d.]+/g).map(Number).map(channel);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  const paper = light(getComputedStyle(document.body).backgroundColor);
  const found = {};
  for (const text of document.querySelectorAll('svg.plot text')) {
    const style = getComputedStyle(text), ink = light(style.fill);
    if (style.fill === getComputedStyle(document.body).backgroundColor) continue;  // on a disc
    const ratio = (Math.max(ink, paper) + 0.05) / (Math.min(ink, paper) + 0.05);
    found[style.fill] = Math.min(ratio, found[style.fill] ?? ratio);
  }
  return found;
}"""  # W3C, WCAG 2.2, "contrast ratio" and "relative luminance".


@dataclass
class Opened:
    """A page, and what it did beside being shown."""

    page: Page
    asked: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    def rows(self):
        """The claims that are shown, as (verdict, experiment)."""
        return self.page.eval_on_selector_all(
            ".overview tbody tr",
            """rows => rows.filter(row => row.getClientRects().length).map(row => [
              row.querySelector('td:first-child .verdict').classList[1],
              row.querySelector('a[href^="#section-"]').hash.slice(9)])""",
        )


@pytest.fixture(scope="module")
def chromium():
    with sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=BROWSER, args=["--no-sandbox", "--disable-gpu"]
        )
        yield browser
        browser.close()


@pytest.fixture(scope="module", params=LANGUAGES)
def report(request, whole, russian):
    """The path of a report, in one language after the other."""
    return {"en": whole, "ru": russian}[request.param].results / "report.html"


@pytest.fixture(scope="module")
def opened(chromium, report):
    context = chromium.new_context(offline=True, viewport={"width": 1280, "height": 900})
    page = Opened(context.new_page())
    page.page.on("request", lambda request: page.asked.append(request.url[:100]))
    page.page.on("console", lambda message: page.said.append(message.text))
    page.page.on("pageerror", lambda error: page.said.append(str(error)))
    page.page.goto(report.as_uri())
    yield page
    context.close()


@pytest.fixture
def page(opened, request):
    """The page as it is when opened, nothing chosen, at its top: as wide and in the scheme of the
    test's parameters, or else wide and light. Laying it out anew takes seconds."""
    asked = request.node.callspec.params
    opened.page.set_viewport_size({"width": asked.get("width", 1280), "height": 900})
    opened.page.emulate_media(color_scheme=asked.get("scheme", "light"), media="screen")
    opened.page.evaluate("document.querySelectorAll('[id$=-all]').forEach(it => it.click())")
    return opened.page


def test_no_request_leaves_and_nothing_goes_wrong(opened, report, page):
    page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
    page.wait_for_timeout(300)
    assert [url for url in opened.asked if not url.startswith("data:")] == [report.as_uri()]
    assert opened.said == []


def test_formulas_and_figures_have_a_size(page):
    for kind, least in (("math", 500), ("svg.plot", 40), ("video", 4)):
        sizes = page.eval_on_selector_all(
            kind,
            """all => all.filter(it => !it.closest('details:not([open])'))
              .map(it => it.getBoundingClientRect()).map(box => [box.width, box.height])""",
        )
        assert len(sizes) >= least
        assert all(width > 1 and height > 1 for width, height in sizes), kind


def test_animations_can_be_played_and_do_not_start_by_themselves(page):
    page.wait_for_function("[...document.querySelectorAll('video')].every(it => it.duration > 0)")
    for film in page.eval_on_selector_all(
        "video",
        """all => all.map(it => ({controls: it.controls, still: it.paused && !it.autoplay,
          loop: it.loop, poster: it.poster.length, said: it.ariaLabel.length}))""",
    ):
        assert film["controls"] and film["still"] and not film["loop"]
        assert film["poster"] > 1000 and film["said"] > 10


def test_every_link_lands_on_something(page):
    lost = page.evaluate(
        """() => [...document.querySelectorAll('a[href^="#"]')].map(it => it.hash.slice(1))
          .filter(id => !document.getElementById(decodeURIComponent(id)))"""
    )
    assert lost == []
    names = page.eval_on_selector_all("a", "all => all.filter(it => !it.textContent.trim()).length")
    assert names == 0
    outside = page.eval_on_selector_all('a:not([href^="#"])', "all => all.map(it => it.href)")
    assert outside and all(url.startswith("https://") for url in outside)


def test_contents_lead_to_their_headings(page):
    for link in page.query_selector_all(".contents .level-1 a")[::4]:
        link.click()
        name = link.get_attribute("href")[1:]
        top = page.evaluate("id => document.getElementById(id).getBoundingClientRect().top", name)
        assert -5 < top < 450, name
        assert page.evaluate("decodeURIComponent(location.hash)") == f"#{name}"


def test_headings_have_addresses_that_last(page):
    names = page.eval_on_selector_all("h2, h3", "all => all.map(it => it.id)")
    assert len(set(names)) == len(names) > 80
    assert not [name for name in names if re.search(r"loc-\d", name) or not name]
    assert [name for name in names if re.fullmatch(r"hvp-(method|метод)", name)]


def test_headings_go_down_one_level_at_a_time(page):
    levels = page.eval_on_selector_all("h1, h2, h3, h4, h5", "all => all.map(it => +it.tagName[1])")
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_verdicts_are_filtered_by_mouse(opened, page):
    everything = opened.rows()
    for verdict in ("refuted", "inconclusive", "reproduced"):
        page.click(f'label[for="show-{verdict}"]')
        assert opened.rows() == [row for row in everything if row[0] == verdict]
    page.click('label[for="show-all"]')
    assert opened.rows() == everything and len(everything) > 60


def test_claims_are_filtered_by_whose_they_are(page):
    def shown():
        return page.eval_on_selector_all(
            ".overview tbody tr",
            """rows => rows.filter(row => row.getClientRects().length)
              .map(row => row.querySelector('.whose').classList[1])""",
        )

    everything = shown()
    assert set(everything) == {"by-lecture", "by-literature", "by-ours"}
    for whose in ("lecture", "literature", "ours"):
        page.click(f'label[for="by-{whose}"]')
        assert shown() == [one for one in everything if one == f"by-{whose}"]
    page.click('label[for="by-all"]')
    assert shown() == everything


def test_both_filters_work_by_keyboard_and_together(opened, page):
    everything = opened.rows()
    page.focus("#show-all")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    assert opened.rows() == [row for row in everything if row[0] == "reproduced"]
    page.focus(".sections summary")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowRight")
    assert opened.rows() == [row for row in everything if row == ["reproduced", "mds"]] != []


@pytest.mark.parametrize("width", WIDTHS)
def test_the_page_does_not_scroll_sideways(page, width):
    page.set_viewport_size({"width": width, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_on_a_desktop_every_verdict_is_in_sight(page):
    page.set_viewport_size({"width": 1280, "height": 800})
    too_wide = "it => it.scrollWidth > it.clientWidth + 1"
    wider = page.eval_on_selector_all(
        ".wide", f"all => all.filter({too_wide}).map(it => it.innerText)"
    )
    assert wider == []


@pytest.mark.parametrize("width", (360, 390, 820))
def test_on_a_narrow_screen_verdicts_are_in_sight_and_labels_can_be_read(page, width):
    page.set_viewport_size({"width": width, "height": 800})
    outside = page.eval_on_selector_all(
        ".evidence .verdict, .overview .verdict",
        "all => all.filter(it => it.getBoundingClientRect().right > innerWidth).length",
    )
    assert outside == 0
    smallest = page.eval_on_selector_all(
        "svg.plot",
        """all => Math.min(...all.flatMap(plot => {
          const scale = plot.getBoundingClientRect().width / plot.viewBox.baseVal.width;
          return [...plot.querySelectorAll('text, tspan')]
            .map(it => scale * parseFloat(getComputedStyle(it).fontSize)); }))""",
    )
    assert smallest >= 5  # of a subscript; a label is at least 7
    hints = page.eval_on_selector_all(
        ".drawing", """all => all.filter(it => getComputedStyle(it, '::before').content != 'none'
          && it.scrollWidth > it.clientWidth).length""",
    )  # fmt: skip
    assert (hints > 40) == (width < 480)


def test_nothing_is_left_as_code_writes_it(page):
    """No α_i, 1e-06, -3 or 5% in the words of the page and its figures; code and formulas aside."""
    words = page.evaluate(
        """() => { const copy = document.body.cloneNode(true);
          copy.querySelectorAll('code, math, style, .facts, [style*="Sans Mono"]')
            .forEach(it => it.remove());
          return copy.textContent; }"""
    )
    written = r".{20}(?:\b\w_\w|_max|\de[-+]\d|[\s(\[=]-\d|\d%).{20}"
    assert re.findall(written, words.replace("\n", " ")) == []


@pytest.mark.parametrize("scheme", SCHEMES)
def test_what_is_drawn_can_be_told_from_the_paper(page, scheme):
    found = page.evaluate(CONTRASTS)
    assert len(found) > 5
    assert {ink: ratio for ink, ratio in found.items() if ratio < 3} == {}


def test_figures_have_a_character_for_every_letter(page, report):
    html = report.read_text("utf-8")
    data = re.search(r'"Report Figure"; src: url\("data:font/woff2;base64,([^"]*)', html)[1]
    characters = {chr(code) for code in TTFont(io.BytesIO(base64.b64decode(data))).getBestCmap()}
    drawn = page.eval_on_selector_all("svg.plot text", "all => all.map(it => it.textContent)")
    assert set("".join(drawn)) - characters - set("\n") == set()


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("scheme", SCHEMES)
def test_the_page_can_be_looked_at(page, width, scheme):
    """Pictures of the first screens and of one section are kept, for whoever reviews a change."""
    KEPT.mkdir(parents=True, exist_ok=True)
    page.set_viewport_size({"width": width, "height": 3000})
    for place in ("top", "section-hvp"):
        page.evaluate("id => document.getElementById(id).scrollIntoView()", place)
        language = page.get_attribute("html", "lang")
        file = KEPT / f"{language}-{place}-{width}-{scheme}.png"
        assert len(page.screenshot(path=file)) > 50_000


def test_on_paper_there_is_no_navigation_and_no_dark(page):
    page.emulate_media(media="print", color_scheme="dark")
    assert not page.is_visible(".contents") and not page.is_visible(".filter")
    assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "light"


def test_the_file_is_small_enough_to_send(report):
    assert report.stat().st_size < 8_000_000


@pytest.mark.parametrize(
    ("language", "width", "scheme"),
    [("en", 360, "light"), ("en", 1280, "dark"), ("ru", 768, "light")],
)
def test_axe_finds_nothing(chromium, whole, russian, language, width, scheme):
    """Deque's rules for WCAG 2.2 A and AA and good practice; drawings are emptied for speed.

    What is in the drawings is named by their labels, and their contrast has a test of its own.
    """
    context = chromium.new_context(
        offline=True, viewport={"width": width, "height": 900}, color_scheme=scheme
    )
    page = context.new_page()
    study = {"en": whole, "ru": russian}[language]
    page.goto((study.results / "report.html").as_uri())
    page.evaluate("document.querySelectorAll('svg.plot').forEach(it => it.replaceChildren())")
    page.evaluate(AXE)
    rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    # Of what passes one element a rule: describing all of them takes most of the time.
    options = {"runOnly": rules, "resultTypes": ["violations"]}
    found = page.evaluate("options => axe.run(document, options)", options)
    context.close()
    said = [
        f"{it['id']}: {node['html'][:200]}\n{node['failureSummary']}"
        for it in found["violations"] for node in it["nodes"]
        # The rule does not know that a formula is read aloud.
        if not (it["id"] == "empty-table-header" and "<math>" in node["html"])
    ]  # fmt: skip
    assert not said, "\n".join(said)
    assert len(found["passes"]) > 20

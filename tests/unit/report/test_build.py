"""The report from made-up results: what it shows, links to, contains and refuses."""

import base64
import io
import json
import re
import shutil
from html.parser import HTMLParser

import matplotlib.pyplot as plt
import pytest
from fontTools.ttLib import TTFont

from adcost import plotting
from adcost.catalogue import languages
from adcost.report.build import ReportError, build
from adcost.report.lecture import about
from adcost.results.writing import write_json

SECTION = """#import "../template.typ": *
== Question
Price: #n("toy", "price") at #n("toy", "sites") sites; $sqrt(x^2) <= norm(y)$,
$macron(x) < #n("toy", "tiny")$.
== Findings
#figure-of("toy", "cost", alt: ["Cheap" & #n("toy", "sites") sites < all.], caption: [Costs.])
#figure-of("toy", "other", timed: true, alt: [Another.], caption: [Others.])
#animation-of("toy", "film", alt: [It moves.], caption: [A film.])
It is #m("toy.two") or #m("toy.two", kind: "timed"): #verdict("toy.two").
#rows("toy", "table", columns: (method: [Method], seconds: [Time, s]))
"""


def evidence(kind, measured, low, high, verdict, unit="s", predicted="≤ 1e-06"):
    return {"kind": kind, "predicted": predicted, "measured": measured, "low": low, "high": high,
            "interval": "exact" if low == high == measured else "range over toys",
            "unit": unit, "verdict": verdict}  # fmt: skip


def claim(name, figure, note, *pieces):
    return {"id": f"toy.{name}", "experiment": "toy", "source": "§ 1", "statement": f"Says {name}.",
            "claimed_by": "ours" if name == "four" else "lecture",
            "verdict": pieces[0]["verdict"], "note": note, "figure": figure,
            "evidence": [piece | {"decides": not k} for k, piece in enumerate(pieces)]}  # fmt: skip


CLAIMS = [
    claim("one", "cost", "", evidence("exact", 2.0, 2.0, 2.0, "reproduced")),
    claim("two", "other", "Because a < b & c.", evidence("counted", 312.4, 201.2, 455.9, "refuted"),
          evidence("timed", 3.1e-7, None, 4.2e-7, "inconclusive")),
    claim("three", "", "", evidence("sampled", 1.0, 0.9, 1.1, "reproduced")),
    claim("four", "unshown", "Few.", evidence("sampled", None, None, None, "inconclusive")),
]  # fmt: skip
NUMBERS = {
    "price": 3.0512,
    "sites": 12345,
    "tiny": 2.5e-7,
    "table": [{"method": "fast_one", "seconds": 0.25}, {"method": "slow", "seconds": 4.0}],
}


MACHINE = {"cpu": "Abacus 9", "cores": 3, "memory_gb": 7.8, "devices": ["cpu: cpu"]}
GPU = "NVIDIA Abacus 80GB"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    root = tmp_path_factory.mktemp("made")
    folder = root / "results" / "toy"
    write_json(CLAIMS, folder / "claims.json")
    write_json(NUMBERS, folder / "numbers.json")
    write_json(
        {
            "date": "2026-03-02T10:00:00+00:00",
            "commit": "0123456789abcdef",
            "dirty": True,
            "changed": ["src/adcost/mended.py"],
            "machine": MACHINE,
            "measured": [
                {"commit": "0123456789abcdef", "machine": MACHINE},
                {"commit": "fedcba9876543210", "machine": MACHINE},
            ],
            "config": {"toy": {"sizes": [1, 2], "nested": [{"a": 1}]}},
        },
        root / "results" / "provenance.json",
    )
    with plotting.style():
        for name in ("cost", "other"):
            figure, axes = plt.subplots(figsize=(3, 2))
            axes.plot([1, 100], [1, 10], color=plotting.BLUE)
            axes.set(xlabel="number of sites", xscale="log", title="a < b")
            plotting.save(figure, folder / "figures", name)
        figure, _ = plt.subplots(figsize=(1, 1))
        figure.savefig(folder / "figures" / "film.png", metadata={"Software": None})
        plt.close(figure)
    (folder / "figures" / "film.mp4").write_bytes(b"\0\0\0\x18ftypmp42")
    own = root / "experiments" / "toy"
    own.mkdir(parents=True)
    for language in languages():
        (own / f"report.{language}.typ").write_text(SECTION, encoding="utf-8")
        (own / f"summary.{language}.typ").write_text('#let title = "Toy"\n', encoding="utf-8")
    return root


def run(root):
    paths = root / "out" / "report.html", root / "out" / "report.pdf"
    build(root / "results", *paths, ["toy"], experiments_in=root / "experiments")
    return paths[0].read_text("utf-8"), paths[1].read_bytes()


@pytest.fixture(scope="module")
def built(made):
    return run(made)


@pytest.fixture
def tree(made, tmp_path):
    """A copy to change."""
    return shutil.copytree(made, tmp_path / "tree", ignore=shutil.ignore_patterns("out"))


class Page(HTMLParser):
    """All ids, attributes and the words of a page."""

    def __init__(self, text):
        super().__init__()
        self.attributes, self.words, self.hidden, self.tags = [], [], 0, []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.attributes += [(tag, *pair) for pair in attributes]
        self.hidden += tag == "style"
        self.words += [" "] if tag in ("td", "th", "p", "li", "h2", "span") else []

    def handle_endtag(self, tag):
        self.hidden -= tag == "style"

    def handle_data(self, data):
        if not self.hidden:
            self.words.append(data)

    def values(self, name):
        return [value for _, key, value in self.attributes if key == name]

    @property
    def text(self):
        return re.sub(r"[\s\u202f\xa0]+", " ", "".join(self.words)).strip()


def rows_of_overview(html):
    table = re.search(r'<div class="wide overview".*?</table>', html, re.S)[0]
    return re.findall(r"<tr>.*?</tr>", table, re.S)[1:]


def test_nothing_is_asked_of_the_network(built):
    page = Page(built[0])
    for name in ("src", "poster", "href", "srcset", "data", "xlink:href"):
        for tag, key, value in page.attributes:
            if key == name and (tag, key) != ("a", "href"):  # A link is followed if one wants to.
                assert value.startswith(("data:", "#")), (name, value[:80])
    styles = "".join(re.findall(r"<style.*?</style>", built[0], re.S)) + "".join(
        value for _, key, value in page.attributes if key in ("style", "clip-path")
    )
    addresses = re.findall(r"url\(['\"]?([^'\")]*)", styles)
    assert len(addresses) > 2
    assert all(address.startswith(("data:", "#")) for address in addresses)
    assert "@import" not in built[0]
    assert not {"script", "link", "iframe", "object", "embed"} & set(page.tags)


def test_formulas_figures_and_films_are_in_the_page(built):
    html, page = built[0], Page(built[0])
    assert "<msqrt>" in html and "STIX" not in html and "Report Math" in html
    assert page.tags.count("svg") == 2 and "number of sites" in page.text
    assert page.text.count("a < b") >= 3  # two figures' titles and a note, each escaped once
    labels = [value for tag, key, value in page.attributes if (tag, key) == ("svg", "aria-label")]
    assert labels[0] == '"Cheap" & 12\u202f345 sites < all.'
    assert "data:video/mp4;base64,AAAAGGZ0eXBtcDQy" in html and "controls" in html
    assert "data-figure" not in html and "data-animation" not in html


def test_the_fonts_have_what_the_formulas_and_figures_use(built):
    faces = re.findall(
        r'font-family: "(Report \w+)"; src: url\("data:font/woff2;base64,([^"]*)', built[0]
    )
    fonts = {name: TTFont(io.BytesIO(base64.b64decode(data))) for name, data in faces}
    assert {"√", "≤", "𝑥", "‖"} <= {chr(code) for code in fonts["Report Math"].getBestCmap()}
    assert "MATH" in fonts["Report Math"]
    assert set("number of sites") <= {chr(c) for c in fonts["Report Figure"].getBestCmap()}
    assert len(built[0]) < 200_000


def test_a_number_stands_in_a_formula_as_in_a_sentence(built):
    (formula,) = re.findall(r"<math>(?:(?!</math>).)*10⁻⁷</m.*?</math>", built[0], re.S)
    assert "<sup" not in formula and ">¯</mo>" in formula
    assert "<sup" not in built[0]


def test_ids_are_unique_and_every_link_lands(built):
    page = Page(built[0])
    ids = page.values("id")
    assert len(ids) == len(set(ids)) and len(ids) > 40
    links = [value for value in page.values("href") if value.startswith("#")]
    assert len(links) > 20 and {link[1:] for link in links} <= set(ids)
    clips = re.findall(r"url\(#([^)]*)\)", " ".join(v for v in page.values("clip-path") if v))
    assert clips and set(clips) <= set(ids)


def test_figures_take_their_colours_from_the_page(built):
    drawing = re.search(r"<svg.*?</svg>", built[0], re.S)[0]
    assert "var(--c-0072b2, #0072b2)" in drawing and "var(--c-000000, #000000)" in drawing
    assert not re.search(r"(fill|stroke): #", drawing) and "<style" not in drawing


def test_the_first_screen_shows_the_price_list_and_the_forest_where_they_were_drawn(built, tree):
    assert 'class="headline"' not in built[0]
    with plotting.style():
        for name in ("price_list", "forest"):
            figure, axes = plt.subplots(figsize=(3, 2))
            axes.set(xlabel=f"label of {name}")
            plotting.save(figure, tree / "results" / "headline" / "figures", name)
    (tree / "results" / "price_list.csv").write_text(
        "derivative,least_size,most_size,least,most,low,high\n"
        "gradient,1,2,2.0,3.1,,\nHessian,1,2,700.0,700.0,1.0,2.0\n"
    )
    html = run(tree)[0]
    start = html.index('class="headline"')
    screen = html[start : html.index('class="claims"', start)]
    assert screen.count("<svg") == 2 and "label of forest" in screen
    labels = [value for _, key, value in Page(screen).attributes if key == "aria-label"]
    assert "gradient 2.0–3.1; Hessian 700." in " ".join(filter(None, labels))
    assert "refuted 1, inconclusive 1" in " ".join(filter(None, labels))


def test_every_claim_has_a_row_linked_to_section_evidence_and_figure(built):
    rows = rows_of_overview(built[0])
    assert [re.search(r"Says (\w+)", row)[1] for row in rows] == ["two", "four", "one", "three"]
    for row in rows:
        name = re.search(r"Says (\w+)", row)[1]
        assert 'href="#section-toy"' in row and f'href="#evidence-toy-{name}"' in row
    assert 'href="#fig-toy-other"' in rows[0] and "Figure 2" in Page(rows[0]).text
    assert 'href="#fig-toy-cost"' in rows[2] and "#fig" not in rows[1] + rows[3]


def test_a_filter_hides_the_claims_of_the_others(built):
    hidden = 'tr:not(:has(a[href="#section-toy"])) { display: none; }'
    assert f".claims:has(#only-toy:checked) tbody {hidden}" in built[0]


def test_reasons_stand_open_beside_what_was_not_reproduced(built):
    rows = rows_of_overview(built[0])
    assert re.search(r"<details[^>]* open", rows[0]) and "Because a < b & c." in Page(rows[0]).text
    assert re.search(r"<details[^>]* open", rows[1]) and "Few." in Page(rows[1]).text


def test_evidence_that_disagrees_stands_beside_what_decides(built):
    rows = rows_of_overview(built[0])
    dissenting = [row for row in rows if 'class="dissent"' in row]
    assert len(dissenting) == 1
    assert "Says two." in dissenting[0] and "timed:" in dissenting[0]


def test_verdicts_are_counted_and_said_in_words(built):
    tally = re.search(r'<ul class="tally">.*?</ul>', built[0], re.S)[0]
    assert Page(tally).text.split() == "2 ✓ reproduced 1 ✗ refuted 0 ? inconclusive".split()
    said = " ".join(Page(built[0]).text.split())
    assert "Of our own, 1: 1 inconclusive." in said and "Of the literature" not in said
    assert "s range over toys" in said
    assert 'for="show-refuted"' in built[0] and "✗ refuted (1)" in Page(built[0]).text


def test_the_run_is_named(built):
    text = Page(built[0]).text
    assert "Measured on Abacus 9, 3 cores, 7.80 GB, 2 March 2026; commit 0123456789" in text
    assert "with uncommitted changes (src/adcost/mended.py)." in text
    assert "The tables were measured at 2 commits; see Where the numbers come from." in text
    assert "measured on 2 machines" not in text
    assert "Origin 2 of the tables" in text
    assert "toy.sizes" in text and "1, 2" in text
    assert "Others. Timed on Abacus 9." in text and text.count("Timed on") == 1


def test_a_gpu_is_named_where_it_computed(tree):
    path = tree / "results" / "provenance.json"
    record = json.loads(path.read_text("utf-8"))
    record["machine"] = {**MACHINE, "devices": [f"gpu: {GPU}", "cpu: cpu"]}
    write_json(record, path)
    text = Page(run(tree)[0]).text
    assert f"Measured on {GPU}, Abacus 9, 3 cores" in text
    assert f"Others. Timed on {GPU}." in text


def test_intervals_are_printed_to_their_width(built):
    text = Page(built[0]).text
    assert "It is 312 [201, 456] s or 3.10 [−∞, 4.20] × 10⁻⁷ s: ✗ refuted." in text
    assert "≤ 1 × 10⁻⁶" in text


SET = {
    "∂²L/∂α_i² and 1 − βC_i": "∂²L/∂α<sub>i</sub>² and 1 − βC<sub>i</sub>",
    "‖A‖²_F, λ_max(A), f(x_T)": "‖A‖²<sub>F</sub>, λ<sub>max</sub>(A), f(x<sub>T</sub>)",
    "k^(−T/(T−1)) steps": "k<sup>−T/(T−1)</sup> steps",
    "off by 1.3e-16 of it": "off by 1.3\u202f×\u202f10⁻¹⁶ of it",
    "[-0.5, -inf] at GPT-2 and 5-fold": "[−0.5, −∞] at GPT-2 and 5-fold",
    "0.1%, 12 % of 1,234,567 km": "0.1\xa0%, 12\xa0% of 1\u202f234\u202f567 km",
    "sum_of_squares of x": "sum_of_squares of x",
}
"""What a claim may say, and how it is set."""


def test_what_a_claim_says_is_set_as_the_text_is(tree):
    file = tree / "results" / "toy" / "claims.json"
    claims = json.loads(file.read_text("utf-8"))
    said = "; ".join(SET)
    claims[1]["statement"] = claims[1]["note"] = claims[1]["evidence"][0]["unit"] = said
    write_json(claims, file)
    page = run(tree)[0].replace("&nbsp;", "\xa0")
    # In both tables the statement (in one of them its first piece bears the address), its note and
    # the unit; the unit in the text besides.
    assert {text: page.count(text) >= 6 for text in SET.values()} == dict.fromkeys(
        SET.values(), True
    )


def test_a_small_table_has_the_columns_asked_for(built):
    table = re.search(r'<div class="wide rows".*?</table>', built[0], re.S)[0]
    assert Page(table).text.split() == "Method Time, s fast one 0.250 slow 4.00".split()


@pytest.mark.parametrize("language", languages())
def test_the_first_screen_names_the_lecture(made, tmp_path, language):
    """Its title, author, course and link, and what a slide and the homework are, in the words."""
    paths = tmp_path / "report.html", tmp_path / "report.pdf"
    build(made / "results", *paths, ["toy"], language,
          experiments_in=made / "experiments")  # fmt: skip
    screen = re.search(r"<h1.*?<h2", paths[0].read_text("utf-8"), re.S)[0]
    lecture = about(language)
    assert f'href="{lecture["page"]}"' in screen
    said = Page(screen).text
    assert all(lecture[key] in said for key in ("title", "author", "course", "school"))
    assert all(
        word in said for word in {"en": ("slide", "homework"), "ru": ("слайд", "задачи")}[language]
    )


def test_numbers_come_from_the_tables(tree, built):
    assert "Price: 3.05 at 12 345 sites" in Page(built[0]).text
    write_json(NUMBERS | {"price": 7.0066}, tree / "results" / "toy" / "numbers.json")
    changed = Page(run(tree)[0]).text
    assert "Price: 7.01 at" in changed and "3.05" not in changed


PRINTED = [
    (0, 3, "0"),
    (0.0, 3, "0"),
    (1000, 3, "1000"),
    (9_999_999, 3, "9 999 999"),
    (10**7, 3, "1.00 × 10⁷"),
    (1000.0, 3, "1000"),
    (0.001, 2, "0.0010"),
    (0.00099951, 3, "0.00100"),
    (9.996, 3, "10.0"),
    (999_999.9, 3, "1.00 × 10⁶"),
    (12_345.6, 5, "12 346"),
    (-0.5, 2, "−0.50"),
    (1.25e-300, 2, "1.3 × 10⁻³⁰⁰"),
    ("float32", 3, "float32"),
]
"""A number, the significant digits asked for, and how it is printed."""


def test_numbers_are_printed(tree):
    numbers = {f"number_{place}": value for place, (value, _, _) in enumerate(PRINTED)}
    write_json(NUMBERS | numbers, tree / "results" / "toy" / "numbers.json")
    calls = [
        f'[{place}: #n("toy", "number_{place}", digits: {digits})]'
        for place, (_, digits, _) in enumerate(PRINTED)
    ]
    section = "\n\n".join(['#import "../template.typ": *', *calls])
    (tree / "experiments/toy/report.en.typ").write_text(section, encoding="utf-8")
    said = Page(run(tree)[0]).text
    wrong = [line for line, (_, _, text) in enumerate(PRINTED) if f"[{line}: {text}]" not in said]
    assert not wrong, said


def test_the_pdf_has_pages_and_links(built):
    assert built[1].startswith(b"%PDF-")
    count = re.search(rb"/Type\s*/Pages\s*/Count (\d+)", built[1])
    assert count and 3 <= int(count[1]) <= 8
    assert len(re.findall(rb"/Subtype\s*/Link", built[1])) > 10


def test_bytes_repeat_wherever_the_results_lie(built, tree):
    assert run(tree) == built


@pytest.mark.parametrize(
    ("call", "named"),
    [
        ('#n("toy", "nope")', ("nope", "price", "sites")),
        ('#n("tot", "price")', ("tot", "toy")),
        ('#figure-of("toy", "coast", alt: [x], caption: [y])', ("coast", "cost", "other")),
        ('#animation-of("toy", "cost", alt: [x], caption: [y])', ("cost", "film")),
        ('#m("toy.five")', ("toy.five", "toy.one")),
        ('#m("toy.one", kind: "timed")', ("toy.one", "timed", "exact")),
        ('#rows("toy", "table", columns: (metod: [M]))', ("metod", "method")),
        ('#rows("toy", "price")', ("price", "no table")),
        ('#figure-of("toy", "cost", alt: [$x$], caption: [y])', ("formula",)),
    ],
)
def test_an_unknown_name_is_refused_and_nothing_written(tree, call, named):
    (tree / "experiments/toy/report.en.typ").write_text(f'#import "../template.typ": *\n{call}\n')
    with pytest.raises(ReportError) as refusal:
        run(tree)
    assert all(name in str(refusal.value) for name in named), refusal.value
    assert not (tree / "out").exists()


@pytest.mark.parametrize(
    "name",
    [
        "toy/report.en.typ",
        "toy/summary.en.typ",
        "results/toy/claims.json",
        "results/provenance.json",
    ],
)
def test_a_missing_file_is_named(tree, name):
    (path,) = [path for path in tree.rglob("*") if str(path).endswith(name)]
    path.unlink()
    with pytest.raises(ReportError, match=re.escape(name)):
        run(tree)


def test_a_section_without_title_is_refused(tree):
    (tree / "experiments/toy/summary.en.typ").write_text("", encoding="utf-8")
    with pytest.raises(ReportError, match="title"):
        run(tree)


def test_a_claim_turned_round_moves_to_the_top(tree):
    turned = json.loads((tree / "results/toy/claims.json").read_text("utf-8"))
    turned[2]["verdict"] = turned[2]["evidence"][0]["verdict"] = "refuted"
    turned[1]["verdict"] = turned[1]["evidence"][0]["verdict"] = "reproduced"
    write_json(turned, tree / "results" / "toy" / "claims.json")
    assert "Says three" in rows_of_overview(run(tree)[0])[0]


COMPARISON = {
    "reference": {"commit": "fedcba9876543210", "dirty": False, "date": "2026-01-05",
                  "machine": {"cpu": "Abacus 8", "cores": 1}},
    "arithmetic": [
        {"key": "machine.cpu", "kind": "another processor", "reference": "Abacus 8",
         "here": "Abacus 9"},
        {"key": "machine.extensions", "kind": "another processor",
         "reference": "avx avx2 f16c fma sse sse2 ssse3",
         "here": "amx avx avx2 f16c fma sse sse2 ssse3"},
        {"key": "environment.XLA_FLAGS", "kind": "other settings", "reference": "not set",
         "here": "--xla_cpu_max_isa=AVX"}],
    "experiments": [
        {"experiment": "toy", "outcome": "differs", "configuration": [],
         "cells": {"identical": 12345, "within": 6, "beyond": 7, "not_compared": 8},
         "claims": [{"id": "toy.one", "status": "identical"},
                    {"id": "toy.two", "status": "differs"}],
         "verdicts_kept": 1,
         "differences": [
             {"kind": "differs", "where": "m.csv:17", "name": "norm", "share": "7/40",
              "reference": "1.5", "here": "1.6"},
             {"kind": "missing", "where": "m.csv:3", "name": "", "share": "1/40",
              "reference": "a,2.5", "here": ""},
             {"kind": "differs", "where": "toy.two", "name": "", "share": "",
              "reference": "reproduced", "here": "refuted"}]},
        {"experiment": "other", "outcome": "configured", "configuration": list("abcdefg"),
         "cells": {}, "claims": [], "verdicts_kept": 0, "differences": []},
    ],
}  # fmt: skip


def compared(tree, comparison):
    write_json(comparison, tree / "results" / "comparison.json")
    paths = tree / "report.html", tree / "report.pdf"
    build(tree / "results", *paths, ["toy"], experiments_in=tree / "experiments",
          compared=True)  # fmt: skip
    assert paths[1].read_bytes().startswith(b"%PDF")
    return Page(paths[0].read_text("utf-8")).text


def test_the_comparison_has_a_row_an_experiment_and_lists_what_is_not_the_same(tree):
    said = compared(tree, COMPARISON)
    section = said[said.rindex("Against the reference") :]
    assert "measured on Abacus 8, 1 core, 5 January 2026; commit fedcba9876." in section
    assert "computed with another processor, other settings, so what is made of" in section
    assert "machine.cpu Abacus 8 Abacus 9" in section
    assert "machine.extensions … … amx environment.XLA_FLAGS not set --xla_cpu_max" in section
    assert "Toy differs 12 345 6 7 8 1/2" in section
    assert "other configured differently — — — — —" in section
    assert "toy/m.csv:17 norm 7/40 1.5 1.6" in section
    assert "toy/m.csv:3 1/40 a, 2.5 missing" in section
    assert "toy.two ✓ reproduced ✗ refuted" in section
    assert "a, b, c, d, e, … configured differently" in section
    assert "Nothing is beyond" not in section


def test_a_comparison_without_exceptions_says_so(tree):
    record = COMPARISON["experiments"][0] | {"outcome": "identical", "differences": []}
    said = compared(tree, COMPARISON | {"experiments": [record], "arithmetic": []})
    assert "Nothing is beyond its tolerance" in said
    assert "Both runs were computed alike" in said and "computed with" not in said
    assert "What is not the same" not in said


def test_without_a_comparison_there_is_no_section_and_a_missing_file_is_named(built, tree):
    assert "Against the reference" not in built[0]
    with pytest.raises(ReportError, match=r"comparison\.json \(how the run compares"):
        build(tree / "results", tree / "a.html", tree / "a.pdf", ["toy"],
              experiments_in=tree / "experiments", compared=True)  # fmt: skip


def test_claims_of_a_run_on_a_gpu_stand_beside_this_ones(built, tree):
    assert "On a GPU" not in built[0]
    kept = tree / "kept"
    turned, timed = (json.loads(json.dumps(CLAIMS[i])) for i in (0, 1))
    turned["evidence"][0]["verdict"] = "refuted"
    timed["evidence"][1] |= {"measured": 8.5, "low": 8.0, "high": 9.0, "verdict": "reproduced"}
    write_json([turned, timed, CLAIMS[2]], kept / "toy" / "claims.json")
    machine = MACHINE | {"devices": [f"gpu: {GPU}"]}
    origin = {"config": {"experiments": ["toy"]}, "machine": machine, "commit": "9" * 16}
    write_json(origin, kept / "provenance.json")
    paths = tree / "report.html", tree / "report.pdf"
    build(tree / "results", *paths, ["toy"], experiments_in=tree / "experiments",
          gpu=kept)  # fmt: skip
    said = Page(paths[0].read_text("utf-8")).text
    section = said[said.rindex("Measured on NVIDIA Abacus 80GB") : said.rindex("Where the numbers")]
    assert "commit 9999999999." in section
    assert "2 s ✓ reproduced 2 s ✗ refuted" in section  # a verdict that is another there
    assert "8.5 [8.0, 9.0] s ✓ reproduced" in section  # seconds
    assert "312" not in section and "Says three" not in section  # counted alike, judged alike

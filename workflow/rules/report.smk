# All claims in one table, where they were taken, and the report.

MEASURED = [f"{RESULTS}/{name}/{t}.csv" for name in PLANS for t in gathered(name)]

# What the study consists of beside the experiments' own files.
OF_THE_STUDY = [
    f"{RESULTS}/{file}"
    for file in ("claims.csv", "provenance.json")
    + (("comparison.json",) if REFERENCE_FILES else ())
]
# The figures of the report's first screen, and the tables that they show.
HEADLINE = {
    "prices": f"{RESULTS}/prices.csv",
    "price_list": f"{RESULTS}/price_list.csv",
}
HEADLINE_FIGURES = [
    f"{RESULTS}/headline/figures/{figure}.{kind}"
    for figure in ("price_list", "forest")
    for kind in ("svg", "pdf")
]
OF_THE_STUDY += [*HEADLINE.values(), *HEADLINE_FIGURES]
PRICED = [
    name
    for name in PLANS
    if (ROOT / "src/adcost/experiments" / name / "prices.py").is_file()
]

PROMISED = [
    f"{RESULTS}/report.html",
    f"{RESULTS}/report.pdf",
    *OF_THE_STUDY,
    *metadata_files(OF_THE_STUDY),
    *(file for name in PLANS for file in promised(name)),
]


rule claims_table:
    input:
        expand("{results}/{name}/claims.json", results=RESULTS, name=PLANS),
    output:
        report(
            f"{RESULTS}/claims.csv",
            caption="../report/claims.rst",
            category="claims",
        ),
        sidecars(RESULTS, ["claims"]),
    log:
        f"{RESULTS}/logs/claims_table.log",
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        mem_mb=500,
    params:
        *code("claims_table", "adcost.claims"),
    message:
        "all claims in one table"
    script:
        "../scripts/claims_table.py"


rule provenance:
    input:
        tables=MEASURED,
        told=metadata_files(MEASURED),
    output:
        f"{RESULTS}/provenance.json",
        metadata_files([f"{RESULTS}/provenance.json"]),
    log:
        f"{RESULTS}/logs/provenance.log",
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        mem_mb=500,
    params:
        *code("provenance", "adcost.study.provenance"),
        config=configuration.without_words(STUDY),
    message:
        "recording what was run, and where"
    script:
        "../scripts/provenance.py"


rule headline:
    input:
        tables=[file for name in PRICED for file in read_tables(name).values()],
        claims=expand("{results}/{name}/claims.json", results=RESULTS, name=PLANS),
        words=[
            *report_files.catalogues(LANGUAGE, "headline"),
            *report_files.summaries(LANGUAGE, list(PLANS)),
        ],
    output:
        **HEADLINE,
        figures=HEADLINE_FIGURES,
        sidecars=metadata_files([*HEADLINE.values(), *HEADLINE_FIGURES]),
    log:
        f"{RESULTS}/logs/headline.log",
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        mem_mb=1000,
    params:
        *code(
            "headline",
            "adcost.headline.figures",
            *(f"adcost.experiments.{name}.prices" for name in PRICED),
            *WORDS,
        ),
        experiments=list(PLANS),
        language=LANGUAGE,
    message:
        "drawing the figures of the report's first screen"
    script:
        "../scripts/headline.py"


rule report:
    input:
        claims=f"{RESULTS}/claims.csv",
        provenance=f"{RESULTS}/provenance.json",
        judged=[file for name in PLANS for file in judged(name)],
        figures=[file for name in PLANS for file in figure_files(name)],
        headline=[*HEADLINE.values(), *HEADLINE_FIGURES],
        # Where the checkout has no reference, the report says nothing of one.
        comparison=f"{RESULTS}/comparison.json" if REFERENCE_FILES else [],
        gpu=GPU_REFERENCE_FILES,
        texts=report_files.report_texts(LANGUAGE, list(PLANS)),
    output:
        html=f"{RESULTS}/report.html",
        pdf=f"{RESULTS}/report.pdf",
    log:
        f"{RESULTS}/logs/report.log",
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        mem_mb=1000,
    params:
        *code("report", "adcost.report.build"),
        experiments=list(PLANS),
        language=LANGUAGE,
        gpu=lambda wildcards: GPU_REFERENCE,
    message:
        "writing the report"
    script:
        "../scripts/report.py"

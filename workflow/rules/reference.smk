# The reference in results/reference, a part of the repository: compare this run with it, or replace
# it by this run.
REFERENCE = report_files.relative(ROOT / "results" / "reference")
TOLERANCES = [
    report_files.relative(path)
    for path in (
        ROOT / "workflow" / "tolerances.yaml",
        *sorted(report_files.PACKAGE.glob("experiments/*/tolerances.yaml")),
    )
]
# What a checkout holds of it; empty where there is none.
REFERENCE_FILES = sorted(
    str(path) for path in Path(REFERENCE).rglob("*") if path.is_file()
)

# A run on a GPU, shown beside this one and not compared with it (docs/clusters.md).
GPU_REFERENCE = report_files.relative(ROOT / "results" / "reference-gpu")
GPU_REFERENCE_FILES = sorted(
    str(path) for path in Path(GPU_REFERENCE).rglob("*") if path.is_file()
)


COMPARED = {
    "provenance": f"{RESULTS}/provenance.json",
    "claims": [f"{RESULTS}/{name}/claims.json" for name in PLANS],
    "numbers": [f"{RESULTS}/{name}/numbers.json" for name in PLANS],
    "tables": [
        f"{RESULTS}/{e}/{t}.csv" for e, ts in deterministic().items() for t in ts
    ],
}


rule comparison:
    input:
        **COMPARED,
        reference=REFERENCE_FILES,
        tolerances=TOLERANCES,
    output:
        f"{RESULTS}/comparison.json",
        metadata_files([f"{RESULTS}/comparison.json"]),
    log:
        f"{RESULTS}/logs/comparison.log",
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        mem_mb=1000,
    params:
        *code("comparison", "adcost.reference.store", "adcost.reference.tolerances"),
        folder=lambda wildcards: REFERENCE,
        tables=deterministic(),
    message:
        f"comparing with {REFERENCE}"
    script:
        "../scripts/comparison.py"


# No output: it says what the comparison says, each time, and fails if something differs.
rule compare:
    input:
        comparison=f"{RESULTS}/comparison.json",
    log:
        f"{RESULTS}/logs/compare.log",
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        mem_mb=500,
    params:
        *code("compare", "adcost.reference.summary"),
    message:
        f"what {RESULTS}/comparison.json says"
    script:
        "../scripts/compare.py"


# No output either, or comparing with the reference would first make it anew.
rule reference:
    input:
        **COMPARED,
        full=report_files.relative(ROOT / "config" / "config.yaml"),
    log:
        f"{RESULTS}/logs/reference.log",
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        mem_mb=1000,
    params:
        *code("reference", "adcost.reference.store"),
        folder=lambda wildcards: REFERENCE,
        tables=deterministic(),
        anyway=False,
    message:
        f"writing {REFERENCE} from this run"
    script:
        "../scripts/reference.py"


# The same without the questions: for a trial, never to be committed.
use rule reference as reference_unchecked with:
    params:
        folder=lambda wildcards: REFERENCE,
        tables=deterministic(),
        anyway=True,

# Every experiment the same way: prepare what its points need, measure them, gather, draw, judge.
#
# A point is one job. Points that are timed own the machine; the others run side by side. Each job
# gets the point's own parameters and, as `code`, the modules it imports, so that Snakemake reruns
# what a change concerns and nothing else.

from itertools import chain


def judged(experiment):
    """What judging an experiment writes."""
    return [f"{RESULTS}/{experiment}/{file}.json" for file in ("claims", "numbers")]


def promised(experiment):
    """Every file of an experiment, its points' among them.

    All are targets, or Snakemake would not make again what is deleted behind a finished report.
    """
    tables = gathered(experiment)
    prepared = [
        f"{RESULTS}/{experiment}/{point.folder}/{point.name}/arrays.npz"
        for point in PLANS[experiment].points.values()
        if point.prepares
    ]
    files = [*read_tables(experiment).values()]
    files += [*chain.from_iterable(tables.values()), *prepared, *judged(experiment)]
    files += figure_files(experiment)
    # A timed point's tables stand in two lists.
    return list(dict.fromkeys([*files, *metadata_files(files)]))


for name, plan in PLANS.items():

    if plan.prepares:

        rule:
            name:
                f"{name}_prepare"
            input:
                needs=prepared_inputs(name),
            output:
                **{
                    t: f"{RESULTS}/{name}/prepared/{{point}}/{t}.csv"
                    for t in plan.tables
                },
                arrays=f"{RESULTS}/{name}/prepared/{{point}}/arrays.npz",
                sidecars=sidecars(f"{RESULTS}/{name}/prepared/{{point}}", plan.tables)
                + metadata_files([f"{RESULTS}/{name}/prepared/{{point}}/arrays.npz"]),
            log:
                f"{RESULTS}/logs/{name}/{{point}}.log",
            conda:
                ENVIRONMENT
            threads: 1
            resources:
                mem_mb=memory_of_point(name),
            params:
                *code("prepare", f"adcost.experiments.{name}.prepare"),
                version=version(name, "prepare"),
                experiment=name,
                seed=seed_of_point(name),
                platform=config["platform"],
                precision=config["precision"],
                optimise=config["optimise"],
                parameters=of_point(name, "parameters"),
            message:
                f"{name}: preparing {{wildcards.point}}"
            script:
                "../scripts/prepare.py"

    rule:
        name:
            f"{name}_measure"
        input:
            needs=prepared_inputs(name),
        output:
            **{t: f"{RESULTS}/{name}/points/{{point}}/{t}.csv" for t in plan.tables},
            sidecars=sidecars(f"{RESULTS}/{name}/points/{{point}}", plan.tables),
        log:
            f"{RESULTS}/logs/{name}/{{point}}.log",
        conda:
            ENVIRONMENT
        threads: 1
        resources:
            mem_mb=memory_of_point(name),
        params:
            *code("measure", f"adcost.experiments.{name}.measure"),
            version=version(name, "measure"),
            experiment=name,
            seed=seed_of_point(name),
            platform=config["platform"],
            precision=config["precision"],
            optimise=config["optimise"],
            parameters=of_point(name, "parameters"),
        message:
            f"{name}: measuring {{wildcards.point}}"
        script:
            "../scripts/measure.py"

    rule:
        name:
            f"{name}_time"
        input:
            needs=prepared_inputs(name),
        output:
            **{
                t: f"{RESULTS}/{name}/timed/{{point}}/{t}.csv"
                for t in (*plan.tables, "timings")
            },
            sidecars=sidecars(
                f"{RESULTS}/{name}/timed/{{point}}", (*plan.tables, "timings")
            ),
        log:
            f"{RESULTS}/logs/{name}/{{point}}.log",
        conda:
            ENVIRONMENT
        threads: threads_of_the_machine
        resources:
            mem_mb=memory_of_point(name),
            slurm_extra="--exclusive",
        params:
            *code("measure", f"adcost.experiments.{name}.measure"),
            version=version(name, "measure"),
            experiment=name,
            seed=seed_of_point(name),
            platform=config["platform"],
            precision=config["precision"],
            parameters=of_point(name, "parameters"),
        message:
            f"{name}: measuring and timing {{wildcards.point}}, alone on {{threads}} core(s)"
        script:
            "../scripts/measure.py"

    rule:
        name:
            f"{name}_gather"
        input:
            **gathered(name),
            told=metadata_files(chain.from_iterable(gathered(name).values())),
        output:
            **read_tables(name),
            sidecars=metadata_files(read_tables(name).values()),
        log:
            f"{RESULTS}/logs/{name}/gather.log",
        conda:
            ENVIRONMENT
        threads: 1
        resources:
            mem_mb=1000,
        params:
            *code("gather", "adcost.results.points"),
            versions=versions(name),
        message:
            f"{name}: gathering the points"
        script:
            "../scripts/gather.py"

    rule:
        name:
            f"{name}_figures"
        input:
            **read_tables(name),
            words=report_files.catalogues(LANGUAGE, name),
        output:
            **{
                f"figure_{figure}": report(
                    f"{RESULTS}/{name}/figures/{figure}.svg",
                    caption="../report/figure.rst",
                    category=name,
                    labels={"figure": figure},
                )
                for figure in plan.figures
            },
            pdf=expand(f"{RESULTS}/{name}/figures/{{figure}}.pdf", figure=plan.figures),
            animation=expand(
                f"{RESULTS}/{name}/figures/{{figure}}.{{kind}}",
                figure=plan.animations,
                kind=["mp4", "png"],
            ),
            sidecars=metadata_files(figure_files(name)),
        log:
            f"{RESULTS}/logs/{name}/figures.log",
        conda:
            ENVIRONMENT
        threads: 1
        resources:
            mem_mb=1000,
        params:
            *code("draw", f"adcost.experiments.{name}.figures", *WORDS),
            experiment=name,
            language=LANGUAGE,
        message:
            f"{name}: drawing the figures"
        script:
            "../scripts/draw.py"

    rule:
        name:
            f"{name}_claims"
        input:
            **read_tables(name),
        output:
            claims=f"{RESULTS}/{name}/claims.json",
            numbers=f"{RESULTS}/{name}/numbers.json",
            sidecars=metadata_files(judged(name)),
        log:
            f"{RESULTS}/logs/{name}/claims.log",
        conda:
            ENVIRONMENT
        threads: 1
        resources:
            mem_mb=1000,
        params:
            *code("judge", f"adcost.experiments.{name}.claims"),
            experiment=name,
        message:
            f"{name}: judging the claims"
        script:
            "../scripts/judge.py"

    rule:
        name:
            name
        input:
            promised(name),
        localrule: True
        message:
            f"{name}: done, see {RESULTS}/{name}"

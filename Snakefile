# The price of a derivative: the study's entry point. All of it is in workflow/.
include: "workflow/Snakefile"


# The first rule of an included file is not the default target; this one is.
rule all:
    default_target: True
    input:
        PROMISED,
    localrule: True
    message:
        f"the report is {RESULTS}/report.html"

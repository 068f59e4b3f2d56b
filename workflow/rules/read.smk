# What comes before all else: where the study lies, the package on the path, and the configuration's
# files read strictly, since Snakemake would let a key that is given twice pass.
import shlex
import sys
from pathlib import Path

# Of this file, since the entry point may be another workflow that uses this one as a module.
RULES = workflow.current_basedir
if not RULES.is_local:
    sys.exit(
        "adcost is a package as well as rules, so it is used from a checkout: git clone it, and "
        'give the module `snakefile: "‹checkout›/workflow/Snakefile"`'
    )
ROOT = Path(str(RULES)).parents[1]
sys.path.insert(0, str(ROOT / "src"))
sys.path.append(str(Path.cwd()))  # as in a job: a user's own module may lie there

from adcost.study import configuration

# Snakemake starts a script as `{sys.executable} script.py`, in a shell and without quotes.
# (It is quoted already where a workflow uses this one as two modules.)
PYTHON = sys.executable
if not Path(PYTHON).is_file():
    (PYTHON,) = shlex.split(PYTHON)
sys.executable = shlex.quote(PYTHON)

SCHEMAS = ROOT / "workflow" / "schemas"
# The working directory's own, or else that of the study.
CONFIG = Path("config/config.yaml")
CONFIG = CONFIG if CONFIG.exists() else ROOT / CONFIG
SETTINGS = workflow.config_settings

try:
    configuration.check_paths(ROOT, Path.cwd())
    configuration.check_arguments(sys.argv[1:])
    if workflow.modifier.skip_configfile:
        STUDY = dict(
            config
        )  # A module's configuration is what the importing workflow says.
    else:
        files = [] if SETTINGS.replace_workflow_config else [CONFIG]
        given = [configuration.typed(SETTINGS.config)]
        if Path(workflow.main_snakefile).parent not in (ROOT, ROOT / "workflow"):
            # Another workflow includes this one: its configuration holds keys of its own as well.
            given.insert(0, configuration.known(config, SCHEMAS))
        STUDY = configuration.read([*files, *SETTINGS.configfiles], given, SCHEMAS)
except configuration.CannotRun as error:
    # Not an exception of Snakemake's, to which it would add the line of this file.
    sys.exit(str(error))

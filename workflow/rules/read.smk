# What comes before all else: the package on the path, and the configuration's files read strictly,
# since Snakemake would let a key that is given twice pass.
import sys
from pathlib import Path

from snakemake.exceptions import WorkflowError

# The entry point may be the Snakefile at the root or the one beside this folder.
BASE = Path(workflow.basedir)
ROOT = BASE if (BASE / "src").is_dir() else BASE.parent
sys.path.insert(0, str(ROOT / "src"))

from adcost import strict_yaml

try:
    for file in ["config/config.yaml", *workflow.config_settings.configfiles]:
        strict_yaml.read(Path(file))
except (strict_yaml.YamlError, OSError) as error:
    raise WorkflowError(f"the configuration cannot be read: {error}") from None

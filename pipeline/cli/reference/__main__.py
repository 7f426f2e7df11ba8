"""`docs/generate`: writes the generated pages of docs/reference anew and removes those that nothing stands behind any more."""

import sys
from pathlib import Path

from pipeline.cli.reference.pages import write

for name in write(Path(__file__).resolve().parents[3]):
    sys.stdout.write(f"{name}\n")

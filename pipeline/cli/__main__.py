"""`python -m pipeline.cli`: what the launcher starts."""

import sys

from pipeline.cli.app import main

sys.exit(main(sys.argv[1:]))

"""`retell.py NIGHTS CHAPTER…`: chapters of the demo once more, on the sandbox as the story left it; the report on stdout.

Runs in the code of the checkout that it is started in. `NIGHTS` is how many nights the customers' systems have seen.
"""

import json
import sys
from pathlib import Path

from pipeline.cli.demo import called
from pipeline.demo.chapters import STEPS
from pipeline.demo.story import Story, tell

nights, *names = sys.argv[1:]
story = Story(Path(), Path(), called, nights={"production": int(nights)})
chapters = {**dict(STEPS), "apply": lambda told: str(told.do("apply", "-e", "production"))}
report = tell(story, [(name, chapters[name]) for name in names])
sys.stdout.write(json.dumps(report.document()))

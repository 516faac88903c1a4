"""The pairs of projects for the codes of `check`: ``python -m tests.kohya [FOLDER]``.

Lists each code with its severity, where its pair stands, and the one difference between the two
projects. With FOLDER, both are written there, to be looked at with spyke-tui.
"""

import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

from code_pairs import all_pairs  # noqa: E402

for one in all_pairs():
    code = one.build.__code__
    place = f"{Path(code.co_filename).name}:{code.co_firstlineno}"
    sys.stdout.write(f"{one.code:22} {one.severity:8} {place:22} {one.difference}\n")
    for folder in map(Path, sys.argv[1:2]):
        folder.mkdir(parents=True, exist_ok=True)
        one.make(folder / f"{one.name}-spoilt", spoilt=True)
        one.make(folder / f"{one.name}-near", spoilt=False)

"""The yardstick: sharp, fetched once from npm into the cache."""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import asdict
from pathlib import Path

from tests.bench.job import Job
from tests.bench.meter import CACHE, SHARED, Contender

_HOME = CACHE / "sharp"
_OUT = CACHE / "sharp-out"


def install_sharp() -> str:
    """Fetch sharp where it is absent; "" or why it can't be measured."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        return "node and npm are not installed"
    if (_HOME / "node_modules" / "sharp").is_dir():
        return ""
    _HOME.mkdir(parents=True, exist_ok=True)
    command = ["npm", "install", "--no-audit", "--no-fund", "--prefix", str(_HOME), "sharp"]
    done = subprocess.run(command, cwd=_HOME, capture_output=True, text=True, check=False)
    return "" if done.returncode == 0 else f"npm could not fetch sharp: {done.stderr[-200:]}"


def sharp_contender(mode: str, job: Job) -> Contender:
    """Mode ``all`` or ``raw``, two threads."""
    return Contender(
        name=f"sharp {mode}",
        command=_command(mode, job),
        environment={"SHARPDIR": str(_HOME), "UV_THREADPOOL_SIZE": "2"},
        prepare=lambda: shutil.rmtree(_OUT, ignore_errors=True),
        output=lambda: sum(path.stat().st_size for path in _OUT.glob("*.png")),
    )


def _command(mode: str, job: Job) -> list[str]:
    planned = SHARED / "bench" / "sharp_job.cjs"
    if planned.is_file() and job.folder.name == "planned-sheets":
        jobs = SHARED / "bench" / "jobs.json"
        return ["node", str(planned), mode, str(jobs), str(job.folder), str(_OUT)]
    # Beside its modules, because node looks for them from where the script lies.
    script = _HOME / "sharp_crops.cjs"
    shutil.copyfile(Path(__file__).with_name("sharp_crops.cjs"), script)
    listed = _HOME / "job.json"
    listed.write_text(json.dumps([asdict(cut) for cut in job.cuts]), encoding="utf-8")
    return ["node", str(script), mode, str(listed), str(job.folder), str(_OUT)]

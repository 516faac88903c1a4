"""Does the server ever wait for us? Our run beside the server's own pace and the naive loop."""

from __future__ import annotations

import tempfile
import time
import uuid
from dataclasses import replace
from pathlib import Path

import httpx

from spyke_tui.comfy.workflow import fill
from spyke_tui.model.project import Generation
from tests.bench.report import heading, say, table
from tests.torture.generation_scene import Client, Server, wait_for

JOBS = (
    # seconds a job, jobs, rounds, pixels, least share of the server's own rate
    (1.0, 12, 1, 512, 0.98),
    (0.01, 150, 3, 64, 0.90),
)
POLL = 2.0
NAIVE_JOBS = 4


def bench_generating(_rounds: int) -> bool:
    """All three one after the other against one and the same kind of server."""
    heading("generation: share of the server's own back-to-back rate")
    rows, fine = [], True
    for seconds, jobs, rounds, side, least in JOBS:
        with tempfile.TemporaryDirectory(prefix="spyke-bench-") as name:
            pairs = []
            for number in range(rounds):
                folder = Path(name) / str(number)
                alone = _own_rate(folder / "own", seconds, jobs, side)
                pairs.append((_our_rate(folder / "ours", seconds, jobs, side) / alone, alone))
            naive = _naive_rate(Path(name) / "naive", seconds, NAIVE_JOBS, side)
        # The median of pairs: both sides of one pair meet the same load.
        share, own = sorted(pairs)[rounds // 2]
        ours = share * own
        fine = fine and share >= least
        rows.append(
            [
                f"{seconds:g} s jobs", f"{own:.2f}/s", f"{ours:.2f}/s", f"{share:.1%}",
                f">= {least:.0%}", f"{naive:.2f}/s", f"{naive / own:.1%}",
            ]
        )  # fmt: skip
    table(["", "server alone", "our run", "share", "target", "naive loop", "its share"], rows)
    say(f"naive: POST one, look every {POLL:g} s, fetch it, POST the next")
    return fine


def _rate(server: Server) -> float:
    """Pictures a second from the first to the last, as the server saved them."""
    times = sorted(path.stat().st_mtime_ns for path in server.folder.rglob("*.png"))
    return (len(times) - 1) * 1e9 / (times[-1] - times[0])


def _graph(number: int, side: int) -> dict[str, object]:
    settings = replace(Generation(), width=side, height=side, prompt="a person", steps=4)
    return fill(
        None, settings, seed=number, prefix=f"job_{number}", checkpoint="practice_sd15.safetensors"
    )


def _post(http: httpx.Client, number: int, side: int) -> str:
    prompt_id = str(uuid.uuid4())
    said = {"prompt": _graph(number, side), "prompt_id": prompt_id, "client_id": "bench"}
    http.post("/prompt", json=said).raise_for_status()
    return prompt_id


def _own_rate(folder: Path, seconds: float, jobs: int, side: int) -> float:
    server = Server(folder, seconds)
    server.start()
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{server.port}", trust_env=False) as http:
            for number in range(jobs):
                _post(http, number, side)
            wait_for(lambda: server.drawn() >= jobs, 60 + 3 * jobs * seconds, "the server alone")
        return _rate(server)
    finally:
        server.kill()


def _our_rate(folder: Path, seconds: float, jobs: int, side: int) -> float:
    server = Server(folder / "server", seconds)
    server.start()
    client = Client(folder, server.port, jobs, side)
    try:
        client.start()
        if client.finish(60 + 3 * jobs * seconds) != 0:
            raise RuntimeError(f"the run did not end well: {client.view().message}")
        return _rate(server)
    finally:
        client.kill()
        server.kill()


def _naive_rate(folder: Path, seconds: float, jobs: int, side: int) -> float:
    server = Server(folder, seconds)
    server.start()
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{server.port}", trust_env=False) as http:
            for number in range(jobs):
                prompt_id = _post(http, number, side)
                while True:
                    time.sleep(POLL)
                    entry = http.get(f"/history/{prompt_id}").json().get(prompt_id)
                    if entry:
                        break
                image = next(i for o in entry["outputs"].values() for i in o.get("images", ()))
                http.get("/view", params=image).raise_for_status()
        return _rate(server)
    finally:
        server.kill()

"""What the practice server answers, route by route, as the recorded servers do."""

from __future__ import annotations

import asyncio
import hashlib
import itertools
import json
import re
import time
import uuid
from collections.abc import Callable
from typing import Any

from spyke_tui.comfy.practice.engine import Engine
from spyke_tui.comfy.practice.facts import add_partial_error, spoil_checkpoint, system_stats
from spyke_tui.comfy.practice.faults import Faults
from spyke_tui.comfy.practice.files import SavedFiles
from spyke_tui.comfy.practice.http import Answer, Request, json_answer, trouble
from spyke_tui.comfy.practice.hub import FEATURES
from spyke_tui.comfy.practice.nodes import CHECKPOINT_BYTES, METADATA, NodeClass
from spyke_tui.comfy.practice.prompt import Prompt
from spyke_tui.comfy.practice.validation import ServerTroubleError, validate

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_LATE_SECONDS = 2.0
_STARTED = 1_795_374_238.78
_STRANGER = "00000000-0000-4000-8000-00000000beef"

Json = dict[str, Any]
_Route = Callable[[Request], Answer]


class Routes:
    """One server's answers. `accepted` has every prompt ever taken, `errors` what was refused."""

    def __init__(
        self, engine: Engine, files: SavedFiles, faults: Faults, classes: dict[str, NodeClass],
        checkpoints: tuple[str, ...],
    ) -> None:  # fmt: skip
        self.accepted: list[Prompt] = []
        self._engine = engine
        self._files = files
        self._faults = faults
        self._classes = classes
        self._checkpoints = checkpoints
        self._numbers = itertools.count()
        self._asked: dict[str, int] = {}
        self._routes: dict[tuple[str, str], _Route] = {
            ("GET", "/system_stats"): lambda _: json_answer(
                system_stats(is_old=self._faults.has("old"))
            ),
            ("GET", "/features"): lambda _: json_answer(FEATURES),
            ("GET", "/prompt"): lambda _: json_answer({"exec_info": self._remaining()}),
            ("POST", "/prompt"): self._post_prompt,
            ("GET", "/queue"): lambda _: self._get_queue(),
            ("POST", "/queue"): self._post_queue,
            ("GET", "/history"): self._get_history,
            ("POST", "/history"): self._post_history,
            ("POST", "/interrupt"): self._interrupt,
            ("POST", "/free"): lambda r: Answer() if _json_of(r) is not None else trouble(),
            ("GET", "/view"): self._view,
            ("HEAD", "/view"): self._view,
            ("GET", "/object_info"): lambda _: json_answer(self._object_info()),
            ("GET", "/models"): lambda _: json_answer(["checkpoints", "loras", "vae"]),
            ("GET", "/embeddings"): lambda _: json_answer([]),
            ("GET", "/extensions"): lambda _: json_answer([]),
        }

    def restarted(self) -> None:
        """Numbers begin anew."""
        self._numbers = itertools.count()
        self._asked.clear()

    def answer(self, request: Request) -> Answer:
        """The answer; `trouble()` where the recorded servers fail too."""
        path = request.path.rstrip("/") or "/"
        if path.startswith("/api/"):
            path = path.removeprefix("/api")
            if path.startswith("/jobs"):
                return self._jobs(path.removeprefix("/jobs").strip("/"))
        route = self._routes.get((request.method, path))
        try:
            if route is not None:
                return route(request)
            if any(known == path for _, known in self._routes):
                return Answer(405, b"405: Method Not Allowed", {"content-type": "text/plain"})
            return self._below(path, request)
        except (
            ServerTroubleError, ValueError, TypeError, KeyError, AttributeError, RecursionError,
        ):  # fmt: skip
            return trouble()

    def _below(self, path: str, request: Request) -> Answer:
        """Routes with a name in the path."""
        if request.method == "GET":
            folder, _, name = path.strip("/").partition("/")
            match folder:
                case "history":
                    return self._history_of(name)
                case "object_info":
                    known = self._classes.get(name)
                    return json_answer({name: known.described()} if known else {})
                case "models":
                    return self._models(name)
                case "view_metadata":
                    found = METADATA.get(request.query.get("filename", ""))
                    listed = request.query.get("filename") in self._checkpoints
                    return json_answer(found) if found and listed else Answer(404)
                case "experiment":
                    return self._experiment(name)
        return Answer(404)

    # Facts ----------------------------------------------------------------------------------

    def _remaining(self) -> Json:
        engine = self._engine
        return {"queue_remaining": len(engine.pending) + (engine.running is not None)}

    def _object_info(self) -> Json:
        return {name: known.described() for name, known in self._classes.items()}

    def _models(self, folder: str) -> Answer:
        known = {"checkpoints": list(self._checkpoints), "vae": [], "loras": []}
        return json_answer(known[folder]) if folder in known else Answer(404)

    def _experiment(self, name: str) -> Answer:
        if name != "models/checkpoints":
            return Answer(404)
        facts = {"pathIndex": 0, "modified": _STARTED, "created": _STARTED}
        return json_answer(
            [{"name": name, **facts, "size": CHECKPOINT_BYTES} for name in self._checkpoints]
        )

    # Prompts --------------------------------------------------------------------------------

    def _post_prompt(self, request: Request) -> Answer:
        said = _json_of(request)
        if "prompt" not in said:
            next(self._numbers)
            return _refused(_error("no_prompt", "No prompt provided", "No prompt provided"))
        prompt_id = said.get("prompt_id")
        if prompt_id is None or self._faults.has("mints-ids"):
            prompt_id = str(uuid.uuid4())
        elif not self._faults.has("old") and not (
            isinstance(prompt_id, str) and _UUID.fullmatch(prompt_id)
        ):
            next(self._numbers)
            details = (
                "prompt_id must be a UUID string in canonical lowercase hyphenated form; omit it "
                "to let the server generate one"
            )
            return _refused(_error("invalid_prompt_id", "prompt_id must be a valid UUID", details))
        number = self._number(said)
        graph = said["prompt"]
        if self._faults.strikes("refuse"):
            spoil_checkpoint(graph)
        verdict = validate(graph, self._classes, said.get("partial_execution_targets"))
        if verdict.error is not None:
            return _refused(verdict.error, verdict.node_errors)
        if self._faults.strikes("partial-errors"):
            add_partial_error(verdict, graph)
        extra = dict(said.get("extra_data") or {})
        if "client_id" in said:
            extra["client_id"] = said["client_id"]
        extra["create_time"] = int(time.time() * 1000)
        prompt = Prompt(number, prompt_id, graph, extra, verdict.outputs)
        self.accepted.append(prompt)
        self._engine.submit(prompt)
        answer = json_answer(
            {"prompt_id": prompt_id, "number": number, "node_errors": verdict.node_errors}
        )
        if self._faults.has("late-reply"):
            answer.after = lambda: self._until_ended(prompt_id)
        return answer

    async def _until_ended(self, prompt_id: str) -> None:
        """Until the prompt's last event is out, or a while has passed."""
        loop = asyncio.get_running_loop()
        end = loop.time() + _LATE_SECONDS
        while prompt_id not in self._engine.history and loop.time() < end:
            await asyncio.sleep(0.002)
        await asyncio.sleep(0.02)

    def _number(self, said: Json) -> float:
        if "number" in said:
            return float(said["number"])
        number = next(self._numbers)
        return -number if said.get("front") else number

    def _get_queue(self) -> Answer:
        engine = self._engine
        running = [engine.running.listed()] if engine.running is not None else []
        pending = [prompt.listed() for prompt in engine.pending]
        if self._faults.has("stranger"):
            graph: Json = {"1": {"class_type": "SaveImage", "inputs": {}}}
            pending.append([1e9, _STRANGER, graph, {"client_id": "stranger"}, ["1"]])
        return json_answer({"queue_running": running, "queue_pending": pending})

    def _post_queue(self, request: Request) -> Answer:
        said = _json_of(request)
        if said.get("clear"):
            self._engine.clear()
        self._engine.delete(said.get("delete") or [])
        return Answer()

    def _get_history(self, request: Request) -> Answer:
        items = list(self._engine.history.items())
        if "max_items" in request.query:
            most = int(request.query["max_items"])
            start = int(request.query.get("offset", len(items) - most))
            items = items[max(0, start) :][:most]
        return json_answer(dict(items))

    def _history_of(self, prompt_id: str) -> Answer:
        entry = self._engine.history.get(prompt_id)
        if entry is not None and self._faults.has("empty-history"):
            self._asked[prompt_id] = self._asked.get(prompt_id, 0) + 1
            if self._asked[prompt_id] <= self._faults.number("empty-history"):
                entry = None
        return json_answer({} if entry is None else {prompt_id: entry})

    def _post_history(self, request: Request) -> Answer:
        said = _json_of(request)
        if said.get("clear"):
            self._engine.history.clear()
        for prompt_id in said.get("delete") or []:
            self._engine.history.pop(prompt_id, None)
        return Answer()

    def _interrupt(self, request: Request) -> Answer:
        wanted = None
        if request.body and not self._faults.has("old"):
            said = json.loads(request.body)
            wanted = said.get("prompt_id") if isinstance(said, dict) else None
        self._engine.interrupt(wanted)
        return Answer()

    def _jobs(self, job_id: str) -> Answer:
        if self._faults.has("old"):
            return Answer(404)
        engine = self._engine
        if not job_id:
            jobs = [{"id": key, "status": _job_status(e)} for key, e in engine.history.items()]
            page = {"offset": 0, "limit": None, "total": len(jobs), "has_more": False}
            return json_answer({"jobs": jobs, "pagination": page})
        entry = engine.history.get(job_id)
        if entry is not None:
            return json_answer(
                {"id": job_id, "status": _job_status(entry), "outputs": entry["outputs"]}
            )
        if engine.running is not None and engine.running.id == job_id:
            return json_answer({"id": job_id, "status": "in_progress"})
        if any(prompt.id == job_id for prompt in engine.pending):
            return json_answer({"id": job_id, "status": "pending"})
        return json_answer({"error": "Job not found"}, 404)

    # Pictures -------------------------------------------------------------------------------

    def _view(self, request: Request) -> Answer:
        query = request.query
        if "filename" not in query:
            return Answer(404)
        name, subfolder = query["filename"], query.get("subfolder", "")
        kind = query.get("type", "output")
        name = name.removesuffix(" [output]").removesuffix(" [temp]")
        if not name or name.startswith("/") or ".." in name:
            return Answer(400)
        if kind not in ("output", "temp", "input"):
            return Answer(400)
        if subfolder.startswith("/") or ".." in subfolder.split("/"):
            return Answer(403)
        png = self._files.read(kind, subfolder, name.rsplit("/", 1)[-1])
        if png is None or self._faults.strikes("missing-file"):
            return Answer(404)
        etag = hashlib.sha1(png, usedforsecurity=False).hexdigest()[:16]
        headers = {
            "x-content-type-options": "nosniff",
            "content-disposition": f'filename="{name}"',
            "content-type": "image/png",
            "etag": f'"{etag}"',
        }
        half = len(png) // 2 if self._faults.strikes("half-file") else None
        return Answer(200, png, headers, sent_bytes=half)


def _json_of(request: Request) -> Json:
    """The body. Raises ValueError or TypeError where it is no JSON object: that is a 500."""
    said = json.loads(request.body)
    if not isinstance(said, dict):
        raise ServerTroubleError
    return said


def _error(kind: str, message: str, details: str) -> Json:
    return {"type": kind, "message": message, "details": details, "extra_info": {}}


def _refused(error: Json, node_errors: Json | None = None) -> Answer:
    return json_answer({"error": error, "node_errors": node_errors or {}}, 400)


def _job_status(entry: Json) -> str:
    last = entry["status"]["messages"][-1][0]
    if last == "execution_success":
        return "completed"
    return "cancelled" if last == "execution_interrupted" else "failed"

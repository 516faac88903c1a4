"""Where a generation server is, and how its door opens. No input or output here.

Three kinds of door: a ComfyUI (behind a path prefix, TLS or a password, or plain), SwarmUI's
passthrough to its ComfyUI backends, and Comfy Cloud. Addresses are put together by concatenation:
joining by the rules of URLs would lose the prefix.
"""

from __future__ import annotations

import base64
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal
from urllib.parse import quote, urlencode, urlsplit

from spyke_tui.errors import UsageError
from spyke_tui.model.table import printable, quoted

Door = Literal["comfyui", "swarmui", "cloud"]

SWARM_PATH = "/ComfyBackendDirect"
CLOUD_HOST = "cloud.comfy.org"
EXAMPLE = "http://127.0.0.1:8188"
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_LOOPBACK = re.compile(r"localhost|127(\.\d{1,3}){3}|::1")


@dataclass(frozen=True, slots=True)
class ServerAddress:
    """One server. Only `shown` may be printed: the rest can hold a secret, and no repr shows it."""

    shown: str
    """As the user wrote it (with ``http://`` where that was left out); never has a secret in it."""
    door: Door
    host: str
    base: str
    """Scheme, host, port and prefix, without a slash at the end."""
    headers: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}), repr=False)
    """What every request carries, to this host only."""
    token: str = field(default="", repr=False)
    """The key where the socket wants it in its address (Comfy Cloud)."""

    @classmethod
    def of(
        cls, text: str, auth_env: str = "", environ: Mapping[str, str] = os.environ
    ) -> ServerAddress:
        """The server of an address in crops.toml, with the secret that `auth_env` names.

        Raises UsageError for what is no address, carries a secret itself, or where the variable
        is unset. No message repeats a secret.
        """
        shown = text.strip()
        if "://" not in shown:
            shown = f"http://{shown}"
        door, host, base = _parts(shown)
        shown = shown.rstrip("/")
        secret = secret_from(auth_env, environ) if auth_env else ""
        headers = dict(_credentials(secret, door)) if secret else {}
        if door == "swarmui":
            # Without it SwarmUI uses its first backend only.
            headers["Cookie"] = "comfy_domulti=true"
        token = secret if door == "cloud" else ""
        return cls(shown, door, host, base, MappingProxyType(headers), token)

    @property
    def secure(self) -> bool:
        """Whether it is spoken to over TLS."""
        return self.base.startswith("https://")

    @property
    def has_secret(self) -> bool:
        """Whether a password or key goes with each request."""
        return "Authorization" in self.headers or "X-API-Key" in self.headers

    @property
    def exposes_secret(self) -> bool:
        """Whether a password or key goes over a network in the open."""
        return self.has_secret and not self.secure and not self.is_local

    @property
    def is_local(self) -> bool:
        """Whether it is this machine (or the end of a tunnel here)."""
        return _LOOPBACK.fullmatch(self.host) is not None

    @property
    def sees_all_prompts(self) -> bool:
        """Whether /queue and /history tell of every prompt: SwarmUI shows its first backend only.

        Where false, a prompt that neither of them knows is not lost for that reason.
        """
        return self.door != "swarmui"

    def http(self, path: str, query: Sequence[tuple[str, str]] = ()) -> str:
        """The address of a route such as ``/queue``. The query keeps its order.

        SwarmUI looks for ``view?filename=`` at the very beginning, so order matters there.
        """
        api = "/api" if self.door == "cloud" else ""
        asked = f"?{urlencode(query, quote_via=quote)}" if query else ""
        return f"{self.base}{api}{path}{asked}"

    def socket(self, client_id: str) -> str:
        """The address of the event socket. May hold the key: never to be printed."""
        query = [("clientId", client_id)]
        if self.token:
            query.append(("token", self.token))
        scheme, _, rest = self.base.partition("://")
        ws = "wss" if scheme == "https" else "ws"
        return f"{ws}://{rest}/ws?{urlencode(query, quote_via=quote)}"


def secret_from(auth_env: str, environ: Mapping[str, str] = os.environ) -> str:
    """The value of the variable that `auth_env` names: ``user:password`` or a key.

    Raises UsageError where it is no variable's name, is unset, or could not stand in a header.
    """
    if not _VARIABLE.fullmatch(auth_env):
        # It may be the secret itself, written in the wrong place: not repeated.
        raise UsageError(
            "auth_env is not the name of an environment variable.",
            'Write the name only, such as auth_env = "COMFY_AUTH", and put the secret into it.',
        )
    secret = environ.get(auth_env, "").strip()
    if not secret:
        raise UsageError(
            f"The environment variable {auth_env} (auth_env) is not set.",
            f"Set it to user:password or to the key: export {auth_env}=...",
        )
    if not secret.isprintable() or not (":" in secret or secret.isascii()):
        raise UsageError(
            f"What the environment variable {auth_env} holds can't be sent to a server.",
            "It must be user:password or a key, on one line.",
        )
    return secret


def _credentials(secret: str, door: Door) -> list[tuple[str, str]]:
    if door == "cloud":
        return [("X-API-Key", secret)]
    if ":" in secret:
        coded = base64.b64encode(secret.encode()).decode()
        return [("Authorization", f"Basic {coded}")]
    # Which of the two a door in front of a ComfyUI reads can't be known.
    return [("X-API-Key", secret), ("Authorization", f"Bearer {secret}")]


def _parts(shown: str) -> tuple[Door, str, str]:
    """Door, host and base of an address with a scheme."""
    try:
        parts = urlsplit(shown)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise _no_address(shown) from None
    if "@" in parts.netloc or parts.query or parts.fragment:
        raise UsageError(
            "A server's address must not hold a password, a key or a query.",
            "Put user:password or the key into an environment variable, and its name into "
            "auth_env; the address is then as short as " + EXAMPLE + ".",
        )
    scheme = parts.scheme.lower()
    if scheme not in ("http", "https") or not host or not shown.isprintable() or " " in shown:
        raise _no_address(shown)
    if "\\" in shown or port == 0 or _has_dots(parts.path):
        raise _no_address(shown)
    place = f"[{host}]" if ":" in host else host
    path = parts.path.rstrip("/")
    door: Door = "comfyui"
    if host == CLOUD_HOST or host.endswith("." + CLOUD_HOST):
        door = "cloud"
        path = path.removesuffix("/api")
    elif path.lower().endswith(SWARM_PATH.lower()):
        door = "swarmui"
        # SwarmUI looks for this very spelling.
        path = path[: -len(SWARM_PATH)] + SWARM_PATH
    base = f"{scheme}://{place}" + (f":{port}" if port is not None else "") + path
    return door, host, base


def _has_dots(path: str) -> bool:
    return any(part in (".", "..") for part in path.split("/"))


def _no_address(shown: str) -> UsageError:
    # Someone may have written a secret into it after all: only what is left of an "@" is risky.
    harmless = shown if "@" not in shown else "the address"
    what = quoted(printable(harmless)) if harmless is shown else harmless
    return UsageError(f"{what} is no address of a server.", f"Write one such as {EXAMPLE}.")

"""One request and its answer: bounded, never redirected, credentials to the named host only."""

from __future__ import annotations

import asyncio
import ipaddress
import os
import re
import socket
import ssl
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from http.cookiejar import CookieJar, DefaultCookiePolicy
from urllib.parse import urlsplit

import httpx

from spyke_tui.comfy.addresses import EXAMPLE, ServerAddress
from spyke_tui.comfy.server_words import cleaned, mapping, read_json
from spyke_tui.errors import (
    BadAnswerError,
    ServerError,
    ServerRefusedError,
    ServerUnreachableError,
)

CONNECT_SECONDS = 10.0
IDLE_SECONDS = 60.0
"""Between two bytes of an answer; the caller's own limit holds for the whole of it."""
WORDS_SIZE = 2**16
"""Bytes of a refusal that are read for the server's words."""

_HOST_NAME = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+")

START_HINT = (
    "Start ComfyUI there, or write its address into [reg] server, such as "
    f"{EXAMPLE} (through SSH: ssh -L 8188:127.0.0.1:8188 HOST)."
)
AUTH_HINT = (
    "Put user:password or the key into an environment variable and its name into auth_env of [reg]."
)

WRONG_KEY_HINT = (
    "It does not take what the variable of auth_env holds: user:password for a password, the key "
    "alone for a key."
)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. `path` and `shown` name it in messages; neither holds a secret."""

    status: int
    body: bytes
    shown: str
    path: str
    location: str = ""

    @property
    def words(self) -> str:
        """What the server says in a refusal, cleaned, "" where it is a page for a browser."""
        try:
            said = read_json(self.body)
        except ValueError:
            text = self.body[:2000].decode("utf-8", "replace").strip()
            return "" if text.startswith("<") else cleaned(text)
        told = mapping(said)
        error = told.get("error", told.get("message"))
        if isinstance(error, dict):
            error = error.get("message")
        return cleaned(error)


def tls_context() -> ssl.SSLContext:
    """Trusts what the machine trusts, and the public authorities where it has no list of its own.

    OpenSSL reads SSL_CERT_FILE and SSL_CERT_DIR: the way to name an authority of one's own.
    """
    context = ssl.create_default_context()
    if not context.get_ca_certs():
        import certifi

        context.load_verify_locations(certifi.where())
    return context


class Exchange:
    """The connections to one server."""

    def __init__(self, address: ServerAddress, http: httpx.AsyncClient | None = None) -> None:
        self.address = address
        self._own = http is None
        self._http = http or httpx.AsyncClient(
            verify=tls_context() if address.secure else _no_tls(),
            trust_env=False,  # no proxy and no .netrc that nobody named
            follow_redirects=False,
            timeout=httpx.Timeout(IDLE_SECONDS, connect=CONNECT_SECONDS),
            limits=httpx.Limits(max_connections=8, keepalive_expiry=20.0),
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
        )

    async def aclose(self) -> None:
        if self._own:
            await self._http.aclose()

    async def send(
        self,
        method: str,
        path: str,
        query: Sequence[tuple[str, str]] = (),
        *,
        body: bytes | None = None,
        size: int,
        seconds: float,
        fine: Collection[int] = (200,),
        follow_signed: bool = False,
    ) -> Answer:
        """The answer if its status is one of `fine`, else the error that it means.

        `size` bounds the body in bytes, `seconds` the whole exchange. `follow_signed`: one
        redirect to another host is followed, over TLS and without any credentials.
        """
        request = self._request(method, path, query, body)
        try:
            async with asyncio.timeout(seconds):
                answer = await self._once_more(request, path, size)
                if follow_signed and answer.status in (302, 303, 307):
                    answer = await self._signed(answer, path, size)
        except TimeoutError:
            raise ServerUnreachableError(
                f"{self.address.shown} did not finish its answer in {seconds:g} s.",
                "It may be overloaded or stuck; its own window says more.",
                perhaps_received=True,
            ) from None
        if answer.status not in fine:
            raise self._refusal(answer)
        return answer

    def _request(
        self, method: str, path: str, query: Sequence[tuple[str, str]], body: bytes | None
    ) -> httpx.Request:
        headers = {**self.address.headers, "Accept-Encoding": "identity"}
        if body is not None:
            headers["Content-Type"] = "application/json"
        place = self.address.http(path, query)
        try:
            return self._http.build_request(method, place, content=body, headers=headers)
        except (httpx.InvalidURL, ValueError) as error:
            raise self._trouble(error, answering=False) from None

    async def _once_more(self, request: httpx.Request, path: str, size: int) -> Answer:
        """Sends it. Asking twice is harmless, and a kept connection may have just been closed."""
        try:
            return await self._once(request, path, size)
        except ServerUnreachableError as error:
            if request.method != "GET" or not error.perhaps_received:
                raise
        return await self._once(request, path, size)

    async def _once(self, request: httpx.Request, path: str, size: int) -> Answer:
        response: httpx.Response | None = None
        try:
            response = await self._http.send(
                request, stream=True, auth=None, follow_redirects=False
            )
            body = await self._body(response, path, size)
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, OSError, ValueError) as error:
            raise self._trouble(error, answering=response is not None) from None
        finally:
            if response is not None:
                await response.aclose()
        location = response.headers.get("location", "")
        return Answer(response.status_code, body, self.address.shown, path, location)

    async def _body(self, response: httpx.Response, path: str, size: int) -> bytes:
        """The body as sent: nothing is unpacked, so nothing can unfold in memory."""
        if response.status_code != 200:
            size = min(size, WORDS_SIZE)
        if response.headers.get("content-encoding", "identity").lower() not in ("identity", ""):
            raise BadAnswerError(f"{self.address.shown} packs its answer to {path} unasked.")
        declared = response.headers.get("content-length", "")
        body = bytearray()
        fine = response.status_code == 200
        if fine and declared.isdigit() and (len(declared) > 18 or int(declared) > size):
            raise self._too_much(path, size)
        async for chunk in response.aiter_raw(2**16):
            body += chunk
            if len(body) > size:
                if not fine:
                    return bytes(body[:size])
                raise self._too_much(path, size)
        return bytes(body)

    async def _signed(self, answer: Answer, path: str, size: int) -> Answer:
        """Comfy Cloud keeps pictures elsewhere: the address itself is the permission."""
        refusal = BadAnswerError(
            f"{self.address.shown} sends to an address for {path} that is not followed."
        )
        if not is_public_https(answer.location):
            raise refusal
        try:
            request = httpx.Request("GET", answer.location, headers={"Accept-Encoding": "identity"})
        except (httpx.InvalidURL, ValueError):
            raise refusal from None
        return await self._once(request, path, size)

    def _too_much(self, path: str, size: int) -> BadAnswerError:
        return BadAnswerError(
            f"{self.address.shown} sends more than {size // 2**20 or 1} MB for {path}."
        )

    def _trouble(self, error: Exception, *, answering: bool) -> ServerError:
        """What a failed exchange means. `answering`: its head had come already."""
        shown = self.address.shown
        said = cleaned(str(error), 160)
        if isinstance(error, (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)):
            why = _reason(error) or said or "it took too long"
            hint = START_HINT
            if self.address.secure and ("WRONG_VERSION" in said or not said):
                why = "it does not speak TLS" if said else "no TLS, it took too long"
                hint = f"ComfyUI by itself has none: try http instead of https. {START_HINT}"
            if "CERTIFICATE" in why.upper():
                hint = (
                    "Its certificate is not trusted here. Name the authority that signed it in the "
                    "environment variable SSL_CERT_FILE."
                )
            return ServerUnreachableError(f"No connection to {shown}: {why}.", hint)
        if isinstance(error, httpx.TimeoutException):
            return ServerUnreachableError(
                f"{shown} stopped answering.", START_HINT, perhaps_received=True
            )
        if isinstance(error, httpx.RemoteProtocolError):
            if answering:
                return BadAnswerError(f"{shown} broke off its answer: {said}.")
            if "disconnect" not in said.lower():
                return BadAnswerError(f"{shown} does not speak HTTP: {said}.")
        if isinstance(
            error, (httpx.InvalidURL, httpx.UnsupportedProtocol, httpx.LocalProtocolError)
        ):
            return BadAnswerError(f"{shown} can't be asked: {said}.")
        if isinstance(error, (httpx.HTTPError, OSError)):
            return ServerUnreachableError(
                f"The connection to {shown} broke off: {said or type(error).__name__}.",
                START_HINT,
                perhaps_received=True,
            )
        return BadAnswerError(f"{shown} answers with what can't be read: {said}.")

    def _refusal(self, answer: Answer) -> ServerError:
        shown, words = self.address.shown, answer.words
        said = f': "{words}"' if words else "."
        if answer.status in (502, 503, 504):
            # What stands in front of a ComfyUI that is down or starting says so.
            return ServerUnreachableError(
                f"{shown} has no ComfyUI behind it just now ({answer.status}){said}",
                START_HINT,
                perhaps_received=True,
            )
        if 300 <= answer.status < 400:
            place = origin_of(answer.location)
            return ServerRefusedError(
                answer.status,
                words,
                f"{shown} sends elsewhere{f' (to {place})' if place else ''}; not followed.",
                "If that is the right place, write its address into [reg] server.",
            )
        hint = ""
        if answer.status in (401, 403, 407):
            hint = WRONG_KEY_HINT if self.address.has_secret else AUTH_HINT
        elif answer.status in (404, 405) and answer.path != "/view":
            hint = "Is it a ComfyUI, and is the address complete, with the path in front of it?"
        return ServerRefusedError(
            answer.status, words, f"{shown} refused {answer.path} ({answer.status}){said}", hint
        )


def origin_of(location: str) -> str:
    """Scheme and host of a redirect, without what may be secret in it; "" where there is none."""
    try:
        parts = urlsplit(location)
        host = parts.hostname
    except ValueError:
        return ""
    return cleaned(f"{parts.scheme}://{host}", 100) if host and parts.scheme else ""


def is_public_https(location: str) -> bool:
    """Whether an address may be fetched on a server's word: TLS, no password, no private number."""
    try:
        parts = urlsplit(location)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return False
    if parts.scheme != "https" or not host or "@" in parts.netloc or not location.isascii():
        return False
    if host == "localhost" or host.endswith((".localhost", ".local", ".internal")):
        return False
    try:
        return ipaddress.ip_address(host).is_global
    except ValueError:
        return _HOST_NAME.fullmatch(host) is not None


def _reason(error: BaseException) -> str:
    """Why no connection came about, in the system's words; "" where only httpx has any."""
    cause: BaseException | None = error
    for _ in range(10):
        if isinstance(cause, BaseExceptionGroup):
            cause = cause.exceptions[0]  # one for each address of the name
        if isinstance(cause, ssl.SSLError) or cause is None:
            return ""
        if isinstance(cause, socket.gaierror):
            return "its name can't be found"
        if isinstance(cause, OSError) and cause.errno:
            said = os.strerror(cause.errno)  # asyncio puts words of its own into the exception
            return said[:1].lower() + said[1:]
        cause = cause.__cause__ or cause.__context__
    return ""


def _no_tls() -> ssl.SSLContext:
    """For addresses without TLS: trusts nobody, and costs no reading of certificates."""
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)

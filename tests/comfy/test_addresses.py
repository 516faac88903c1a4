"""Addresses of servers: prefixes kept, secrets neither written nor shown, doors recognised."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spyke_tui.comfy.addresses import ServerAddress
from spyke_tui.errors import SpykeError, UsageError
from spyke_tui.model.table import printable

SECRET = "tiger-4711"


@pytest.mark.parametrize(
    ("text", "base", "socket"),
    [
        ("http://127.0.0.1:8188", "http://127.0.0.1:8188", "ws://127.0.0.1:8188/ws"),
        ("127.0.0.1:8188", "http://127.0.0.1:8188", "ws://127.0.0.1:8188/ws"),
        ("  http://box:8188/ ", "http://box:8188", "ws://box:8188/ws"),
        ("https://gpu.example/comfy/", "https://gpu.example/comfy", "wss://gpu.example/comfy/ws"),
        ("https://a.example/x/y//", "https://a.example/x/y", "wss://a.example/x/y/ws"),
        ("http://[::1]:8188", "http://[::1]:8188", "ws://[::1]:8188/ws"),
        ("HTTP://Box", "http://box", "ws://box/ws"),
    ],
)
def test_prefix_and_scheme_are_kept(text: str, base: str, socket: str) -> None:
    address = ServerAddress.of(text)
    assert address.door == "comfyui"
    assert address.base == base
    assert address.http("/queue") == f"{base}/queue"
    assert address.socket("me") == f"{socket}?clientId=me"


def test_names_in_a_query_are_quoted_and_keep_their_order() -> None:
    address = ServerAddress.of("http://box/p")
    asked = [("filename", "säng #1&.png"), ("subfolder", "reg/a b"), ("type", "output")]
    assert address.http("/view", asked) == (
        "http://box/p/view?filename=s%C3%A4ng%20%231%26.png&subfolder=reg%2Fa%20b&type=output"
    )


def test_swarmui_is_recognised_and_gets_its_cookie() -> None:
    address = ServerAddress.of("http://box:7801/comfybackenddirect/")
    assert address.door == "swarmui"
    assert address.http("/view", [("filename", "a.png")]) == (
        "http://box:7801/ComfyBackendDirect/view?filename=a.png"
    )
    assert address.socket("me") == "ws://box:7801/ComfyBackendDirect/ws?clientId=me"
    assert address.headers["Cookie"] == "comfy_domulti=true"
    assert not address.sees_all_prompts


def test_comfy_cloud_has_its_own_routes_and_key() -> None:
    for text in ("https://cloud.comfy.org", "https://cloud.comfy.org/api/"):
        address = ServerAddress.of(text, "KEY", {"KEY": SECRET})
        assert address.door == "cloud"
        assert address.http("/prompt") == "https://cloud.comfy.org/api/prompt"
        assert address.socket("me") == f"wss://cloud.comfy.org/ws?clientId=me&token={SECRET}"
        assert dict(address.headers) == {"X-API-Key": SECRET}
        assert SECRET not in repr(address)
    assert ServerAddress.of("https://cloud.comfy.org.evil.example").door == "comfyui"


def test_user_and_password_or_a_key_from_the_environment() -> None:
    basic = ServerAddress.of("https://box", "COMFY", {"COMFY": "ann:tiger:ü"})
    coded = base64.b64encode("ann:tiger:ü".encode()).decode()
    assert dict(basic.headers) == {"Authorization": f"Basic {coded}"}
    key = ServerAddress.of("https://box", "COMFY", {"COMFY": f"{SECRET}\n"})
    assert dict(key.headers) == {"X-API-Key": SECRET, "Authorization": f"Bearer {SECRET}"}
    assert SECRET not in repr(key) + key.shown + key.base


def test_a_secret_in_the_open_is_known() -> None:
    with_key = {"K": SECRET}
    assert ServerAddress.of("http://box:8188", "K", with_key).exposes_secret
    assert not ServerAddress.of("https://box", "K", with_key).exposes_secret
    assert not ServerAddress.of("http://127.0.0.1:8188", "K", with_key).exposes_secret
    assert not ServerAddress.of("http://box:8188").exposes_secret


@pytest.mark.parametrize(
    "text",
    [
        f"http://ann:{SECRET}@box:8188",
        f"http://{SECRET}@box",
        f"https://box/?token={SECRET}",
        f"https://box/#{SECRET}",
        f"ann:{SECRET}@box:8188",
        f"ann:{SECRET}@[box",
    ],
)
def test_an_address_with_a_secret_is_refused_without_repeating_it(text: str) -> None:
    with pytest.raises(UsageError) as refused:
        ServerAddress.of(text)
    assert "auth_env" in refused.value.hint or "Write one such as" in refused.value.hint
    assert SECRET not in str(refused.value)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "http://",
        "ftp://box",
        "file:///etc/passwd",
        "http://box:99999",
        "http://box:0",
        "http://box:x",
        "http://bo x",
        "http://box/a\x1b[2J",
        "http://box/../x",
        "http://box\\@evil.example",
        "http://[::1",
        "javascript:alert(1)",
    ],
)
def test_what_is_no_address_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(UsageError) as refused:
        ServerAddress.of(text)
    assert str(refused.value).isprintable()
    assert "http://127.0.0.1:8188" in refused.value.hint


@pytest.mark.parametrize("name", [SECRET, "ann:tiger", "A B", "1A", "Ä"])
def test_auth_env_must_be_a_name_and_is_not_repeated_if_not(name: str) -> None:
    with pytest.raises(UsageError) as refused:
        ServerAddress.of("http://box", name, {})
    assert name not in str(refused.value)


@pytest.mark.parametrize("value", [None, "", "  ", "a\r\nX-Evil: 1", "schlüssel"])
def test_a_variable_that_is_unset_or_no_secret_is_told_by_name(value: str | None) -> None:
    with pytest.raises(UsageError) as refused:
        ServerAddress.of("http://box", "COMFY_AUTH", {} if value is None else {"COMFY_AUTH": value})
    assert "COMFY_AUTH" in str(refused.value)
    assert "Evil" not in str(refused.value)
    assert "schlüssel" not in str(refused.value)


@given(st.text(max_size=60))
def test_any_text_is_an_address_or_refused(text: str) -> None:
    for guess in (text, f"http://{text}", f"https://box/{text}"):
        try:
            address = ServerAddress.of(guess)
        except SpykeError as refused:
            assert printable(str(refused)) == str(refused)
            continue
        assert printable(address.shown) == address.shown
        assert address.base.startswith(("http://", "https://"))
        assert "@" not in address.base.partition("://")[2].partition("/")[0]

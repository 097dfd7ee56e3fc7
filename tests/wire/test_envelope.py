"""Callback envelopes: really encrypted with an own codec (an oracle beside wechatpy), and a corpus of junk."""

from __future__ import annotations

import base64
import hashlib
import os
import struct

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from hypothesis import given, settings
from hypothesis import strategies as st
from wechatpy.enterprise.crypto import WeChatCrypto

from bot.wecom.envelope import BadEnvelope, Keys, open_echo, open_encrypted, open_envelope, read_encrypted
from bot.wecom.xml_tree import XmlRefused, parse_xml

NOW = 1_791_000_000
STAMP = str(NOW)
AES = base64.b64encode(bytes(range(32))).decode()[:43]
KEYS = Keys("campToken", AES, "wwCAMP0000000001")


def pack(plain: bytes, receiver: str = KEYS.receive_id, *, length: int | None = None) -> bytes:
    return os.urandom(16) + struct.pack(">I", len(plain) if length is None else length) + plain + receiver.encode()


def pad(data: bytes) -> bytes:
    count = 32 - len(data) % 32
    return data + bytes([count]) * count


def encrypt(padded: bytes, key: bytes = KEYS.aes_key) -> str:
    encryptor = Cipher(algorithms.AES(key), modes.CBC(key[:16])).encryptor()
    return base64.b64encode(encryptor.update(padded) + encryptor.finalize()).decode()


def signed(encrypted: str, token: str = KEYS.token, stamp: str = STAMP, nonce: str = "n0") -> str:
    return hashlib.sha1("".join(sorted([token, stamp, nonce, encrypted])).encode()).hexdigest()


def wrap(encrypted: str) -> bytes:
    return f"<xml><ToUserName><![CDATA[ww]]></ToUserName><Encrypt><![CDATA[{encrypted}]]></Encrypt></xml>".encode()


def seal_envelope(keys: Keys, plaintext: str, nonce: str = "n0", timestamp: str = STAMP) -> tuple[str, bytes]:
    """Return (signature, body)."""
    encrypted = encrypt(pad(pack(plaintext.encode(), keys.receive_id)), keys.aes_key)
    return signed(encrypted, keys.token, timestamp, nonce), wrap(encrypted)


def open_signed(encrypted: str, keys: Keys = KEYS) -> str:
    return open_encrypted(keys, signature=signed(encrypted), timestamp=STAMP, nonce="n0", encrypted=encrypted, now=NOW)


def open_body(body: bytes, signature: str = "0" * 40, **changes: object) -> str:
    given: dict[str, object] = {"timestamp": STAMP, "nonce": "n0", "now": NOW, **changes}
    return open_envelope(KEYS, signature=signature, body=body, **given)  # type: ignore[arg-type]


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=200))
def test_every_text_comes_back_exactly(text: str) -> None:
    signature, body = seal_envelope(KEYS, text)
    assert open_body(body, signature) == text


@pytest.mark.parametrize("size", range(70))
def test_every_pad_length_is_accepted(size: int) -> None:
    signature, body = seal_envelope(KEYS, "x" * size)
    assert open_body(body, signature) == "x" * size


def test_what_wechatpy_seals_opens() -> None:
    sealed = WeChatCrypto(KEYS.token, AES, KEYS.receive_id).encrypt_message("<xml><a>营</a></xml>", "n0", STAMP)
    signature = sealed.split("<MsgSignature><![CDATA[")[1][:40]
    assert open_body(sealed.encode(), signature) == "<xml><a>营</a></xml>"


def test_aibot_has_an_empty_receiver() -> None:
    keys = Keys(KEYS.token, AES, "")
    encrypted = encrypt(pad(pack(b"{}", "")))
    assert open_signed(encrypted, keys) == "{}"


def test_echo_is_verbatim_and_survives_a_blank_for_plus() -> None:
    echo = next(e for e in (encrypt(pad(pack(b"6175"))) for _ in range(200)) if "+" in e)
    for form in (echo, echo.replace("+", " ")):
        given = {"signature": signed(echo), "timestamp": STAMP, "nonce": "n0", "echostr": form, "now": NOW}
        assert open_echo(KEYS, **given) == "6175"  # type: ignore[arg-type]
    with pytest.raises(BadEnvelope) as refused:
        open_echo(KEYS, signature="", timestamp="", nonce="", echostr="", now=NOW)
    assert refused.value.status == 400


def other_key() -> str:
    return encrypt(pad(pack(b"<xml/>")), bytes(32))


def bad_pad(byte: int) -> str:
    data = pack(b"<xml/>")
    return encrypt(pad(data)[:-1] + bytes([byte]))


def uneven_pad() -> str:
    data = pad(pack(b"<xml/>"))
    return encrypt(data[:-2] + b"\x00" + data[-1:])


JUNK = {
    "other key": (other_key, 400),
    "pad 0": (lambda: bad_pad(0), 400),
    "pad 33": (lambda: bad_pad(33), 400),
    "pad 255": (lambda: bad_pad(255), 400),
    "uneven pad bytes": (uneven_pad, 400),
    "empty message with wrong receiver": (lambda: encrypt(pad(pack(b"", "wwOTHER"))), 403),
    "wrong receiver": (lambda: encrypt(pad(pack(b"<xml/>", "wwOTHER"))), 403),
    "receiver with a tail": (lambda: encrypt(pad(pack(b"<xml/>", KEYS.receive_id + "x"))), 403),
    "length beyond the end": (lambda: encrypt(pad(pack(b"<xml/>", length=9_999))), 400),
    "length 4 GiB": (lambda: encrypt(pad(pack(b"<xml/>", length=0xFFFFFFFF))), 400),
    "length too short": (lambda: encrypt(pad(pack(b"<xml/>", length=2))), 403),
    "nothing but padding": (lambda: encrypt(bytes([32]) * 32), 400),
    "one byte of content": (lambda: encrypt(pad(b"x")), 400),
    "truncated base64": (lambda: encrypt(pad(pack(b"<xml/>")))[:-3], 400),
    "truncated block": (lambda: base64.b64encode(b"x" * 47).decode(), 400),
    "not base64": (lambda: "!!!!", 400),
    "Chinese": (lambda: "营伴营伴", 400),
    "empty": (lambda: "", 400),
}


@pytest.mark.parametrize("name", JUNK)
def test_signed_junk_is_one_kind_of_error(name: str) -> None:
    make, status = JUNK[name]
    with pytest.raises(BadEnvelope) as refused:
        open_signed(make())
    assert refused.value.status == status


def test_what_was_decrypted_before_does_not_matter() -> None:
    for make, _ in JUNK.values():
        with pytest.raises(BadEnvelope):
            open_signed(make())
        assert open_signed(encrypt(pad(pack("<xml>营</xml>".encode())))) == "<xml>营</xml>"


PIECES = (
    *("<Encrypt><![CDATA[QUJD/+8=]]></Encrypt>", "<Encrypt>QUJD</Encrypt>", "<Encrypt><![CDATA[ QUJD]]></Encrypt>"),
    *("<ToUserName><![CDATA[ww1]]></ToUserName>", "<ToUserName>ww1</ToUserName>", "<ToUserName>ww1</AgentID>", "<AgentID/>"),
    *(
        "<AgentID><![CDATA[]]></AgentID>",
        "<AgentID></AgentID>",
        "<MsgType>a</MsgType>",
        " ",
        "\n",
        "\x0b",
        "x",
        "</xml>",
        "<xml>",
    ),
)


@settings(max_examples=500, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=5).map("".join), st.sampled_from(["", "\n", "x"]))
def test_the_usual_envelope_is_read_as_xml_would_be(inside: str, after: str) -> None:
    body = f"<xml>{inside}</xml>{after}".encode()
    try:
        encrypted = parse_xml(body, max_depth=8).get("Encrypt")
    except XmlRefused:
        encrypted = None
    if isinstance(encrypted, str):
        assert read_encrypted(body) == encrypted.strip()
    else:
        with pytest.raises(BadEnvelope):
            read_encrypted(body)


LAUGHS = b"""<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]><xml><Encrypt>&b;</Encrypt></xml>"""
BODIES = {
    "empty": b"",
    "text": b"hello",
    "json": b'{"encrypt":"x"}',
    "half": b"<xml><Encrypt>abc",
    "no Encrypt": b"<xml><A>1</A></xml>",
    "empty Encrypt": b"<xml><Encrypt></Encrypt></xml>",
    "two Encrypt": b"<xml><Encrypt>a</Encrypt><Encrypt>b</Encrypt></xml>",
    "nested Encrypt": b"<xml><Encrypt><A>a</A></Encrypt></xml>",
    "leaf root": b"<xml>abc</xml>",
    "external DTD": b'<!DOCTYPE xml SYSTEM "http://x.example/x.dtd"><xml><Encrypt>a</Encrypt></xml>',
    "billion laughs": LAUGHS,
    "external entity": b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><xml><Encrypt>&e;</Encrypt></xml>',
    "deep": b"<xml>" * 9 + b"<Encrypt>a</Encrypt>" + b"</xml>" * 9,
    "200k deep": b"<a>" * 200_000,
    "many nodes": b"<xml>" + b"<a/>" * 30_000 + b"</xml>",
    "huge": b"<xml><Encrypt>" + b"a" * 1_100_000 + b"</Encrypt></xml>",
    "not UTF-8": b"<xml><Encrypt>\xff\xfe</Encrypt></xml>",
    "UTF-16": "<xml><Encrypt>a</Encrypt></xml>".encode("utf-16"),
    "Latin-1 claimed": b'<?xml version="1.0" encoding="latin-1"?><xml><Encrypt>\xe9</Encrypt></xml>',
    "NUL": b"<xml><Encrypt>\x00</Encrypt></xml>",
}


@pytest.mark.parametrize("name", BODIES)
def test_unreadable_bodies_are_400_before_any_crypto(name: str) -> None:
    with pytest.raises(BadEnvelope) as refused:
        open_body(BODIES[name])
    assert refused.value.status == 400


@settings(max_examples=80, deadline=None)
@given(st.binary(max_size=120), st.text(max_size=12), st.text(max_size=12), st.text(max_size=44))
def test_random_requests_raise_nothing_else(body: bytes, stamp: str, nonce: str, signature: str) -> None:
    for candidate in (body, wrap("QUJD")):
        with pytest.raises(BadEnvelope):
            open_body(candidate, signature, timestamp=stamp, nonce=nonce)


@pytest.mark.parametrize("signature", ["", "0" * 40, "签名", "\udc80", "A" * 4000])
def test_wrong_signature_is_403(signature: str) -> None:
    _, body = seal_envelope(KEYS, "<xml/>")
    with pytest.raises(BadEnvelope, match="signature") as refused:
        open_body(body, signature)
    assert refused.value.status == 403


def test_signature_is_lower_case_hex_only() -> None:
    signature, body = seal_envelope(KEYS, "<xml/>", nonce="upper")
    if signature.upper() != signature:
        with pytest.raises(BadEnvelope):
            open_body(body, signature.upper(), nonce="upper")


@pytest.mark.parametrize(("age_s", "accepted"), [(0, True), (300, True), (-300, True), (301, False), (-301, False)])
def test_timestamp_window(age_s: int, accepted: bool) -> None:
    signature, body = seal_envelope(KEYS, "<xml/>", timestamp=str(NOW - age_s))
    if accepted:
        assert open_body(body, signature, timestamp=str(NOW - age_s)) == "<xml/>"
        return
    with pytest.raises(BadEnvelope, match="stale") as refused:
        open_body(body, signature, timestamp=str(NOW - age_s))
    assert refused.value.status == 403
    assert open_body(body, signature, timestamp=str(NOW - age_s), max_age_s=None) == "<xml/>"


@pytest.mark.parametrize("stamp", ["", "abc", "1_0", "9" * 5000, "１７９１", "-1", "1e9"])
def test_signed_but_odd_timestamp_is_403(stamp: str) -> None:
    encrypted = encrypt(pad(pack(b"<xml/>")))
    with pytest.raises(BadEnvelope, match="timestamp") as refused:
        open_body(wrap(encrypted), signed(encrypted, stamp=stamp), timestamp=stamp)
    assert refused.value.status == 403


@pytest.mark.parametrize("key", ["", "a" * 42, "a" * 44, "!" * 43, "营" * 43])
def test_bad_aes_keys_are_named_at_start(key: str) -> None:
    with pytest.raises(ValueError, match="encoding_aes_key"):
        Keys("t", key, "ww")


def test_keys_hide_their_secrets() -> None:
    assert KEYS.token not in repr(KEYS)
    assert AES not in repr(KEYS)


def test_spare_bits_of_the_key_do_not_matter() -> None:
    assert len(Keys("t", "a" * 42 + "b", "ww").aes_key) == 32

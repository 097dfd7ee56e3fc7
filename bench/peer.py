"""How a bot is usually put together: Flask, wechatpy and one SQLite commit for each request (`gunicorn bench.peer:app`).

Its file is `PEER_DB`, in WAL with full synchronisation as ours, so that a 200 means the same.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
import threading
import time

from flask import Flask, request
from wechatpy.enterprise import parse_message
from wechatpy.enterprise.crypto import WeChatCrypto

from bench.callback import AES_KEY, CORP_ID, TOKEN

app = Flask(__name__)
_crypto = WeChatCrypto(TOKEN, AES_KEY, CORP_ID)
_own = threading.local()


def _database() -> sqlite3.Connection:
    if not hasattr(_own, "database"):
        _own.database = sqlite3.connect(os.environ["PEER_DB"], timeout=30, isolation_level=None)
        for line in ("PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL"):
            _own.database.execute(line)
        _own.database.execute("CREATE TABLE IF NOT EXISTS inbox (id INTEGER PRIMARY KEY, key TEXT UNIQUE, xml TEXT, at REAL)")
    found: sqlite3.Connection = _own.database
    return found


@app.post("/wecom/callback")
def receive() -> str:
    query = request.args
    xml = _crypto.decrypt_message(request.data, query["msg_signature"], query["timestamp"], query["nonce"])
    message = parse_message(xml)
    key = f"{message.source}:{message.id or hashlib.sha256(xml.encode()).hexdigest()}"
    _database().execute("INSERT OR IGNORE INTO inbox (key, xml, at) VALUES (?, ?, ?)", (key, xml, time.time()))
    return ""

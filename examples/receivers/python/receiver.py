"""A main backend that stores every event once, in SQLite. Needs Python 3.9 and nothing else.

    CALLBACK_SECRET=whsec_... PRODUCTION_API_KEY=... python3 receiver.py
"""

import base64
import binascii
import hashlib
import hmac
import json
import os
import sqlite3
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

SECRET = os.environ.get("CALLBACK_SECRET", "")
API_KEY = os.environ.get("PRODUCTION_API_KEY", "")
MAX_BYTES = 10_000_000
MAX_SECONDS = 300  # between the clock of the orchestrator and ours

database = sqlite3.connect(os.environ.get("EVENTS_FILE", "events.sqlite"), check_same_thread=False)
database.execute("PRAGMA journal_mode=WAL")
database.execute("PRAGMA synchronous=FULL")
database.execute(
    "CREATE TABLE IF NOT EXISTS events"
    " (webhook_id TEXT PRIMARY KEY, path TEXT, session_id TEXT, seq INTEGER, body TEXT)"
)
one_at_a_time = threading.Lock()


def key_of(secret):
    """What follows whsec_ is base64; any other secret is the key itself."""
    return base64.b64decode(secret[6:]) if secret.startswith("whsec_") else secret.encode()


def is_signed(headers, body, secret, now):
    """Whether one of the signatures is right, and not old. The body is the bytes that arrived."""
    webhook_id, timestamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not timestamp.isascii() or not timestamp.isdigit() or abs(now - int(timestamp)) > MAX_SECONDS:
        return False
    content = f"{webhook_id}.{timestamp}.".encode() + body
    expected = hmac.new(key_of(secret), content, hashlib.sha256).digest()
    return any(is_right(one, expected) for one in headers.get("webhook-signature", "").split(" "))


def is_right(signature, expected):
    version, _, encoded = signature.partition(",")
    try:
        given = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        return False
    return version == "v1" and hmac.compare_digest(given, expected)


def is_allowed(headers):
    given = headers.get("authorization", "").encode()
    return not API_KEY or hmac.compare_digest(given, f"Bearer {API_KEY}".encode())


def store(headers, path, body):
    """Does nothing for an event that was stored before: it arrives again when our answer was lost."""
    text = body.decode()
    session_id = json.loads(text).get("session_id")
    with one_at_a_time, database:
        database.execute(
            "INSERT OR IGNORE INTO events VALUES (?, ?, ?, ?, ?)",
            (headers["webhook-id"], path, session_id, headers.get("x-session-seq"), text),
        )


class Receiver(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        length = int(self.headers.get("content-length", "0"))
        if length > MAX_BYTES:
            self.close_connection = True
            return self.answer(413)
        body = self.rfile.read(length)
        if not is_allowed(self.headers) or (SECRET and not is_signed(self.headers, body, SECRET, time.time())):
            return self.answer(401)
        try:
            store(self.headers, self.path, body)
        except (ValueError, AttributeError, KeyError):
            return self.answer(400)
        self.answer(200)  # it is stored: from now on it is ours

    def answer(self, status):
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_):
        """Messages of customers do not belong into a log."""


if __name__ == "__main__":
    address = (os.environ.get("HOST", "127.0.0.1"), int(os.environ.get("PORT", "8000")))
    ThreadingHTTPServer(address, Receiver).serve_forever()

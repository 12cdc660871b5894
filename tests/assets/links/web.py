"""A small web of its own: a real HTTP server whose pages do what links do to us."""

import io
import ssl
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from PIL import Image


def a_picture(width, height, format="PNG"):
    held = io.BytesIO()
    Image.new("RGB", (width, height), "navy").save(held, format)
    return held.getvalue()


class Pages(BaseHTTPRequestHandler):
    """Answers by the path; `asked` of the server holds every request with its headers."""

    protocol_version = "HTTP/1.1"
    timeout = 5

    def do_HEAD(self):
        self.answer(has_body=False)

    def do_GET(self):
        self.answer(has_body=True)

    def answer(self, *, has_body):
        self.server.asked.append((self.command, self.path, dict(self.headers)))
        status, headers, body = self.server.page(self.command, self.path)
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if "Content-Length" not in headers:
            self.send_header("Content-Length", str(len(body) if isinstance(body, bytes) else 0))
        self.end_headers()
        if has_body:
            self.write(body)

    def write(self, body):
        try:
            for part in [body] if isinstance(body, bytes) else body:
                self.wfile.write(part)
                self.server.sent += len(part)
        except OSError:
            self.close_connection = True

    def log_message(self, *args):
        pass


class Web(ThreadingHTTPServer):
    """`pages` maps a path to (status, headers, body), or to what makes it of method and path."""

    daemon_threads = True

    def __init__(self, host="127.0.0.1"):
        super().__init__((host, 0), Pages)
        self.pages, self.asked, self.sent = {}, [], 0
        self.ended = threading.Event()

    @property
    def origin(self):
        return f"http://127.0.0.1:{self.server_port}"

    def page(self, method, path):
        page = self.pages.get(path, (404, {}, b"nothing"))
        return page(method, path) if callable(page) else page

    def slow(self, seconds):
        """A page whose body comes a byte at a time, for as long as anybody waits."""

        def body():
            end = time.monotonic() + seconds
            while time.monotonic() < end and not self.ended.wait(0.05):
                yield b"x"

        return 200, {"Content-Type": "image/png", "Content-Length": "1000000"}, body()


class Web6(Web):
    import socket

    address_family = socket.AF_INET6


def serving(server):
    """Run the server in a thread until the generator is closed."""
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.ended.set()
        server.shutdown()
        server.server_close()
        thread.join()


def with_tls(server, certificate, key):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    return server

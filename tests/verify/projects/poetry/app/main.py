"""Answers /health with what is installed."""

from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import click


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        found = self.path == "/health"
        self.send_response(200 if found else 404)
        self.end_headers()
        self.wfile.write(click.style("ok").encode() if found else b"")


def main():
    ThreadingHTTPServer(("0.0.0.0", 8000), Handler).serve_forever()


if __name__ == "__main__":
    main()

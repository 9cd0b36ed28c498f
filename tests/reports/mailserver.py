"""A mail server on loopback that takes letters, or refuses them as real ones do."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class MailServer:
    """Its port, the answers that it gives to the next recipients, and the letters that it took."""

    port: int
    answers: list[str] = field(default_factory=list)
    letters: list[str] = field(default_factory=list)


class _Handler(socketserver.StreamRequestHandler):
    """As much of RFC 5321 as a client needs."""

    server: "_Server"

    def handle(self) -> None:
        self.say("220 mail.example ready")
        for line in iter(self.rfile.readline, b""):
            word = line.decode().upper().split()[0]
            if word == "QUIT":
                self.say("221 bye")
                return
            if word == "RCPT" and self.server.mail.answers:
                self.say(self.server.mail.answers.pop(0))
            elif word == "DATA":
                self.say("354 go on")
                self.server.mail.letters.append("".join(self.lines()))
                self.say("250 taken")
            else:
                self.say("250 mail.example" if word in ("EHLO", "HELO") else "250 ok")

    def lines(self) -> Iterator[str]:
        for line in iter(self.rfile.readline, b".\r\n"):
            yield line.decode()

    def say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    mail: MailServer


@contextmanager
def mail_server() -> Iterator[MailServer]:
    """One for the length of the block."""
    with _Server(("127.0.0.1", 0), _Handler) as server:
        server.mail = MailServer(server.server_address[1])
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield server.mail
        finally:
            server.shutdown()

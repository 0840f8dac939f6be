"""A mail server of the tests: real SMTP on a free port of this machine."""

from __future__ import annotations

import email
import email.policy
import re
import socketserver
from dataclasses import dataclass, field


@dataclass
class Post:
    """What the server took; it refuses `refused` and hangs up on `cut`."""

    url: str = ""
    taken: list[tuple[str, str]] = field(default_factory=list)
    lines: int = 0


class Talk(socketserver.StreamRequestHandler):
    """As much of SMTP as a client needs."""

    def handle(self) -> None:
        self.server.post.lines += 1
        self.say("220 test")
        address = ""
        while line := self.rfile.readline().decode().strip():
            verb = line.upper()
            if verb.startswith("RCPT"):
                address = re.search("<(.+)>", line)[1]
                if address.startswith("cut"):
                    return
                self.say("550 no such box" if address.startswith("refused") else "250 ok")
            elif verb == "DATA":
                self.say("354 go on")
                body = b""
                while not body.endswith(b"\r\n.\r\n"):
                    body += self.rfile.readline()
                message = email.message_from_bytes(body[:-3], policy=email.policy.default)
                self.server.post.taken.append((address, message.get_content()))
                self.say("250 taken")
            elif verb == "QUIT":
                self.say("221 bye")
                return
            else:
                self.say("250 ok")

    def say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())

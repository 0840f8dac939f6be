"""The example of a front: it keeps nothing of a request, and lets through what the pages take."""

from __future__ import annotations

import re

from contest.certificates.inspection import LARGEST_FILE
from core.application import LARGEST_REQUEST
from ethics.views_public import LARGEST_ANSWER as LARGEST_SLIP
from surveys.keeping import LARGEST_ANSWER
from surveys.tablet.views_public import LARGEST_BODY
from tests.house.walk import ROOT

DEPLOY = ROOT / "docs" / "deploy"
CONF = (DEPLOY / "nginx.conf").read_text()
SERVERS = re.findall(r"^server \{(.*?)^\}", CONF, re.DOTALL | re.MULTILINE)
SIZES = {"k": 1024, "m": 1024**2}


def size_of(block: str, name: str = "client_max_body_size") -> int:
    number, unit = re.search(rf"{name} (\d+)([km]);", block).groups()
    return int(number) * SIZES[unit]


def block_of(path: str) -> str:
    """The location that nginx takes for a path: the first pattern that fits, else the one for all."""
    places = re.findall(r"location (?:~ (\S+)|/) \{(.*?)\}", SERVERS[1], re.DOTALL)
    return next(block for pattern, block in places if re.search(pattern or "/", path))


def test_the_front_writes_no_line_about_a_request():
    assert len(SERVERS) == CONF.count("server {") == 2
    for server in SERVERS:
        assert re.findall(r"\b(?:access|error)_log [^;]*;", server) == [
            "access_log off;",
            "error_log /dev/null crit;",
        ]


def test_the_front_lets_through_what_each_page_takes_and_keeps_an_answer_in_memory():
    taken = {
        "/s/2026/103230000": LARGEST_ANSWER, "/embed/2026/103230000": LARGEST_ANSWER,
        "/e/answer": LARGEST_SLIP, "/tablet/answers.json": LARGEST_BODY,
    }  # fmt: skip
    for path, largest in taken.items():
        assert size_of(block_of(path)) == size_of(block_of(path), "client_body_buffer_size") >= largest
    for path, largest in {"/v/file": LARGEST_FILE, "/staff/nominees": LARGEST_REQUEST}.items():
        assert "client_max_body_size" not in block_of(path)
        assert size_of(SERVERS[1]) >= largest


def test_no_header_of_a_client_reaches_the_application_as_the_fronts_own():
    told = dict(re.findall(r"proxy_set_header (\S+) (\S+);", (DEPLOY / "auyl-proxy.conf").read_text()))
    assert told == {
        "Host": "$host", "X-Forwarded-For": "$remote_addr", "X-Forwarded-Proto": "$scheme",
        "X-Forwarded-Host": "$host",
    }  # fmt: skip
    assert CONF.count("proxy_pass ") == CONF.count("include /etc/nginx/auyl-proxy.conf;") == 2

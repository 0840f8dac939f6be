"""Fetching a site's page: nothing private, nothing endless, nothing large; and what its address may be."""

from __future__ import annotations

import gzip
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from core.errors import BadInput
from surveys.embedding import fetching
from surveys.embedding.addresses import SitePage, read_page
from surveys.embedding.fetching import Fetched, fetch_page
from surveys.embedding.inspection import Finding, Look


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine is no silent site."""
    monkeypatch.setattr(fetching, "LONGEST_WAIT", 60)
    monkeypatch.setattr(fetching, "LONGEST_VISIT", 120)


@contextmanager
def answering(*answers: bytes) -> Iterator[str]:
    """A server that gives these bytes, one answer a connection, and the address of it."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        for answer in answers:
            connection, _ = listener.accept()
            with connection:
                connection.recv(4096)
                connection.sendall(answer)

    thread = threading.Thread(target=serve)
    thread.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
    thread.join()
    listener.close()


def told(body: bytes, *lines: str, status: str = "200 OK") -> bytes:
    head = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *lines, "", ""]
    return "\r\n".join(head).encode() + body


def test_a_page_is_read_with_its_policies_and_letters():
    body = "<p>Сауалнама</p>".encode("cp1251")
    lines = (
        "Content-Type: text/html; charset=windows-1251",
        "Content-Security-Policy: a b", "Content-Security-Policy: c",
    )  # fmt: skip
    with answering(told(body, *lines)) as page:
        assert fetch_page(page, allow_local=True) == Fetched("<p>Сауалнама</p>", "a b,c")


def test_a_packed_page_is_unpacked_up_to_a_bound(monkeypatch):
    monkeypatch.setattr(fetching, "LARGEST_PAGE", 1000)
    with answering(told(gzip.compress(b"x" * 100_000), "Content-Encoding: gzip")) as page:
        assert fetch_page(page, allow_local=True) == Fetched("x" * 1000, "")


@pytest.mark.parametrize(
    ("answer", "look"),
    [
        (told(b"", status="404 Not Found"), Look(Finding.STATUS, "404")),
        (told(b"", status="500 Oops"), Look(Finding.STATUS, "500")),
        (b"not http at all\r\n\r\n", Look(Finding.SILENT)),
        (told(b"", "Location: http://10.0.0.1/", status="302 Found"),
         Look(Finding.REFUSED, "http://10.0.0.1/")),
        (told(b"", "Location: https://169.254.169.254/latest", status="302 Found"),
         Look(Finding.REFUSED, "https://169.254.169.254/latest")),
        (told(b"", "Location: http://[", status="302 Found"), Look(Finding.SILENT)),
        (told(b"", "Location: file:///etc/passwd", status="302 Found"),
         Look(Finding.REFUSED, "file:///etc/passwd")),
    ],
)  # fmt: skip
def test_why_a_page_cannot_be_had_is_told(answer: bytes, look: Look):
    with answering(answer) as page:
        assert fetch_page(page, allow_local=True) == look


def test_redirects_are_followed_a_few_times():
    onward = told(b"", "Location: /next", status="301 Moved")
    with answering(onward, told(b"there")) as page:
        assert fetch_page(page, allow_local=True) == Fetched("there", "")
    with answering(*[onward] * 5) as page:
        assert fetch_page(page, allow_local=True) == Look(Finding.STATUS, "3xx")


def test_a_server_that_drips_is_left(monkeypatch):
    monkeypatch.setattr(fetching, "LONGEST_VISIT", 0.3)
    over = threading.Event()
    listener = socket.create_server(("127.0.0.1", 0))

    def drip() -> None:
        connection, _ = listener.accept()
        with connection:
            connection.sendall(b"HTTP/1.1 200 OK\r\n")
            over.wait(120)

    thread = threading.Thread(target=drip)
    thread.start()
    page = f"http://127.0.0.1:{listener.getsockname()[1]}/"
    assert fetch_page(page, allow_local=True) == Look(Finding.SILENT)
    over.set()
    thread.join()
    listener.close()


def test_a_certificate_that_nobody_trusts_is_told(monkeypatch):
    def untrusted(*args, **kwargs):
        raise fetching.ssl.SSLCertVerificationError("self-signed certificate")

    monkeypatch.setattr(fetching, "_visit", untrusted)
    assert fetch_page("https://a.gov.kz/", allow_local=False).finding is Finding.UNTRUSTED


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
        "::1", "fe80::1%eth0", "fd00::1", "::ffff:127.0.0.1", "2002:7f00:1::", "64:ff9b::7f00:1", "ff02::1",
    ],
)  # fmt: skip
def test_a_name_that_leads_into_a_private_network_is_never_asked(monkeypatch, address: str):
    def resolved(host, port, **kwargs):
        return [(0, 0, 0, "", ("93.184.215.14", port)), (0, 0, 0, "", (address, port))]

    monkeypatch.setattr(fetching.socket, "getaddrinfo", resolved)
    monkeypatch.setattr(fetching.socket, "create_connection", None)
    look = fetch_page("https://inner.gov.kz/", allow_local=True)
    assert look == Look(Finding.REFUSED, "https://inner.gov.kz/")


def test_the_connection_goes_to_the_very_address_that_was_judged(monkeypatch):
    asked = []

    def connect(address, timeout):
        asked.append(address)
        raise OSError

    entries = [(0, 0, 0, "", ("93.184.215.14", 443))]
    monkeypatch.setattr(fetching.socket, "getaddrinfo", lambda *a, **k: entries)
    monkeypatch.setattr(fetching.socket, "create_connection", connect)
    assert fetch_page("https://a.gov.kz/", allow_local=False) == Look(Finding.SILENT)
    assert asked == [("93.184.215.14", 443)]


def test_this_machine_is_asked_in_a_demonstration_only():
    assert fetch_page("http://127.0.0.1:9/", allow_local=False).finding is Finding.REFUSED


@pytest.mark.parametrize(
    ("typed", "origin", "page"),
    [
        ("https://Almaty-Obl.gov.kz", "https://almaty-obl.gov.kz", "https://almaty-obl.gov.kz/"),
        (" almaty-obl.gov.kz/survey ", "https://almaty-obl.gov.kz", "https://almaty-obl.gov.kz/survey"),
        ("https://a.gov.kz:443/x?id=1#top", "https://a.gov.kz", "https://a.gov.kz/x?id=1"),
        ("https://a.gov.kz:8443/", "https://a.gov.kz:8443", "https://a.gov.kz:8443/"),
        ("https://әкімдік.қаз/сауалнама", "https://xn--d1ainak3a0k.xn--80ao21a",
         "https://xn--d1ainak3a0k.xn--80ao21a/%D1%81%D0%B0%D1%83%D0%B0%D0%BB%D0%BD%D0%B0%D0%BC%D0%B0"),
        ("https://a.gov.kz/a%20b", "https://a.gov.kz", "https://a.gov.kz/a%20b"),
    ],
)  # fmt: skip
def test_an_address_is_taken_in_one_form(typed: str, origin: str, page: str):
    expected = "әкімдік.қаз".encode("idna").decode()
    if "xn--" in origin:
        origin, page = (text.replace("xn--d1ainak3a0k.xn--80ao21a", expected) for text in (origin, page))
    assert read_page(typed, allow_local=False) == SitePage(origin, page)


@pytest.mark.parametrize(
    "typed",
    [
        "", "http://a.gov.kz", "ftp://a.gov.kz", "javascript:alert(1)", "https://*.gov.kz", "https://gov",
        "https://localhost", "https://127.0.0.1", "https://[::1]/", "https://user:pass@a.gov.kz",
        "https://a.gov.kz:99999", "https://a..kz", "https://-a.kz", "https://a.gov.kz; script-src *",
        "https://a.gov.kz' *", "https://0x7f.1", "https://a.gov.kz/" + "x" * 600, "https://a.kz\nb.kz",
        "https://a.gov.kz,https://b.kz", "https://a_b.gov.kz",
    ],
)  # fmt: skip
def test_what_is_not_a_public_page_is_refused(typed: str):
    with pytest.raises(BadInput):
        read_page(typed, allow_local=False)


def test_a_demonstration_may_use_this_machine():
    assert read_page("http://localhost:8001/a", allow_local=True).origin == "http://localhost:8001"
    with pytest.raises(BadInput):
        read_page("http://a.gov.kz", allow_local=True)

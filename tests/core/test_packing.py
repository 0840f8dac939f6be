"""Pages that leave packed: one gzip stream around the holes, public answers only, never twice."""

from __future__ import annotations

import gzip

import pytest
from flask import Flask, Response
from hypothesis import given
from hypothesis import strategies as st

from core.web.compression import pack
from core.web.segments import Segments

PACKED = {"Accept-Encoding": "br, gzip"}
TEXT = "<p>" + "сөз " * 400


@pytest.fixture
def bare() -> Flask:
    app = Flask("bare")
    app.after_request(pack)
    answers = {
        "page": lambda: Response(TEXT, content_type="text/html; charset=utf-8"),
        "short": lambda: Response("<p>", content_type="text/html"),
        "picture": lambda: Response(TEXT, content_type="image/png"),
        "done": lambda: Response(gzip.compress(b"x" * 900), headers={"Content-Encoding": "gzip"}),
        "tagged": lambda: Response(TEXT, headers={"ETag": '"one"'}),
        "staff/page": lambda: Response(TEXT),
    }
    app.add_url_rule("/<path:name>", view_func=lambda name: answers[name]())
    return app


@given(
    st.lists(st.text(), min_size=1, max_size=5), st.lists(st.text(), min_size=4, max_size=4),
)  # fmt: skip
def test_filled_segments_are_the_text_plain_and_packed(parts: list[str], fillings: list[str]):
    names = [f"n{place}" for place in range(len(parts) - 1)]
    marks = {name: f"\0{name}\0" for name in names}
    text = parts[0] + "".join(marks[name] + part for name, part in zip(names, parts[1:], strict=True))
    filled = dict(zip(names, fillings, strict=False))
    expected = parts[0] + "".join(filled[n] + part for n, part in zip(names, parts[1:], strict=True))
    page = Segments(text, marks or {"none": "\0none\0"})
    assert page.plain(filled) == expected.encode()
    assert gzip.decompress(page.packed(filled)) == expected.encode()


def test_a_mark_may_stand_twice_and_a_filling_has_a_bound():
    page = Segments("a MARK b MARK c", {"x": "MARK"})
    assert gzip.decompress(page.packed({"x": "1"})) == b"a 1 b 1 c"
    with pytest.raises(ValueError, match="70000 bytes is longer than 65535"):
        page.packed({"x": "y" * 70_000})


@pytest.mark.parametrize(
    ("name", "is_packed"),
    [("page", True), ("tagged", True), ("short", False), ("picture", False), ("staff/page", False)],
)
def test_public_text_is_packed_for_who_takes_it(bare: Flask, name: str, is_packed: bool):
    plain = bare.test_client().get(f"/{name}")
    answer = bare.test_client().get(f"/{name}", headers=PACKED)
    assert "Content-Encoding" not in plain.headers
    assert (answer.headers.get("Content-Encoding") == "gzip") == is_packed
    data = gzip.decompress(answer.data) if is_packed else answer.data
    assert data == plain.data
    if is_packed:
        assert "Accept-Encoding" in plain.headers["Vary"]
        assert "Accept-Encoding" in answer.headers["Vary"]
        assert len(answer.data) < len(plain.data) / 4
        assert int(answer.headers["Content-Length"]) == len(answer.data)


def test_what_is_packed_already_stays_and_a_packed_answer_has_a_weak_tag(bare: Flask):
    done = bare.test_client().get("/done", headers=PACKED)
    assert gzip.decompress(done.data) == b"x" * 900
    assert bare.test_client().get("/tagged", headers=PACKED).headers["ETag"] == 'W/"one"'

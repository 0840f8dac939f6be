"""The site of these tests."""

from tests.contest.pages import app, enter  # noqa: F401

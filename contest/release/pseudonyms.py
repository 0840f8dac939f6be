"""Names for judges that hold within one release and lead nowhere from it.

Pure: the standard library. They follow from a key that is made of the installation's secret and of all that
the release says, so neither the order of accounts nor another release tells who is who.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable

ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
LENGTH = 6


def release_key(secret: str, content: str) -> bytes:
    """The key of one release: another secret, or other content, and every name is another."""
    return hmac.new(secret.encode(), f"release-pseudonyms:{content}".encode(), hashlib.sha256).digest()


def pseudonyms(accounts: Iterable[int], key: bytes) -> dict[int, str]:
    """A pseudonym for each account, all of them different.

    >>> made = pseudonyms([3, 1, 2], release_key("secret", "all that it says"))
    >>> len(set(made.values())), made == pseudonyms([1, 2, 3], release_key("secret", "all that it says"))
    (3, True)
    """
    made: dict[int, str] = {}
    for account in sorted(set(accounts)):
        attempt = 0
        while (name := _name(account, attempt, key)) in made.values():
            attempt += 1
        made[account] = name
    return made


def _name(account: int, attempt: int, key: bytes) -> str:
    digest = hmac.new(key, f"{account}:{attempt}".encode(), hashlib.sha256).digest()
    number = int.from_bytes(digest[:8], "big")
    letters = []
    for _ in range(LENGTH):
        number, place = divmod(number, len(ALPHABET))
        letters.append(ALPHABET[place])
    return "J-" + "".join(letters)

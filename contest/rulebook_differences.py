"""What one rule book says otherwise than another, rule by rule, each under its path.

Pure: the standard library and the rule book.
"""

from __future__ import annotations

from collections.abc import Mapping

from contest.rulebook import RuleBook, plain


def differences(before: RuleBook, after: RuleBook) -> tuple[tuple[str, str, str], ...]:
    """What a correction changes, as (path, before, after); an absent value is an empty text.

    A list of rules has a path `order` besides: which of them there are, in their order.
    """
    old, new = dict(_leaves(plain(before), "")), dict(_leaves(plain(after), ""))
    return tuple(
        (path, old.get(path, ""), new.get(path, ""))
        for path in sorted(set(old) | set(new))
        if old.get(path) != new.get(path)
    )


def _leaves(value: object, path: str) -> list[tuple[str, str]]:
    if isinstance(value, Mapping):
        return [leaf for key in value for leaf in _leaves(value[key], f"{path}.{key}".lstrip("."))]
    if isinstance(value, list):
        if not all(isinstance(item, Mapping) for item in value):
            return [(path, ", ".join(map(str, value)))]
        names = [_name(item, number) for number, item in enumerate(value, 1)]
        leaves = [
            leaf for name, item in zip(names, value, strict=True) for leaf in _leaves(item, f"{path}[{name}]")
        ]
        return leaves + [(f"{path}.order", ", ".join(names))] * (not all(map(str.isdecimal, names)))
    return [(path, str(value))]


def _name(item: object, number: int) -> str:
    """What a list's item is called in a path: its own code, so that one more item renames no other."""
    if isinstance(item, Mapping):
        return str(item.get("code") or item.get("step") or item.get("signal") or number)
    return str(number)

"""Reads the source tree for the house's tests: modules, their imports, their templates."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("surveys", "ethics", "contest", "demo")
PACKAGES = ("core", *ROOMS)


@dataclass(frozen=True)
class Module:
    """A module of the product: its dotted name, its tree, and whether each import waits in a function."""

    name: str
    path: Path
    tree: ast.Module

    def imports(self, *, deferred: bool = True) -> set[str]:
        """The dotted names that it imports; without the deferred ones if asked."""
        nodes = ast.walk(self.tree) if deferred else self._top_level()
        found: set[str] = set()
        for node in nodes:
            if isinstance(node, ast.Import):
                found.update(alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module:
                found.add(node.module)
                found.update(f"{node.module}.{alias.name}" for alias in node.names)
        return found

    def _top_level(self) -> Iterator[ast.AST]:
        waiting: list[ast.AST] = list(self.tree.body)
        while waiting:
            node = waiting.pop()
            yield node
            if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                waiting.extend(ast.iter_child_nodes(node))


def modules() -> list[Module]:
    """Every module of the product."""
    found = []
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
            found.append(Module(name, path, ast.parse(path.read_text())))
    return found


def templates() -> list[Path]:
    """Every template of the product."""
    return sorted((ROOT / "templates").rglob("*.html"))

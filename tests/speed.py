"""What the many applications of the tests share in one process, because it comes out the same in each.

Compiling the templates and the addresses is most of what a new application costs.
"""

from __future__ import annotations

from collections.abc import Callable
from types import CodeType

from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from werkzeug.routing import Rule


class Compiled(BytecodeCache):
    """Templates that were compiled in this process, by their text and by what shapes their code."""

    codes: dict[tuple, CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self.codes.get(self._name(bucket))

    def dump_bytecode(self, bucket: Bucket) -> None:
        self.codes[self._name(bucket)] = bucket.code

    @staticmethod
    def _name(bucket: Bucket) -> tuple:
        made_by = bucket.environment
        shape = (made_by.trim_blocks, made_by.lstrip_blocks, *sorted(made_by.extensions))
        return bucket.key, bucket.checksum, shape


def share_compiled() -> None:
    """Let every application of this process take what another has compiled."""
    Flask.jinja_options = {**Flask.jinja_options, "bytecode_cache": Compiled()}
    compile_builder, builders = Rule._compile_builder, {}

    def compiled(rule: Rule, append_unknown: bool = True) -> Callable:
        # The function gets the rule when it is called, and is made from nothing but this.
        name = (rule.rule, str(rule._trace), str(rule.defaults), append_unknown)
        if name not in builders:
            builders[name] = compile_builder(rule, append_unknown)
        return builders[name]

    Rule._compile_builder = compiled

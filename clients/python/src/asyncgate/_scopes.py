"""Write scopes: what a task works on, so that no two work on the same thing at once."""

from __future__ import annotations

from typing import TypeAlias

from asyncgate.v1.scope_pb2 import SCOPE_MODE_READ, SCOPE_MODE_WRITE, Scope

ScopeInit: TypeAlias = str | Scope
"""A resource to write, as `"repo:shop/api"`, or what `read_scope` made. It covers everything below it."""


def read_scope(resource: str) -> Scope:
    """A resource that is only read: any number of tasks may read it at once, while none writes."""
    return Scope(resource=resource, mode=SCOPE_MODE_READ)


def scope_of(init: ScopeInit) -> Scope:
    return init if isinstance(init, Scope) else Scope(resource=init, mode=SCOPE_MODE_WRITE)

"""The rooms' counts in the text format of Prometheus, written by hand: it is a few lines."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from core.room import Room

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


def metrics_text(session: Session, rooms: Sequence[Room], *, kind: str) -> str:
    """All counts, each as one gauge; names are unique over the rooms."""
    lines = ["# TYPE auyl_up gauge", f'auyl_up{{kind="{kind}"}} 1']
    for room in rooms:
        for name, metric in room.metrics.items():
            value = metric(session)
            lines += [f"# TYPE auyl_{name} gauge", f"auyl_{name} {float(value):.17g}"]
    return "\n".join(lines) + "\n"

"""How an inventory shows itself in a notebook."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from .view import DomainView

_ROWS = 200
"""A table of more is no use to a reader."""


def table(domains: Iterable[DomainView], caption: str) -> str:
    """The domains by name, as an HTML table."""
    ordered = sorted(domains, key=lambda domain: domain.name)
    lines = [f"<table><caption>{escape(caption)}</caption>", _row("th", _HEADINGS)]
    lines += [_row("td", _cells(domain)) for domain in ordered[:_ROWS]]
    if len(ordered) > _ROWS:
        lines.append(_row("td", ["…", f"{len(ordered) - _ROWS} more", "", "", ""]))
    return "\n".join([*lines, "</table>"])


_HEADINGS = ["name", "state", "id", "kind", "UUID"]


def _cells(domain: DomainView) -> list[str]:
    return [
        domain.name,
        f"{domain.state} ({domain.reason})" if domain.reason else str(domain.state),
        "" if domain.id is None else str(domain.id),
        "persistent" if domain.persistent else "transient",
        str(domain.uuid),
    ]


def _row(tag: str, cells: list[str]) -> str:
    return "<tr>" + "".join(f"<{tag}>{escape(cell)}</{tag}>" for cell in cells) + "</tr>"

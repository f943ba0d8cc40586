"""What the child of a fork has to renew: a thread of the parent may have held its locks."""

from __future__ import annotations

import os
import weakref
from typing import Protocol


class Forked(Protocol):
    """What holds locks or waits for threads."""

    def forked(self) -> None:
        """Renews it, in the child."""


_all: weakref.WeakSet[Forked] = weakref.WeakSet()


def note(what: Forked) -> None:
    """Has it renewed in the child of every fork."""
    _all.add(what)


def _forked() -> None:
    for what in list(_all):
        what.forked()


os.register_at_fork(after_in_child=_forked)

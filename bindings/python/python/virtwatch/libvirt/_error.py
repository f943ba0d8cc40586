"""Refusals as libvirt-python tells them, and the last one of each thread."""

from __future__ import annotations

import functools
import sys
import threading
from collections.abc import Callable
from typing import Any, ParamSpec, TypeAlias, TypeVar

from .._errors import Error
from .constants import (
    VIR_ERR_ARGUMENT_UNSUPPORTED,
    VIR_ERR_ERROR,
    VIR_ERR_INVALID_ARG,
    VIR_FROM_DOM,
)

_P = ParamSpec("_P")
_T = TypeVar("_T")

Details: TypeAlias = tuple[
    int, int, str, int, str | None, str | None, str | None, int | None, int | None
]
"""Code, domain, message, level, and five that virtwatch has no use for."""


class _Thread(threading.local):
    last: Details | None = None
    """The refusal of this thread's last call."""


_thread = _Thread()
_handler: tuple[Callable[[Any, Details], object], Any] | None = None


class libvirtError(Exception):
    """A refusal. It takes over what is known of the last one in this thread."""

    err: Details | None

    def __init__(self, defmsg: str) -> None:
        self.err = _thread.last
        super().__init__(defmsg if self.err is None else self.err[2])

    def get_error_code(self) -> int | None:
        """A `VIR_ERR_…`."""
        return None if self.err is None else self.err[0]

    def get_error_domain(self) -> int | None:
        """A `VIR_FROM_…`."""
        return None if self.err is None else self.err[1]

    def get_error_message(self) -> str | None:
        """What was wrong, and where."""
        return None if self.err is None else self.err[2]

    def get_error_level(self) -> int | None:
        """`VIR_ERR_ERROR`."""
        return None if self.err is None else self.err[3]

    def get_str1(self) -> str | None:
        """None."""
        return None if self.err is None else self.err[4]

    def get_str2(self) -> str | None:
        """None."""
        return None if self.err is None else self.err[5]

    def get_str3(self) -> str | None:
        """None."""
        return None if self.err is None else self.err[6]

    def get_int1(self) -> int | None:
        """0."""
        return None if self.err is None else self.err[7]

    def get_int2(self) -> int | None:
        """0."""
        return None if self.err is None else self.err[8]


def refusal(message: str, code: int, domain: int = VIR_FROM_DOM) -> libvirtError:
    """The exception for a refusal, which becomes the thread's last; the handler is told."""
    details = (int(code), int(domain), message, VIR_ERR_ERROR, None, None, None, 0, 0)
    _thread.last = details
    if _handler is not None:
        function, opaque = _handler
        guarded(function, opaque, details)
    return libvirtError(message)


def guarded(function: Callable[..., object], *arguments: object) -> None:
    """Calls a function of the program; what it raises goes to `sys.excepthook`."""
    try:
        function(*arguments)
    except Exception:
        sys.excepthook(*sys.exc_info())


def entry(function: Callable[_P, _T]) -> Callable[_P, _T]:
    """A function of libvirt's interface: refuses as libvirt does."""

    @functools.wraps(function)
    def call(*args: _P.args, **kwargs: _P.kwargs) -> _T:
        _thread.last = None
        try:
            return function(*args, **kwargs)
        except Error as error:
            raise refusal(error.message, error.code, error.domain) from None

    return call


def check_flags(function: str, flags: int, known: int = 0) -> None:
    """Refuses flags that a function does not know."""
    if flags & ~known:
        message = f"unsupported flags (0x{flags & ~known:x}) in function {function}"
        raise refusal(message, VIR_ERR_INVALID_ARG)


def refuse(name: str, argument: object) -> None:
    """Refuses an argument that virtwatch has no use for."""
    if argument is not None:
        raise refusal(f"argument unsupported: {name}", VIR_ERR_ARGUMENT_UNSUPPORTED)


def registerErrorHandler(f: Callable[[Any, Details], object] | None, ctx: Any) -> int:
    """Registers the one function that is told every refusal: `f(ctx, details)`.

    It runs in the thread of the refused call. None ends it. Without one nothing is printed.
    """
    global _handler
    _handler = None if f is None else (f, ctx)
    return 1


def virGetLastError() -> Details | None:
    """The refusal of this thread's last call, if it was refused."""
    return _thread.last


def virGetLastErrorCode() -> int:
    """Its code; 0 without one."""
    return 0 if _thread.last is None else _thread.last[0]


def virGetLastErrorDomain() -> int:
    """Its domain; 0 without one."""
    return 0 if _thread.last is None else _thread.last[1]


def virGetLastErrorMessage() -> str:
    """Its message; "no error" without one."""
    return "no error" if _thread.last is None else _thread.last[2]


def virResetLastError() -> None:
    """Forgets it."""
    _thread.last = None

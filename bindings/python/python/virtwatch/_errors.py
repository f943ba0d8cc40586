"""The exceptions. Nothing changed when one is raised."""

from __future__ import annotations

from ._enums import ErrorCode, ErrorDomain


class Error(Exception):
    """A refusal of virtwatch: what was wrong, and libvirt's numbers for it."""

    message: str
    """What was wrong, and where."""
    code: int
    """libvirt's number for the kind of refusal, an `ErrorCode` where it is known."""
    domain: int
    """libvirt's number for the part that refused, an `ErrorDomain` where it is known."""

    def __init__(self, message: str, code: int = 1, domain: int = 0) -> None:
        super().__init__(message, code, domain)
        self.message = message
        self.code = ErrorCode(code) if code in _CODES else code
        self.domain = ErrorDomain(domain) if domain in _DOMAINS else domain

    def __str__(self) -> str:
        return self.message


class ConnectError(Error):
    """No driver takes the URI."""


class ClosedError(Error):
    """The connection is closed, or was opened before a fork."""


class CancelledError(Error):
    """The watch was cancelled."""


class InvalidArgumentError(Error):
    """An argument is out of its range."""


class InvalidStateError(Error):
    """The domain, or the watch, is not in a state that allows it."""


class NotFoundError(Error):
    """There is no such domain."""


class NotSupportedError(Error):
    """The driver does not offer this."""


class OperationFailedError(Error):
    """It was tried and failed; also clashes of name and UUID."""


class PermissionDeniedError(Error):
    """A read-only connection may not do this."""


class SystemCallError(Error):
    """The operating system refused."""


class XmlError(Error):
    """The document is not well formed, or not what it should be."""


_CODES = frozenset(map(int, ErrorCode))
_DOMAINS = frozenset(map(int, ErrorDomain))

_CLASSES: dict[int, type[Error]] = {
    ErrorCode.NO_SUPPORT: NotSupportedError,
    ErrorCode.NO_CONNECT: ConnectError,
    ErrorCode.INVALID_CONN: ClosedError,
    ErrorCode.INVALID_ARG: InvalidArgumentError,
    ErrorCode.OPERATION_FAILED: OperationFailedError,
    ErrorCode.NO_NAME: XmlError,
    ErrorCode.XML_ERROR: XmlError,
    ErrorCode.OPERATION_DENIED: PermissionDeniedError,
    ErrorCode.XML_DETAIL: XmlError,
    ErrorCode.SYSTEM_ERROR: SystemCallError,
    ErrorCode.NO_DOMAIN: NotFoundError,
    ErrorCode.OPERATION_INVALID: InvalidStateError,
    ErrorCode.CONFIG_UNSUPPORTED: XmlError,
    ErrorCode.ARGUMENT_UNSUPPORTED: NotSupportedError,
    ErrorCode.OPERATION_ABORTED: CancelledError,
    ErrorCode.NO_DOMAIN_METADATA: NotFoundError,
    ErrorCode.OVERFLOW: InvalidArgumentError,
}


def error(message: str, code: int, domain: int) -> Error:
    """The exception for what the native module refused."""
    return _CLASSES.get(code, Error)(message, code, domain)

"""A registry of virtual machines ("domains") and an exact stream of their lifecycle events.

    import virtwatch

    with virtwatch.connect("test:///default") as conn:
        for record in conn.watch(snapshot=True):
            print(record)

A program knows every domain, and what state it is in, without ever polling.
"""

from __future__ import annotations

import atexit as _atexit
import os as _os

from . import _native
from ._enums import (
    AddedDetail,
    Answer,
    CrashedDetail,
    CrashedReason,
    DefinedDetail,
    ErrorCode,
    ErrorDomain,
    EventSupport,
    EventType,
    MetadataType,
    Origin,
    PausedReason,
    PmSuspendedDetail,
    RecordKind,
    RemovedDetail,
    RequestKind,
    ResumedDetail,
    RunningReason,
    ShutdownDetail,
    ShutdownMethod,
    ShutdownReason,
    ShutoffReason,
    StartedDetail,
    State,
    StoppedDetail,
    SuspendedDetail,
    SuspendTarget,
    UndefinedDetail,
)
from ._errors import (
    CancelledError,
    ClosedError,
    ConnectError,
    Error,
    InvalidArgumentError,
    InvalidStateError,
    NotFoundError,
    NotSupportedError,
    OperationFailedError,
    PermissionDeniedError,
    SystemCallError,
    XmlError,
)
from ._native import (
    Config,
    Connection,
    Cursor,
    Domain,
    Host,
    Record,
    Registration,
    Request,
    Stats,
    Watch,
    WatchStats,
    __version__,
    connect,
    register_driver,
    unregister_driver,
)
from .driver import Driver, Listed
from .inventory import Inventory
from .view import DomainView, fold

__all__ = [
    "AddedDetail",
    "Answer",
    "CancelledError",
    "ClosedError",
    "Config",
    "ConnectError",
    "Connection",
    "CrashedDetail",
    "CrashedReason",
    "Cursor",
    "DefinedDetail",
    "Domain",
    "DomainView",
    "Driver",
    "Error",
    "ErrorCode",
    "ErrorDomain",
    "EventSupport",
    "EventType",
    "Host",
    "InvalidArgumentError",
    "InvalidStateError",
    "Inventory",
    "Listed",
    "MetadataType",
    "NotFoundError",
    "NotSupportedError",
    "OperationFailedError",
    "Origin",
    "PausedReason",
    "PermissionDeniedError",
    "PmSuspendedDetail",
    "Record",
    "RecordKind",
    "Registration",
    "RemovedDetail",
    "Request",
    "RequestKind",
    "ResumedDetail",
    "RunningReason",
    "ShutdownDetail",
    "ShutdownMethod",
    "ShutdownReason",
    "ShutoffReason",
    "StartedDetail",
    "State",
    "Stats",
    "StoppedDetail",
    "SuspendTarget",
    "SuspendedDetail",
    "SystemCallError",
    "UndefinedDetail",
    "Watch",
    "WatchStats",
    "XmlError",
    "__version__",
    "connect",
    "fold",
    "register_driver",
    "unregister_driver",
]

# Callbacks must have ended before the interpreter does, and do not survive a fork.
_atexit.register(_native.close_all)
_os.register_at_fork(after_in_child=_native.forked)

"""libvirt-python's names for what virtwatch has of libvirt.

    import virtwatch.libvirt as libvirt

A script that watches and manages domains runs after this change of its import. Callbacks run in the
event loop that the program registers, or without one on a thread of the connection.
"""

from ._connect import (
    getVersion as getVersion,
    open as open,
    openAuth as openAuth,
    openReadOnly as openReadOnly,
    virConnect as virConnect,
    virInitialize as virInitialize,
)
from ._domain import virDomain as virDomain
from ._error import (
    libvirtError as libvirtError,
    registerErrorHandler as registerErrorHandler,
    virGetLastError as virGetLastError,
    virGetLastErrorCode as virGetLastErrorCode,
    virGetLastErrorDomain as virGetLastErrorDomain,
    virGetLastErrorMessage as virGetLastErrorMessage,
    virResetLastError as virResetLastError,
)
from ._loop import (
    virEventAddHandle as virEventAddHandle,
    virEventAddTimeout as virEventAddTimeout,
    virEventRegisterDefaultImpl as virEventRegisterDefaultImpl,
    virEventRegisterImpl as virEventRegisterImpl,
    virEventRemoveHandle as virEventRemoveHandle,
    virEventRemoveTimeout as virEventRemoveTimeout,
    virEventRunDefaultImpl as virEventRunDefaultImpl,
    virEventUpdateHandle as virEventUpdateHandle,
    virEventUpdateTimeout as virEventUpdateTimeout,
)
from ._opaque import virEventInvokeFreeCallback as virEventInvokeFreeCallback
from .constants import *

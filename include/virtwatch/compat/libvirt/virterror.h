/*
 * <libvirt/virterror.h> for programs that are built with virtwatch: libvirt's names for
 * what virtwatch has of it. docs/libvirt-compat.md says what that is.
 */
#ifndef VIRTWATCH_COMPAT_VIRTERROR_H
#define VIRTWATCH_COMPAT_VIRTERROR_H

/* Generated from virtwatch.h by `UPDATE=1 cargo test --test compat`: not to be edited. */

#include <libvirt/libvirt.h>

#define virErrorLevel vwErrorLevel
#define VIR_ERR_NONE VW_ERR_NONE
#define VIR_ERR_WARNING VW_ERR_WARNING
#define VIR_ERR_ERROR VW_ERR_ERROR
#define virErrorNumber vwErrorNumber
#define VIR_ERR_OK VW_ERR_OK
#define VIR_ERR_INTERNAL_ERROR VW_ERR_INTERNAL_ERROR
#define VIR_ERR_NO_SUPPORT VW_ERR_NO_SUPPORT
#define VIR_ERR_NO_CONNECT VW_ERR_NO_CONNECT
#define VIR_ERR_INVALID_CONN VW_ERR_INVALID_CONN
#define VIR_ERR_INVALID_DOMAIN VW_ERR_INVALID_DOMAIN
#define VIR_ERR_INVALID_ARG VW_ERR_INVALID_ARG
#define VIR_ERR_OPERATION_FAILED VW_ERR_OPERATION_FAILED
#define VIR_ERR_NO_NAME VW_ERR_NO_NAME
#define VIR_ERR_XML_ERROR VW_ERR_XML_ERROR
#define VIR_ERR_OPERATION_DENIED VW_ERR_OPERATION_DENIED
#define VIR_ERR_XML_DETAIL VW_ERR_XML_DETAIL
#define VIR_ERR_SYSTEM_ERROR VW_ERR_SYSTEM_ERROR
#define VIR_ERR_NO_DOMAIN VW_ERR_NO_DOMAIN
#define VIR_ERR_OPERATION_INVALID VW_ERR_OPERATION_INVALID
#define VIR_ERR_CONFIG_UNSUPPORTED VW_ERR_CONFIG_UNSUPPORTED
#define VIR_ERR_ARGUMENT_UNSUPPORTED VW_ERR_ARGUMENT_UNSUPPORTED
#define VIR_ERR_OPERATION_ABORTED VW_ERR_OPERATION_ABORTED
#define VIR_ERR_NO_DOMAIN_METADATA VW_ERR_NO_DOMAIN_METADATA
#define VIR_ERR_OVERFLOW VW_ERR_OVERFLOW
#define virErrorDomain vwErrorDomain
#define VIR_FROM_NONE VW_FROM_NONE
#define VIR_FROM_XML VW_FROM_XML
#define VIR_FROM_DOM VW_FROM_DOM
#define VIR_FROM_TEST VW_FROM_TEST
#define VIR_FROM_DOMAIN VW_FROM_DOMAIN
#define virError vwError
#define _virError vwError
#define virErrorPtr vwErrorPtr
#define virErrorFunc vwErrorFunc
#define virGetLastError vwGetLastError
#define virGetLastErrorCode vwGetLastErrorCode
#define virGetLastErrorDomain vwGetLastErrorDomain
#define virGetLastErrorMessage vwGetLastErrorMessage
#define virSaveLastError vwSaveLastError
#define virCopyLastError vwCopyLastError
#define virResetLastError vwResetLastError
#define virResetError vwResetError
#define virFreeError vwFreeError
#define virSetErrorFunc vwSetErrorFunc
#define virConnSetErrorFunc vwConnSetErrorFunc

#endif /* VIRTWATCH_COMPAT_VIRTERROR_H */

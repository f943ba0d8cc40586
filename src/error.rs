#![forbid(unsafe_code)]
//! What a refusal says: libvirt's code, the part that refused, and a text that names the cause.

use uuid::Uuid;

use crate::numbered::numbered;

/// The result of everything that can be refused.
pub type Result<T, E = Error> = std::result::Result<T, E>;

numbered! {
    /// Error codes: libvirt's `virErrorNumber`, as far as they are used.
    pub enum ErrorCode {
        /// Something that should not happen, or libvirt's catch-all for malformed values.
        InternalError = 1 "internal error",
        /// The driver does not offer this function.
        NoSupport = 3 "no support",
        /// No driver takes this URI.
        NoConnect = 5 "no connection",
        /// The connection handle is not one.
        InvalidConn = 6 "invalid connection",
        /// The domain handle is not one.
        InvalidDomain = 7 "invalid domain",
        /// An argument is out of its range.
        InvalidArg = 8 "invalid argument",
        /// The operation was tried and failed; also clashes of name and UUID.
        OperationFailed = 9 "operation failed",
        /// The document has no name.
        NoName = 21 "no name",
        /// The document is well formed but not what it should be.
        XmlError = 27 "XML error",
        /// A read-only connection may not do this.
        OperationDenied = 29 "operation denied",
        /// The document is not well formed; or a name holds a character that it must not.
        XmlDetail = 35 "XML detail",
        /// The operating system refused.
        SystemError = 38 "system error",
        /// No domain with that name, UUID or id.
        NoDomain = 42 "no domain",
        /// Not in this state.
        OperationInvalid = 55 "operation invalid",
        /// The document asks for something that is not known.
        ConfigUnsupported = 67 "configuration unsupported",
        /// The argument is valid but not supported here.
        ArgumentUnsupported = 74 "argument unsupported",
        /// The call was broken off by a cancel.
        OperationAborted = 78 "operation aborted",
        /// The metadata asked for is not there.
        NoDomainMetadata = 80 "no domain metadata",
        /// The value does not fit.
        Overflow = 82 "overflow",
    }
}

numbered! {
    /// The part of the library that refused: libvirt's `virErrorDomain`, as far as it is used.
    pub enum ErrorDomain {
        /// No part in particular.
        None = 0 "none",
        /// The XML reader.
        Xml = 5 "xml",
        /// Operations on domains.
        Dom = 6 "domain",
        /// The `test` driver.
        Test = 12 "test",
        /// Domain configuration and the list of domains.
        Domain = 20 "domain config",
    }
}

impl ErrorCode {
    /// libvirt's standard text, with `%s` where the particulars go.
    pub const fn form(self) -> &'static str {
        match self {
            Self::InternalError => "internal error: %s",
            Self::NoSupport => "this function is not supported by the connection driver: %s",
            Self::NoConnect => "no connection driver available for %s",
            Self::InvalidConn => "invalid connection pointer in %s",
            Self::InvalidDomain => "invalid domain pointer in %s",
            Self::InvalidArg => "invalid argument: %s",
            Self::OperationFailed => "operation failed: %s",
            Self::NoName => "missing name information",
            Self::XmlError => "XML error: %s",
            Self::OperationDenied => "operation forbidden: %s",
            Self::NoDomain => "Domain not found: %s",
            Self::OperationInvalid => "Requested operation is not valid: %s",
            Self::ConfigUnsupported => "unsupported configuration: %s",
            Self::ArgumentUnsupported => "argument unsupported: %s",
            Self::OperationAborted => "operation aborted: %s",
            Self::NoDomainMetadata => "metadata not found: %s",
            Self::Overflow => "numerical overflow: %s",
            Self::XmlDetail | Self::SystemError => "%s",
        }
    }
}

/// A refusal. Nothing changed when one is returned.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Error {
    code: ErrorCode,
    domain: ErrorDomain,
    message: String,
    errno: Option<i32>,
}

impl Error {
    /// An error with libvirt's standard text for `code` in front of `info`.
    pub fn new(code: ErrorCode, domain: ErrorDomain, info: impl AsRef<str>) -> Self {
        Self::plain(code, domain, code.form().replace("%s", info.as_ref()))
    }

    /// An error whose text stands alone, as libvirt words its checks of arguments.
    pub fn plain(code: ErrorCode, domain: ErrorDomain, message: impl Into<String>) -> Self {
        Self { code, domain, message: message.into(), errno: None }
    }

    /// INVALID_ARG with a text that names the argument.
    pub fn invalid_arg(message: impl Into<String>) -> Self {
        Self::plain(ErrorCode::InvalidArg, ErrorDomain::Domain, message)
    }

    /// OPERATION_INVALID: the domain is not in a state that allows it.
    pub fn not_valid(info: impl AsRef<str>) -> Self {
        Self::new(ErrorCode::OperationInvalid, ErrorDomain::Domain, info)
    }

    /// NO_DOMAIN: `what` says how it was asked for.
    pub fn no_domain(what: impl AsRef<str>) -> Self {
        Self::new(ErrorCode::NoDomain, ErrorDomain::Domain, what)
    }

    /// NO_DOMAIN for a UUID.
    pub fn no_such_uuid(uuid: Uuid) -> Self {
        Self::no_domain(format!("no domain with matching uuid '{uuid}'"))
    }

    /// SYSTEM_ERROR: what was tried, and what the operating system said.
    pub fn system(what: impl AsRef<str>, cause: &std::io::Error) -> Self {
        let info = format!("{}: {cause}", what.as_ref());
        let error = Self::new(ErrorCode::SystemError, ErrorDomain::None, info);
        Self { errno: cause.raw_os_error(), ..error }
    }

    /// The same where `driver` speaks for the source: it knows no such domain, or failed to read
    /// or write.
    pub(crate) fn of_driver(self, driver: ErrorDomain) -> Self {
        match self.code {
            ErrorCode::NoDomain | ErrorCode::SystemError => Self { domain: driver, ..self },
            _ => self,
        }
    }

    /// libvirt's number for the kind of refusal.
    pub fn code(&self) -> ErrorCode {
        self.code
    }

    /// libvirt's number for the part that refused.
    pub fn domain(&self) -> ErrorDomain {
        self.domain
    }

    /// SYSTEM_ERROR: the number that the operating system gave.
    pub fn errno(&self) -> Option<i32> {
        self.errno
    }

    /// What was wrong, and where.
    pub fn message(&self) -> &str {
        &self.message
    }
}

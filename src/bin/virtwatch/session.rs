//! What the commands of one run have in common.

use virtwatch::{Connection, Domain, Error, ErrorCode, Watch, parse_uuid};

use crate::interrupt::Interrupt;
use crate::printer::Printer;

/// One connection, opened when it is first needed.
#[derive(Debug)]
pub(crate) struct Session {
    uri: String,
    readonly: bool,
    connection: Option<Connection>,
    /// What Ctrl-C does.
    pub(crate) interrupt: Interrupt,
    /// Commands come from standard input, which can't be a document as well.
    pub(crate) stdin_is_script: bool,
    /// With `events on`.
    pub(crate) events: Option<Events>,
}

/// The events that are shown between the lines of a script.
#[derive(Debug)]
pub(crate) struct Events {
    pub(crate) watch: Watch,
    pub(crate) printer: Printer,
}

impl Session {
    pub(crate) fn new(uri: String, readonly: bool) -> Self {
        Self {
            uri,
            readonly,
            connection: None,
            interrupt: Interrupt::default(),
            stdin_is_script: false,
            events: None,
        }
    }

    /// # Errors
    /// That it cannot be opened.
    pub(crate) fn connection(&mut self) -> Result<Connection, Error> {
        if let Some(connection) = &self.connection {
            return Ok(connection.clone());
        }
        let connection = if self.readonly {
            Connection::open_read_only(&self.uri)?
        } else {
            Connection::open(&self.uri)?
        };
        self.connection = Some(connection.clone());
        Ok(connection)
    }

    /// The domain with that id, UUID or name, tried in this order as virsh does.
    ///
    /// # Errors
    /// There is none.
    pub(crate) fn domain(&mut self, which: &str) -> Result<Domain, Error> {
        let connection = self.connection()?;
        let by_id = which.parse().ok().filter(|id| *id >= 0);
        if let Some(found) = by_id.and_then(|id| found(connection.lookup_by_id(id))) {
            return found;
        }
        let by_uuid = parse_uuid(which);
        if let Some(found) = by_uuid.and_then(|uuid| found(connection.lookup_by_uuid(uuid))) {
            return found;
        }
        connection.lookup_by_name(which)
    }
}

/// What a look-up brought, unless it was that there is no such domain.
fn found(result: Result<Domain, Error>) -> Option<Result<Domain, Error>> {
    match result {
        Err(error) if error.code() == ErrorCode::NoDomain => None,
        result => Some(result),
    }
}

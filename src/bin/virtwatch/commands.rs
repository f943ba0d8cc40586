//! One command.

use std::fs;
use std::io::{self, Read, Write};
use std::path::Path;

use virtwatch::{
    CreateFlags, DestroyFlags, Domain, Error, ErrorCode, ErrorDomain, EventType, Facts, ListFlags,
    SaveFlags, ShutdownFlags, State, UndefineFlags, XmlFlags,
};

use crate::args::{Command, DomainArg, ListArgs, Restored};
use crate::failure::Failure;
use crate::output::Output;
use crate::session::Session;
use crate::table::{self, Cell};
use crate::{json, watch};

type Result<T = (), E = Failure> = std::result::Result<T, E>;

/// Carries out a command.
///
/// # Errors
/// What the library refuses; that the output can't be written.
pub(crate) fn run(command: &Command, session: &mut Session, out: &mut Output) -> Result {
    match command {
        Command::Watch(args) => watch::run(args, session, out)?,
        Command::List(args) => list(args, session, out)?,
        Command::Define { file } => {
            let xml = read(file, session)?;
            let domain = session.connection()?.define_xml(&xml)?;
            done(out, &domain, format_args!("defined from {}", file.display()))?;
        }
        Command::Create { file, paused } => {
            let xml = read(file, session)?;
            let flags = if *paused { CreateFlags::PAUSED } else { CreateFlags::empty() };
            let domain = session.connection()?.create_xml(&xml, flags)?;
            done(out, &domain, format_args!("created from {}", file.display()))?;
        }
        Command::Start { domain, paused, force_boot } => {
            let mut flags = CreateFlags::empty();
            flags.set(CreateFlags::PAUSED, *paused);
            flags.set(CreateFlags::FORCE_BOOT, *force_boot);
            act(session, out, domain, "started", |domain| domain.start(flags))?;
        }
        Command::Suspend(domain) => act(session, out, domain, "suspended", Domain::suspend)?,
        Command::Resume(domain) => act(session, out, domain, "resumed", Domain::resume)?,
        Command::Shutdown(domain) => {
            let shutdown = |domain: &Domain| domain.shutdown(ShutdownFlags::empty());
            act(session, out, domain, "is being shutdown", shutdown)?;
        }
        Command::Reboot(domain) => {
            let reboot = |domain: &Domain| domain.reboot(ShutdownFlags::empty());
            act(session, out, domain, "is being rebooted", reboot)?;
        }
        Command::Reset(domain) => act(session, out, domain, "was reset", Domain::reset)?,
        Command::Destroy(domain) => {
            let destroy = |domain: &Domain| domain.destroy(DestroyFlags::empty());
            act(session, out, domain, "destroyed", destroy)?;
        }
        Command::Save { domain, file, restored } => {
            let said = format!("saved to {}", file.display());
            let save = |domain: &Domain| domain.save(file, restored.flags());
            act(session, out, domain, &said, save)?;
        }
        Command::Restore { file, restored } => {
            let domain = session.connection()?.restore(file, restored.flags())?;
            done(out, &domain, format_args!("restored from {}", file.display()))?;
        }
        Command::ManagedSave { domain, restored } => {
            let save = |domain: &Domain| domain.managed_save(restored.flags());
            act(session, out, domain, "state saved", save)?;
        }
        Command::ManagedSaveRemove(domain) => {
            act(session, out, domain, "has no managed save image", Domain::remove_managed_save)?;
        }
        Command::Rename { domain, name } => {
            let said = format!("renamed to '{name}'");
            act(session, out, domain, &said, |domain| domain.rename(name))?;
        }
        Command::Undefine { domain, managed_save } => {
            let mut flags = UndefineFlags::empty();
            flags.set(UndefineFlags::MANAGED_SAVE, *managed_save);
            act(session, out, domain, "has been undefined", |domain| domain.undefine(flags))?;
        }
        Command::Dumpxml { domain, inactive } => {
            let mut flags = XmlFlags::empty();
            flags.set(XmlFlags::INACTIVE, *inactive);
            let xml = session.domain(&domain.domain)?.xml(flags)?;
            writeln!(out, "{}", xml.trim_end_matches('\n'))?;
        }
        Command::Dominfo(domain) => dominfo(&session.domain(&domain.domain)?, out)?,
        Command::Domstate { domain, reason } => {
            let status = session.domain(&domain.domain)?.facts()?.status();
            if *reason {
                writeln!(out, "{} ({})", status.state(), status.reason_name())?;
            } else {
                writeln!(out, "{}", status.state())?;
            }
        }
        Command::Support => support(session, out)?,
        Command::Audit => audit(session, out)?,
        Command::Stats => stats(session, out)?,
        Command::Uri => writeln!(out, "{}", session.connection()?.uri())?,
        Command::Version => writeln!(out, "virtwatch {}", env!("CARGO_PKG_VERSION"))?,
    }
    Ok(())
}

impl Restored {
    fn flags(&self) -> SaveFlags {
        let mut flags = SaveFlags::empty();
        flags.set(SaveFlags::RUNNING, self.running);
        flags.set(SaveFlags::PAUSED, self.paused);
        flags
    }
}

/// Has something done with a domain, and says so.
fn act(
    session: &mut Session,
    out: &mut Output,
    domain: &DomainArg,
    said: &str,
    act: impl FnOnce(&Domain) -> Result<(), Error>,
) -> Result {
    let domain = session.domain(&domain.domain)?;
    act(&domain)?;
    done(out, &domain, format_args!("{said}"))
}

fn done(out: &mut Output, domain: &Domain, said: std::fmt::Arguments<'_>) -> Result {
    Ok(writeln!(out, "Domain '{}' {said}", domain.name())?)
}

/// The text of a document.
fn read(file: &Path, session: &Session) -> Result<String, Error> {
    let text = if file != Path::new("-") {
        fs::read_to_string(file)
    } else if session.stdin_is_script {
        return Err(Error::invalid_arg("standard input holds the commands, name a file"));
    } else {
        let mut text = String::new();
        io::stdin().lock().read_to_string(&mut text).map(|_| text)
    };
    text.map_err(|cause| Error::system(format!("cannot read '{}'", file.display()), &cause))
}

fn list(args: &ListArgs, session: &mut Session, out: &mut Output) -> Result {
    let flags = match args {
        ListArgs { all: true, .. } => ListFlags::empty(),
        ListArgs { inactive: true, .. } => ListFlags::INACTIVE,
        _ => ListFlags::ACTIVE,
    };
    let mut domains = session.connection()?.facts(flags);
    // As in virsh: the active ones by id, then the others by name.
    domains.sort_by(|a, b| order(a).cmp(&order(b)));
    if args.json {
        for facts in &domains {
            writeln!(out, "{}", json::domain(facts))?;
        }
        return Ok(());
    }
    let rows: Vec<[Cell; 3]> = domains
        .iter()
        .map(|facts| {
            let id = facts.id().map_or_else(|| "-".to_owned(), |id| id.to_string());
            [Cell::plain(id), Cell::plain(facts.name()), state(facts.status().state())]
        })
        .collect();
    Ok(table::print(out, ["Id", "Name", "State"], &rows)?)
}

fn order(facts: &Facts) -> (bool, Option<i32>, &str) {
    (!facts.is_active(), facts.id(), facts.name())
}

fn state(state: State) -> Cell {
    Cell::styled(state, table::state_style(state))
}

fn dominfo(domain: &Domain, out: &mut Output) -> Result {
    let facts = domain.facts()?;
    let config = domain.config()?;
    let yes = |yes: bool| Cell::plain(if yes { "yes" } else { "no" });
    let mut values = vec![
        ("Id", Cell::plain(facts.id().map_or_else(|| "-".to_owned(), |id| id.to_string()))),
        ("Name", Cell::plain(facts.name())),
        ("UUID", Cell::plain(facts.uuid())),
        ("OS Type", Cell::plain(config.os_type())),
        ("State", state(facts.status().state())),
        ("Reason", Cell::plain(facts.status().reason_name())),
        ("CPU(s)", Cell::plain(config.vcpus())),
        ("Max memory", Cell::plain(format!("{} KiB", config.memory_kib()))),
        ("Used memory", Cell::plain(format!("{} KiB", config.current_memory_kib()))),
        ("Persistent", yes(facts.is_persistent())),
        ("Managed save", yes(domain.has_managed_save()?)),
        ("Incarnation", Cell::plain(facts.incarnation())),
        ("Definition", Cell::plain(facts.definition())),
    ];
    if let Some(title) = config.title() {
        values.insert(2, ("Title", Cell::plain(title)));
    }
    Ok(table::print_values(out, &values)?)
}

fn support(session: &mut Session, out: &mut Output) -> Result {
    let connection = session.connection()?;
    let rows: Vec<[Cell; 3]> = EventType::ALL
        .iter()
        .map(|&event_type| {
            let support = connection.event_support(event_type);
            [Cell::plain(event_type), Cell::plain(event_type.number()), Cell::plain(support)]
        })
        .collect();
    Ok(table::print(out, ["Event", "Number", "Support"], &rows)?)
}

fn audit(session: &mut Session, out: &mut Output) -> Result {
    match session.connection()?.audit()? {
        0 => Ok(writeln!(out, "No domain differs")?),
        different => {
            let info = format!("audit: {different} domains differ");
            Err(Error::new(ErrorCode::InternalError, ErrorDomain::None, info).into())
        }
    }
}

fn stats(session: &mut Session, out: &mut Output) -> Result {
    let stats = session.connection()?.stats();
    let values = [
        ("Domains", stats.domains),
        ("Active", stats.active),
        ("Events", stats.events),
        ("In the journal", stats.journal),
        ("Readers", stats.readers),
        ("Listings", stats.listings),
        ("Audits", stats.audits),
        ("Drift", stats.drift),
        ("Doubts", stats.doubts),
    ];
    Ok(table::print_values(out, &values.map(|(name, value)| (name, Cell::plain(value))))?)
}

//! What can be said to the tool.

use std::path::PathBuf;
use std::time::Duration;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Parser, Subcommand, ValueEnum};
use virtwatch::{Cursor, EventType};

const ABOUT: &str = "Watch virtual machines, and manage them with virsh's words";

const CONNECT: &str = "Where the domains are, such as test:///default or qemu:///system";

const MORE: &str = "\
A domain D is given by id, UUID or name, looked up in this order.

Without a command, commands are read from standard input, one a line, over one connection: a
script, or a prompt on a terminal. Words are quoted as in a shell, # begins a comment. A command
that fails does not end a script, but its exit status is 1.

The default URI is VIRTWATCH_DEFAULT_URI, then LIBVIRT_DEFAULT_URI.
Exit status: 0 done, 1 refused or failed, 2 wrong usage.";

/// The command line.
#[derive(Debug, Parser)]
#[command(name = "virtwatch", version, about = ABOUT, after_help = MORE)]
pub(crate) struct Cli {
    #[arg(short, long, value_name = "URI", help = CONNECT)]
    #[arg(default_value = "", hide_default_value = true)]
    #[arg(global = true, help_heading = "Connection")]
    pub(crate) connect: String,

    /// Only watch and look up, change nothing
    #[arg(short, long, global = true, help_heading = "Connection")]
    pub(crate) readonly: bool,

    #[command(subcommand)]
    pub(crate) command: Option<Command>,
}

/// A line of a script, or at the prompt.
#[derive(Debug, Parser)]
#[command(no_binary_name = true, name = "virtwatch", about = ABOUT)]
#[command(override_usage = "COMMAND [ARGUMENTS]")]
pub(crate) struct Line {
    #[command(subcommand)]
    pub(crate) command: LineCommand,
}

/// What a line may say.
#[derive(Debug, Subcommand)]
pub(crate) enum LineCommand {
    #[command(flatten)]
    Command(Command),

    /// After each line, show the events that happened until then
    Events {
        /// Whether to
        switch: Switch,
        /// One JSON object a line, as described in docs/json.md
        #[arg(long)]
        json: bool,
    },

    /// Print words
    Echo {
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        words: Vec<String>,
    },

    /// End
    #[command(visible_alias = "exit")]
    Quit,
}

/// `on` or `off`.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Switch {
    On,
    Off,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Show what exists and then every lifecycle event, until Ctrl-C
    Watch(WatchArgs),

    /// List the active domains
    List(ListArgs),

    /// Define a domain from an XML file, without starting it
    Define {
        /// The file; - is standard input
        file: PathBuf,
    },

    /// Start a transient domain from an XML file
    Create {
        /// The file; - is standard input
        file: PathBuf,
        /// Leave it paused
        #[arg(long)]
        paused: bool,
    },

    /// Start a defined domain
    Start {
        #[command(flatten)]
        domain: DomainArg,
        /// Leave it paused
        #[arg(long)]
        paused: bool,
        /// Boot even if there is a managed-save image, and drop the image
        #[arg(long)]
        force_boot: bool,
    },

    /// Pause a domain
    Suspend(DomainArg),

    /// Have a paused domain run again
    Resume(DomainArg),

    /// Ask the guest to shut down
    Shutdown(DomainArg),

    /// Ask the guest to reboot
    Reboot(DomainArg),

    /// Reset a domain, as its reset button would
    Reset(DomainArg),

    /// End the running instance of a domain at once
    Destroy(DomainArg),

    /// Save the state of a domain to a file, and end its instance
    Save {
        #[command(flatten)]
        domain: DomainArg,
        /// The file
        file: PathBuf,
        #[command(flatten)]
        restored: Restored,
    },

    /// Start a domain from a saved state
    Restore {
        /// The file
        file: PathBuf,
        #[command(flatten)]
        restored: Restored,
    },

    /// Save the state of a domain where its next start finds it, and end its instance
    #[command(name = "managedsave")]
    ManagedSave {
        #[command(flatten)]
        domain: DomainArg,
        #[command(flatten)]
        restored: Restored,
    },

    /// Drop the managed-save image of a domain
    #[command(name = "managedsave-remove")]
    ManagedSaveRemove(DomainArg),

    /// Give an inactive domain another name
    #[command(visible_alias = "domrename")]
    Rename {
        #[command(flatten)]
        domain: DomainArg,
        /// The new name
        name: String,
    },

    /// Remove the stored configuration; an active domain becomes transient
    Undefine {
        #[command(flatten)]
        domain: DomainArg,
        /// Drop its managed-save image too
        #[arg(long)]
        managed_save: bool,
    },

    /// Print the configuration of a domain
    Dumpxml {
        #[command(flatten)]
        domain: DomainArg,
        /// That of the next start, of an active domain too
        #[arg(long)]
        inactive: bool,
    },

    /// Show what is known of a domain
    Dominfo(DomainArg),

    /// Print the state of a domain
    Domstate {
        #[command(flatten)]
        domain: DomainArg,
        /// And the reason
        #[arg(long)]
        reason: bool,
    },

    /// Show which events the hypervisor can tell of
    Support,

    /// Check the registry; exit status 1 if domains differ
    Audit,

    /// Show figures of the registry
    Stats,

    /// Print the URI
    Uri,

    /// Print the version
    Version,
}

/// Which domain.
#[derive(Debug, Args)]
pub(crate) struct DomainArg {
    /// Its id, UUID or name
    #[arg(value_name = "D")]
    pub(crate) domain: String,
}

/// What a saved domain does when it is restored.
#[derive(Debug, Args)]
pub(crate) struct Restored {
    /// Restored, it runs, whatever it did when it was saved
    #[arg(long)]
    pub(crate) running: bool,
    /// Restored, it is paused, whatever it did when it was saved
    #[arg(long, conflicts_with = "running")]
    pub(crate) paused: bool,
}

/// `watch`.
#[derive(Debug, Args)]
pub(crate) struct WatchArgs {
    /// One JSON object a line, as described in docs/json.md
    #[arg(long)]
    pub(crate) json: bool,

    /// Do not begin with what exists
    #[arg(long)]
    pub(crate) no_snapshot: bool,

    /// Only this domain: id, UUID or name. With a UUID it need not exist yet
    #[arg(long, value_name = "D")]
    pub(crate) domain: Option<String>,

    /// Only events of this type; may be given several times
    #[arg(long = "type", value_name = "T", value_delimiter = ',')]
    #[arg(value_parser = event_types())]
    pub(crate) types: Vec<EventType>,

    /// Go on where an earlier watch ended; if that is impossible, begin with what exists
    #[arg(long, value_name = "CURSOR")]
    pub(crate) since: Option<Cursor>,

    /// End after N events, those of a catch-up not counted
    #[arg(long, value_name = "N")]
    pub(crate) count: Option<u64>,

    /// End after this time; 0 shows what is there
    #[arg(long, value_name = "SECONDS", value_parser = seconds, allow_negative_numbers = true)]
    pub(crate) timeout: Option<Duration>,

    /// How many events to fall behind before catching up in one go; 0 stands for the default
    #[arg(long, value_name = "N", default_value_t = 0, hide_default_value = true)]
    pub(crate) max_lag: u32,
}

/// `list`.
#[derive(Debug, Args)]
pub(crate) struct ListArgs {
    /// List the inactive domains too
    #[arg(long)]
    pub(crate) all: bool,

    /// List the inactive domains only
    #[arg(long, conflicts_with = "all")]
    pub(crate) inactive: bool,

    /// One JSON object a line, as described in docs/json.md
    #[arg(long)]
    pub(crate) json: bool,
}

fn event_types() -> impl TypedValueParser<Value = EventType> {
    let named = |name: &str| EventType::ALL.iter().copied().find(|known| known.name() == name);
    PossibleValuesParser::new(EventType::ALL.iter().map(|known| known.name()))
        .try_map(move |name| named(&name).ok_or("unknown event type"))
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds: f64 = text.parse().map_err(|_| "not a number of seconds".to_owned())?;
    Duration::try_from_secs_f64(seconds).map_err(|error| error.to_string())
}

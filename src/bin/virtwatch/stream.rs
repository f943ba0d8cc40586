//! The stream of a watch, for people.

use anstyle::{AnsiColor, Color, Style};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use virtwatch::{Cursor, Event, EventKind, EventType, Origin, Record, Uuid};

use crate::frame;
use crate::table::state_style;

const DIM: Style = Style::new().dimmed();
const BOLD: Style = Style::new().bold();

/// Terminals narrower than this get a shorter form.
const WIDE: usize = 100;

/// Turns records into lines.
#[derive(Debug)]
pub(crate) struct Stream {
    /// Columns of the terminal; `None` if it is none.
    width: Option<usize>,
    /// Every event is shown, so that those of one change stand together.
    whole: bool,
    /// Why the cursor that was given can't be used, if it can't.
    unusable: &'static str,
    zone: TimeZone,
    begun: bool,
    /// The events shown last and next belong to the same change.
    in_change: bool,
    columns: Columns,
    /// In a catch-up: its domains.
    domains: u64,
    domain: Option<Uuid>,
}

/// Widths of the columns that grow with what they have to hold.
#[derive(Debug)]
struct Columns {
    seq: usize,
    name: usize,
    id: usize,
}

impl Stream {
    /// For a watch that delivers every event, if `whole`; and for a terminal of that `width`.
    pub(crate) fn new(width: Option<usize>, whole: bool) -> Self {
        Self {
            width,
            whole,
            unusable: "",
            zone: TimeZone::system(),
            begun: false,
            in_change: false,
            columns: Columns { seq: 4, name: 12, id: 3 },
            domains: 0,
            domain: None,
        }
    }

    /// The same for a watch that is to go on at `since`, on a source that is at `now`.
    pub(crate) fn resuming(mut self, since: Cursor, now: Cursor) -> Self {
        self.unusable = if since.epoch != now.epoch {
            "it belongs to another journal"
        } else if since.seq > now.seq {
            "it lies in the future"
        } else {
            "it is older than the journal"
        };
        self
    }

    /// The line or lines for a record.
    pub(crate) fn show(&mut self, record: &Record) -> String {
        let mut text = String::new();
        if !self.begun {
            self.begun = true;
            if self.width.is_some() {
                text.push_str(&self.heading());
            }
        }
        text.push_str(&match record {
            Record::Event(event) => self.event(event),
            other => self.frame(other),
        });
        text
    }

    fn is_wide(&self) -> bool {
        self.width.is_none_or(|width| width >= WIDE)
    }

    fn heading(&self) -> String {
        let Columns { seq, name, id } = self.columns;
        let time = if self.is_wide() { 12 } else { 8 };
        format!(
            "{BOLD}{:<time$}  {:>seq$}   {:<20}  {:<name$}  {:>id$}  {}{BOLD:#}\n",
            "TIME", "SEQ", "EVENT", "DOMAIN", "ID", "STATE"
        )
    }

    fn event(&mut self, event: &Event) -> String {
        if event.in_catchup && self.domain.replace(event.uuid()) != Some(event.uuid()) {
            self.domains += 1;
        }
        let seq = event.seq.to_string();
        let name = match event.old_name() {
            Some(old_name) => format!("{old_name} → {}", event.name()),
            None => event.name().to_owned(),
        };
        let id = event.id().map_or_else(|| "-".to_owned(), |id| id.to_string());
        let columns = &mut self.columns;
        columns.seq = columns.seq.max(seq.len());
        columns.name = columns.name.max(name.chars().count());
        columns.id = columns.id.max(id.len());

        let Columns { seq: seq_width, name: name_width, id: id_width } = self.columns;
        let paint = |style: Style, text: String| {
            let style = if event.in_catchup { DIM } else { style };
            if text.is_empty() { text } else { format!("{style}{text}{style:#}") }
        };
        let bracket = self.bracket(event.more);
        self.in_change = event.more;
        let kind = format!("{} {}", event.kind.event_type(), event.kind.detail_name());
        let persistence = persistence(event, self.is_wide());
        let state_width = if persistence.is_empty() { 0 } else { 18 };
        let state_style = state_style(event.after.status().state());
        let origin = match event.origin {
            Origin::Polled | Origin::Resync => format!("  ({})", event.origin),
            _ => String::new(),
        };
        let time = self.time(event.realtime_ns);
        let line = [
            paint(DIM, format!("{time}  {seq:>seq_width$} {bracket} ")),
            paint(kind_style(event.kind), format!("{kind:<20}")),
            paint(BOLD, format!("  {name:<name_width$}")),
            paint(DIM, format!("  {id:>id_width$}")),
            paint(state_style, format!("  {:<state_width$}", states(event))),
            paint(Style::new(), persistence),
            paint(DIM, origin),
            "\n".to_owned(),
        ];
        line.concat()
    }

    /// Clock time; the day for what is not of today.
    fn time(&self, realtime_ns: i64) -> String {
        let Ok(time) = Timestamp::from_nanosecond(realtime_ns.into()) else {
            return "?".to_owned();
        };
        let time = self.zone.to_datetime(time);
        let today = self.zone.to_datetime(Timestamp::now()).date();
        let format = match (time.date() == today, self.is_wide()) {
            (true, true) => "%H:%M:%S%.3f",
            (true, false) => "%H:%M:%S",
            (false, true) => "%b %d %H:%M",
            (false, false) => "%Y%m%d",
        };
        let width = if self.is_wide() { 12 } else { 8 };
        format!("{:<width$}", time.strftime(format).to_string())
    }

    /// What holds the events of one change together.
    fn bracket(&self, more: bool) -> &'static str {
        match (self.whole, self.in_change, more) {
            (false, ..) | (_, false, false) => " ",
            (_, false, true) => "┌",
            (_, true, true) => "├",
            (_, true, false) => "└",
        }
    }

    /// A line that is no event.
    fn frame(&mut self, record: &Record) -> String {
        if let Record::Catchup { .. } = record {
            self.domains = 0;
            self.domain = None;
            self.in_change = false;
        }
        let domains = self.whole.then_some(self.domains);
        let (style, text) = frame::describe(record, domains, self.unusable);
        let used = text.chars().count() + 4;
        let rule = match self.width {
            Some(width) => format!(" {}", "─".repeat(width.min(WIDE).saturating_sub(used))),
            None => String::new(),
        };
        format!("{DIM}──{DIM:#} {style}{text}{style:#}{DIM}{rule}{DIM:#}\n")
    }
}

fn kind_style(kind: EventKind) -> Style {
    let colour = match kind.event_type() {
        EventType::Added | EventType::Started | EventType::Resumed => AnsiColor::Green,
        EventType::Removed | EventType::Stopped | EventType::Crashed => AnsiColor::Red,
        EventType::Suspended | EventType::PmSuspended | EventType::Shutdown => AnsiColor::Yellow,
        _ => AnsiColor::Blue,
    };
    let style = Style::new().fg_color(Some(Color::Ansi(colour)));
    match kind.event_type() {
        EventType::Added | EventType::Removed | EventType::Crashed => style.bold(),
        _ => style,
    }
}

/// The state, and the one before if it was another.
fn states(event: &Event) -> String {
    let (before, after) = (event.before.status().state(), event.after.status().state());
    if before == after { after.to_string() } else { format!("{before} → {after}") }
}

/// Persistent or transient; with an arrow where the event made it so. A narrow terminal is not told
/// of what stays persistent.
fn persistence(event: &Event, wide: bool) -> String {
    let was = event.before.exists().then(|| event.before.is_persistent());
    let is = event.after.exists().then(|| event.after.is_persistent());
    match (was, is) {
        (_, None) => String::new(),
        (Some(false), Some(true)) => "  → persistent".to_owned(),
        (Some(true), Some(false)) => "  → transient".to_owned(),
        (_, Some(false)) => "  transient".to_owned(),
        (_, Some(true)) => (if wide { "  persistent" } else { "" }).to_owned(),
    }
}

#[cfg(test)]
mod tests;

//! Tables as virsh prints them, and lists of names and values.

use std::fmt::Display;
use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use virtwatch::State;

const HEADING: Style = Style::new().bold();
const RULE: Style = Style::new().dimmed();

/// A cell, and how it looks.
#[derive(Debug)]
pub(crate) struct Cell {
    text: String,
    style: Style,
}

impl Cell {
    pub(crate) fn plain(text: impl Display) -> Self {
        Self { text: text.to_string(), style: Style::new() }
    }

    pub(crate) fn styled(text: impl Display, style: Style) -> Self {
        Self { text: text.to_string(), style }
    }
}

/// How a state looks.
pub(crate) fn state_style(state: State) -> Style {
    match state {
        State::Running | State::Blocked => AnsiColor::Green.on_default(),
        State::Shutoff => Style::new().dimmed(),
        State::Crashed => AnsiColor::Red.on_default().bold(),
        _ => AnsiColor::Yellow.on_default(),
    }
}

/// Prints rows below headings, each column as wide as it needs.
pub(crate) fn print<const N: usize>(
    out: &mut impl Write,
    headings: [&str; N],
    rows: &[[Cell; N]],
) -> io::Result<()> {
    let mut widths = headings.map(|heading| heading.chars().count());
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.text.chars().count());
        }
    }
    let headings = headings.map(|heading| Cell::styled(heading, HEADING));
    line(out, &headings, &widths)?;
    let rule: usize = widths.iter().map(|width| width + 3).sum();
    writeln!(out, "{RULE}{:-<rule$}{RULE:#}", "")?;
    rows.iter().try_for_each(|row| line(out, row, &widths))
}

fn line(out: &mut impl Write, row: &[Cell], widths: &[usize]) -> io::Result<()> {
    let mut gap = 1;
    for (Cell { text, style }, width) in row.iter().zip(widths) {
        write!(out, "{:gap$}{style}{text}{style:#}", "")?;
        gap = 3 + width - text.chars().count();
    }
    writeln!(out)
}

/// Prints names and values, the values below each other.
pub(crate) fn print_values(out: &mut impl Write, values: &[(&str, Cell)]) -> io::Result<()> {
    let width = values.iter().map(|(name, _)| name.len() + 1).max().unwrap_or(0);
    values.iter().try_for_each(|(name, Cell { text, style })| {
        let name = format!("{name}:");
        writeln!(out, "{name:<width$} {style}{text}{style:#}")
    })
}

//! The manual page tells of what `--help` tells of: every command with its options and arguments,
//! and no other.

use std::collections::{BTreeMap, BTreeSet};

use crate::tool::run;

/// The words after a command: options with their values, and arguments.
type Words = BTreeSet<String>;

/// What the page has for each command, and before all commands.
fn manual() -> BTreeMap<String, Words> {
    let page = include_str!("../../docs/man/virtwatch.1");
    let mut commands = BTreeMap::new();
    let mut words = Words::new();
    let mut command = String::new();
    let items = page.split(".Sh ENVIRONMENT").next().unwrap().split(".Sh DESCRIPTION").nth(1);
    for line in items.unwrap().lines() {
        if let Some(rest) = line.strip_prefix(".It Ic ") {
            commands.insert(command, std::mem::take(&mut words));
            command = rest.split(' ').next().unwrap_or_default().into();
        }
        if line.starts_with(".It ") {
            words.extend(macros(line));
        }
    }
    commands.insert(command, words);
    commands
}

/// `Fl -x Ar Y` as `--x Y`, other `Ar Y` as `Y`. That there are options at all is no argument.
fn macros(line: &str) -> Words {
    let words: Vec<&str> = line.split(' ').collect();
    let after = |at: usize| words.get(at + 1).copied().unwrap_or_default();
    let mut found = Words::new();
    for (at, &word) in words.iter().enumerate() {
        match word {
            "Fl" if words.get(at + 2) == Some(&"Ar") => {
                found.insert(format!("-{} {}", after(at), after(at + 2)));
            }
            "Fl" => drop(found.insert(format!("-{}", after(at)))),
            "Ar" if at < 2 || words.get(at - 2) != Some(&"Fl") => {
                found.insert(after(at).to_owned());
            }
            _ => {}
        }
    }
    found.remove("option");
    found
}

/// What `--help` has: options with their values, and arguments, those apart that every command has.
fn help(text: &str) -> Words {
    let mut words = Words::new();
    for line in text.lines() {
        let line = line.trim_start();
        let said = line.split("  ").next().unwrap();
        let takes = !line.starts_with("<URI>") && !line.starts_with("[COMMAND]");
        if said.starts_with('-') {
            words.extend(said.split(", ").map(|option| option.replace(['<', '>'], "")));
        } else if line.starts_with(['<', '[']) && takes {
            words.insert(said.trim_end_matches("...").replace(['<', '>', '[', ']'], ""));
        }
    }
    words
}

/// The commands that a help text lists.
fn commands(text: &str) -> Vec<String> {
    let list = text.split("Commands:\n").nth(1).unwrap().split("\n\n").next().unwrap();
    list.lines().filter_map(|line| line.split_whitespace().next()).map(str::to_owned).collect()
}

#[test]
fn the_manual_has_every_option_and_argument_of_every_command() {
    let general = help(&run(&["--help"]).ok());
    let mut expected = BTreeMap::from([(String::new(), general.clone())]);
    let script = crate::tool::script("help").ok();
    for command in commands(&script) {
        let text = match command.as_str() {
            "help" => "<COMMAND>".to_owned(),
            "events" | "echo" | "quit" => crate::tool::script(&format!("help {command}")).ok(),
            _ => run(&[&command, "--help"]).ok(),
        };
        let words = help(&text).difference(&general).cloned().collect();
        expected.insert(command, words);
    }
    assert_eq!(manual(), expected);
}

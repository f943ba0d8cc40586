//! What a C header declares, as far as a header that cbindgen writes needs.

/// A declaration.
#[derive(Debug)]
pub(super) enum Declaration {
    /// `#define NAME …`
    Macro {
        name: String,
    },
    /// `typedef enum NAME { … } NAME`
    Enumeration {
        name: String,
        enumerators: Vec<String>,
    },
    /// `typedef struct NAME { … } NAME`, or without members `typedef struct NAME NAME`
    Structure {
        name: String,
        members: Vec<String>,
    },
    /// Any other type: a pointer, or the form of a callback
    Type {
        name: String,
        text: String,
    },
    Function {
        name: String,
        text: String,
    },
    Variable {
        name: String,
        text: String,
    },
}

impl Declaration {
    pub(super) fn name(&self) -> &str {
        match self {
            Self::Macro { name }
            | Self::Enumeration { name, .. }
            | Self::Structure { name, .. }
            | Self::Type { name, .. }
            | Self::Function { name, .. }
            | Self::Variable { name, .. } => name,
        }
    }

    fn parse(text: &str) -> Self {
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let (head, body) = match text.split_once('{') {
            Some((head, rest)) => (head, rest.rsplit_once('}').map(|(body, _)| body)),
            None => (text.as_str(), None),
        };
        let words: Vec<&str> = words(head).collect();
        match (words.as_slice(), body) {
            (["typedef", "enum", name, ..], Some(body)) => {
                let enumerators = body.split(',').filter_map(first_word).collect();
                Self::Enumeration { name: (*name).to_owned(), enumerators }
            }
            (["typedef", "struct", name], Some(body)) => {
                let members = body.split(';').filter_map(last_word).collect();
                Self::Structure { name: (*name).to_owned(), members }
            }
            (["typedef", "struct", name, again], None) if name == again => {
                Self::Structure { name: (*name).to_owned(), members: Vec::new() }
            }
            (["typedef", ..], None) => {
                let name = match text.split_once("(*") {
                    Some((_, rest)) => first_word(rest),
                    None => last_word(&text),
                };
                Self::Type { name: name.unwrap(), text }
            }
            (["extern", ..], None) => Self::Variable { name: last_word(&text).unwrap(), text },
            _ => {
                let name = last_word(text.split('(').next().unwrap());
                Self::Function { name: name.unwrap(), text }
            }
        }
    }
}

pub(super) fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').filter(|word| !word.is_empty())
}

fn first_word(text: &str) -> Option<String> {
    words(text).next().map(str::to_owned)
}

/// The last word, array bounds apart.
fn last_word(text: &str) -> Option<String> {
    words(text.split('[').next()?).last().map(str::to_owned)
}

/// All declarations of a header, in its order.
pub(super) fn read(header: &str) -> Vec<Declaration> {
    let mut declarations = Vec::new();
    let mut statement = String::new();
    let mut lines = without_comments(header).lines().map(str::to_owned).collect::<Vec<_>>();
    lines.retain(|line| !line.starts_with("extern \"C\"") && line != "}  ");
    let mut in_macro = false;
    for line in &lines {
        let continues = in_macro;
        in_macro = line.ends_with('\\') && (continues || line.starts_with('#'));
        if continues {
            continue;
        }
        if let Some(directive) = line.strip_prefix('#') {
            let mut words = words(directive);
            if let (Some("define"), Some(name)) = (words.next(), words.next()) {
                declarations.push(Declaration::Macro { name: name.to_owned() });
            }
            continue;
        }
        statement += line;
        statement += " ";
        let open = statement.matches('{').count() > statement.matches('}').count();
        if !open && line.ends_with(';') {
            declarations.push(Declaration::parse(statement.trim().trim_end_matches(';')));
            statement.clear();
        }
    }
    assert_eq!(statement.trim(), "", "a declaration that is not understood");
    declarations
}

/// Without comments of either form.
fn without_comments(text: &str) -> String {
    let mut rest = text;
    let mut code = String::new();
    while let Some((before, comment)) = rest.split_once("/*") {
        code += before;
        rest = comment.split_once("*/").map_or("", |(_, after)| after);
    }
    code += rest;
    let lines = code.lines().map(|line| line.split("//").next().unwrap());
    lines.map(|line| line.to_owned() + "\n").collect()
}

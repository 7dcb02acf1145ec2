//! The small grammars of values in a Dockerfile, each as the engine reads it.

pub(crate) mod csv;
pub(crate) mod duration;
pub(crate) mod file_mode;
pub mod path;
pub mod platform;
pub(crate) mod port;
pub mod reference;
pub mod remote;
pub(crate) mod signal;
pub(crate) mod size;

/// Go's `strconv.ParseBool`.
pub(crate) fn parse_bool(text: &str) -> Option<bool> {
    match text {
        "1" | "t" | "T" | "TRUE" | "true" | "True" => Some(true),
        "0" | "f" | "F" | "FALSE" | "false" | "False" => Some(false),
        _ => None,
    }
}

/// Go's `strings.ToLower`: one character for each.
pub(crate) fn lowercase(text: &str) -> String {
    text.chars().map(|c| c.to_lowercase().next().unwrap_or(c)).collect()
}

#[cfg(test)]
mod tests;

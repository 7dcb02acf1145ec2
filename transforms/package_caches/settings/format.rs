//! How settings are written down.

use std::collections::BTreeMap;

use crate::package_caches::manager::Written;

/// What a file says, by the keys, sections before them with a dot between.
pub(super) fn read(written: Written, text: &str) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    match written {
        Written::Toml => {
            if let Ok(table) = text.parse::<toml::Table>() {
                flatten("", &toml::Value::Table(table), &mut found);
            }
        }
        Written::Yaml => {
            for line in text.lines() {
                if let Some((key, value)) = line.split_once(':').filter(|(key, _)| is_key(key)) {
                    found.insert(key.to_owned(), plain(value.split(" #").next().unwrap_or_default()));
                }
            }
        }
        Written::Words => {
            for line in text.lines() {
                if let Some((key, value)) = line.trim().split_once(char::is_whitespace) {
                    found.insert(key.trim_matches('"').to_owned(), plain(value));
                }
            }
        }
        Written::Ini => {
            let mut section = String::new();
            for line in text.lines().map(str::trim).filter(|line| !line.starts_with([';', '#'])) {
                if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
                    section = format!("{}.", name.trim());
                } else if let Some((key, value)) = line.split_once('=') {
                    found.insert(format!("{section}{}", key.trim()), plain(value));
                }
            }
        }
    }
    found
}

fn is_key(key: &str) -> bool {
    !key.is_empty() && key.chars().all(|char| char.is_ascii_alphanumeric() || matches!(char, '-' | '_'))
}

fn plain(value: &str) -> String {
    value.trim().trim_matches(['"', '\'']).to_owned()
}

fn flatten(above: &str, value: &toml::Value, found: &mut BTreeMap<String, String>) {
    match value {
        toml::Value::Table(table) => {
            for (key, value) in table {
                let key = if above.is_empty() { key.clone() } else { format!("{above}.{key}") };
                flatten(&key, value, found);
            }
        }
        toml::Value::String(text) => {
            found.insert(above.to_owned(), text.clone());
        }
        toml::Value::Boolean(_) | toml::Value::Integer(_) => {
            found.insert(above.to_owned(), value.to_string());
        }
        _ => {}
    }
}

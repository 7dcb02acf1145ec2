//! Variables that pip reads, and how uv is told the same.
//!
//! Sources: pip 26.3, "Configuration": each option has a variable; uv 0.13.9, "Environment variables"; 2026-11-24.

use dockfit_dockerfile::model::Value;

use super::around::Around;
use super::words::Told;
use crate::cache_mounts::Refusal;
use crate::cache_mounts::call::Call;
use crate::cache_mounts::step::Step;

/// What becomes of a variable.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Uv {
    /// It says nothing that changes what is installed.
    Nothing,
    /// uv has this one; an empty one counts as none.
    Variable(&'static str),
    /// As that, with further indexes.
    Indexes(&'static str),
    /// As that, but an empty one is an error, and so is what is no whole number.
    Number(&'static str),
    /// As that, where it is known to be set.
    File(&'static str),
    /// uv has this option.
    Switch(&'static str),
    /// Bytecode is not written.
    NoCompile,
}

struct Row {
    names: &'static [&'static str],
    uv: Uv,
}

const ROWS: &[Row] = &[
    Row { names: &["PIP_INDEX_URL"], uv: Uv::Variable("UV_DEFAULT_INDEX") },
    Row { names: &["PIP_EXTRA_INDEX_URL"], uv: Uv::Indexes("UV_INDEX") },
    Row { names: &["PIP_TRUSTED_HOST"], uv: Uv::Variable("UV_INSECURE_HOST") },
    Row { names: &["PIP_DEFAULT_TIMEOUT", "PIP_TIMEOUT"], uv: Uv::Number("UV_HTTP_TIMEOUT") },
    Row { names: &["PIP_RETRIES"], uv: Uv::Number("UV_HTTP_RETRIES") },
    Row { names: &["PIP_CERT"], uv: Uv::File("SSL_CERT_FILE") },
    Row { names: &["PIP_CLIENT_CERT"], uv: Uv::File("SSL_CLIENT_CERT") },
    Row { names: &["PIP_PROXY"], uv: Uv::File("ALL_PROXY") },
    Row { names: &["PIP_NO_CACHE_DIR"], uv: Uv::Switch("--no-cache") },
    Row { names: &["PIP_BREAK_SYSTEM_PACKAGES"], uv: Uv::Switch("--break-system-packages") },
    Row { names: &["PIP_NO_INDEX"], uv: Uv::Switch("--no-index") },
    Row { names: &["PIP_REQUIRE_HASHES"], uv: Uv::Switch("--require-hashes") },
    Row { names: &["PIP_NO_COMPILE"], uv: Uv::NoCompile },
    Row {
        names: &[
            "PIP_CACHE_DIR",
            "PIP_DISABLE_PIP_VERSION_CHECK",
            "PIP_NO_COLOR",
            "PIP_NO_INPUT",
            "PIP_NO_PYTHON_VERSION_WARNING",
            "PIP_NO_WARN_CONFLICTS",
            "PIP_NO_WARN_SCRIPT_LOCATION",
            "PIP_PARALLEL_DOWNLOAD",
            "PIP_PREFER_BINARY",
            "PIP_PRE",
            "PIP_PROGRESS_BAR",
            "PIP_QUIET",
            "PIP_REQUIRE_VIRTUALENV",
            "PIP_ROOT_USER_ACTION",
            "PIP_UPGRADE",
            "PIP_VERBOSE",
            "PIP_VERSION",
        ],
        uv: Uv::Nothing,
    },
];

/// Puts down what the variables of pip tell in `step`.
pub(super) fn read(
    around: &Around,
    step: &Step<'_>,
    call: &Call<'_>,
    told: &mut Told,
) -> Result<(), Refusal> {
    if let Some(own) = call.assignments.iter().find(|own| own.name.starts_with("PIP_")) {
        return Err(unknown(&own.name));
    }
    for (name, value) in set(around, step, call) {
        let Some(row) = ROWS.iter().find(|row| row.names.contains(&name.as_str())) else {
            return Err(unknown(&name));
        };
        let known = value.as_deref();
        if known == Some("") {
            continue;
        }
        let same = |variable: &str| format!("{variable}=\"${name}\"");
        match (row.uv, known) {
            (Uv::Nothing, _) => {}
            (Uv::Variable(variable), _) | (Uv::File(variable), Some(_)) => {
                told.assignments.push(same(variable));
            }
            (Uv::Indexes(variable), _) => {
                told.assignments.push(same(variable));
                told.has_more_indexes = true;
            }
            (Uv::Number(variable), Some(value)) if value.bytes().all(|byte| byte.is_ascii_digit()) => {
                told.assignments.push(same(variable));
            }
            (Uv::Switch(option), Some(_)) => told.add(option),
            (Uv::NoCompile, Some(_)) => told.compiles = false,
            _ => return Err(unknown(&name)),
        }
    }
    Ok(())
}

fn unknown(name: &str) -> Refusal {
    let text = format!("`{name}` tells pip what uv cannot be told in the same way");
    Refusal::new("variable", text, format!("do without {name}, or set the variable of uv's that means it"))
}

/// The variables of pip that are set for a call, with their values where these are known.
fn set(around: &Around, step: &Step<'_>, call: &Call<'_>) -> Vec<(String, Option<String>)> {
    let mut found: Vec<(String, Option<String>)> = Vec::new();
    let mut put = |name: &str, value: Option<String>| {
        if name.starts_with("PIP_") && !found.iter().any(|(other, _)| other == name) {
            found.push((name.to_owned(), value));
        }
    };
    for name in ROWS.iter().flat_map(|row| row.names) {
        if call.own_variable(name).is_some() {
            put(name, None);
        }
    }
    let environment = step.model().environment(step.index).map(|at| at.variables()).unwrap_or_default();
    for variable in environment {
        let value = match variable.value {
            Value::Known(value) => Some(value.to_string()),
            Value::Partial(_) | Value::Unknown => None,
        };
        put(&variable.name, value);
    }
    // A build may give them.
    for name in around.arguments(step) {
        put(name, None);
    }
    found.sort();
    found
}

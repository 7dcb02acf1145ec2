//! `workers = "auto"` and `[servers]`: what passes on web servers write.

use dockfit_rewrite::ServerSettings;

use super::file::{FileError, Value, wrong};
use super::nearest;

/// The keys of the table.
const KEYS: [&str; 4] = ["memory-per-worker", "max-requests", "max-requests-jitter", "limit-concurrency"];

/// `workers`: `"auto"`, or `"as-written"`, which is the default.
pub(super) fn workers(value: &Value<'_>, settings: &mut ServerSettings) -> Result<(), FileError> {
    let help = "use \"auto\" or \"as-written\"";
    match value.get_ref().as_str() {
        Some("auto") => settings.workers_from_limits = true,
        Some("as-written") => settings.workers_from_limits = false,
        Some(other) => {
            return Err(FileError::new(value.span(), format!("`workers` cannot be `{other}`"), help));
        }
        None => return Err(wrong(value, "a string", "`\"auto\"`")),
    }
    Ok(())
}

/// `[servers]`: numbers.
pub(super) fn servers(value: &Value<'_>, settings: &mut ServerSettings) -> Result<(), FileError> {
    let table = value.get_ref().as_table().ok_or_else(|| {
        wrong(value, "a table of numbers", "`[servers]`, and below it `max-requests = 1000`")
    })?;
    for (key, value) in table {
        let (field, least) = match key.get_ref().as_ref() {
            "memory-per-worker" => (&mut settings.memory_per_worker, 1),
            "max-requests" => (&mut settings.max_requests, 1),
            "max-requests-jitter" => (&mut settings.max_requests_jitter, 0),
            "limit-concurrency" => (&mut settings.limit_concurrency, 1),
            unknown => {
                let help = match nearest(unknown, KEYS.into_iter()) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("the keys are {}", KEYS.join(", ")),
                };
                return Err(FileError::new(key.span(), format!("unknown key `{unknown}`"), help));
            }
        };
        let number = value.get_ref().as_integer().ok_or_else(|| wrong(value, "a number", "`1000`"))?;
        let text = number.as_str().replace('_', "");
        *field = text.parse().ok().filter(|number| *number >= least).ok_or_else(|| {
            FileError::new(value.span(), format!("`{text}` is out of range"), format!("use {least} or more"))
        })?;
    }
    Ok(())
}

//! `[targets]`: what the project wants of its image.

use super::file::{FileError, Value, wrong};
use super::nearest;

/// The keys of the table.
const KEYS: [&str; 5] = ["image", "build", "start", "memory", "p95"];
/// What a size may end with, and how many bytes that is.
const BYTES: [(&str, f64); 8] = [
    ("KiB", 1024.0),
    ("MiB", 1_048_576.0),
    ("GiB", 1_073_741_824.0),
    ("kB", 1e3),
    ("KB", 1e3),
    ("MB", 1e6),
    ("GB", 1e9),
    ("B", 1.0),
];
/// What a time may end with, and how many seconds that is.
const SECONDS: [(&str, f64); 4] = [("ms", 0.001), ("s", 1.0), ("m", 60.0), ("h", 3600.0)];

/// Bounds, in bytes and seconds, each with the words of the file.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Targets {
    /// The size of the image.
    pub(crate) image: Option<(f64, String)>,
    /// The cold build.
    pub(crate) build: Option<(f64, String)>,
    /// Until it is ready.
    pub(crate) start: Option<(f64, String)>,
    /// Of all processes.
    pub(crate) memory: Option<(f64, String)>,
    /// Within which 95 of a hundred requests are answered.
    pub(crate) p95: Option<(f64, String)>,
}

impl Targets {
    /// The names of figures, and the bounds on them.
    pub(crate) fn bounds(&self) -> Vec<(&'static str, &'static str, &(f64, String))> {
        let all = [
            ("image", "size", &self.image),
            ("build", "cold", &self.build),
            ("start", "ready", &self.start),
            ("memory", "memory", &self.memory),
            ("p95", "p95", &self.p95),
        ];
        all.into_iter().filter_map(|(key, figure, bound)| Some((key, figure, bound.as_ref()?))).collect()
    }
}

/// Reads the table.
pub(super) fn targets(value: &Value<'_>) -> Result<Targets, FileError> {
    let table = value
        .get_ref()
        .as_table()
        .ok_or_else(|| wrong(value, "a table of bounds", "`[targets]`, and below it `image = \"600MB\"`"))?;
    let mut found = Targets::default();
    for (key, value) in table {
        let (field, units, example): (_, &[(&str, f64)], _) = match key.get_ref().as_ref() {
            "image" => (&mut found.image, &BYTES, "`\"600MB\"`"),
            "memory" => (&mut found.memory, &BYTES, "`\"512MB\"`"),
            "build" => (&mut found.build, &SECONDS, "`\"3m\"`"),
            "start" => (&mut found.start, &SECONDS, "`\"2s\"`"),
            "p95" => (&mut found.p95, &SECONDS, "`\"200ms\"`"),
            unknown => {
                let help = match nearest(unknown, KEYS.into_iter()) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("the keys are {}", KEYS.join(", ")),
                };
                return Err(FileError::new(
                    key.span(),
                    format!("unknown key `{unknown}` of `targets`"),
                    help,
                ));
            }
        };
        let text = value.get_ref().as_str().ok_or_else(|| wrong(value, "a number with its unit", example))?;
        let Some(bound) = number(text, units) else {
            let message = format!("`{text}` is no bound");
            return Err(FileError::new(value.span(), message, format!("for example {example}")));
        };
        *field = Some((bound, text.to_owned()));
    }
    Ok(found)
}

/// A number with its unit.
fn number(text: &str, units: &[(&str, f64)]) -> Option<f64> {
    let (number, factor) =
        units.iter().find_map(|(unit, factor)| Some((text.strip_suffix(unit)?, factor)))?;
    let number: f64 = number.trim_end().parse().ok()?;
    (number.is_finite() && number > 0.0).then_some(number * factor)
}

#[cfg(test)]
mod tests {
    use super::{BYTES, SECONDS, number};

    #[test]
    fn numbers_have_units() {
        assert_eq!(number("600MB", &BYTES), Some(600e6));
        assert_eq!(number("1.5 GiB", &BYTES), Some(1_610_612_736.0));
        assert_eq!(number("200ms", &SECONDS), Some(0.2));
        assert_eq!(number("3m", &SECONDS), Some(180.0));
        for text in ["600", "MB", "-1MB", "0MB", "infMB", "3m"] {
            assert_eq!(number(text, &BYTES), None, "{text}");
        }
    }
}

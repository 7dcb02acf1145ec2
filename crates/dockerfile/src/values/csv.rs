//! The comma separated fields of a `--mount`.

/// Why a text is no line of comma separated fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CsvError {
    /// There is nothing.
    Empty,
    /// A quote stands inside a field that does not begin with one.
    BareQuote,
    /// A quoted field goes on after its end, or does not end.
    Quote,
}

/// Splits a line at commas outside `"…"`; `""` in quotes is a quote. Mirrors `github.com/tonistiigi/go-csvvalue`
/// `Fields`.
pub(crate) fn fields(line: &str) -> Result<Vec<String>, CsvError> {
    let line = line.strip_suffix('\n').map_or(line, |line| line.strip_suffix('\r').unwrap_or(line));
    if line.is_empty() {
        return Err(CsvError::Empty);
    }
    let mut fields = Vec::new();
    let mut rest = line;
    loop {
        let Some(quoted) = rest.strip_prefix('"') else {
            let (field, after) =
                rest.split_once(',').map_or((rest, None), |(field, after)| (field, Some(after)));
            if field.contains('"') {
                return Err(CsvError::BareQuote);
            }
            fields.push(field.to_owned());
            match after {
                Some(after) => rest = after,
                None => return Ok(fields),
            }
            continue;
        };
        let mut field = String::new();
        let mut inner = quoted;
        loop {
            let (part, after) = inner.split_once('"').ok_or(CsvError::Quote)?;
            field.push_str(part);
            let Some(escaped) = after.strip_prefix('"') else {
                inner = after;
                break;
            };
            field.push('"');
            inner = escaped;
        }
        fields.push(field);
        match inner.strip_prefix(',') {
            Some(after) => rest = after,
            None if inner.is_empty() => return Ok(fields),
            None => return Err(CsvError::Quote),
        }
    }
}

//! Whether Go would take a text as a pattern.

/// Mirrors what path/filepath `Match` finds wrong, whatever the name.
pub(super) fn check(pattern: &str) -> Result<(), ()> {
    let chars: Vec<char> = pattern.chars().collect();
    let mut rest = chars.as_slice();
    while !rest.is_empty() {
        let stars = rest.iter().take_while(|char| **char == '*').count();
        rest = &rest[stars..];
        let len = chunk_len(rest);
        check_chunk(&rest[..len])?;
        rest = &rest[len..];
    }
    Ok(())
}

/// Up to the next star outside brackets (`scanChunk`).
fn chunk_len(rest: &[char]) -> usize {
    let mut in_range = false;
    let mut at = 0;
    while let Some(char) = rest.get(at) {
        match char {
            '\\' => at += usize::from(at + 1 < rest.len()),
            '[' => in_range = true,
            ']' => in_range = false,
            '*' if !in_range => break,
            _ => {}
        }
        at += 1;
    }
    at
}

/// `matchChunk`.
fn check_chunk(chunk: &[char]) -> Result<(), ()> {
    let mut rest = chunk;
    while let Some((first, after)) = rest.split_first() {
        rest = match first {
            '[' => range(after)?,
            '\\' => after.get(1..).filter(|_| !after.is_empty()).ok_or(())?,
            _ => after,
        };
    }
    Ok(())
}

/// What follows a range.
fn range(after: &[char]) -> Result<&[char], ()> {
    let mut rest = after.strip_prefix(&['^']).unwrap_or(after);
    let mut ranges = 0;
    loop {
        if let Some(after) = rest.strip_prefix(&[']'])
            && ranges > 0
        {
            return Ok(after);
        }
        rest = range_end(rest)?;
        if let Some(after) = rest.strip_prefix(&['-']) {
            rest = range_end(after)?;
        }
        ranges += 1;
    }
}

/// What follows a character of a range (`getEsc`); a pattern cannot end with it.
fn range_end(rest: &[char]) -> Result<&[char], ()> {
    let after = match rest {
        [] | ['-' | ']', ..] | ['\\'] => return Err(()),
        ['\\', _, after @ ..] | [_, after @ ..] => after,
    };
    if after.is_empty() { Err(()) } else { Ok(after) }
}

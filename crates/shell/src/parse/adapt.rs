//! The text as the grammar is given it: of the same length, and of the same structure to a shell, but without what
//! the grammar (tree-sitter-bash 0.25.1) reads wrong or not at all. The words are read from the real text.

/// What the grammar parses.
#[derive(Debug)]
pub(super) struct Adapted {
    pub bytes: Vec<u8>,
    /// Where the delimiter of a here-document was moved to, and where it really stands.
    pub moved: Option<(usize, usize)>,
}

/// Adapts `text`.
pub(super) fn adapted(text: &str) -> Adapted {
    let mut bytes: Vec<u8> = text.bytes().map(ordinary).collect();
    negations(&mut bytes);
    inline_comments(&mut bytes);
    let moved = leading_heredoc(&mut bytes);
    Adapted { bytes, moved }
}

/// An underscore for each byte that is an ordinary character to a shell but perhaps not to the grammar: to it no-break
/// spaces and carriage returns are blanks. The grammar's scanner also calls `isdigit` for characters of any number,
/// which is undefined beyond 255 and crashes (`scanner.c` line 1158).
fn ordinary(byte: u8) -> u8 {
    if matches!(byte, b'\t' | b'\n' | b' '..=b'~') { byte } else { b'_' }
}

/// Blanks for every `!` that stands alone: the grammar knows it in front of a few kinds of command only. The builder
/// finds it in the real text.
fn negations(bytes: &mut [u8]) {
    let mut before = b'\n';
    for at in 0..bytes.len() {
        let Some(&byte) = bytes.get(at) else { return };
        let starts = matches!(before, b' ' | b'\t' | b'\n' | b';' | b'&' | b'|' | b'(' | b'`');
        if byte == b'!' && starts && matches!(bytes.get(at + 1), Some(b' ' | b'\t')) {
            blank(bytes, at, b' ');
        }
        before = byte;
    }
}

/// A word for each `` `# comment` ``, an idiom for comments between continued lines; the grammar wants a command there.
fn inline_comments(bytes: &mut [u8]) {
    let mut from = 0;
    while let Some(start) = find(bytes, from, b"`#") {
        from = start + 2;
        let opens = start == 0 || matches!(bytes.get(start - 1), Some(b' ' | b'\t' | b'\n'));
        let rest = bytes.get(from..).unwrap_or_default();
        let Some(length) = rest.iter().position(|b| matches!(b, b'`' | b'\n' | b'\\')) else { return };
        if opens && rest.get(length) == Some(&b'`') {
            for at in start..=from + length {
                blank(bytes, at, b'_');
            }
            from += length + 1;
        }
    }
}

/// `<<EOF cmd` becomes `cmd <<EOF`, if the first line is as simple as that: the grammar wants the command first.
fn leading_heredoc(bytes: &mut [u8]) -> Option<(usize, usize)> {
    let end = bytes.iter().position(|b| *b == b'\n')?;
    let line = bytes.get(..end)?;
    let start = line.iter().position(|b| !matches!(b, b' ' | b'\t'))?;
    let operator = line.get(start..)?.strip_prefix(b"<<")?;
    let dash = usize::from(operator.first() == Some(&b'-'));
    let length = line.get(start..)?.iter().position(|b| matches!(b, b' ' | b'\t'))?;
    let heredoc = line.get(start..start + length)?.to_vec();
    let plain = |b: &u8| b.is_ascii_alphanumeric() || b"_'\"".contains(b);
    if heredoc.len() <= 2 + dash || !heredoc.get(2 + dash..)?.iter().all(plain) {
        return None;
    }
    let command = line.get(start + length..)?.trim_ascii().to_vec();
    let simple = |b: &u8| b.is_ascii_alphanumeric() || b" _./=+:,@%>-".contains(b);
    if !command.iter().all(simple)
        || !command.first()?.is_ascii_alphanumeric() && command.first() != Some(&b'/')
    {
        return None;
    }
    let mut swapped = command;
    swapped.push(b' ');
    let moved_to = start + swapped.len() + 2 + dash;
    swapped.extend_from_slice(&heredoc);
    swapped.resize(end - start, b' ');
    bytes.get_mut(start..end)?.copy_from_slice(&swapped);
    Some((moved_to, start + 2 + dash))
}

/// A semicolon in place of a blank between a keyword that closes a construct and one that follows it (`fi else`), which
/// the grammar wants. `None` if there is no such place. Behind anything but a compound command the stream of tokens
/// takes such a semicolon for an error.
pub(super) fn with_semicolons(bytes: &[u8]) -> Option<Vec<u8>> {
    let is_blank = |b: &u8| matches!(b, b' ' | b'\t' | b'\n' | b';');
    let closes = |word: &[u8]| matches!(word, b"fi" | b"done" | b"esac" | b"}") || word.ends_with(b")");
    let follows =
        |word: &[u8]| matches!(word, b"fi" | b"done" | b"esac" | b"else" | b"elif" | b"then" | b"do" | b"}");
    let mut out = None;
    let mut before: &[u8] = b"";
    let mut at = 0;
    for word in bytes.split(is_blank) {
        let start = at;
        at += word.len() + 1;
        if word.is_empty() {
            // Only blanks may stand between the two.
            if !matches!(bytes.get(start), Some(b' ' | b'\t')) {
                before = b"";
            }
            continue;
        }
        let blank_before = start.checked_sub(1).and_then(|b| bytes.get(b));
        if closes(before) && follows(word) && matches!(blank_before, Some(b' ' | b'\t')) {
            let text = out.get_or_insert_with(|| bytes.to_vec());
            blank(text, start - 1, b';');
        }
        let ended = matches!(bytes.get(start + word.len()), Some(b' ' | b'\t'));
        before = if ended { word } else { b"" };
    }
    out
}

fn blank(bytes: &mut [u8], at: usize, with: u8) {
    if let Some(byte) = bytes.get_mut(at) {
        *byte = with;
    }
}

fn find(bytes: &[u8], from: usize, wanted: &[u8]) -> Option<usize> {
    let rest = bytes.get(from..)?;
    rest.windows(wanted.len()).position(|w| w == wanted).map(|at| from + at)
}

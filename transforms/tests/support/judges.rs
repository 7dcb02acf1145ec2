//! What must hold of a Dockerfile before and after, judged by means that share no code with the verifier.

use std::collections::BTreeMap;

use super::engine::{self, Instruction, Reading};

/// How much of a file passes leave as it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Leaves {
    /// All instructions but for what is put into or taken out of them.
    Instructions,
    /// All comments; steps are added.
    Comments,
    /// Line ends: steps go, with the comments that speak of them.
    LineEnds,
}

/// All that must hold; the first that does not, in words.
pub(crate) fn judge(before: &[u8], after: &[u8], leaves: Leaves) -> Result<(), String> {
    let (old, new) = (String::from_utf8_lossy(before), String::from_utf8_lossy(after));
    ends(&old, &new)?;
    let (was, is) = (engine::read(&old), engine::read(&new));
    if leaves != Leaves::LineEnds {
        comments(&was, &is)?;
        notes(&old, &new)?;
    }
    if leaves == Leaves::Instructions { instructions(&was, &is) } else { Ok(()) }
}

/// Line ends are of the kind that the file had, and the last line ends as before.
fn ends(old: &str, new: &str) -> Result<(), String> {
    let count = |text: &str| {
        let pairs = text.matches("\r\n").count();
        (pairs, text.matches('\n').count() - pairs)
    };
    let (was, is) = (count(old), count(new));
    if (was.0 == 0 && is.0 > 0) || (was.1 == 0 && was.0 > 0 && is.1 > 0) {
        return Err(format!("line ends (CRLF, LF) were {was:?} and are {is:?}"));
    }
    if old.ends_with('\n') != new.ends_with('\n') {
        return Err("the last line ends differently".to_owned());
    }
    if old.starts_with('\u{feff}') != new.starts_with('\u{feff}') {
        return Err("the byte order mark came or went".to_owned());
    }
    Ok(())
}

/// Every comment line is there as often as before; a shell's comment may have become one.
fn comments(was: &Reading, is: &Reading) -> Result<(), String> {
    let mut left: BTreeMap<&str, usize> = BTreeMap::new();
    for comment in &is.comments {
        *left.entry(comment).or_default() += 1;
    }
    for comment in &was.comments {
        match left.get_mut(comment.as_str()) {
            Some(count) if *count > 0 => *count -= 1,
            _ => return Err(format!("the comment `{comment}` is lost")),
        }
    }
    Ok(())
}

/// The notes that the generator wrote, wherever they stand, are all there, once, in their order.
fn notes(old: &str, new: &str) -> Result<(), String> {
    let notes = |text: &str| -> Vec<String> {
        text.split("# note-")
            .skip(1)
            .map(|rest| rest.chars().take_while(char::is_ascii_digit).collect())
            .collect()
    };
    let (was, is) = (notes(old), notes(new));
    if was == is { Ok(()) } else { Err(format!("the notes were {was:?} and are {is:?}")) }
}

/// The instructions are those of before; what is neither RUN, ENV nor HEALTHCHECK is the same byte for byte.
fn instructions(was: &Reading, is: &Reading) -> Result<(), String> {
    let (was, is) = (kept(was), kept(is));
    let keywords =
        |list: &[&Instruction]| -> Vec<String> { list.iter().map(|one| one.keyword.clone()).collect() };
    if keywords(&was) != keywords(&is) {
        return Err(format!("the instructions were {:?} and are {:?}", keywords(&was), keywords(&is)));
    }
    for (old, new) in was.iter().zip(&is) {
        let same = old.raw == new.raw
            || old.keyword.eq_ignore_ascii_case("run")
            || (old.keyword.eq_ignore_ascii_case("healthcheck") && checks_the_same(&old.raw, &new.raw));
        if !same {
            return Err(format!("`{}` became `{}`", old.raw, new.raw));
        }
    }
    Ok(())
}

/// Whether a health check is the old one but for two flags and a probe by Python.
fn checks_the_same(old: &str, new: &str) -> bool {
    let words = |text: &str| -> Vec<String> {
        let words = text.split_whitespace().filter(|word| !matches!(*word, "\\" | "`"));
        words.map(str::to_owned).collect()
    };
    let (old, mut new) = (words(old), words(new));
    new.retain(|word| !["--timeout=3s", "--start-period=30s"].contains(&word.as_str()) || old.contains(word));
    let common = old.iter().zip(&new).take_while(|(old, new)| old == new).count();
    let rest = new[common..].join(" ");
    old.len() == new.len() && rest.is_empty()
        || (old[..common].last().is_some_and(|word| word.eq_ignore_ascii_case("cmd"))
            && rest.starts_with(r#"["python", "-c", "import urllib.request"#))
}

/// What is neither ENV nor the RUN that a pass puts in.
fn kept(reading: &Reading) -> Vec<&Instruction> {
    let kept = reading.instructions.iter();
    kept.filter(|one| !one.keyword.eq_ignore_ascii_case("env") && !engine::keeps_packages(&one.script))
        .collect()
}

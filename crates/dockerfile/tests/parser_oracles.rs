//! Two other parsers on the files that they accept: they must read the same. Where they do not, `DISAGREEMENTS` says
//! what the other one does. `DOCKFIT_CORPUS` names a folder of more Dockerfiles to compare.
#![allow(missing_docs, reason = "a test")]

use std::collections::BTreeMap;

use dockfit_dockerfile::{Document, Flag, Instruction, Keyword};

mod oracle;

use oracle::{Reader, dockerfile_parser, parse_dockerfile};

/// A difference at one instruction that is understood.
struct Disagreement {
    reader: Reader,
    /// Whether a difference is of this kind: the instruction, their reading and ours.
    is: fn(&Instruction, &str, &str) -> bool,
    /// What the other parser does. The engine does as this crate does: that is what `conformance/` shows, and its own
    /// parser (`engine_parser.rs`).
    why: &'static str,
}

const DISAGREEMENTS: [Disagreement; 13] = [
    Disagreement {
        reader: Reader::ParseDockerfile,
        is: |_, theirs, ours| {
            keyword(theirs) == keyword(ours) && place(theirs).map(|at| at + 3) == place(ours)
        },
        why: "counts bytes without the byte order mark",
    },
    Disagreement {
        reader: Reader::ParseDockerfile,
        is: |instruction, _, _| {
            instruction.command.flags.iter().any(|flag| raw(instruction, flag).contains(['"', '\\']))
        },
        why: "keeps quotes and escapes in flags, and ends them at blanks in quotes",
    },
    Disagreement {
        reader: Reader::ParseDockerfile,
        is: |_, theirs, ours| theirs.replace("[\"--\"]", "[]") == ours,
        why: "takes the -- that ends the flags as one of them",
    },
    Disagreement {
        reader: Reader::ParseDockerfile,
        is: |_, theirs, ours| theirs.is_empty() || place(theirs) > place(ours),
        why: "joins lines of which one ends in two escape characters",
    },
    Disagreement {
        reader: Reader::DockerfileParser,
        is: |instruction, theirs, _| !instruction.command.flags.is_empty() && theirs.contains("--"),
        why: "takes flags as a part of the command, or as sources",
    },
    Disagreement {
        reader: Reader::DockerfileParser,
        is: |_, theirs, ours| theirs.replace("-- ", "") == ours,
        why: "takes the -- that ends the flags as a part of the command",
    },
    Disagreement {
        reader: Reader::DockerfileParser,
        is: |instruction, theirs, ours| {
            let text = theirs.strip_suffix('"').unwrap_or(theirs);
            let trimmed = text.trim_end_matches([' ', '\t', '\\']).replace("\\u{a0}", "");
            ours.strip_suffix('"') == Some(&trimmed) && instruction.command.json.is_none()
        },
        why: "keeps blanks and a lone escape character at the end",
    },
    Disagreement {
        reader: Reader::DockerfileParser,
        is: |instruction, theirs, _| theirs.contains("exec [") && instruction.command.json.is_none(),
        why: "takes single quotes and a comma at the end for JSON",
    },
    Disagreement {
        reader: Reader::DockerfileParser,
        is: |instruction, _, _| instruction.keyword() == Keyword::Copy && instruction.command.json.is_some(),
        why: "knows no JSON in COPY",
    },
    Disagreement {
        reader: Reader::DockerfileParser,
        is: |instruction, _, _| {
            matches!(instruction.keyword(), Keyword::Copy | Keyword::From)
                && instruction.arguments().contains(['\'', '"'])
        },
        why: "takes quotes off the words of COPY and FROM",
    },
    Disagreement {
        reader: Reader::DockerfileParser,
        is: |instruction, _, _| instruction.text.as_str().contains('\u{c}'),
        why: "does not divide words at a form feed",
    },
    Disagreement {
        reader: Reader::DockerfileParser,
        is: |_, theirs, _| theirs.ends_with("`\""),
        why: "knows no other escape character than the backslash",
    },
    Disagreement {
        reader: Reader::DockerfileParser,
        is: |_, theirs, _| theirs.is_empty(),
        why: "lets a quotation go on over the end of its line",
    },
];

fn keyword(seen: &str) -> Option<&str> {
    seen.split(' ').next()
}

/// The offset in a reading of `parse-dockerfile`.
fn place(seen: &str) -> Option<usize> {
    seen.split(' ').nth(2)?.parse().ok()
}

fn raw<'a>(instruction: &'a Instruction, flag: &Flag) -> &'a str {
    instruction.slice(&flag.range)
}

/// How two readings compare; the difference, where it is not understood.
fn outcome(document: &Document, reader: Reader, theirs: &[String]) -> Result<&'static str, String> {
    let ours = oracle::read(document, reader);
    if !document.errors().is_empty() || ours.iter().any(|seen| seen.ends_with(oracle::REFUSED)) {
        return Ok("accepts what the engine refuses");
    }
    if theirs == ours {
        return Ok("agrees");
    }
    // Where one of them sees fewer instructions the other's next one stands against nothing.
    let padded = theirs.iter().map(String::as_str).chain(std::iter::repeat(""));
    let pairs = padded.zip(ours.iter().map(String::as_str)).zip(document.instructions());
    let Some(((theirs, ours), instruction)) = pairs.into_iter().find(|((theirs, ours), _)| theirs != ours)
    else {
        return Err(format!("{} instructions instead of {}", theirs.len(), ours.len()));
    };
    let known =
        DISAGREEMENTS.iter().find(|known| known.reader == reader && (known.is)(instruction, theirs, ours));
    known.map(|known| known.why).ok_or_else(|| format!("{theirs}\n  instead of {ours}"))
}

/// What the engine's cases do not have.
const OWN: [(&str, &str); 6] = [
    ("escape", "# escape=`\nFROM base\nRUN pack `\n    add this\n"),
    ("two escapes", "FROM base\nENV a path\\\\\nENV b another\\\\path\\\\\nENV c=1\n"),
    (
        "stages",
        "ARG TAG=1\nFROM base:$TAG AS Build\nRUN a\nFROM --platform=linux/amd64 base\nCOPY --from=build /a /b\n",
    ),
    ("comments", "# one\nFROM base\n# two\nRUN a && \\\n    # three\n    b\n\n# four\nCMD [\"a\", \"b\"]\n"),
    (
        "everything",
        "FROM base\nLABEL a=b\nEXPOSE 80 81\nVOLUME /a /b\nUSER app\nWORKDIR /w\nSTOPSIGNAL 9\n\
        HEALTHCHECK --interval=5s CMD true\nSHELL [\"/bin/bash\", \"-c\"]\nONBUILD RUN a\nENTRYPOINT [\"a\"]\nCMD b\n",
    ),
    ("here-documents", "FROM base\nRUN <<A <<-\"B\"\nx $y\nA\n\ty\n\tB\nCOPY <<EOF a /d/\n$z\nEOF\nRUN b\n"),
];

type Count = BTreeMap<(Reader, &'static str), usize>;

fn compare(name: &str, source: &[u8], count: &mut Count, wrong: &mut Vec<String>) {
    let Ok(text) = std::str::from_utf8(source) else { return };
    let document = Document::parse(source);
    for reader in [Reader::ParseDockerfile, Reader::DockerfileParser] {
        let theirs = match reader {
            Reader::ParseDockerfile => parse_dockerfile::read(text),
            Reader::DockerfileParser => dockerfile_parser::read(text),
        };
        let outcome = theirs.map_or(Ok("refuses"), |theirs| outcome(&document, reader, &theirs));
        match outcome {
            Ok(outcome) => *count.entry((reader, outcome)).or_default() += 1,
            Err(difference) => wrong.push(format!("{name}, {reader:?}: {difference}")),
        }
    }
}

#[test]
fn other_parsers_agree_where_they_are_right() {
    let mut count = BTreeMap::new();
    let mut wrong = Vec::new();
    for text in [include_str!("conformance/config.jsonl"), include_str!("conformance/runwords.jsonl")] {
        for line in text.lines() {
            let case: serde_json::Value = serde_json::from_str(line).expect("a case");
            if let Some(source) = case["dockerfile"].as_str() {
                compare(case["id"].as_str().expect("an id"), source.as_bytes(), &mut count, &mut wrong);
            }
        }
    }
    for (name, source) in OWN {
        compare(name, source.as_bytes(), &mut count, &mut wrong);
    }
    if let Some(folder) = std::env::var_os("DOCKFIT_CORPUS") {
        for path in oracle::files(folder.as_ref()) {
            let source = std::fs::read(&path).expect("a file of DOCKFIT_CORPUS");
            compare(&path.display().to_string(), &source, &mut count, &mut wrong);
        }
    }
    assert!(wrong.is_empty(), "{} differ\n{}\n{count:#?}", wrong.len(), wrong.join("\n"));
    // A parser that refuses everything would agree with everybody, and a reason that is never given is none.
    for (reader, least) in [(Reader::ParseDockerfile, 500), (Reader::DockerfileParser, 350)] {
        assert!(count.get(&(reader, "agrees")).copied().unwrap_or_default() >= least, "{count:#?}");
    }
    for known in DISAGREEMENTS {
        assert!(count.contains_key(&(known.reader, known.why)), "{} is never seen: {count:#?}", known.why);
    }
}

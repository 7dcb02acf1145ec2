//! The text half: what the nodes are, that they tile the file, and that every byte of an instruction's
//! text is where its map says.

use dockfit_dockerfile::{
    DirectiveName, Document, Instruction, Keyword, NodeKind, RunForm, Span, SyntaxErrorKind,
};
use proptest::prelude::*;

fn document(source: &str) -> Document {
    Document::parse(source)
}

fn only(source: &str) -> (Document, Instruction) {
    let document = document(source);
    let instruction = document.instructions().last().expect("one instruction").clone();
    (document, instruction)
}

fn shell(source: &str) -> String {
    let (document, instruction) = only(source);
    match RunForm::of(&document, &instruction) {
        RunForm::Shell(text) => text.as_str().to_owned(),
        other => panic!("no shell form: {other:?}"),
    }
}

#[test]
fn comments_and_blank_lines_vanish_from_a_continuation() {
    let (document, run) = only("FROM a\nRUN one \\\n  # why\n\n  && two \\\n   # last\n");
    assert_eq!(run.arguments(), "one   && two");
    assert_eq!(document.errors(), []);
    assert_eq!(document.text(run.text_span()), "RUN one \\\n  # why\n\n  && two");
}

#[test]
fn a_continuation_needs_a_single_escape_and_may_have_blanks_behind_it() {
    assert_eq!(shell("RUN a \\  \n b\n"), "a  b");
    assert_eq!(document("RUN a \\\\\nRUN b\n").instructions().len(), 2);
    assert_eq!(shell("R\\\nUN a\\\nb\n"), "ab");
    assert_eq!(shell("RUN a \\"), "a");
}

#[test]
fn directives_stand_at_the_very_top() {
    let document =
        document("# syntax = docker/dockerfile:1\n#escape=`\n# note\n# check=skip=all\nRUN a `\n b\n");
    let names: Vec<_> = document.directives().iter().map(|found| found.name).collect();
    assert_eq!(names, [DirectiveName::Syntax, DirectiveName::Escape]);
    assert_eq!(document.escape(), '`');
    assert_eq!(document.text(document.directives()[0].value_span), "docker/dockerfile:1");
    assert_eq!(document.instructions()[0].arguments(), "a  b");
}

#[test]
fn a_byte_order_mark_does_not_hide_a_directive() {
    let document = Document::parse("\u{feff}# escape=`\nFROM a\n");
    assert_eq!(document.nodes()[0].kind, NodeKind::ByteOrderMark);
    assert_eq!(document.escape(), '`');
}

#[test]
fn heredocs_end_at_their_terminators() {
    let (document, run) = only("FROM a\nRUN cat <<A <<-\"B\"\none\nA\n\ttwo\n\tB\n");
    assert_eq!(document.instructions().len(), 2);
    let found: Vec<_> = run.heredocs.iter().map(|doc| (doc.name.as_str(), doc.expand, doc.chomp)).collect();
    assert_eq!(found, [("A", true, false), ("B", false, true)]);
    assert_eq!(document.text(run.heredocs[1].body), "\ttwo\n");
    assert_eq!(shell("RUN cat <<A\none\nA\n"), "cat <<A\none\nA");
}

#[test]
fn a_heredoc_alone_is_the_script() {
    assert_eq!(shell("RUN <<-EOF\n\techo a\n\tEOF\n"), "echo a\n");
    let (document, run) = only("RUN <<EOF\n#!/usr/bin/env python\nprint()\nEOF\n");
    assert!(
        matches!(RunForm::of(&document, &run), RunForm::File { interpreter, .. } if interpreter == "/usr/bin/env python")
    );
}

#[test]
fn flags_come_before_the_arguments() {
    let (_, run) = only("RUN --mount=type=cache,target=/a --network=\"none\" \\\n  -- --x\n");
    let flags: Vec<_> = run.command.flags.iter().map(|flag| (flag.name(), flag.value())).collect();
    assert_eq!(flags, [("mount", Some("type=cache,target=/a")), ("network", Some("none"))]);
    assert_eq!(run.arguments(), "--x");
}

#[test]
fn json_arrays_keep_the_place_of_each_string() {
    let (document, cmd) = only("CMD [ \"a\", \\\n  \"b\\tc\" ]\n");
    let array = cmd.command.json.clone().expect("an array");
    let values: Vec<_> = array.items.iter().map(|item| item.value.as_str()).collect();
    assert_eq!(values, ["a", "b\tc"]);
    assert_eq!(document.text(cmd.text.span(array.items[1].range.clone())), "\"b\\tc\"");
    assert!(only("CMD ['a']\n").1.command.json.is_none());
    assert!(only("CMD [\"a\"] # c\n").1.command.json.is_none());
}

#[test]
fn an_array_of_other_things_is_an_error_with_a_place() {
    let document = document("FROM a\nCMD [\"a\", 1]\n");
    let error = &document.errors()[0];
    assert_eq!((error.kind, document.position(error.span.start).line), (SyntaxErrorKind::Arguments, 2));
}

#[test]
fn onbuild_holds_another_instruction() {
    let (_, found) = only("ONBUILD  RUN --mount=type=cache,target=/a \\\n cat <<E\nx\nE\n");
    assert_eq!(found.effective().keyword, Keyword::Run);
    assert_eq!(found.effective().flags[0].name(), "mount");
    assert_eq!(found.heredocs.len(), 1);
}

#[test]
fn unknown_words_are_errors_with_a_suggestion() {
    let document = document("FROM a\nRUNN x\n");
    assert_eq!(document.errors()[0].help.as_deref(), Some("did you mean RUN?"));
}

#[test]
fn a_template_is_one_where_the_grammar_fails() {
    assert!(document("FROM a\n{% if x %}\nRUN a\n{% endif %}\n").is_template());
    assert!(!document("FROM a\nRUN docker inspect --format \"{{.Id}}\"\n").is_template());
}

#[test]
fn bytes_that_are_no_text_are_kept_and_marked() {
    let source = b"FROM a\nRUN echo caf\xe9 \\\n && b\n# caf\xe9\n".to_vec();
    let document = Document::parse(source.clone());
    let run = &document.instructions()[1];
    assert_eq!(run.arguments(), "echo caf\u{fffd}  && b");
    assert!(!run.text.is_exact());
    assert_eq!(document.bytes(run.text.span(run.text.as_str().len() - 1..run.text.as_str().len())), b"b");
    assert_tiles(&source);
}

#[test]
fn comments_above_belong_to_the_instruction() {
    let document = document("FROM a\n# far\n\n# one\n# two\nRUN a\n");
    assert_eq!(document.text(document.comments_above(1)), "# one\n# two\n");
}

#[test]
fn positions_count_characters() {
    let document = document("FROM a\n# é\nRUN é b\n");
    let at = document.instructions()[1].span.start + "RUN é ".len();
    let position = document.position(at);
    assert_eq!((position.line, position.column), (3, 7));
}

/// The nodes tile the source, the lines tile each instruction, and each piece of text is in the file.
fn assert_tiles(source: &[u8]) {
    let document = Document::parse(source);
    let mut at = 0;
    for node in document.nodes() {
        assert_eq!(node.span.start, at);
        assert!(!node.span.is_empty());
        at = node.span.end;
        if let NodeKind::Instruction(index) = node.kind {
            assert_instruction(&document, &document.instructions()[index], node.span);
        }
    }
    assert_eq!(at, source.len());
    for error in document.errors() {
        assert!(error.span.end <= source.len());
    }
}

fn assert_instruction(document: &Document, instruction: &Instruction, span: Span) {
    assert_eq!(instruction.span, span);
    let mut at = span.start;
    for line in &instruction.lines {
        assert_eq!(line.span.start, at);
        at = line.span.end;
    }
    assert_eq!(at, span.end);
    let text = &instruction.text;
    let mut length = 0;
    for piece in text.pieces() {
        assert_eq!(piece.at, length);
        length += piece.len;
        assert!(span.encloses(piece.file));
        let part = &text.as_str()[piece.at..piece.at + piece.len];
        assert!(document.bytes(piece.file) == part.as_bytes() || part == "\u{fffd}");
        assert_eq!(text.to_file(piece.at), piece.file.start);
        assert_eq!(text.end_to_file(piece.at + piece.len), piece.file.end);
        assert_eq!(text.from_file(piece.file.start), Some(piece.at));
    }
    assert_eq!(length, text.as_str().len());
    let _ = RunForm::of(document, instruction);
}

/// Fragments that together make nasty files more often than plain noise would.
fn fragment() -> impl Strategy<Value = Vec<u8>> {
    let known: Vec<&[u8]> = vec![
        b"FROM a AS b",
        b"RUN ",
        b"ONBUILD ",
        b"COPY --from=b ",
        b"HEALTHCHECK CMD ",
        b"ENV a=",
        b"\n",
        b"\r\n",
        b"\\\n",
        b"`\n",
        b"\\ \t\r\n",
        b" \\\\\n",
        b"<<EOF",
        b"<<-'E F'",
        b"3<<\"EOF\"",
        b"EOF\n",
        b"\tEOF\r\n",
        b"# c\n",
        b"#escape=`\n",
        b"# syntax=x\n",
        b"[\"a\", \"b\"]",
        b"[\"\\ud800\"]",
        b"['a']",
        b"[1]",
        b"--mount=type=cache",
        b"--",
        b"\"",
        b"'",
        b"$x ${y:-z}",
        b"\xef\xbb\xbf",
        b"\xc2\xa0",
        b"\x85",
        b"\xff",
        b"\0",
        b"\x0c",
        b"\r",
        b" ",
        b"\t",
        b"&& ",
        b"{{ x }}",
    ];
    prop_oneof![
        8 => prop::sample::select(known).prop_map(<[u8]>::to_vec),
        1 => prop::collection::vec(any::<u8>(), 0..6),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    #[test]
    fn any_bytes_are_tiled(fragments in prop::collection::vec(fragment(), 0..24)) {
        assert_tiles(&fragments.concat());
    }
}

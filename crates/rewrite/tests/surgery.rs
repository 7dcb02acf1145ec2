//! Text taken out of and put into instructions: the layout that is left, and that nothing else changes.

use dockfit_dockerfile::{Document, Instruction, Keyword, LogicalText, RunForm};
use dockfit_rewrite::surgery::{self, CannotEdit, Side};
use dockfit_rewrite::{Edit, EditSet};
use proptest::prelude::*;

fn text_of(document: &Document, index: usize) -> LogicalText {
    match RunForm::of(document, &document.instructions()[index]) {
        RunForm::Shell(text) => text,
        _ => document.instructions()[index].text.clone(),
    }
}

fn apply(source: &str, edits: Vec<Edit>) -> String {
    let set = EditSet::new(edits).expect("no overlap");
    String::from_utf8(set.apply(source.as_bytes())).expect("text")
}

/// Deletes each of `words` (its first occurrence) from the script of the first RUN.
fn deleted(source: &str, words: &[&str]) -> Result<String, CannotEdit> {
    let document = Document::parse(source);
    let is_run = |found: &Instruction| found.keyword() == Keyword::Run;
    let index = document.instructions().iter().position(is_run).expect("a RUN");
    let text = text_of(&document, index);
    let ranges: Vec<_> = words
        .iter()
        .map(|word| {
            let at = text.as_str().find(word).expect("the word is there");
            at..at + word.len()
        })
        .collect();
    let edits = surgery::delete(&document, &document.instructions()[index], &text, &ranges)?;
    Ok(apply(source, edits))
}

#[track_caller]
fn check(source: &str, words: &[&str], expected: &str) {
    assert_eq!(deleted(source, words).expect("an edit"), expected);
}

#[test]
fn a_word_goes_with_the_blank_before_it() {
    check("RUN pip install --no-cache-dir -r a\n", &["--no-cache-dir"], "RUN pip install -r a\n");
    check("RUN pip install x --no-cache-dir\n", &["--no-cache-dir"], "RUN pip install x\n");
    check("RUN A=1 pip\n", &["A=1"], "RUN pip\n");
}

#[test]
fn a_line_of_nothing_but_a_continuation_does_not_stay_at_the_end() {
    check("RUN a \\\n \\\n # note\n  b\nFROM c\n", &["b"], "RUN a\n # note\n\nFROM c\n");
    check("RUN a \\\n \\\n  b \\\n  c\n", &["b"], "RUN a \\\n \\\n  c\n");
}

#[test]
fn a_number_does_not_become_a_file_descriptor() {
    check("RUN echo 2 --b>/log\n", &["--b"], "RUN echo 2 >/log\n");
    check("RUN echo 2 --b >/log\n", &["--b"], "RUN echo 2 >/log\n");
}

#[test]
fn a_line_that_loses_its_text_goes_whole() {
    check(
        "RUN pip install \\\n    --no-cache-dir \\\n    # why\n    -r a\n",
        &["--no-cache-dir"],
        "RUN pip install \\\n    # why\n    -r a\n",
    );
}

#[test]
fn the_last_line_takes_the_continuation_of_the_one_before_with_it() {
    let source = "FROM s\nRUN a \\\n # note\n\n && rm x";
    check(source, &["&&", "rm x"], "FROM s\nRUN a\n # note\n");
    check("RUN a && \\\n  rm x", &["&&", "rm x"], "RUN a");
    check("FROM s\r\nRUN a && \\  \r\n  rm x\r\n", &["&&", "rm x"], "FROM s\r\nRUN a\r\n");
}

#[test]
fn a_comment_behind_the_last_command_becomes_one_of_the_file() {
    check("RUN a \\\n && rm x # tidy\nRUN b\n", &["&&", "rm x"], "RUN a\n # tidy\n\nRUN b\n");
    check("RUN a \\\n # why\n && rm x\nRUN b\n", &["&&", "rm x"], "RUN a\n # why\n\nRUN b\n");
    check("RUN a && rm x # tidy\n", &["&&", "rm x"], "RUN a # tidy\n");
}

#[test]
fn the_next_line_moves_up_to_a_keyword_that_stands_alone() {
    check("RUN rm x && \\\n    a && \\\n    b\n", &["rm x &&"], "RUN a && \\\n    b\n");
    check(
        "FROM s\nRUN rm x && \\\n    # why\n    a && \\\n    b\n",
        &["rm x &&"],
        "FROM s\nRUN \\\n    # why\n    a && \\\n    b\n",
    );
    check("RUN rm x \\\n    && a \\\n    && b\n", &["rm x     &&"], "RUN a \\\n    && b\n");
}

#[test]
fn comments_on_all_that_is_left_stand_above_it() {
    check("FROM s\nRUN a && \\\n    # why\n    b\n", &["a &&"], "FROM s\n# why\nRUN b\n");
    check(
        "FROM s\nRUN a && \\\n    # why\n    # so\n    b && \\\n    c\n",
        &["a &&", "&&     c"],
        "FROM s\n# why\n# so\nRUN b\n",
    );
    check("FROM s\r\nRUN a && \\\r\n # why\r\n b", &["a &&"], "FROM s\r\n# why\r\nRUN b");
    // A comment at the very top may be a directive.
    check("RUN a && \\\n    # escape=`\n    b\n", &["a &&"], "RUN \\\n    # escape=`\n    b\n");
}

#[test]
fn what_is_replaced_may_go_on_over_lines() {
    let source = "RUN a; rm \\\n  -rf x\n";
    let document = Document::parse(source);
    let text = text_of(&document, 0);
    let at = text.as_str().find("rm").expect("it is there");
    let range = at..text.as_str().len();
    let edits =
        surgery::replace(&document, &document.instructions()[0], &text, range, "true").expect("edits");
    assert_eq!(apply(source, edits), "RUN a; true\n");
}

#[test]
fn words_in_the_middle_of_a_line_leave_one_blank() {
    check("RUN a   &&   rm x   &&   b\n", &["&&   rm x"], "RUN a   &&   b\n");
    check("RUN a \\\n  && rm x && b\n", &["&& rm x"], "RUN a \\\n  && b\n");
}

#[test]
fn a_command_over_several_lines_goes_with_all_of_them() {
    check(
        "RUN a \\\n && rm \\\n    # one\n    x \\\n    y \\\n && b\n",
        &["&& rm     x     y"],
        "RUN a \\\n    # one\n && b\n",
    );
}

#[test]
fn a_script_in_a_heredoc_keeps_its_own_continuations() {
    check("RUN <<E\na && \\\n  rm x\nb\nE\n", &["&&", "rm x"], "RUN <<E\na\nb\nE\n");
    check("RUN <<-E\n\ta\n\trm x\n\tb\n\tE\n", &["rm x"], "RUN <<-E\n\ta\n\tb\n\tE\n");
}

#[test]
fn what_cannot_be_edited_says_why() {
    assert_eq!(
        deleted("RUN cat <<E && b \\\n # c\n && rm x\nE\n", &["&& rm x"]),
        Err(CannotEdit::CommentBeforeHeredoc)
    );
    assert_eq!(deleted("RUN cat <<E\nrm x\nE\n", &["rm x"]), Err(CannotEdit::HeredocBody));
}

#[test]
fn flags_come_first_and_keep_the_indent() {
    let with = |source: &str| {
        let document = Document::parse(source);
        let run = document.instructions().last().expect("a RUN").clone();
        let edit =
            surgery::insert_flags(&document, &run, &["--mount=x".to_owned()], Side::Last).expect("an edit");
        apply(source, vec![edit])
    };
    assert_eq!(with("FROM a\nRUN b\n"), "FROM a\nRUN --mount=x \\\n    b\n");
    assert_eq!(with("FROM a\r\nRUN b \\\r\n\tc\r\n"), "FROM a\r\nRUN --mount=x \\\r\n\tb \\\r\n\tc\r\n");
    assert_eq!(with("FROM a\nRUN \\\n  # note\n  b\n"), "FROM a\nRUN \\\n  # note\n  --mount=x \\\n  b\n");
    assert_eq!(with("FROM a\nRUN --network=none b\n"), "FROM a\nRUN --network=none \\\n    --mount=x b\n");
    assert_eq!(
        with("FROM a\nRUN --a=1 \\\n  --b=2 \\\n  c\n"),
        "FROM a\nRUN --a=1 \\\n  --b=2 \\\n  --mount=x \\\n  c\n"
    );
    assert_eq!(with("FROM a\nRUN -- b\n"), "FROM a\nRUN --mount=x \\\n    -- b\n");
    assert_eq!(with("FROM a\nRUN --a=1 -- b\n"), "FROM a\nRUN --a=1 \\\n    --mount=x -- b\n");
    assert_eq!(with("RUN <<E\nb\nE\n"), "RUN --mount=x \\\n    <<E\nb\nE\n");
    assert_eq!(
        with("# escape=`\nFROM a\nRUN b `\n  c\n"),
        "# escape=`\nFROM a\nRUN --mount=x `\n  b `\n  c\n"
    );
    assert_eq!(with("FROM a\nRUN b \\\n && c\n"), "FROM a\nRUN --mount=x \\\n    b \\\n && c\n");
}

#[test]
fn a_flag_that_the_engine_would_read_differently_is_refused() {
    let document = Document::parse("FROM a\nRUN b\n");
    let run = &document.instructions()[1];
    for flag in ["--mount=target=/ы", "--mount=target=/a b", "--mount=target='/a'", "--mount=target=/a\\b"] {
        let edit = surgery::insert_flags(&document, run, &[flag.to_owned()], Side::Last);
        assert_eq!(edit, Err(CannotEdit::NotAFlag), "{flag}");
    }
}

#[test]
fn flags_may_stand_before_those_that_are_there() {
    let source = "FROM a\nRUN --network=none \\\n  b\n";
    let document = Document::parse(source);
    let run = &document.instructions()[1];
    let edit =
        surgery::insert_flags(&document, run, &["--mount=x".to_owned()], Side::First).expect("an edit");
    assert_eq!(apply(source, vec![edit]), "FROM a\nRUN --mount=x \\\n  --network=none \\\n  b\n");
}

#[test]
fn a_new_instruction_stands_before_the_comments_of_the_next() {
    let source = "FROM a\n\n# tools\nRUN b\n";
    let document = Document::parse(source);
    let edit = surgery::insert_before(&document, 1, &["RUN c".to_owned()]);
    assert_eq!(apply(source, vec![edit]), "FROM a\n\nRUN c\n# tools\nRUN b\n");
}

/// A RUN of numbered words in a random layout, with comments and blank lines between.
fn layout() -> impl Strategy<Value = (String, usize)> {
    let gap = prop::sample::select(vec![
        " ",
        "  ",
        " \\\n    ",
        " \\\n  # a comment\n\t",
        " \\ \n\n  ",
        "\\\n ",
        " \\\n#x\n # y \\\n  ",
    ]);
    let tail = prop::sample::select(vec!["", "\n", "\n# behind\nCMD end\n", " \n\n", "\r\nCMD end\r\n"]);
    (prop::collection::vec(gap, 1..9), tail).prop_map(|(gaps, tail)| {
        let words: String = gaps.iter().enumerate().map(|(index, gap)| format!("{gap}w{index}")).collect();
        (format!("FROM s\nRUN{words}{tail}"), gaps.len())
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]

    #[test]
    fn what_is_left_is_the_rest((source, count) in layout(), chosen in prop::collection::vec(any::<bool>(), 9)) {
        let document = Document::parse(source.as_str());
        let run = &document.instructions()[1];
        let text = text_of(&document, 1);
        let words: Vec<String> = (0..count).map(|index| format!("w{index}")).collect();
        let (gone, left): (Vec<_>, Vec<_>) = words.iter().enumerate().partition(|(index, _)| chosen[*index]);
        let ranges: Vec<_> = gone.iter().map(|(_, word)| {
            let at = text.as_str().find(word.as_str()).expect("the word is there");
            at..at + word.len()
        }).collect();
        let edits = surgery::delete(&document, run, &text, &ranges).expect("an edit");
        let after = apply(&source, edits);
        let new = Document::parse(after.as_str());
        prop_assert_eq!(new.errors(), &[]);
        let expected: Vec<&str> = left.iter().map(|(_, word)| word.as_str()).collect();
        let found: Vec<&str> = new.instructions()[1].arguments().split_whitespace().collect();
        prop_assert_eq!(found, expected);
        prop_assert_eq!(new.instructions().len(), document.instructions().len());
        let comments = |text: &str| text.lines().filter(|line| line.trim_start().starts_with('#')).map(str::trim).map(str::to_owned).collect::<Vec<_>>();
        prop_assert_eq!(comments(&after), comments(&source));
    }
}

#[test]
fn an_instruction_leaves_its_comments_and_one_blank_line() {
    let gone = |source: &str, index: usize| {
        let document = Document::parse(source);
        apply(source, surgery::delete_instruction(&document, index).expect("an edit"))
    };
    assert_eq!(gone("FROM a\n\nENV b=1\n\nRUN c\n", 1), "FROM a\n\nRUN c\n");
    assert_eq!(gone("FROM a\nENV b=1 \\\n  # why\n  c=2\nRUN c\n", 1), "FROM a\n  # why\nRUN c\n");
}

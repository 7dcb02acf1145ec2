//! The plain reader against the crate `toml`: what both read is the same tree, and what that one refuses is not plain.

use proptest::prelude::*;
use toml::de::DeTable;

use super::plain;
use super::value::{Entries, of_table};

/// Files as tools write them, and forms that are near them.
const WHOLE: [&str; 5] = [
    include_str!("../../tests/cases/uv-extras/uv.lock"),
    include_str!("../../tests/cases/uv-extras/pyproject.toml"),
    include_str!("../../tests/cases/poetry-markers/poetry.lock"),
    include_str!("../../tests/cases/poetry-markers/pyproject.toml"),
    "# a lock\r\na = 0\r\n[x.'y z'] # with a comment\r\nb = [ 1, # one\r\n  [true, [false]], ]\r\n\r\n[[x.\"list\"]]\r\n\
     c = { d = 'e', \"f\" = \"g\\\"h\\\\\\n\\t\" }\r\n[x.list.under]\r\ng = {}\r\nh = []\r\n[[x.list]]\r\n  [x.list.under]\r\n",
];

/// Pieces that make mistakes, and forms that are not plain.
const PIECES: [&str; 42] = [
    "\n",
    "\r",
    "\r\n",
    " ",
    "\t",
    "\u{7f}",
    "\u{1}",
    "#",
    "é",
    "\"",
    "'",
    "\"\"\"",
    "'''",
    "\\",
    "\\u00e9",
    "\\e",
    "[",
    "]",
    "[[",
    "]]",
    "{",
    "}",
    ",",
    "=",
    ".",
    "a",
    "a.b",
    "a = 1\n",
    "[a]\n",
    "[[a]]\n",
    "[a.b]\n",
    "[package]\n",
    "[[package]]\n",
    "[package.metadata]\n",
    "name = 1\n",
    "version = ''\n",
    "01",
    "-1",
    "1.5",
    "0x1f",
    "1_000",
    "2026-11-24",
];

fn all(text: &str) -> Option<Entries<'_>> {
    DeTable::parse(text).ok().map(|root| of_table(root.into_inner()))
}

fn agree(text: &str) {
    if let Some(found) = plain::parse(text) {
        assert_eq!(Some(found), all(text), "{text}");
    }
}

#[test]
fn files_of_tools_are_plain_and_read_the_same() {
    for text in WHOLE {
        assert_eq!(plain::parse(text), all(text), "{text}");
        assert!(plain::parse(text).is_some(), "{text}");
    }
}

#[test]
fn a_file_cut_anywhere_reads_the_same_or_is_not_plain() {
    for text in WHOLE {
        for end in (0..text.len()).filter(|end| text.is_char_boundary(*end)) {
            agree(&text[..end]);
        }
    }
}

#[test]
fn forms_that_are_not_plain_are_left_to_the_other_reader() {
    let forms = [
        "a.b = 1",
        "a = 1\na = 2",
        "a = \"\"\"\n\"\"\"",
        "a = '''b'''",
        "a = 1.0",
        "a = +1",
        "a = 01",
        "a = 0b1",
        "a = 1979-05-27",
        "a = truely",
        "a = \"\\u0041\"",
        "a = {\n b = 1 }",
        "a = { b = 1, }",
        "a = { b = 1 } c = 2",
        "a = 1 b = 2",
        "[a]\n[a]",
        "[a.b]\n[a]",
        "[[a]]\n[a]",
        "[a]\n[[a]]",
        "a = {}\n[a.b]",
        "a = []\n[[a]]",
        "[a",
        "[[a]",
        "[]",
        "a",
        "= 1",
        "a = ",
        "a = [1 2]",
        "a = [1,,2]",
        "\u{feff}a = 1",
        "a = \"\t\u{1}\"",
        "# \u{1}",
        "a = 1\rb = 2",
        "[[a.b]]\n[a]",
        "[a] b = 1",
    ];
    for text in forms {
        assert_eq!(plain::parse(text), None, "{text:?}");
    }
    let deep = format!("a = {}{}", "[".repeat(40), "]".repeat(40));
    assert_eq!(plain::parse(&deep), None);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

    #[test]
    fn changed_files_read_the_same_or_are_not_plain(
        which in 0..WHOLE.len(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), 0..PIECES.len(), 0..12_usize), 1..4),
    ) {
        let mut text = WHOLE[which].to_owned();
        for (place, piece, gone) in changes {
            let mut at = place.index(text.len().max(1)).min(text.len());
            while !text.is_char_boundary(at) {
                at -= 1;
            }
            let mut end = (at + gone).min(text.len());
            while !text.is_char_boundary(end) {
                end += 1;
            }
            text.replace_range(at..end, PIECES[piece]);
        }
        agree(&text);
    }

    #[test]
    fn pieces_in_any_order_read_the_same_or_are_not_plain(
        pieces in prop::collection::vec(0..PIECES.len(), 0..12),
    ) {
        agree(&pieces.into_iter().map(|at| PIECES[at]).collect::<String>());
    }
}

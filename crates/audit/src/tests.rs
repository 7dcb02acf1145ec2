use super::*;

fn topics(piece: &Piece) -> Vec<Topic> {
    let words = ["apple", "pear", "plum"];
    let text = piece.snippets.iter().map(|snippet| snippet.text.as_str()).chain([piece.text.as_str()]);
    let text: Vec<&str> = text.collect();
    let has = |word: &&&str| text.iter().any(|text| text.contains(**word));
    words.iter().filter(has).map(|id| Topic { id, quote: (*id).to_owned(), line: piece.line }).collect()
}

fn read(text: &str) -> Vec<String> {
    let show = |proposal: &Proposal| {
        let topics: Vec<&str> = proposal.topics.iter().map(|topic| topic.id).collect();
        let priority = proposal.priority.as_ref().map_or(String::new(), |it| format!(" !{}", it.rank));
        let phase = proposal.phase.as_ref().map_or(String::new(), |it| format!(" @{it}"));
        let gains = if proposal.figures.is_empty() {
            String::new()
        } else {
            format!(" {}", proposal.figures.join(", "))
        };
        format!("{} {}: {}{priority}{phase}{gains}", proposal.id, proposal.title, topics.join("+"))
    };
    Outline::read(text).proposals(&topics).iter().map(show).collect()
}

#[test]
fn numbered_headings_are_proposals_with_all_below_them() {
    let text = "# Audit\n\n## 1. Overview\n\nNothing here.\n\n## 2. Fruit\n\n### 2.1 Sweet (P1)\n\n#### Before\n\n```\napple\n```\n\n\
        #### After\n\npear, 785 → 470 MB\n\n### 2.2 Sour\n\n#### Before\n\nplum\n\n#### After\n\nnothing\n";
    assert_eq!(read(text), ["2.1 Sweet (P1): apple+pear !1 785 → 470 MB", "2.2 Sour: plum"]);
}

#[test]
fn a_heading_without_a_number_that_speaks_is_one_where_none_is_numbered() {
    let text = "# Report\n\n## Éléments\n\n- apple\n\n## Autres\n\npear\n\n## Merci\n\nau revoir\n";
    assert_eq!(read(text), ["#1 Éléments: apple", "#2 Autres: pear"]);
}

#[test]
fn items_and_rows_are_proposals_where_they_differ() {
    let text = "# Liste\n\n- [ ] **Erstens**: apple\n- [x] pear (hoch)\n- [ ] nichts\n";
    assert_eq!(read(text), ["#1 Erstens: apple", "#2 pear (hoch): pear !1", "#3 nichts: "]);
    let rows = "| Nr | Was | Wert |\n|---|---|---|\n| 1 | apple | hoch |\n| 2 | pear | -20 % |\n";
    assert_eq!(read(rows), ["1 apple: apple !1", "2 pear: pear -20 %"]);
}

#[test]
fn a_summary_gives_phases_and_priorities_and_is_no_proposal() {
    let text = "# R\n\n## 1.1 One\n\napple\n\n## 1.2 Two\n\npear\n\n## Summary\n\n| Id | What | Priority |\n|---|---|---|\n\
        | 1.1 | apple | High |\n| 1.2 | pear | 🟡 |\n\n## Phase 2: later\n\n- 1.1\n- 1.2\n";
    assert_eq!(read(text), ["1.1 One: apple !1 @2", "1.2 Two: pear !2 @2"]);
}

#[test]
fn phases_may_stand_around_their_proposals() {
    let text = "# R\n\n## Этап 1: быстро\n\n### 1. A\n\napple\n\n## Этап 2: потом\n\n### 2. B\n\npear\n";
    assert_eq!(read(text), ["1 A: apple @1", "2 B: pear @2"]);
}

#[test]
fn an_item_that_no_section_covers_is_not_lost() {
    let text = "# R\n\n## 1. One\n\napple\n\n## More\n\n- apple again\n- plum\n";
    assert_eq!(read(text), ["1 One: apple", "#2 plum: plum"]);
}

#[test]
fn the_kind_of_a_block_is_told_by_its_tag_or_its_content() {
    let kind = |tag: &str, text: &str| Snippet::read(tag, text, 1).kind;
    assert_eq!(kind("", "FROM python:3.13\nRUN true\n"), Kind::Dockerfile);
    assert_eq!(kind("bash", "RUN --mount=type=cache,target=/x true\n"), Kind::Dockerfile);
    assert_eq!(kind("bash", "docker build .\n"), Kind::Shell);
    assert_eq!(kind("", "# .dockerignore\n*.md\n"), Kind::Ignore);
    assert_eq!(kind("", "services:\n  a:\n    image: b\n"), Kind::Compose);
    assert_eq!(kind("", "# requirements-core.txt\nfastapi==1\n"), Kind::Requirements);
    assert_eq!(kind("toml", "[a]\nb = 1\n"), Kind::Toml);
    assert_eq!(Snippet::read("diff", "--- a\n+++ b\n-old\n+RUN new x\n same\n", 1).text, "RUN new x\nsame\n");
}

#[test]
fn broken_markdown_is_read_as_far_as_it_goes() {
    for text in [
        "",
        "```",
        "# \n## 1.\n```\napple",
        "| a |\n|--",
        "- [ ] ",
        "#".repeat(9).as_str(),
        "\u{0}# 1. \u{202e}",
    ] {
        let _ = read(text);
    }
    let deep = "> ".repeat(2_000) + "apple";
    let _ = read(&deep);
}

#[test]
fn figures_are_kept_as_written() {
    assert_eq!(
        figures("785 → 470 MB, 5 min -> 2 min, -40 %, ~30%, 40-60%"),
        ["785 → 470 MB", "5 min -> 2 min", "-40 %", "~30%", "40-60%"]
    );
    assert!(figures("python 3.13, port 8000, 2024-11-02").is_empty());
}

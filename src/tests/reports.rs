//! SARIF, annotations of GitHub Actions, the comment for a pull request, and the page.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::Place;

const TEXT: &str =
    "FROM a\n# é: a column is a character\nRUN sleep 0\nCOPY . /app\nRUN false\nRUN exit 0\nRUN sleep 0";

fn place() -> Place {
    Place::with(&[("api/Dockerfile", TEXT), ("api/app.py", ""), ("broken/Dockerfile", "FROM a\nRUN\n")])
}

#[test]
fn each_form_reads_as_its_readers_expect() {
    let place = place();
    for form in ["sarif", "github", "markdown"] {
        let said = place.run(&["check", &format!("--format={form}"), "--skip=ignore-file", "@"]);
        assert_eq!(said.err, "", "{form}");
        super::snapshot!(format!("report_{form}"), said.whole());
    }
}

/// A reader of SARIF that applies the fixes has what `apply` writes.
#[test]
fn the_fixes_of_sarif_give_the_file() {
    let place = place();
    let said = place.run(&["diff", "--format=sarif", "--only=noops", "@api"]);
    let document: Value = serde_json::from_str(&said.out).expect("JSON");
    let mut text: Vec<char> = TEXT.chars().collect();
    let results = document["runs"][0]["results"].as_array().expect("results");
    let fixes: Vec<&Value> =
        results.iter().filter_map(|result| result["fixes"].as_array()).flatten().collect();
    assert_eq!(fixes.len(), 1, "one for the pass");
    let changes = fixes[0]["artifactChanges"].as_array().expect("changes");
    let number = |value: &Value| usize::try_from(value.as_u64().expect("a number")).expect("a small one");
    for replacement in changes[0]["replacements"].as_array().expect("replacements").iter().rev() {
        let region = &replacement["deletedRegion"];
        let (start, length) = (number(&region["charOffset"]), number(&region["charLength"]));
        let new = replacement["insertedContent"]["text"].as_str().expect("a text");
        text.splice(start..start + length, new.chars());
    }
    place.run(&["apply", "--only=noops", "@api"]);
    assert_eq!(text.into_iter().collect::<String>(), place.read("api/Dockerfile"));
}

#[test]
fn a_pass_that_makes_a_file_has_no_fix() {
    let place = place();
    let said = place.run(&["diff", "--format=sarif", "--only=ignore-file", "@api"]);
    let document: Value = serde_json::from_str(&said.out).expect("JSON");
    let results = document["runs"][0]["results"].as_array().expect("results");
    assert!(!results.is_empty() && results.iter().all(|result| result["fixes"].is_null()), "{results:?}");
}

/// What stands in a Dockerfile, and in a file's name, is text in every form.
#[test]
fn nothing_becomes_a_command_or_markup() {
    let name = "a,b:c%0A::error ::x`*<b>@team/Dockerfile";
    let text =
        "FROM a\nRUN sleep 0\nRUN echo '```</details><script>' \u{1b}[31m\u{202e}\n::stop-commands::x\n";
    let place = Place::with(&[(name, text), ("ok/Dockerfile", &text.replace("\n::stop-commands::x", ""))]);
    let github = place.run(&["check", "--format=github", "@"]);
    assert!(github.out.contains("%2Cb%3Ac%250A%3A%3Aerror"), "{}", github.out);
    assert!(
        github
            .out
            .lines()
            .all(|line| ["::warning ", "::notice ", "::error "].iter().any(|start| line.starts_with(start)))
    );
    let markdown = place.run(&["check", "--format=markdown", "@"]);
    assert!(markdown.out.starts_with("<!-- dockfit: report -->\n# dockfit\n"));
    assert!(!markdown.out.contains("<b>") && !markdown.out.contains(" @team"), "{}", markdown.out);
    let html = place.run(&["diff", "--format=html", "@"]);
    assert!(
        !html.out.contains("<b>@team") && html.out.contains("&lt;/details&gt;&lt;script&gt;"),
        "{}",
        html.out
    );
    let others = ["sarif", "text", "patch"];
    let others = others.map(|form| place.run(&["diff", &format!("--format={form}"), "@"]));
    for said in [github, markdown, html].into_iter().chain(others) {
        for (stream, text) in [("out", &said.out), ("err", &said.err)] {
            assert!(!text.contains('\u{1b}') && !text.contains('\u{202e}'), "{stream}: {text}");
        }
    }
}

/// What of a page depends on the files: its body, with the id that comes of the folder's name taken out.
fn body(page: &str) -> String {
    let body = page.split_once("<body>").expect("a body").1;
    let id = body.split_once("<section class=\"part file\" id=\"").expect("a section").1;
    let id = id.split_once('"').expect("its end").0;
    body.replace(id, "fID")
}

#[test]
fn a_page_says_what_changes_and_what_without_a_pass() {
    let place = place();
    let said = place.run(&["diff", "--format=html", "@"]);
    assert_eq!(said.err, "");
    super::snapshot!("report_html", body(&said.out));
}

/// The policy lets nothing be fetched or executed, and this style sheet alone count.
#[test]
fn a_page_holds_to_its_policy() {
    let said = place().run(&["diff", "--format=html", "@"]);
    let style =
        said.out.split_once("<style>").and_then(|(_, rest)| rest.split_once("</style>")).expect("a style").0;
    let hash = BASE64_STANDARD.encode(Sha256::digest(style));
    assert!(
        said.out.contains(&format!("default-src 'none'; style-src 'sha256-{hash}'; base-uri 'none'")),
        "{hash}"
    );
    for word in
        ["<script", " style=", " onclick", " onload", "javascript:", "http:", "https:", "@import", "url("]
    {
        assert!(!said.out.contains(word), "{word}");
    }
}

/// The rows that a reader sees with a switch at `version` are those of `--skip`.
#[test]
fn a_switch_shows_what_skip_gives() {
    let files =
        [("Dockerfile", "FROM a\nRUN sleep 0\nRUN exit 0\nCOPY . /app\nRUN sleep 0\n"), ("app.py", "")];
    let place = Place::with(&files);
    let lines = |page: &str, version: &str| {
        let rows = page.split("<div class=\"k\"").skip(1);
        let shown = rows.filter(|row| {
            let attribute = row.split('>').next().unwrap_or_default();
            let versions = attribute.split_once("data-v=\"").map(|(_, rest)| rest.trim_end_matches('"'));
            versions.is_none_or(|versions| versions.split(' ').any(|known| known == version))
        });
        // Only the lines: who made them and in which hunk is another matter.
        let text: String = shown.map(|row| row.split_once("</div>").expect("an end").0).collect();
        let marks = text.replace("<b>", "").replace("</b>", "");
        let parts = marks.split('<').filter(|part| part.starts_with("ins>") || part.starts_with("del>"));
        parts.map(str::to_owned).collect::<Vec<_>>()
    };
    let page = place.run(&["diff", "--unsafe", "--format=html", "@"]).out;
    let value = |pass: &str| {
        let (before, _) = page.split_once(&format!("\">{pass}</label>")).expect("a switch");
        before.rsplit('"').next().expect("its value").to_owned()
    };
    for pass in ["noops", "ignore-file"] {
        let skipped = place.run(&["diff", "--unsafe", "--format=html", &format!("--skip={pass}"), "@"]).out;
        let with = lines(&page, &value(pass));
        assert_eq!(with, lines(&skipped, "0"), "{pass}");
        assert!(!with.is_empty() && with != lines(&page, "0"), "{pass}");
    }
}

#[test]
fn a_bench_belongs_to_a_page() {
    let place = place();
    place.write("bench.json", "{\"schema\": 1, \"dockerfiles\": []}");
    let said = place.run(&["diff", "--bench", "@bench.json", "@api"]);
    assert_eq!(said.exit as u8, 2);
    assert!(said.err.contains("only a page shows the figures of a bench"), "{}", said.err);
    let said = place.run(&["diff", "--format=html", "--bench", "@bench.json", "@api"]);
    assert_eq!(said.exit as u8, 0, "{}", said.err);
    place.write("bench.json", "{\"schema\": 2}");
    let said = place.run(&["diff", "--format=html", "--bench", "@bench.json", "@api"]);
    assert!(said.out.contains("its schema is not 1"), "{}", said.out);
}

#[test]
fn other_commands_say_that_they_have_no_such_form() {
    let place = place();
    let said = place.run(&["apply", "--format=sarif", "@api"]);
    assert!(said.out.contains("dockfit diff prints the other formats"), "{}", said.out);
    let said = place.run(&["check", "--format=markdown", "--only=nosuch", "@api"]);
    assert!(said.out.starts_with("<!-- dockfit: report -->\n# dockfit\n\n- **error**"), "{}", said.out);
    assert_eq!(place.read("api/Dockerfile"), TEXT);
}

//! SARIF, annotations of GitHub Actions, and the comment for a pull request.

use serde_json::Value;

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
    for said in [github, markdown, place.run(&["check", "--format=sarif", "@"])] {
        assert!(!said.out.contains('\u{1b}') && !said.out.contains('\u{202e}'), "{}", said.out);
    }
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

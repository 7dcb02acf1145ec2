//! Audit reports of many styles and languages: what is read of each, in snapshots.

use std::fmt::Write as _;

use dockfit_audit::Outline;
use dockfit_transforms::evidence;

/// What is read of a report, as a reader of the snapshot checks it.
fn reading(text: &str) -> String {
    let proposals = Outline::read(text).proposals(&evidence::topics);
    let mut out = String::new();
    for proposal in &proposals {
        let _ = write!(out, "{} {:?} line {}", proposal.id, proposal.title, proposal.line);
        if let Some(priority) = &proposal.priority {
            let _ = write!(out, ", priority {} ({})", priority.rank, priority.text);
        }
        if let Some(phase) = &proposal.phase {
            let _ = write!(out, ", phase {phase}");
        }
        if !proposal.figures.is_empty() {
            let _ = write!(out, ", expects {}", proposal.figures.join("; "));
        }
        out.push('\n');
        for topic in &proposal.topics {
            let _ = writeln!(out, "  {} (line {}: {:?})", topic.id, topic.line, topic.quote);
        }
        if proposal.topics.is_empty() {
            out.push_str("  matches no pass\n");
        }
        for correction in evidence::corrections(proposal) {
            let _ = writeln!(out, "  wrong at line {}: {}", correction.line, correction.why);
        }
    }
    for (name, packages) in evidence::groups(&proposals) {
        let _ = writeln!(out, "group {name}: {}", packages.join(", "));
    }
    if out.is_empty() { "no proposals\n".to_owned() } else { out }
}

#[test]
fn reports_are_read_as_they_are_meant() {
    insta::glob!("..", "evidence/reports/*.md", |path| {
        let bytes = std::fs::read(path).expect("the report is there");
        let name = path.file_stem().expect("it has a name").to_string_lossy();
        let mut settings = insta::Settings::clone_current();
        settings.set_snapshot_path("../../snapshots");
        settings.set_snapshot_suffix("");
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        settings.bind(|| {
            insta::assert_snapshot!(format!("report--{name}"), reading(&String::from_utf8_lossy(&bytes)));
        });
    });
}

#[test]
fn a_long_report_takes_time_in_its_length_only() {
    let one = "## 7.1 Cache\n\n```dockerfile\nRUN --mount=type=cache,target=/root/.npm npm ci\n```\n\ntext - 30 % text\n\n";
    let text = one.repeat(5 * 1024 * 1024 / one.len());
    let proposals = Outline::read(&text).proposals(&evidence::topics);
    assert_eq!(proposals.len(), text.len() / one.len());
    assert!(
        proposals.iter().all(|proposal| proposal.topics.iter().any(|topic| topic.id == "package-caches"))
    );
}

//! What `BuildKit` says, as steps.

use std::time::Duration;

use dockfit_engine::{LogLine, steps};

/// A log whose lines are a second apart.
fn log(text: &str) -> Vec<LogLine> {
    let line = |(index, text): (usize, &str)| LogLine {
        at: Duration::from_secs(index as u64),
        text: text.to_owned(),
    };
    text.lines().enumerate().map(line).collect()
}

#[test]
fn steps_with_their_times() {
    let found = steps(&log("#0 building with \"default\" instance\n\
         #1 [internal] load build definition from Dockerfile\n\
         #1 DONE 0.1s\n\
         #2 [builder 1/3] FROM docker.io/library/python:3.13-slim\n\
         #2 CACHED\n\
         #3 [builder 2/3] RUN pip install .\n\
         #3 0.412 Collecting flask\n\
         #4 [stage-1 2/2] COPY a b\n\
         #4 ERROR: not found\n\
         #3 DONE 2.5s\n\
         no step\n\
         #x DONE 1s"));
    let shown: Vec<(&str, bool, bool, Option<f64>)> = found
        .iter()
        .map(|step| (step.name.as_str(), step.is_instruction(), step.cached, step.seconds))
        .collect();
    assert_eq!(
        shown,
        [
            ("building with \"default\" instance", false, false, None),
            ("[internal] load build definition from Dockerfile", false, false, Some(0.1)),
            ("[builder 1/3] FROM docker.io/library/python:3.13-slim", true, true, Some(0.0)),
            ("[builder 2/3] RUN pip install .", true, false, Some(2.5)),
            ("[stage-1 2/2] COPY a b", true, false, None),
        ]
    );
    assert_eq!(found[3].span, Some((6.5, 9.0)), "it ended with the line that says so");
}

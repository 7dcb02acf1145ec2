//! The nodes of any bytes tile them, and the model of any Dockerfile can be made.
#![no_main]

use dockfit_dockerfile::Document;
use dockfit_dockerfile::model::Model;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let document = Document::parse(bytes);
    let mut at = 0;
    for node in document.nodes() {
        assert_eq!(node.span.start, at, "a gap or an overlap");
        at = node.span.end;
    }
    assert_eq!(at, bytes.len(), "the end is missing");
    let _ = Model::of(&document);
});

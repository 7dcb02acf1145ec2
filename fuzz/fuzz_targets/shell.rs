//! Any text is a script: no panic, and every command lies in it.
#![no_main]

use dockfit_shell::Script;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let script = Script::parse(text);
    for command in script.commands() {
        assert!(text.get(command.range.clone()).is_some(), "{:?} is no part of the text", command.range);
    }
});

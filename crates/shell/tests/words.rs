//! Words, their parts and values.

use dockfit_shell::ast::{Operation, OperationKind, RedirectKind, WordPart};
use dockfit_shell::{Command, Lookup, Script, Word};

fn command<T>(text: &str, ask: impl Fn(&Script, &Command) -> T) -> T {
    let script = Script::parse(text);
    assert!(!script.has_errors(), "{text}");
    ask(&script, script.commands().next().unwrap_or_else(|| panic!("no command in {text}")))
}

/// Asks the first argument of a command.
fn word<T>(word: &str, ask: impl Fn(&Script, &Word) -> T) -> T {
    command(&format!("a {word} z"), |script, command| {
        assert_eq!(command.words.len(), 3, "{word}");
        ask(script, &command.words[1])
    })
}

#[track_caller]
fn value(text: &str, expected: Option<&str>) {
    assert_eq!(word(text, |_, w| w.value().map(str::to_owned)).as_deref(), expected, "{text}");
}

#[test]
fn quotes_are_removed() {
    value("b", Some("b"));
    value("'b c'", Some("b c"));
    value("\"b c\"", Some("b c"));
    value(r#"b'c d'"e \" \n"\'f"#, Some(r#"bc de " \n'f"#));
    value(r"b\ c\\d", Some(r"b c\d"));
    value("''", Some(""));
    value("\"a'b\"", Some("a'b"));
    value("b\\\nc", Some("bc"));
    value("\"b\\\nc\"", Some("bc"));
    value("é\\é'é'", Some("ééé"));
    value("'x[y]>=1;python_version<\"3\"'", Some("x[y]>=1;python_version<\"3\""));
    value("b=c#d", Some("b=c#d"));
    value("$", Some("$"));
    value("b$", Some("b$"));
    value("\"$\"", Some("$"));
    value("'$b'", Some("$b"));
    value(r"\$b", Some("$b"));
    value("{}", Some("{}"));
}

#[test]
fn expansions_have_no_value() {
    for text in
        ["$b", "\"$b\"", "${b:-c}", "$(b)", "`b`", "$((1+2))", "~", "~/b", "~c/d", "$'b'", "{b,c}", "b{1..3}"]
    {
        value(text, None);
    }
    // The shell expands no braces within quotes, nor a tilde that is not in front.
    value("'{b,c}'", Some("{b,c}"));
    value("b~c", Some("b~c"));
    value("'~'", Some("~"));
}

#[test]
fn globs_are_flagged() {
    let glob = |text| word(text, |_, w| (w.is_glob(), w.value().is_some()));
    assert_eq!(glob("/var/lib/apt/lists/*"), (true, true));
    assert_eq!(glob("b?[c]"), (true, true));
    assert_eq!(glob("'*'"), (false, true));
    assert_eq!(glob(r"\*"), (false, true));
    assert_eq!(glob("\"$b\"/*"), (true, false));
    assert!(word("{b,c}", |_, w| w.has_braces()));
    assert!(!word("b", |_, w| w.is_quoted()));
    assert!(word("b\\ c", |_, w| w.is_quoted()));
}

#[test]
fn prefixes_that_every_value_has() {
    let prefix = |text| word(text, |_, w| w.literal_prefix().into_owned());
    assert_eq!(prefix("/root/.cache/$b"), "/root/.cache/");
    assert_eq!(prefix("\"/root/\"'x y'${b}"), "/root/x y");
    assert_eq!(prefix("/var/{cache,log}/b"), "/var/");
    assert_eq!(prefix("plain"), "plain");
    assert_eq!(prefix("$b/c"), "");
    assert_eq!(prefix("~/c"), "");
}

#[test]
fn parts_of_a_word() {
    word("b-$C\"${D:-e f}\"'g'$(h)~", |script, word| {
        let parts: Vec<_> = word.parts.iter().map(|p| script.slice(p.range())).collect();
        assert_eq!(parts, ["b-", "$C", "${D:-e f}", "g", "$(h)", "~"]);
        let [_, WordPart::Variable { name, operation: None, quoted: false, .. }, ..] = word.parts.as_slice()
        else {
            panic!("{:?}", word.parts)
        };
        assert_eq!(&**name, "C");
        let WordPart::Variable {
            name,
            quoted: true,
            operation: Some(Operation { kind: OperationKind::Default { or_empty: true }, operand }),
            ..
        } = &word.parts[2]
        else {
            panic!("{:?}", word.parts)
        };
        assert_eq!((&**name, script.slice(operand)), ("D", "e f"));
        assert_eq!(word.variables().collect::<Vec<_>>(), ["C", "D"]);
    });
    let kind = |text| {
        word(text, |_, w| match &w.parts[0] {
            WordPart::Variable { name, operation, .. } => {
                (name.to_string(), operation.as_ref().map(|o| o.kind))
            }
            part => panic!("{part:?}"),
        })
    };
    assert_eq!(kind("$1b"), ("1".to_owned(), None));
    assert_eq!(kind("${10}"), ("10".to_owned(), None));
    assert_eq!(kind("$?"), ("?".to_owned(), None));
    assert_eq!(kind("\"$@\""), ("@".to_owned(), None));
    assert_eq!(kind("${b+c}"), ("b".to_owned(), Some(OperationKind::Alternative { or_empty: false })));
    assert_eq!(kind("${b:=c}"), ("b".to_owned(), Some(OperationKind::Assign { or_empty: true })));
    assert_eq!(kind("${b?c}"), ("b".to_owned(), Some(OperationKind::Require { or_empty: false })));
    assert_eq!(kind("${b%%.*}"), ("b".to_owned(), Some(OperationKind::Other)));
    assert_eq!(kind("${b:0:3}"), ("b".to_owned(), Some(OperationKind::Other)));
}

#[test]
fn variables_are_resolved_where_they_are_known() {
    let lookup = |name: &str| match name {
        "HOME" => Lookup::Set("/root".to_owned()),
        "V" => Lookup::Set("1.2".to_owned()),
        "EMPTY" => Lookup::Set(String::new()),
        "SPACED" => Lookup::Set("x y".to_owned()),
        "NO" => Lookup::Unset,
        _ => Lookup::Unknown,
    };
    let resolve = |text| word(text, |script, w| w.resolve(script.text(), lookup));
    let is = |text, expected: &str| assert_eq!(resolve(text).as_deref(), Some(expected), "{text}");
    is("pkg==$V", "pkg==1.2");
    is("~/.cache", "/root/.cache");
    is("$HOME/.cache/'x'", "/root/.cache/x");
    is("\"${SPACED}\"", "x y");
    is("${V:-3}", "1.2");
    is("${NO:-3}", "3");
    is("${NO-3}", "3");
    is("${EMPTY:-3}", "3");
    is("b${EMPTY-3}", "b");
    is("b${V+x}", "bx");
    is("b${NO+x}", "b");
    is("b$NO", "b");
    for unknown in ["$X", "${X:-3}", "$SPACED", "${NO:-$V}", "$(b)", "${V%%.*}", "${NO:?}", "~user", "{a,$V}"]
    {
        assert_eq!(resolve(unknown), None, "{unknown}");
    }
}

#[test]
fn redirections() {
    command("a <<<c 2>&1 >>f </dev/null >|h &>i b 4>&- {fd}>j", |script, command| {
        let all: Vec<_> = command.redirects.iter().map(|r| (r.operator, script.slice(&r.range))).collect();
        assert_eq!(
            all,
            [
                (RedirectKind::Herestring, "<<<c"),
                (RedirectKind::DuplicateOutput, "2>&1"),
                (RedirectKind::Append, ">>f"),
                (RedirectKind::Input, "</dev/null"),
                (RedirectKind::Clobber, ">|h"),
                (RedirectKind::OutputAndError, "&>i"),
                (RedirectKind::DuplicateOutput, "4>&-"),
                (RedirectKind::Output, "{fd}>j"),
            ]
        );
        assert_eq!(command.words.len(), 2);
        assert_eq!(command.redirects[1].descriptor.clone().map(|d| script.slice(&d)), Some("2"));
        assert_eq!(command.redirects[1].target.as_ref().and_then(Word::value), Some("1"));
    });
}

#[test]
fn here_documents() {
    command("a <<-'E' b\n\tc $d\n\t$(e)\n\tE\n", |script, command| {
        let heredoc = command.redirects[0].heredoc.as_ref().unwrap_or_else(|| panic!("no here-document"));
        assert!(heredoc.quoted && heredoc.dash && heredoc.substitutions.is_empty());
        assert_eq!(script.slice(&heredoc.body), "\tc $d\n\t$(e)\n");
        assert_eq!(script.slice(&heredoc.end), "\tE");
        assert_eq!(script.slice(&command.range), "a <<-'E' b");
    });
    command("a <<E\n$(b) ${c:-$(d)} \\`e\\` \\$(f)\nE", |_, command| {
        assert_eq!(command.substitutions().count(), 2);
    });
    assert!(Script::parse("a <<E\n`b`\nE").has_errors());
}

#[test]
fn assignments() {
    command("A=1 B+='x y' C[1]=z d=~/e a F=g", |script, command| {
        let all: Vec<_> = command
            .assignments
            .iter()
            .map(|a| (&*a.name, a.append, a.subscript, script.slice(&a.value.range)))
            .collect();
        assert_eq!(
            all,
            [
                ("A", false, false, "1"),
                ("B", true, false, "'x y'"),
                ("C", false, true, "z"),
                ("d", false, false, "~/e"),
            ]
        );
        assert_eq!(command.words.len(), 2);
        assert_eq!(script.slice(&command.range), "A=1 B+='x y' C[1]=z d=~/e a F=g");
    });
}

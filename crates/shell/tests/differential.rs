//! The same scripts read by brush-parser and by this crate.
//!
//! Where this crate understands a script, brush has to understand it too and read the same, but for the disagreements
//! listed here. This crate refusing what brush accepts is no fault, but must not happen to plausible scripts.

mod brush;

use brush::{ours, theirs};

/// Where this crate accepts text that brush 0.4 refuses: a piece of the text, and who is right.
const BRUSH_REFUSES: &[(&str, &str)] = &[
    (
        "in",
        "this crate: `in` is a keyword only behind `for x` and `case x` (POSIX 2.4); bash runs a command `in`",
    ),
    ("$${", "this crate: `$$` is the process id, and an unquoted `{` behind it an ordinary character"),
    ("<(", "this crate: bash takes a process substitution for any word, the command's name included"),
    ("&>", "this crate: `&>` may stand in front of the command and before an escaped or odd word"),
];

/// Where both accept a text and read it differently: a piece of the text, and who is right.
const BRUSH_MISREADS: &[(&str, &str)] =
    &[("( (", "this crate: with a blank between them two parentheses are two subshells, not arithmetic")];

/// brush prints what it parsed: it joins lines and loses blanks within `${…}`.
fn normal(reading: &str) -> String {
    reading.replace("\\\n", "").chars().filter(|c| !c.is_whitespace()).collect()
}

#[track_caller]
fn assert_same(text: &str, ours: &str, theirs: &str) {
    if !BRUSH_MISREADS.iter().any(|(piece, _)| text.contains(piece)) {
        assert_eq!(normal(ours), normal(theirs), "{text:?}");
    }
}

struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap_or(0) % limit
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.below(from.len())]
    }
}

#[test]
fn pieces_of_syntax_in_any_order() {
    const PIECES: &[&str] = &[
        "a", "rm", "pip", " ", " ", " ", "\n", "&&", "||", ";", ";;", "|", "&", "(", ")", "{ ", " }", "if ",
        "then ", "elif ", "else ", "fi", "for ", "in ", "do ", "done", "while ", "case ", "esac", "f() ",
        "$(", "`", "${", "}", "$", "$x", "\"", "'", "\\", "\\\n", "#", "<", ">", ">&2", "2>&1", "<<E\n",
        "<<'E'", "\nE\n", "=", "A=", "export ", "set -e", "[ ", " ]", "[[ ", " ]]", "((", "))", "*", "~",
        "é", "\t", "\r\n", "sh -c '", "! ", "true", ":-", "$'", "{a,b}", "exit", "+=", "<(", "&>",
    ];
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let mut agreed = 0;
    for _ in 0..10_000 {
        let length = 1 + random.below(9);
        let text: String =
            (0..length).map(|_| random.pick(PIECES).to_owned() + [" ", "", ""][random.below(3)]).collect();
        match (ours(&text), theirs(&text)) {
            (Some(ours), Some(theirs)) => {
                assert_same(&text, &ours, &theirs);
                agreed += 1;
            }
            (Some(ours), None) => {
                let excused = BRUSH_REFUSES.iter().any(|(piece, _)| text.contains(piece));
                assert!(excused, "brush refuses {text:?}, read as {ours}");
            }
            (None, _) => {}
        }
    }
    assert!(agreed > 1_000, "{agreed}");
}

/// A generator of plausible scripts.
struct Scripts(Random);

impl Scripts {
    const WORDS: &[&str] = &[
        "a",
        "apt-get",
        "-y",
        "--no-install-recommends",
        "/var/lib/apt/lists/*",
        "x=1",
        "'a b'",
        "\"$X y\"",
        "$X-$Y.tar",
        "${X:-y}",
        "${X%%.*}",
        "\"${X}/b\"",
        "$(b c)",
        "\"$(b \"d\" | c)\"",
        "`b`",
        "a\\ b",
        "{}",
        "\\;",
        "+",
        "{a,b}",
        "a#b",
        "a=b=c",
        "\"a\nb\"",
        "'$x'",
        "~/x",
        "$((1+2))",
        "$?",
        "\"$@\"",
        "--x=\"$Y\"",
        "é",
        "@scope/x",
        "x[y]>=1",
        "'x[y]>=1'",
        "s/a/b/g",
        "\"\\\"q\\\"\"",
        "-",
        "--",
        "a\\\n  b",
        "%s\\n",
        "http://a/b?c=d",
        "!x",
        "a:b",
        "{{.x}}",
    ];
    const REDIRECTIONS: &[&str] =
        &["> f", ">>f", "2>&1", "2>/dev/null", "< /dev/null", ">&2", "&> f", "<<< \"x y\"", "3>&-"];

    fn command(&mut self, out: &mut String) {
        let prefix = self.0.pick(&["", "", "", "A=1 ", "A=\"b c\" B=$C "]);
        out.push_str(prefix);
        let names = ["a", "pip", "echo", "/usr/bin/x", "set", "cd", "test", "export", "["];
        out.push_str(self.0.pick(if prefix.is_empty() { &names } else { &names[..7] }));
        let is_test = out.ends_with('[');
        if out.ends_with("export") {
            out.push_str(self.0.pick(&[
                " A=1",
                " A",
                " A=\"b $C\" B='c d'",
                " A=$(b c) B",
                " PATH=\"/x:$PATH\"",
                " A=~/x",
            ]));
            return;
        }
        let words = if is_test { 0 } else { self.0.below(4) };
        for _ in 0..words {
            out.push(' ');
            let word = self.0.pick(Self::WORDS);
            out.push_str(if word.contains(['>', '&']) && !word.contains('\'') { "w" } else { word });
        }
        if is_test {
            out.push_str(self.0.pick(&[" -f x ]", " \"$X\" = y ]", " ! -e $X -a -n y ]", " x ]"]));
        }
        if !is_test && self.0.below(6) == 0 {
            out.push(' ');
            out.push_str(self.0.pick(Self::REDIRECTIONS));
        }
    }

    fn list(&mut self, depth: usize, out: &mut String) {
        for index in 0..=self.0.below(4) {
            if index > 0 {
                out.push_str(self.0.pick(&[
                    "; ",
                    "\n",
                    " && ",
                    " || ",
                    " &&\\\n  ",
                    " | ",
                    " & ",
                    " ; \\\n",
                ]));
            }
            self.item(depth, out);
        }
    }

    fn within(&mut self, open: &str, close: &str, depth: usize, out: &mut String) {
        out.push_str(open);
        self.list(depth - 1, out);
        out.push_str(close);
    }

    fn item(&mut self, depth: usize, out: &mut String) {
        match self.0.below(if depth == 0 { 6 } else { 13 }) {
            6 => self.within("{ ", "; }", depth, out),
            7 => self.within("( ", ")", depth, out),
            8 => {
                self.within("if ", "; then\n", depth, out);
                self.within("", "; else ", depth, out);
                self.within("", "; fi", depth, out);
            }
            9 => self.within("for i in a \"$B\" c*; do ", "; done", depth, out),
            10 => self.within("while ", "; do a; done < f", depth, out),
            11 => self.within("case \"$x\" in a|b*) ", ";; *) c; esac", depth, out),
            12 => self.within("f() { ", "; }", depth, out),
            _ => self.command(out),
        }
    }
}

#[test]
fn plausible_scripts() {
    let mut scripts = Scripts(Random(0x0123_4567_89ab_cdef));
    for _ in 0..2_000 {
        let mut text = String::new();
        let depth = scripts.0.below(4);
        scripts.list(depth, &mut text);
        // Two backquoted substitutions in one command are more than the grammar can tell apart.
        let Some(ours) = ours(&text) else {
            assert!(text.matches('`').count() > 2, "not understood: {text}");
            continue;
        };
        let theirs = theirs(&text).unwrap_or_else(|| panic!("brush refuses: {text}"));
        assert_same(&text, &ours, &theirs);
    }
}

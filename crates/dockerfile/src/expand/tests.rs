use super::*;

const ENVIRONMENT: [(&str, &str); 7] = [
    ("path", "/opt/tools/bin"),
    ("empty", ""),
    ("file", "a.tar.gz"),
    ("stars", "a*b*c"),
    ("words", " one  two "),
    ("über", "ü"),
    ("lines", "x\ny"),
];

fn expand(word: &str) -> Result<Expanded, ExpandError> {
    Lexer::new('\\').process_word(word, &ENVIRONMENT.as_slice())
}

fn text(word: &str) -> String {
    match expand(word) {
        Ok(expanded) => expanded.text,
        Err(error) => format!("error at {}: {error}", error.offset),
    }
}

#[track_caller]
fn all(cases: &[(&str, &str)]) {
    for (word, expected) in cases {
        assert_eq!(text(word), *expected, "of {word}");
    }
}

#[track_caller]
fn errors(cases: &[(&str, usize, ExpandErrorKind)]) {
    for (word, offset, kind) in cases {
        assert_eq!(expand(word), Err(ExpandError { kind: kind.clone(), offset: *offset }), "of {word}");
    }
}

#[test]
fn quotes_and_escapes() {
    all(&[
        ("plain", "plain"),
        ("'a  b'c", "a  bc"),
        ("\"a 'b'\"", "a 'b'"),
        ("'a \"b\"'", "a \"b\""),
        (r"a\ b\c\\d", r"a bc\d"),
        (r#""c:\dir \"q\" \\ \$path""#, r#"c:\dir "q" \ $path"#),
        (r"'c:\dir\'", r"c:\dir\"),
        (r"end\", "end"),
        ("naïve 'ça' \"é\"", "naïve ça é"),
        ("a < b << c", "a < b << c"),
        ("\u{feff}a\\b", "ab"),
    ]);
}

#[test]
fn references() {
    all(&[
        ("$path", "/opt/tools/bin"),
        ("x${path}y", "x/opt/tools/biny"),
        ("\"$path\" '$path' \\$path", "/opt/tools/bin $path $path"),
        ("$unset.$", ".$"),
        ("$path_x $pathé", " "),
        ("$12x $0x $$x ${$}y $über", "x x x y ü"),
        ("100% $. $/", "100% $. $/"),
    ]);
}

#[test]
fn defaults_and_alternatives() {
    all(&[
        ("${unset:-d} ${unset-d} ${empty:-d} ${empty-d}|", "d d d |"),
        ("${path:-d} ${path-d}", "/opt/tools/bin /opt/tools/bin"),
        ("${unset:+a} ${unset+a} ${empty:+a} ${empty+a} ${path:+a}", "   a a"),
        ("${unset:-${empty:-${path}}}", "/opt/tools/bin"),
        ("${unset:-a b}", "a b"),
        ("${unset:-'}'}", "}"),
        ("${unset:-\\}}", "}"),
        ("${unset:-\\$path}", "$path"),
        ("${path?no} ${path:?no} ${empty?no}|", "/opt/tools/bin /opt/tools/bin |"),
        ("${1:-one} ${@:-at}", "one at"),
    ]);
}

#[test]
fn trimming_takes_the_shortest_or_the_longest_match() {
    all(&[
        ("${file#*.}", "tar.gz"),
        ("${file##*.}", "gz"),
        ("${file%.*}", "a.tar"),
        ("${file%%.*}", "a"),
        ("${file#?}", ".tar.gz"),
        ("${file#x} ${file%x} ${unset#x}|", "a.tar.gz a.tar.gz |"),
        ("${stars#a\\*}", "b*c"),
        ("${stars%\\**}", "a*b"),
        ("${stars##*\\*}", "c"),
        ("${path%/$unset*}", "/opt/tools"),
        ("${lines##*}|${lines#?}", "\ny|\ny"),
    ]);
}

#[test]
fn replacing_the_first_or_every_match() {
    all(&[
        ("${path/\\//-}", "-opt/tools/bin"),
        ("${path//\\//-}", "-opt-tools-bin"),
        ("${path//o/}", "/pt/tls/bin"),
        ("${file/.*/!}", "a!"),
        ("${file//[ab]/z}", "a.tar.gz"),
        ("${file//?/x}", "xxxxxxxx"),
        ("${empty//*/x}|${stars//*/x}", "x|x"),
        ("${file///-}", "-a-.-t-a-r-.-g-z-"),
        ("${file/nothing/x}", "a.tar.gz"),
        ("${unset/a/b}", ""),
    ]);
}

#[test]
fn a_dollar_in_the_replacement_of_every_match_is_a_template() {
    let environment =
        [("v", "aba"), ("whole", "<$0>"), ("group", "<$1>"), ("name", "<${x}$$>"), ("odd", "$<${")];
    for (word, expected) in [
        ("${v//a/$whole}", "<a>b<a>"),
        ("${v//a/$group}", "<>b<>"),
        ("${v//a/$name}", "<$>b<$>"),
        ("${v//a/$odd}", "$<${b$<${"),
        ("${v/a/$whole}", "<$0>ba"),
    ] {
        let expanded = Lexer::new('\\').process_word(word, &environment.as_slice()).expect(word);
        assert_eq!(expanded.text, expected, "of {word}");
    }
}

#[test]
fn what_is_refused_says_where() {
    use ExpandErrorKind as K;
    let required = |name: &str, message: &str| K::Required { name: name.into(), message: message.into() };
    errors(&[
        ("ab'c", 2, K::UnterminatedSingleQuote),
        ("ab\"c\\\"", 2, K::UnterminatedDoubleQuote),
        ("ab ${path", 3, K::MissingBrace),
        ("ab ${path:-x", 3, K::MissingBrace),
        ("ab ${path:-'x}", 3, K::MissingBrace),
        ("${", 0, K::MissingBrace),
        ("${path/x}", 0, K::MissingSlash),
        ("${path/x/y", 0, K::MissingBrace),
        ("${}", 0, K::BadSubstitution),
        ("${{path}}", 0, K::BadSubstitution),
        ("${:-x}", 0, K::BadSubstitution),
        ("${path=x}", 0, K::UnsupportedModifier("=".into())),
        ("${path:=x}", 0, K::UnsupportedModifier(":=".into())),
        ("${path:#x}", 0, K::UnsupportedModifier(":#".into())),
        ("${path!}", 0, K::UnsupportedModifier("!".into())),
        ("${unset?}", 0, required("unset", "")),
        ("a${empty:?give it a value}", 1, required("empty", "give it a value")),
        ("${path#\\a}", 0, K::InvalidPattern { pattern: "\\a".into(), escaped: Some('a') }),
        ("${path//$unset\\\\", 0, K::MissingSlash),
    ]);
}

#[test]
fn variables_are_reported_once_each() {
    let expanded = expand("$path ${unset} ${path} ${other:-$empty} '$quoted'").expect("valid");
    assert_eq!(expanded.used, ["path", "empty"]);
    assert_eq!(expanded.unmatched, ["unset", "other"]);
    assert!(expanded.unknown.is_empty());
}

#[test]
fn an_unknown_variable_stays_as_it_is_written() {
    struct Base;
    impl Environment for Base {
        fn get(&self, name: &str) -> Lookup<'_> {
            match name {
                "known" => Lookup::Set("k"),
                "part" => Lookup::Partial("/p:$PATH"),
                _ => Lookup::Unknown,
            }
        }
    }
    let expanded =
        Lexer::new('\\').process_word("/x:$PATH:${A:-$known}${known}${B/a/b}", &Base).expect("valid");
    assert_eq!(expanded.text, "/x:$PATH:${A:-k}k${B/a/b}");
    assert_eq!(expanded.unknown, ["PATH", "A", "B"]);
    assert!(Lexer::new('\\').process_word("${A:=x}", &Base).is_err());

    let expanded =
        Lexer::new('\\').process_word("/x:$part ${part+y} ${part:-z} ${part#/}", &Base).expect("valid");
    assert_eq!(expanded.text, "/x:/p:$PATH y ${part:-z} ${part#/}");
    assert_eq!(expanded.unknown, ["part"]);
}

#[test]
fn words_are_split_after_expansion() {
    let split = |text: &str| Lexer::new('\\').process_words(text, &ENVIRONMENT.as_slice());
    assert_eq!(split("a  b\tc "), Ok(vec!["a".into(), "b".into(), "c".into()]));
    assert_eq!(split("x$words'y z'"), Ok(vec!["x".into(), "one".into(), "two".into(), "y z".into()]));
    assert_eq!(split("x\"$words\""), Ok(vec!["x one  two ".into()]));
    assert_eq!(split("a\\ b '' \"\""), Ok(vec!["a b".into()]));
    assert_eq!(split(""), Ok(vec![]));
    // The engine loses what stands in front of a reference with a modifier.
    assert_eq!(split("80${unset:-90}"), Ok(vec!["90".into()]));
    assert_eq!(split("80${file}"), Ok(vec!["80a.tar.gz".into()]));
}

#[test]
fn heredocs_are_found_with_raw_quotes_and_escapes() {
    let lexer = Lexer { raw_quotes: true, raw_escapes: true, skip_unset: true, ..Lexer::new('\\') };
    let words = |text: &str| lexer.process_words(text, &NoEnvironment).expect(text);
    assert_eq!(words("cat <<EOF >/x"), ["cat", "<<EOF", ">/x"]);
    assert_eq!(words("cat << EOF"), ["cat", "<< EOF"]);
    assert_eq!(words("3<<-'E F' a<<\"B\""), ["3<<-'E F'", "a<<\"B\""]);
    assert_eq!(
        words("echo \\<<EOF \"<<EOF\" $x ${y} ${z:-a b}"),
        ["echo", "\\<<EOF", "\"<<EOF\"", "$x", "${y}", "${z:-a", "b}"]
    );
}

#[test]
fn quotes_are_ordinary_in_the_contents_of_heredocs() {
    let lexer = Lexer { raw_quotes: true, skip_process_quotes: true, ..Lexer::new('\\') };
    let expanded = lexer.process_word("it's \"$path\" \\$x\n", &ENVIRONMENT.as_slice()).expect("valid");
    assert_eq!(expanded.text, "it's \"/opt/tools/bin\" $x\n");
}

#[test]
fn the_backtick_can_be_the_escape_character() {
    let lexer = Lexer::new('`');
    let expanded = lexer.process_word("c:\\dir`$x \"`\"\\\"", &ENVIRONMENT.as_slice()).expect("valid");
    assert_eq!(expanded.text, "c:\\dir$x \"\\");
}

#[test]
fn hostile_words_end() {
    let nested = format!("{}x{}", "${a:-".repeat(5_000), "}".repeat(5_000));
    assert_eq!(expand(&nested).map_err(|error| error.kind), Err(ExpandErrorKind::TooDeep));
    let quoted = "\"${a:-".repeat(5_000);
    assert_eq!(expand(&quoted).map_err(|error| error.kind), Err(ExpandErrorKind::TooDeep));

    let big = [("b", "x".repeat(60_000))];
    let many = Lexer::new('\\').process_word(&"$b".repeat(1_000), &big.as_slice());
    assert_eq!(many.map_err(|error| error.kind), Err(ExpandErrorKind::TooLong));
    let every = Lexer::new('\\').process_word("${b//x/$b}", &big.as_slice());
    assert_eq!(every.map_err(|error| error.kind), Err(ExpandErrorKind::TooLong));
}

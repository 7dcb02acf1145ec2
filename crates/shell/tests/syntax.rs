//! What the parser makes of shell text.

mod outline;

use dockfit_shell::Script;
use outline::outline;

#[track_caller]
fn gives(text: &str, expected: &str) {
    assert_eq!(outline(text), expected, "\n{text}");
}

#[test]
fn lists_are_flat_and_keep_their_operators() {
    gives("a; b && c || d & e", "⟨a⟩ ; ⟨b⟩ && ⟨c⟩ || ⟨d⟩ & ⟨e⟩");
    gives("a &&\n\n b", "⟨a⟩ && ⟨b⟩");
    gives("a\n\n# c\nb # d\n", "⟨a⟩ ↵ ⟨b⟩ ↵");
    gives("a \\\n && b", "⟨a⟩ && ⟨b⟩");
    gives("", "");
    gives("# only a comment", "");
}

#[test]
fn pipelines_bind_tighter_than_lists() {
    gives("a | b && c |& d", "pipe(⟨a⟩ | ⟨b⟩) && pipe(⟨c⟩ | ⟨d⟩)");
    gives("! a | b", "not(⟨a⟩ | ⟨b⟩)");
    gives("! a && b", "not(⟨a⟩) && ⟨b⟩");
    gives("a && ( b; c ) | d", "⟨a⟩ && pipe(subshell{⟨b⟩ ; ⟨c⟩} | ⟨d⟩)");
}

#[test]
fn negation_of_any_command() {
    gives("! { a; b; }; c", "not(group{⟨a⟩ ; ⟨b⟩ ;}) ; ⟨c⟩");
    gives("! if a; then b; fi && c", "not(if{⟨a⟩ ;}then{⟨b⟩ ;}) && ⟨c⟩");
    gives("a && ! (b) | c", "⟨a⟩ && not(subshell{⟨b⟩} | ⟨c⟩)");
    gives("a\n# c\n! b", "⟨a⟩ ↵ not(⟨b⟩)");
    gives("[ ! -f a ] && find . ! -name b", "Single⟨[⟩⟨!⟩⟨-f⟩⟨a⟩⟨]⟩ && ⟨find⟩⟨.⟩⟨!⟩⟨-name⟩⟨b⟩");
    gives("echo ! a '! b' \"! c\"", "⟨echo⟩⟨!⟩⟨a⟩⟨'! b'⟩⟨\"! c\"⟩");
    gives("if ! a; then b; fi", "if{not(⟨a⟩) ;}then{⟨b⟩ ;}");
}

#[test]
fn keywords_need_no_semicolon_behind_a_construct() {
    gives("if a; then if b; then c; fi else d; fi", "if{⟨a⟩ ;}then{if{⟨b⟩ ;}then{⟨c⟩ ;}}else{⟨d⟩ ;}");
    gives("for i in a; do if b; then c; fi   done; d", "for⟨a⟩do{if{⟨b⟩ ;}then{⟨c⟩ ;}} ; ⟨d⟩");
    gives("{ ( a ) }", "group{subshell{⟨a⟩}}");
    gives("if a; then echo fi else; fi", "if{⟨a⟩ ;}then{⟨echo⟩⟨fi⟩⟨else⟩ ;}");
}

#[test]
fn comments_in_backquotes() {
    let text = "apt-get install a `# why` \\\n b && `# then` c";
    gives(text, "⟨apt-get⟩⟨install⟩⟨a⟩⟨b⟩ && ⟨c⟩");
    let script = Script::parse(text);
    let comments: Vec<_> = script.comments().iter().map(|c| script.slice(c)).collect();
    assert_eq!(comments, ["# why", "# then"]);
}

#[test]
fn expansions_side_by_side_in_a_string() {
    gives("a \"${B} ${C}\" \"$(d) ${E}\"", "⟨a⟩⟨\"${B} ${C}\"⟩⟨\"$(d) ${E}\"⟩${⟨d⟩}");
}

#[test]
fn redirections_belong_to_the_command_before_them() {
    gives("a && b > f || c", "⟨a⟩ && ⟨b⟩ <> f> || ⟨c⟩");
    gives("a | b 2>&1 >>f | c", "pipe(⟨a⟩ | ⟨b⟩ <2>&1> <>>f> | ⟨c⟩)");
    gives("{ a; b; } >f 2>/dev/null && c", "group{⟨a⟩ ; ⟨b⟩ ;} <>f> <2>/dev/null> && ⟨c⟩");
    gives("while a; do b; done < f", "while{⟨a⟩ ;}do{⟨b⟩ ;} << f>");
    gives("> f a b", "⟨a⟩⟨b⟩ <> f>");
    gives(":>f", "⟨:⟩ <>f>");
}

#[test]
fn words_behind_a_redirection_are_not_lost() {
    gives("echo >&2 \"x\" y", "⟨echo⟩⟨\"x\"⟩⟨y⟩ <>&2>");
    gives("a > f b c", "⟨a⟩⟨b⟩⟨c⟩ <> f>");
    gives("cat <<E -n\nx\nE\n", "⟨cat⟩⟨-n⟩ <<<E>\"x\\n\" ↵");
}

#[test]
fn adjacent_pieces_are_one_word() {
    gives("wget $A-$B.tar x$C", "⟨wget⟩⟨$A-$B.tar⟩⟨x$C⟩");
    gives("echo a'b'\"c\"\\d$(e)f", "⟨echo⟩⟨a'b'\"c\"\\d$(e)f⟩${⟨e⟩}");
    gives("a \\ b", "⟨a⟩⟨\\ b⟩");
    gives("find . -exec rm {} +", "⟨find⟩⟨.⟩⟨-exec⟩⟨rm⟩⟨{}⟩⟨+⟩");
}

#[test]
fn compound_commands() {
    gives(
        "if a; then b; elif ! c; then d; else e; fi",
        "if{⟨a⟩ ;}then{⟨b⟩ ;}if{not(⟨c⟩) ;}then{⟨d⟩ ;}else{⟨e⟩ ;}",
    );
    gives("for i in 1 $X; do a; done", "for⟨1⟩⟨$X⟩do{⟨a⟩ ;}");
    gives("for i in a b\ndo\n c\ndone", "for⟨a⟩⟨b⟩do{⟨c⟩ ↵}");
    gives("for i; do a; done", "fordo{⟨a⟩ ;}");
    gives("until a; do b; done", "until{⟨a⟩ ;}do{⟨b⟩ ;}");
    gives("case $x in a|b) c;; (*) d; esac", "case⟨$x⟩a|b{⟨c⟩}*{⟨d⟩ ;}");
    gives("case $x in\n a) b ;;\n # c\n *)\nesac", "case⟨$x⟩a{⟨b⟩}*{}");
    gives("f() { a; } >x; function g { b; }; f", "f()group{⟨a⟩ ;} <>x> ; g()group{⟨b⟩ ;} ; ⟨f⟩");
    gives("[ -f x ] && [[ $a == b* ]] || (( i++ ))", "Single⟨[⟩⟨-f⟩⟨x⟩⟨]⟩ && Double || Arithmetic");
}

#[test]
fn assignments_and_declarations() {
    gives("A=1 B='x y' cmd z", "A=⟨1⟩B=⟨'x y'⟩⟨cmd⟩⟨z⟩");
    gives("A= B=$(c)", "A=⟨⟩B=⟨$(c)⟩${⟨c⟩}");
    gives("export A=b C; x", "⟨export⟩⟨C⟩A=⟨b⟩ ; ⟨x⟩");
    gives("a=(b $(c)) && d", "a=⟨(b $(c))⟩${⟨c⟩} && ⟨d⟩");
    gives("cmd A=1", "⟨cmd⟩⟨A=1⟩");
}

#[test]
fn here_documents_do_not_hide_what_stands_on_their_line() {
    gives("cat <<EOF && b | c\nhi $X\nEOF\nd", "⟨cat⟩ <<<EOF>\"hi $X\\n\" && pipe(⟨b⟩ | ⟨c⟩) ↵ ⟨d⟩");
    gives("cat <<-'E' > /x\n\ta $(b)\n\tE\nc", "⟨cat⟩ <<<-'E'>\"\\ta $(b)\\n\" <> /x> ↵ ⟨c⟩");
    gives("cat <<E\n$(b)\nE\n", "⟨cat⟩ <<<E>\"$(b)\\n\"${⟨b⟩} ↵");
    gives("cat <<E\nE\na", "⟨cat⟩ <<<E>\"\" ↵ ⟨a⟩");
    gives("<<EOF bash -ex\na\nEOF\nb", "⟨bash⟩⟨-ex⟩script{⟨a⟩ ↵} <<<EOF>\"a\\n\" ↵ ⟨b⟩");
    gives("  <<-'E' cat > /f\n\ta\n\tE\n", "⟨cat⟩ <<<-'E'>\"\\ta\\n\" <> /f> ↵");
    gives("x=$(cat <<E\na\nE\n); b", "x=⟨$(cat <<E\na\nE\n)⟩${⟨cat⟩ <<<E>\"a\\n\" ↵} ; ⟨b⟩");
}

#[test]
fn scripts_for_another_shell_are_parsed_in_place() {
    gives("bash -ec 'a && b'", "⟨bash⟩⟨-ec⟩⟨'a && b'⟩script{⟨a⟩ && ⟨b⟩}");
    gives("sudo -u x sh -c \"a $B\"", "⟨sudo⟩⟨-u⟩⟨x⟩⟨sh⟩⟨-c⟩⟨\"a $B\"⟩expanded{⟨a⟩⟨$B⟩}");
    gives("su - u -c 'a; b'", "⟨su⟩⟨-⟩⟨u⟩⟨-c⟩⟨'a; b'⟩script{⟨a⟩ ; ⟨b⟩}");
    gives(r#"sh -c "a \"b c\"""#, r#"⟨sh⟩⟨-c⟩⟨"a \"b c\""⟩unescaped{⟨a⟩⟨"b c"⟩}"#);
    gives("bash -o pipefail -c a", "⟨bash⟩⟨-o⟩⟨pipefail⟩⟨-c⟩⟨a⟩script{⟨a⟩}");
    gives("sh -c \"$X\"; sh script -c a", "⟨sh⟩⟨-c⟩⟨\"$X\"⟩expanded{⟨$X⟩} ; ⟨sh⟩⟨script⟩⟨-c⟩⟨a⟩");
}

#[test]
fn what_is_not_understood_is_left_alone() {
    for text in [
        "if a; then b",
        "a && ) b",
        "a \"b",
        "f() for i in a; do b; done",
        "cat <<A <<B\n1\nA\n2\nB\nx",
        "cat <<E\nno end",
        // In a here-document that is expanded, a backslash joins the delimiter's line to the one before.
        "cat <<E\n\\\nE\nE\n",
        "a\0b",
        // The grammar takes this for one substitution.
        "a `b` `c`",
        // The grammar skips the line ends, a shell does not.
        "a\n&& b",
        "a # c\n| b",
        "a\n; b",
        "!\na",
        "{ }",
        "( ) && a",
        "if ; then a; fi",
        "${ a; }",
    ] {
        let script = Script::parse(text);
        assert!(script.has_errors(), "{text}: {}", outline(text));
        assert_eq!(script.commands().count(), 0, "{text}: {}", outline(text));
    }
}

#[test]
fn an_error_within_brackets_stays_within_them() {
    gives("a && (b; c <<E) && d", "opaque<a && (b; c <<E) && d>");
    gives("echo `a \\`b\\``; c", "⟨echo⟩⟨`a \\`b\\``⟩${opaque<a \\`b\\`>} ; ⟨c⟩");
}

#[test]
fn comments_are_kept_with_their_places() {
    let text = "a # one\n# two\nb '# no' x#y && \\\n c\nfor i in a; do # three\n d; done # four";
    let script = Script::parse(text);
    let comments: Vec<_> = script.comments().iter().map(|c| script.slice(c)).collect();
    assert_eq!(comments, ["# one", "# two", "# three", "# four"]);
}

#[test]
fn deep_nesting_becomes_opaque_and_nothing_overflows() {
    for (open, close) in [("( ", " )"), ("$(", ")"), ("{ ", ";}"), ("if a; then ", "; fi"), ("\"$(", ")\"")] {
        for depth in [50, 1_000, 20_000] {
            let text = format!("{}a{}", open.repeat(depth), close.repeat(depth));
            let script = Script::parse(&text);
            assert!(depth < 100 || script.has_errors(), "{open} {depth}");
        }
    }
    let long = format!("{}b", "a && ".repeat(20_000));
    assert_eq!(Script::parse(&long).commands().count(), 20_001);
}

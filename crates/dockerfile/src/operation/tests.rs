use super::*;
use crate::{Document, SyntaxErrorKind};

fn operation(source: &str) -> Result<Operation, SyntaxError> {
    let document = Document::parse(source);
    let features = Features { parents: true, security: true, devices: true };
    Operation::of(&document.instructions()[0], document.escape(), features)
}

#[track_caller]
fn valid(source: &str) -> Operation {
    operation(source).unwrap_or_else(|error| panic!("{source}: {error}"))
}

/// The message, the help and the text that an error points at.
#[track_caller]
fn refused(source: &str) -> (String, String, String) {
    let error = operation(source).expect_err(source);
    let marked = source[error.span.range()].to_owned();
    (error.message, error.help.unwrap_or_default(), marked)
}

#[test]
fn pairs_know_where_they_stand() {
    let source = "ENV a=1 \\\n    # why\n    b=\"x y\" c=\n";
    let Operation::Env(pairs) = valid(source) else { panic!("ENV") };
    let document = Document::parse(source);
    let text = &document.instructions()[0].text;
    let marked = |word: &RawWord| &source[text.span(word.range.clone()).range()];
    let found: Vec<(&str, &str)> =
        pairs.iter().map(|pair| (marked(&pair.key), marked(&pair.value))).collect();
    assert_eq!(found, [("a", "1"), ("b", "\"x y\""), ("c", "")]);
    assert!(pairs.iter().all(|pair| !pair.legacy));

    let Operation::Label(pairs) = valid("LABEL name  some text = here\n") else { panic!("LABEL") };
    assert_eq!((pairs[0].key.text.as_str(), pairs[0].value.text.as_str()), ("name", "some text = here"));
    assert!(pairs[0].legacy);
}

#[test]
fn what_is_no_pair_is_pointed_at() {
    assert_eq!(refused("ENV a=1 b c=2\n").2, "b");
    assert_eq!(refused("ENV a=1 # why\n").1, "a comment needs a line of its own");
    assert_eq!(refused("ENV a\n").1, "write a=value");
    assert_eq!(refused("ENV =x\n").2, "=x");
    assert_eq!(refused("ENV\n").2, "ENV");
    assert_eq!(refused("LABEL --x a=1\n").2, "--x");
    assert_eq!(refused("ARG a = 1\n").2, "=");
}

#[test]
fn arguments_keep_quotes_in_their_names() {
    let Operation::Arg(arguments) = valid("ARG --ignored \"a\"=1 b c=\n") else { panic!("ARG") };
    let names: Vec<&str> = arguments.iter().map(|argument| argument.name.text.as_str()).collect();
    assert_eq!(names, ["\"a\"", "b", "c"]);
    let default = |index: usize| arguments[index].default.as_ref().map(|default| default.text.as_str());
    assert_eq!([default(0), default(1), default(2)], [Some("1"), None, Some("")]);
}

#[test]
fn from_takes_one_or_three_words() {
    let Operation::From(from) = valid("FROM --platform=$BUILDPLATFORM python:3.13 as Builder\n") else {
        panic!("FROM")
    };
    assert_eq!(from.base.text, "python:3.13");
    assert_eq!(from.name.expect("a name").text, "builder");
    assert_eq!(from.platform.expect("a platform").text, "$BUILDPLATFORM");
    assert_eq!(refused("FROM a # why\n").1, "a comment needs a line of its own");
    assert_eq!(refused("FROM a b c\n").2, "a b c");
    assert_eq!(refused("FROM a AS 1b\n").2, "1b");
    assert_eq!(refused("FROM --plat=x a\n").2, "--plat=x");
    assert_eq!(refused("FROM\n").2, "FROM");
}

#[test]
fn bytes_and_letters_are_go_s() {
    let name = |source: &str| match valid(source) {
        Operation::From(from) => from.name.map(|name| name.text),
        _ => None,
    };
    assert_eq!(name("FROM a AS \u{130}\u{212a}\n").as_deref(), Some("ik"));
    assert_eq!(name("FROM a A\u{17f} b\n").as_deref(), Some("b"));
    // Flags are read byte by byte, and so is the type of a HEALTHCHECK.
    let Operation::Copy(copy) = valid("COPY --chown=\u{f6} a b\n") else { panic!("COPY") };
    assert_eq!(copy.chown.expect("a flag").text, "\u{c3}\u{b6}");
    let Operation::Copy(copy) = valid("COPY --chown=\u{e0} a b\n") else { panic!("COPY") };
    assert_eq!((copy.chown.expect("a flag").text.as_str(), copy.sources.len()), ("\u{c3}", 1));
    assert!(operation("HEALTHCHECK CMD\u{a0}a\n").is_err());
    assert!(operation("HEALTHCHECK --interval=5s\u{a0}CMD a\n").is_err());
}

#[test]
fn copy_divides_sources_and_destination() {
    let Operation::Copy(copy) =
        valid("COPY --from=b --chown=1:2 --exclude=x --exclude=y --link a <<EOF /d/\nx\nEOF\n")
    else {
        panic!("COPY")
    };
    assert_eq!(
        copy.sources[0],
        Source::Path(RawWord { text: "a".into(), range: copy.sources[0].word().range.clone() })
    );
    assert!(matches!(&copy.sources[1], Source::Heredoc { name, index: Some(0), .. } if name == "EOF"));
    assert_eq!(copy.destination.text, "/d/");
    assert_eq!(copy.from.expect("from").text, "b");
    assert_eq!(copy.exclude.iter().map(|word| word.text.as_str()).collect::<Vec<_>>(), ["x", "y"]);
    assert!(copy.link && !copy.parents);

    let Operation::Copy(copy) = valid("COPY --link=FALSE [\"a b\", \"/c\"]\n") else { panic!("COPY") };
    assert_eq!(copy.sources[0].word().text, "a b");
    assert!(!copy.link);

    assert_eq!(refused("COPY a\n").1, "write COPY source destination");
    assert_eq!(refused("COPY --link=maybe a b\n").2, "--link=maybe");
    assert_eq!(refused("COPY --LINK a b\n").1, "did you mean --link?");
    assert_eq!(refused("COPY --from a b\n").1, "write --from=…");
    assert_eq!(refused("COPY --link --link a b\n").0, "the flag --link stands twice");
    assert_eq!(refused("COPY a <<EOF\nx\nEOF\n").0, "COPY cannot write to a here-document");
    assert_eq!(refused("COPY << EOF /f\nx\nEOF\n").1, "write <<EOF without blanks");
    assert_eq!(refused("ADD --from=x a b\n").0, "ADD has no flag --from");
}

#[test]
fn flags_depend_on_the_frontend() {
    let document = Document::parse("COPY --parents a b\nRUN --security=insecure a\n");
    for instruction in document.instructions() {
        assert!(Operation::of(instruction, '\\', Features::default()).is_err());
    }
    assert!(matches!(valid("COPY --parents a b\n"), Operation::Copy(Copy { parents: true, .. })));
    assert!(matches!(valid("RUN --security=insecure a\n"), Operation::Run(Run { insecure: true, .. })));
}

#[test]
fn runs_have_mounts_and_a_network() {
    let Operation::Run(run) = valid("RUN --mount=type=cache,target=/c --network=none echo  a\n") else {
        panic!("RUN")
    };
    assert_eq!(run.network, Network::None);
    assert_eq!(run.mounts[0].field("target"), Some("/c"));
    assert!(matches!(run.command, CommandLine::Shell(RawWord { ref text, .. }) if text == "echo  a"));
    assert_eq!(refused("RUN --network=some a\n").2, "--network=some");
    assert_eq!(refused("RUN --mount= a\n").0, "--mount needs fields");
    assert_eq!(
        refused("RUN --mount=type=bind,from=$x,target=/a b\n").1,
        "give the stage a name: FROM $IMAGE AS name, then from=name"
    );
    assert_eq!(operation("RUN [\"a\", 1]\n").expect_err("no strings").kind, SyntaxErrorKind::Arguments);
}

#[test]
fn mounts_are_checked_when_their_values_are_known() {
    let mount = |fields: &str| {
        let Operation::Run(run) = valid(&format!("RUN --mount={fields} true\n")) else { panic!("RUN") };
        run.mounts[0].resolve(|text| Ok(text.replace("$d", "/c")))
    };
    let cache = mount("type=cache,dst=$d,id=x,sharing=Locked,uid=1,gid=2,mode=0700").expect("a cache");
    assert_eq!((cache.kind, cache.target.as_deref(), cache.read_only), (MountKind::Cache, Some("/c"), false));
    assert_eq!((cache.sharing, cache.uid, cache.mode), (Some(Sharing::Locked), Some(1), Some(0o700)));
    let bind = mount("target=/a,from=b,rw").expect("a bind");
    assert_eq!((bind.kind, bind.from.as_deref(), bind.read_only), (MountKind::Bind, Some("b"), false));
    assert!(mount("target=/a").expect("a bind").read_only);
    assert_eq!(mount("type=tmpfs,target=/t,size=64m").expect("a tmpfs").size, Some(64 << 20));
    assert!(mount("type=secret,id=s,required").expect("a secret").required);

    for fields in [
        "target=/a,bogus=1",
        "target",
        "type=bogus,target=/a",
        "type=cache,target=/a,sharing=some",
        "type=secret",
        "type=secret,id=a,source=b",
        "type=secret,id=a,from=b",
        "type=bind,target=/a,uid=1",
        "type=bind,target=/a,sharing=locked",
        "type=cache,target=/a,required",
        "required,type=secret,id=s",
        "type=cache,target=/a,mode=9",
        "type=cache,target=/a,uid=-1",
        "type=tmpfs,target=/t,size=x",
        "type=ssh,source=x",
        "target=/a,ro=maybe",
    ] {
        assert!(mount(fields).is_err(), "{fields}");
    }
}

#[test]
fn healthchecks() {
    let Operation::Healthcheck(Healthcheck::Probe(probe)) =
        valid("HEALTHCHECK --interval=30s --retries=3 CMD  curl -f localhost\n")
    else {
        panic!("HEALTHCHECK")
    };
    assert_eq!((probe.interval, probe.retries, probe.timeout), (30_000_000_000, 3, 0));
    assert_eq!(probe.command.words(), ["curl -f localhost"]);
    assert_eq!(valid("HEALTHCHECK --whatever=1 none\n"), Operation::Healthcheck(Healthcheck::None));
    assert!(matches!(
        valid("HEALTHCHECK cmd [\"a\"]\n"),
        Operation::Healthcheck(Healthcheck::Probe(Probe { command: CommandLine::Exec(_), .. }))
    ));
    for source in [
        "HEALTHCHECK\n",
        "HEALTHCHECK CMD\n",
        "HEALTHCHECK CMD []\n",
        "HEALTHCHECK NONE x\n",
        "HEALTHCHECK x y\n",
        "HEALTHCHECK --interval=5 CMD a\n",
        "HEALTHCHECK --interval=1us CMD a\n",
        "HEALTHCHECK --retries=-1 CMD a\n",
        "HEALTHCHECK --nope=1 CMD a\n",
    ] {
        assert!(operation(source).is_err(), "{source}");
    }
    assert_eq!(refused("HEALTHCHECK --timeout=${T}s CMD a\n").2, "--timeout=${T}s");
}

#[test]
fn single_arguments() {
    assert!(
        matches!(valid("USER app # no comment\n"), Operation::User(word) if word.text == "app # no comment")
    );
    assert!(matches!(valid("STOPSIGNAL --x 9\n"), Operation::Stopsignal(word) if word.text == "9"));
    assert!(matches!(valid("VOLUME [\"/a\", '/b']\n"), Operation::Volume(words) if words.len() == 2));
    assert!(matches!(valid("CMD\n"), Operation::Cmd(CommandLine::Shell(word)) if word.text.is_empty()));
    assert!(
        matches!(valid("ENTRYPOINT []\n"), Operation::Entrypoint(CommandLine::Exec(array)) if array.items.is_empty())
    );
    assert!(matches!(valid("SHELL [\"/bin/bash\", \"-c\"]\n"), Operation::Shell(words) if words.len() == 2));
    for source in [
        "USER\n",
        "WORKDIR\n",
        "WORKDIR --x /a\n",
        "EXPOSE\n",
        "VOLUME\n",
        "VOLUME [\" \"]\n",
        "SHELL /bin/sh -c\n",
        "SHELL []\n",
        "STOPSIGNAL\n",
        "MAINTAINER --x a\n",
        "CMD --x a\n",
        "CMD [\"a\", null]\n",
    ] {
        assert!(operation(source).is_err(), "{source}");
    }
}

#[test]
fn onbuild_defers_all_but_three() {
    assert!(matches!(
        valid("ONBUILD COPY a /b\n"),
        Operation::Onbuild(Some(inner)) if matches!(*inner, Operation::Copy(_))
    ));
    assert_eq!(valid("ONBUILD NONSENSE x\n"), Operation::Onbuild(None));
    assert_eq!(valid("ONBUILD COPY a\n"), Operation::Onbuild(None));
    for source in [
        "ONBUILD\n",
        "ONBUILD ONBUILD RUN a\n",
        "ONBUILD FROM a\n",
        "ONBUILD maintainer a\n",
        "ONBUILD ENV a=1 b\n",
    ] {
        assert!(operation(source).is_err(), "{source}");
    }
}

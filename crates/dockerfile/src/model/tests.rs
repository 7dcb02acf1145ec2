use std::collections::{BTreeMap, BTreeSet};

use super::*;
use crate::values::reference::ImageReference;
use crate::{Keyword, SyntaxErrorKind};

fn model(source: &str) -> (Document, Model) {
    let document = Document::parse(source);
    let model = Model::of(&document);
    (document, model)
}

#[track_caller]
fn valid(source: &str) -> (Document, Model) {
    let (document, model) = model(source);
    assert_eq!(model.errors(), [], "{source}");
    (document, model)
}

/// Line and column, message, and the marked text of each error.
fn errors(source: &str) -> Vec<(usize, usize, String)> {
    let (document, model) = model(source);
    let shown = |error: &SyntaxError| {
        let position = document.position(error.span.start);
        (position.line, position.column, error.message.clone())
    };
    model.errors().iter().map(shown).collect()
}

#[track_caller]
fn one_error(source: &str, line: usize, column: usize, message: &str) {
    assert_eq!(errors(source), [(line, column, message.to_owned())], "{source}");
}

/// Index of the first instruction of that kind.
fn first(document: &Document, keyword: Keyword) -> usize {
    document.instructions().iter().position(|instruction| instruction.keyword() == keyword).expect("one")
}

fn env_of(model: &Model, stage: usize) -> Vec<String> {
    let mut env = assignments(&model.environment_at_end(stage).variables());
    env.retain(|pair| !pair.starts_with("PATH="));
    env
}

#[test]
fn stages_know_their_bases_and_what_they_take() {
    let (_, model) = valid(
        "ARG TAG=3.13\n\
         FROM python:${TAG}-slim AS base\n\
         FROM base AS builder\n\
         COPY --from=0 /a /a\n\
         RUN --mount=type=bind,from=ghcr.io/x/uv:1,source=/uv,target=/uv --mount=type=cache,target=/c a\n\
         FROM scratch\n\
         COPY --from=BUILDER /b /b\n",
    );
    let [base, builder, last] = model.stages() else { panic!("three stages") };
    assert_eq!(base.base, Base::Image(ImageReference::parse("python:3.13-slim").expect("a name")));
    assert_eq!(base.base_arguments, ["TAG"]);
    assert_eq!(builder.base, Base::Stage(0));
    assert_eq!(builder.instructions, 3..5);
    let from: Vec<String> = builder.takes.iter().map(|take| take.from.name(model.stages())).collect();
    assert_eq!(from, ["base", "ghcr.io/x/uv:1"]);
    assert_eq!((&last.base, &last.takes[0].from), (&Base::Scratch, &Origin::Stage(1)));
    assert!(model.stages().iter().all(|stage| stage.built));
    assert_eq!(model.target().map(|stage| stage.index), Some(2));
    assert_eq!(model.stage_of(3).map(|stage| stage.index), Some(1));
    assert_eq!(model.stage_named("Builder").map(|stage| stage.index), Some(1));
}

#[test]
fn only_what_the_target_needs_is_built() {
    let source = "FROM scratch AS a\nFROM scratch AS b\nUSER ${x:?}\nFROM a AS c\n";
    let (document, model) = valid(source);
    let built: Vec<bool> = model.stages().iter().map(|stage| stage.built).collect();
    assert_eq!(built, [true, false, true]);
    assert_eq!(model.latent_errors().len(), 1);
    assert_eq!(document.position(model.latent_errors()[0].span.start).line, 3);

    let options = BuildOptions { target: Some("B"), ..BuildOptions::default() };
    let model = Model::with(&document, &options);
    assert_eq!(model.errors().len(), 1);
    let options = BuildOptions { target: Some("0"), ..BuildOptions::default() };
    assert_eq!(
        Model::with(&document, &options).errors()[0].help.as_deref(),
        Some("the stages are called a, b, c")
    );
}

#[test]
fn errors_say_where() {
    one_error("FROM scratch\nENV a=1 \\\n    b=${c\n", 3, 7, "`${` is opened and not closed: `}` is missing");
    one_error("FROM scratch\nENV a=xx'y\n", 2, 9, "a single quote is opened and not closed");
    one_error("RUN a\nFROM scratch\n", 1, 1, "RUN stands before the first FROM");
    one_error("ARG a\n", 2, 1, "there is no FROM: nothing to build");
    one_error("FROM $NOTHING\n", 1, 6, "`$NOTHING` is empty: the stage has no base");
    one_error("FROM --platform=here/ scratch\n", 1, 6, "`here/` is no platform");
    one_error("FROM a b\n", 1, 6, "FROM takes a base, or a base, AS and a name");
    one_error("FROM scratch\nCOPY --from=3 a b\n", 2, 6, "there is no stage 3");
    one_error("FROM scratch\nCOPY --from=$x a b\n", 2, 6, "variables are not expanded in --from");
    one_error(
        "FROM scratch AS x\nCOPY --from=x a b\n",
        2,
        1,
        "the stage takes from itself, directly or by way of others",
    );
    one_error("FROM Python\n", 1, 6, "`Python`: the name of a repository must be in lower case");
    one_error("FROM scratch\nEXPOSE 80 x\n", 2, 11, "`x` is no port");
    one_error("FROM scratch\nSTOPSIGNAL now\n", 2, 12, "`now` is no signal");
    one_error("FROM scratch\nCOPY --chmod=9 a b\n", 2, 6, "`9` is no mode");
    one_error("FROM scratch\nCOPY https://host.example/a b\n", 2, 6, "COPY cannot take an address");
    one_error("FROM scratch\nVOLUME $x\n", 2, 8, "the path of a VOLUME is empty");
    one_error("FROM scratch\nRUN [\"\"]\n", 2, 5, "no program is named");
    one_error("FROM scratch\nRUN a\n", 2, 5, "nothing can be executed in an image without files");
    valid("FROM scratch\nRUN --mount=from=tools,target=/t [\"/t/a\"]\n");
    one_error("FROM scratch\nRUN --mount=type=cache,target=/ a\n", 2, 5, "a mount needs a target below `/`");
    one_error("FROM scratch\nRUN --device=x a\n", 2, 5, "RUN has no flag --device yet");
    one_error(
        "FROM scratch\nCOPY <<EOF /f\n${x\nEOF\n",
        2,
        6,
        "`\\n` is no modifier that the engine knows in `${name…}`",
    );
    one_error("FROM scratch\nFOO bar\n", 2, 1, "unknown instruction `FOO`");
    one_error(
        "FROM scratch\nCMD [\"a\", 1]\n",
        2,
        5,
        "the JSON array of CMD holds something else than strings",
    );
}

#[test]
fn a_base_that_needs_arguments_is_told_apart() {
    let kind = |source: &str| model(source).1.errors()[0].kind;
    assert_eq!(kind("ARG IMAGE\nFROM $IMAGE\n"), SyntaxErrorKind::MissingArgument);
    assert_eq!(kind("FROM $REGISTRY/app\n"), SyntaxErrorKind::MissingArgument);
    assert_eq!(kind("FROM app:$TAG\n"), SyntaxErrorKind::MissingArgument);
    assert_eq!(kind("FROM --platform=$P app\n"), SyntaxErrorKind::MissingArgument);
    assert_eq!(kind("ARG HOST\nARG BASE=$HOST/app:1\nFROM $BASE\n"), SyntaxErrorKind::MissingArgument);
    assert_eq!(kind("ARG TAG=1\nFROM App:$TAG\n"), SyntaxErrorKind::Base);
    assert_eq!(kind("ARG TAG=1\nARG BASE=App:$TAG\nFROM $BASE\n"), SyntaxErrorKind::Base);
}

#[test]
fn taking_from_a_later_stage_is_an_error_where_it_is_built() {
    one_error(
        "FROM scratch\nCOPY --from=b a c\nFROM scratch AS b\nFROM scratch\nCOPY --from=0 a c\n",
        2,
        1,
        "the stage `b` stands behind this one, so nothing can be taken from it yet",
    );
    valid("FROM scratch\nCOPY --from=b a c\nFROM scratch AS b\n");
    let circle = "FROM scratch AS a\nCOPY --from=b x y\nFROM scratch AS b\nCOPY --from=a x y\nFROM scratch\n";
    assert_eq!(errors(circle).len(), 1);
}

#[test]
fn scratch_is_shadowed_by_a_stage_of_that_name() {
    let (_, model) =
        valid("FROM scratch AS scratch\nFROM scratch\nCOPY a /a\nRUN --mount=type=cache,target=/c a\n");
    assert_eq!(model.stages()[1].base, Base::Stage(0));
    assert_eq!(model.stages()[1].takes[0].from, Origin::Stage(0));
}

#[test]
fn variables_are_those_before_the_instruction() {
    let (document, model) = valid("FROM debian\nARG a=1\nENV b=$a\nENV a=2 c=$a\nRUN x\n");
    let run = first(&document, Keyword::Run);
    let environment = model.environment(run).expect("a stage");
    assert_eq!(environment.value("c").and_then(Value::as_known), Some("1"));
    assert_eq!(environment.value("nothing"), None);
    assert!(!environment.is_open());
    assert_eq!(env_of(&model, 0), ["b=1", "a=2", "c=1"]);
    assert_eq!(model.environment(2).expect("a stage").value("b"), None);
    assert_eq!(model.expand(run, "${a}-${z:-d}").expect("valid").text, "2-d");
    let setters: Vec<Setter> =
        model.environment_at_end(0).variables().iter().map(|found| found.setter).collect();
    assert_eq!(setters, [Setter::Env; 4]);
}

#[test]
fn a_stage_inherits_arguments_but_the_image_wins() {
    let (_, model) =
        valid("FROM scratch AS a\nENV v=image\nARG v=argument\nARG w=1\nFROM a\nENV seen=$v$w\nENV x=1\n");
    assert_eq!(env_of(&model, 0), ["v=argument", "w=1"]);
    assert_eq!(env_of(&model, 1), ["w=1", "v=image", "seen=image1", "x=1"]);
    assert_eq!(assignments(&model.config(1).env)[1..], ["v=image", "seen=image1", "x=1"]);
}

#[test]
fn what_only_the_base_can_tell_is_not_guessed() {
    let source = "FROM company/base AS b\nENV PATH=/opt/bin:$PATH k=${K:-x}\nWORKDIR app\nEXPOSE $PORT\nRUN a\nFROM b\nENV z=$UNSET\n";
    let (document, model) = valid(source);
    let run = first(&document, Keyword::Run);
    let environment = model.environment(run).expect("a stage");
    assert_eq!(environment.value("PATH"), Some(&Value::Partial("/opt/bin:$PATH".into())));
    assert_eq!(environment.value("k"), Some(&Value::Partial("${K:-x}".into())));
    assert_eq!(environment.value("OTHER"), Some(&Value::Unknown));
    assert!(environment.is_open());
    let state = model.state(run).expect("a stage");
    assert_eq!((&state.working_dir, &state.user), (&Value::Unknown, &Value::Unknown));
    let config = model.config(1);
    assert_eq!(config.to_json()["Env"], serde_json::json!(["PATH=/opt/bin:$PATH", "k=${K:-x}", "z=$UNSET"]));
    assert_eq!(config.unknown_keys().len(), 11);
    assert_eq!(model.home(run), Value::Unknown);
}

#[test]
fn absolute_directories_and_own_settings_are_known_on_any_base() {
    let (_, model) = valid("FROM company/base\nWORKDIR /app\nWORKDIR src\nUSER 1000\nCMD [\"a\"]\n");
    let config = model.config(0);
    assert_eq!(config.working_dir, Value::known("/app/src"));
    assert_eq!(config.user, Value::known("1000"));
    assert_eq!(config.cmd, Fact::Known(vec!["a".to_owned()]));
    assert!(!config.unknown_keys().contains(&"User"));
}

#[test]
fn known_bases() {
    let (document, model) =
        valid("FROM python:3.12-slim-bookworm@sha256:aa\nRUN a\n".replace("@sha256:aa", "").as_str());
    let environment = model.environment(first(&document, Keyword::Run)).expect("a stage");
    assert_eq!(environment.value("LANG").and_then(Value::as_known), Some("C.UTF-8"));
    assert_eq!(environment.value("PYTHON_VERSION"), Some(&Value::Unknown));
    assert_eq!(environment.value("PYTHONPATH"), None);
    assert_eq!(model.config(0).cmd, Fact::Known(vec!["python3".to_owned()]));

    let config = |base: &str| model_config(base);
    assert_eq!(config("gcr.io/distroless/python3-debian13:nonroot").user, Value::known("65532"));
    assert_eq!(
        config("gcr.io/distroless/python3-debian13").entrypoint,
        Fact::Known(vec!["/usr/bin/python3.13".to_owned()])
    );
    assert_eq!(config("golang:1.25-alpine").working_dir, Value::known("/go"));
    assert_eq!(config("debian:trixie-slim").unknown_keys(), Vec::<&str>::new());
    assert_eq!(config("node:22").entrypoint, Fact::Known(vec!["docker-entrypoint.sh".to_owned()]));
    assert!(!config("python:3.1").unknown_keys().is_empty());
    assert!(!config("mirror.example/python:3.13").unknown_keys().is_empty());
}

fn model_config(base: &str) -> ImageConfig {
    let (_, model) = valid(&format!("FROM {base}\n"));
    model.config(0)
}

#[test]
fn base_images_can_be_given() {
    struct Mine;
    impl BaseImages for Mine {
        fn config(&self, reference: &ImageReference) -> Option<BaseConfig> {
            (reference.familiar() == "mine:1").then(|| BaseConfig {
                env: vec![("A".into(), Some("1".into()))],
                env_open: false,
                user: Fact::Known("app".into()),
                working_dir: Fact::Known("/srv".into()),
                on_build: vec!["ENV B=$A".into()],
                ..BaseConfig::unknown()
            })
        }
    }
    let document = Document::parse("FROM mine:1\nWORKDIR x\nENV C=$B\n");
    let model = Model::with(&document, &BuildOptions { base_images: &Mine, ..BuildOptions::default() });
    assert_eq!(model.errors(), []);
    assert_eq!(env_of(&model, 0), ["A=1", "B=1", "C=1"]);
    let config = model.config(0);
    assert_eq!((config.user, config.working_dir), (Value::known("app"), Value::known("/srv/x")));
    assert!(config.on_build.is_empty());
}

#[test]
fn deferred_instructions_are_executed_on_top() {
    let (document, model) = valid(
        "FROM debian AS a\nONBUILD COPY --from=tools /t /t\nONBUILD RUN one\nONBUILD USER app\n\
         FROM scratch AS tools\nFROM a\nRUN two\n",
    );
    let last = &model.stages()[2];
    assert_eq!(last.takes, [Take { from: Origin::Stage(1), by: Taker::Trigger(0), copied: true }]);
    assert!(model.stages()[1].built);
    let scripts: Vec<String> = model
        .executions(&document, 2)
        .into_iter()
        .filter_map(|execution| execution.argv.last().cloned())
        .collect();
    assert_eq!(scripts, ["one", "two"]);
    assert_eq!(model.config(2).user, Value::known("app"));
    assert_eq!(model.config(0).on_build, ["COPY --from=tools /t /t", "RUN one", "USER app"]);

    one_error(
        "FROM scratch AS a\nONBUILD FOO x\nFROM a\n",
        3,
        1,
        "in what ONBUILD deferred (`FOO x`): unknown instruction `FOO`",
    );
    valid("FROM scratch AS a\nONBUILD FOO x\n");
}

#[test]
fn build_arguments_and_predefined_variables() {
    let document = Document::parse(
        "ARG BASE=scratch\nFROM $BASE AS x-$y\n".replace(" AS x-$y", " AS x").as_str().to_owned()
            + "ARG TARGETARCH\nARG BASE\nARG OTHER=1\nENV r=$TARGETARCH-$BASE-$OTHER-$TARGETOS\n",
    );
    let arguments =
        BTreeMap::from([("OTHER".to_owned(), "2".to_owned()), ("UNUSED".to_owned(), "3".to_owned())]);
    let options = BuildOptions { build_args: &arguments, ..BuildOptions::default() };
    let model = Model::with(&document, &options);
    assert_eq!(model.errors(), []);
    let environment = model.environment_at_end(0);
    assert_eq!(environment.value("r").and_then(Value::as_known), Some("amd64-scratch-2-"));
    assert_eq!(model.global("TARGETSTAGE"), Some("x"));
    assert_eq!(model.global("OTHER"), None);

    let arm = crate::values::platform::Platform::parse("linux/arm64").expect("a platform");
    let options = BuildOptions { platform: Some(&arm), ..BuildOptions::default() };
    assert_eq!(Model::with(&document, &options).global("TARGETPLATFORM"), Some("linux/arm64"));
}

#[test]
fn named_contexts_come_first() {
    let document = Document::parse("FROM base\nCOPY --from=extra a b\nRUN --mount=from=more,target=/m x\n");
    let contexts: BTreeSet<String> = ["base", "extra", "more"].map(str::to_owned).into();
    let model = Model::with(&document, &BuildOptions { contexts: &contexts, ..BuildOptions::default() });
    let stage = &model.stages()[0];
    assert_eq!(stage.base, Base::Context("base".into()));
    assert_eq!(stage.takes[0].from, Origin::Context("extra".into()));
    assert_eq!(stage.takes[1].from, Origin::Context("more".into()));
}

#[test]
fn flags_of_newer_frontends() {
    let with = |syntax: &str| errors(&format!("{syntax}FROM scratch\nCOPY --parents a b\n")).len();
    assert_eq!(with(""), 1);
    assert_eq!(with("# syntax=docker/dockerfile:1.7\n"), 1);
    assert_eq!(with("# syntax=docker/dockerfile:1\n"), 0);
    assert_eq!(with("# syntax=docker/dockerfile:1.20\n"), 0);
    assert_eq!(with("# syntax=docker/dockerfile:1.7-labs\n"), 0);
    assert_eq!(with("# syntax=company.example/frontend\n"), 0);
}

#[test]
fn users_need_a_file_to_be_found_in() {
    one_error(
        "FROM scratch\nUSER app\nWORKDIR /a\n",
        3,
        9,
        "nobody is called `app` in an image without files",
    );
    valid("FROM scratch\nUSER app\nWORKDIR /\n");
    valid("FROM scratch\nUSER 1:root\nWORKDIR /a\n");
    valid("FROM scratch\nUSER app\nCOPY passwd /etc/passwd\nWORKDIR /a\n");
    valid("FROM debian\nUSER app\nWORKDIR /a\n");
    assert_eq!(errors("FROM scratch\nCOPY --chown=app a b\n").len(), 1);
}

#[test]
fn homes() {
    let home = |lines: &str| {
        let (document, model) = valid(&format!("FROM debian\n{lines}RUN a\n"));
        model.home(first(&document, Keyword::Run))
    };
    assert_eq!(home(""), Value::known("/root"));
    assert_eq!(home("USER root:app\n"), Value::known("/root"));
    assert_eq!(home("USER app\n"), Value::Unknown);
    assert_eq!(home("USER app\nENV HOME=/home/app\n"), Value::known("/home/app"));
}

#[test]
fn windows_images() {
    let (document, model) = valid(
        "# escape=`\nFROM mcr.microsoft.com/windows/nanoserver:ltsc2022\nWORKDIR C:\\app\nWORKDIR sub/dir\nRUN dir\n",
    );
    let execution = model.execution(&document, first(&document, Keyword::Run)).expect("a RUN");
    assert_eq!(execution.argv, ["cmd", "/S", "/C", "dir"]);
    assert_eq!(execution.cwd, Value::known("\\app\\sub\\dir"));
    assert_eq!(errors("FROM --platform=windows/amd64 x\nWORKDIR d:\\a\n").len(), 1);
    valid("FROM --platform=windows/amd64 x\nSTOPSIGNAL 9\n");
}

#[test]
fn executions() {
    let (document, model) = valid(
        "FROM python:3.13-slim\nSHELL [\"/bin/bash\", \"-eo\", \"pipefail\", \"-c\"]\nWORKDIR /w\nUSER app\n\
         RUN --mount=type=ssh <<-EOF\n\t#!/bin/sh\n\techo $x\n\tEOF\nRUN [\"a\", \"b\"]\n",
    );
    let runs = model.executions(&document, 0);
    assert_eq!(runs[0].argv, ["/bin/bash", "-eo", "pipefail", "-c", "#!/bin/sh\necho $x\n"]);
    assert_eq!(runs[0].script_file, None);
    assert_eq!((&runs[0].cwd, &runs[0].user), (&Value::known("/w"), &Value::known("app")));
    assert!(assignments(&runs[0].env).contains(&"SSH_AUTH_SOCK=/run/buildkit/ssh_agent.0".to_owned()));
    assert_eq!(runs[1].argv, ["a", "b"]);
}

#[test]
fn hostile_files_end() {
    // Doubles again and again.
    let mut doubling = "FROM scratch\nENV a=xxxxxxxxxxxxxxxx\n".to_owned();
    doubling.push_str(&"ENV a=$a$a\n".repeat(100));
    assert!(!errors(&doubling).is_empty());
    // Each value just below the limit.
    let values: String = (0..500).map(|index| format!("ENV b{index}=$a\n")).collect();
    let many = format!("FROM scratch\nENV a={}\nENV a=$a$a$a$a\n{values}", "x".repeat(60_000));
    assert!(!errors(&many).is_empty());
    // A long chain of stages, and a long chain of copies.
    let stages = (1..600).map(|index| format!("FROM s{} AS s{index}\nENV v{index}=$a$b\n", index - 1));
    valid(&format!("FROM scratch AS s0\nENV a=1\n{}", stages.collect::<String>()));
    let stages =
        (1..3_000).map(|index| format!("FROM scratch AS s{index}\nCOPY --from=s{} a b\n", index - 1));
    valid(&format!("FROM scratch AS s0\n{}", stages.collect::<String>()));
}

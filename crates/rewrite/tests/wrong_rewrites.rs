//! Passes that write files anew: those that break a promise are taken back, those that keep all are not.

use std::sync::Arc;

use dockfit_rewrite::{
    Change, Context, Decision, DecisionInfo, Declared, Dockerfile, Edit, Facet, FileEdit, MemoryFiles,
    Outcome, Pass, PassInfo, Place, Project, RelPath, Safety, Selection, Task, pipeline,
};

static ANEW: DecisionInfo = DecisionInfo { id: "anew/text", summary: "Write anew", safety: Safety::Safe };

static INFO: PassInfo = PassInfo {
    id: "anew",
    proposal: "0",
    summary: "",
    page: "",
    decisions: &[&ANEW],
    facets: &[],
    after: &[],
};

/// Writes files anew.
struct Anew {
    files: Vec<(RelPath, String)>,
    declares: Vec<Declared>,
}

impl Pass for Anew {
    fn info(&self) -> &'static PassInfo {
        &INFO
    }

    fn run(&self, task: &Task<'_>) -> Vec<Decision> {
        let mut edits = Vec::new();
        for (file, text) in &self.files {
            let old = task.project.read(file).expect("memory").unwrap_or_default();
            if &*old != text.as_bytes() {
                let span = dockfit_dockerfile::Span::new(0, old.len());
                edits.push(FileEdit { file: file.clone(), edit: Edit::replace(span, text.clone()) });
            }
        }
        let Some(first) = edits.first() else { return Vec::new() };
        let place = Place { file: first.file.clone(), span: first.edit.span };
        let change = Change { edits, declares: self.declares.clone(), note: None };
        vec![Decision { info: &ANEW, dockerfile: 0, place, outcome: Outcome::Applied(change) }]
    }
}

fn path(text: &str) -> RelPath {
    RelPath::new(text).expect("a plain path")
}

/// What the judge says where the Dockerfile `text`, with these files beside it, is written anew.
fn judged(text: &str, beside: &[&str], anew: &[(&str, &str)], declares: &[Declared]) -> String {
    let files = anew.iter().map(|(file, text)| (path(file), (*text).to_owned())).collect();
    let pass: &'static Anew = Box::leak(Box::new(Anew { files, declares: declares.to_vec() }));
    let mut memory = MemoryFiles::new();
    for file in beside {
        let (name, text) = file.split_once('=').unwrap_or((file, ""));
        memory = memory.with(path(name), text.as_bytes().to_vec());
    }
    let file = Dockerfile::new(path("Dockerfile"), Context::Known(RelPath::root()), text);
    let project = Project::new("/".into(), vec![file], Arc::new(memory));
    let report = pipeline::run(&project, &[pass], &Selection::default());
    match report.takebacks.first() {
        Some(takeback) => format!("{}: {}", takeback.breach.promise, takeback.breach.message),
        None => "kept".to_owned(),
    }
}

/// The same where only the Dockerfile is written anew.
fn rewritten(text: &str, anew: &str, declares: &[Declared]) -> String {
    judged(text, &["a", "b", "requirements.txt"], &[("Dockerfile", anew)], declares)
}

fn stage(name: &str, like: usize) -> Declared {
    Declared::StageAdded { name: name.to_owned(), like }
}

fn offset(text: &str, of: &str) -> usize {
    text.find(of).expect("it is there")
}

mod sources {
    use super::*;

    #[test]
    fn a_source_that_is_newly_left_out_is_seen() {
        let judge = |dockerfile: &str, ignore: &str| {
            judged(dockerfile, &["a", "logs/x", "setup.cfg", "setup.py"], &[(".dockerignore", ignore)], &[])
        };
        let lost = |what: &str| format!("valid: `{what}` is taken by name and would be left out");
        assert_eq!(judge("FROM x\nCOPY a /\n", "a\n"), lost("a"));
        assert_eq!(judge("FROM x\nCOPY ./logs /\n", "logs\n"), lost("logs"));
        assert_eq!(judge("FROM x\nCOPY setup.* /\n", "*.cfg\n"), lost("setup.cfg"));
        assert_eq!(judge("FROM x\nADD [\"a\", \"/\"]\n", "*\n"), lost("a"));
        assert_eq!(judge("FROM x\nARG F=a\nCOPY ${F} /\n", "a\n"), lost("a"));
        assert_eq!(judge("FROM x\nRUN --mount=type=bind,source=logs,target=/l x\n", "logs\n"), lost("logs"));
        assert_eq!(judge("FROM x\nCOPY logs/* /\n", "logs/*\n"), lost("logs/x"));
    }

    #[test]
    fn what_is_not_named_may_be_left_out() {
        let judge = |dockerfile: &str, ignore: &str| {
            judged(dockerfile, &["a", "logs/x", "logs/y"], &[(".dockerignore", ignore)], &[])
        };
        assert_eq!(judge("FROM x\nCOPY . /\n", "a\n"), "kept");
        assert_eq!(judge("FROM x\nCOPY * /\n", "a\n"), "kept");
        assert_eq!(judge("FROM x\nCOPY logs /\n", "logs/x\n"), "kept");
        assert_eq!(judge("FROM x\nCOPY logs /\n", "logs\n!logs/x\n"), "kept", "the folder is sent for x");
        assert_eq!(judge("FROM x\nCOPY gone /\n", "gone\n"), "kept", "it was missing before");
        assert_eq!(judge("FROM x\nCOPY --from=y a /\n", "a\n"), "kept");
        assert_eq!(
            judge("FROM x\nCOPY a /\n", "[\n"),
            "valid: line 1: `[` is no pattern",
            "an ignore file that fails the build"
        );
    }

    #[test]
    fn a_new_source_has_to_be_in_the_context() {
        let judge = |beside: &[&str], anew: &[(&str, &str)]| judged("FROM x\nCOPY . /\n", beside, anew, &[]);
        let copied = ("Dockerfile", "FROM x\nCOPY new.txt /\nCOPY . /\n");
        let missing = "valid: `new.txt` is copied, but is not in the context";
        assert_eq!(judge(&["a"], &[copied]), missing);
        assert_eq!(judge(&["new.txt"], &[copied]), "kept");
        assert_eq!(judge(&["a"], &[copied, ("new.txt", "made by the pass")]), "kept");
        assert_eq!(judge(&["new.txt", ".dockerignore=*\n!a\n"], &[copied]), missing, "an allow-list");
        let let_in = (".dockerignore", "*\n!a\n!new.txt\n");
        assert_eq!(judge(&["new.txt", ".dockerignore=*\n!a\n"], &[copied, let_in]), "kept");
        assert_eq!(judge(&["a", ".dockerignore=*\n!a\n"], &[copied, let_in]), missing);
        let bound = ("Dockerfile", "FROM x\nRUN --mount=type=bind,src=new.txt,dst=/n x\nCOPY . /\n");
        let added = Declared::RunAdded("x".to_owned());
        assert_eq!(judged("FROM x\nCOPY . /\n", &["a"], &[bound], std::slice::from_ref(&added)), missing);
        assert_eq!(judged("FROM x\nCOPY . /\n", &["new.txt"], &[bound], &[added]), "kept");
    }
}

mod stages {
    use super::*;

    const BUILD: &str = "FROM x AS build\nWORKDIR /w\nRUN tools\nCOPY a ./\nRUN one && two\n\nFROM y\nCOPY --from=build /w /w\n\
                         CMD [\"run\"]\n";
    const SPLIT: &str = "FROM x AS build\nWORKDIR /w\nRUN tools\n\nFROM build AS build-one\nCOPY a ./\nRUN one\n\n\
                         FROM build AS build-two\nCOPY a ./\nRUN two\n\nFROM y\nCOPY --from=build-one /w /w\n\
                         COPY --from=build-two /w /w\nCMD [\"run\"]\n";

    fn split() -> Vec<Declared> {
        vec![
            stage("build-one", 0),
            stage("build-two", 0),
            Declared::RunTakenOut(offset(BUILD, "RUN one")),
            Declared::RunAdded("one".to_owned()),
            Declared::RunAdded("two".to_owned()),
            Declared::Facet(Facet::Files),
        ]
    }

    #[test]
    fn a_stage_may_become_several() {
        assert_eq!(rewritten(BUILD, SPLIT, &split()), "kept");
        let others =
            SPLIT.replace("FROM build AS build-", "FROM x AS build-").replace("COPY a", "WORKDIR /w\nCOPY a");
        assert_eq!(rewritten(BUILD, &others, &split()), "kept", "beside the stage, on the same image");
    }

    #[test]
    fn a_stage_that_was_not_declared_is_seen() {
        for left_out in 0..2 {
            let mut declares = split();
            declares.remove(left_out);
            assert!(rewritten(BUILD, SPLIT, &declares).starts_with("contained: "), "{left_out}");
        }
        let declares: Vec<Declared> = split().into_iter().chain([stage("third", 0)]).collect();
        assert_eq!(rewritten(BUILD, SPLIT, &declares), "contained: a stage that was declared is not there");
    }

    #[test]
    fn every_run_is_accounted_for() {
        for left_out in 2..5 {
            let mut declares = split();
            declares.remove(left_out);
            assert!(rewritten(BUILD, SPLIT, &declares).starts_with("scripts: "), "{left_out}");
        }
        assert_eq!(
            rewritten(BUILD, &SPLIT.replace("RUN tools\n", ""), &split()),
            "scripts: a RUN was taken out"
        );
    }

    #[test]
    fn an_added_stage_is_like_the_one_it_came_from() {
        let judge = |from: &str, to: &str| {
            assert!(SPLIT.contains(from), "{from}");
            rewritten(BUILD, &SPLIT.replacen(from, to, 1), &split())
        };
        let base = "contained: the stage is built on something else than before";
        assert_eq!(judge("FROM build AS build-two", "FROM z AS build-two\nWORKDIR /w"), base);
        assert_eq!(
            judge("FROM build AS build-two", "FROM --platform=linux/arm64 x AS build-two\nWORKDIR /w"),
            base
        );
        assert_eq!(judge("RUN two", "USER u\nRUN two"), "contained: the stage's user is another than before");
        assert_eq!(
            judge("FROM build AS build-two", "FROM x AS build-two"),
            "contained: the stage's workdir is another than before"
        );
        assert_eq!(
            judge("RUN two", "COPY --from=z /z /z\nRUN two"),
            "contained: the stage takes other things from other stages"
        );
    }

    #[test]
    fn other_stages_stay_what_they_are() {
        let judge = |from: &str, to: &str| {
            assert!(SPLIT.contains(from), "{from}");
            rewritten(BUILD, &SPLIT.replacen(from, to, 1), &split())
        };
        assert_eq!(judge("FROM y", "FROM z"), "contained: the stage is built on something else than before");
        assert_eq!(
            judge("FROM y", "FROM build-two"),
            "contained: the stage is built on something else than before"
        );
        assert_eq!(
            judge("CMD [\"run\"]", "CMD [\"other\"]"),
            "contained: the stage's cmd is another than before"
        );
        let takes = "contained: the stage takes other things from other stages";
        assert_eq!(judge("COPY --from=build-two /w /w\n", "COPY --from=z /w /w\n"), takes);
        assert_eq!(judge("COPY --from=build-one /w /w\nCOPY --from=build-two /w /w\n", ""), takes);
        let last = SPLIT
            .replace("FROM build AS build-two\nCOPY a ./\nRUN two\n\n", "")
            .replace("COPY --from=build-two /w /w\n", "")
            + "FROM build AS build-two\nCOPY a ./\nRUN two\n";
        assert_eq!(rewritten(BUILD, &last, &split()), "contained: another stage is built when none is named");
        let named = |name: &str| {
            rewritten("FROM x\nRUN a\nFROM y\n", &format!("FROM x AS {name}\nRUN a\nFROM y\n"), &[])
        };
        assert_eq!(named("first"), "kept");
        assert!(named("y").starts_with("contained: "), "the image y would become the stage");
        assert!(
            rewritten("FROM x AS one\nFROM y\n", "FROM x AS two\nFROM y\n", &[]).starts_with("contained: ")
        );
    }

    #[test]
    fn numbers_still_mean_the_same_stage() {
        let text = "FROM x AS one\nRUN a\nFROM y AS two\nRUN b\nFROM z\nCOPY --from=1 /b /b\n";
        let stages = "FROM x AS one\nRUN a\nFROM one AS one-b\nFROM y AS two\nRUN b\nFROM z\n";
        let wrong = format!("{stages}COPY --from=1 /b /b\n");
        let declares = [stage("one-b", 0), Declared::Facet(Facet::Files)];
        assert_eq!(
            rewritten(text, &wrong, &declares),
            "contained: the stage takes other things from other stages"
        );
        assert_eq!(rewritten(text, &format!("{stages}COPY --from=2 /b /b\n"), &declares), "kept");
        assert_eq!(rewritten(text, &format!("{stages}COPY --from=two /b /b\n"), &declares), "kept");
    }

    #[test]
    fn a_base_that_an_argument_decides_stays_one() {
        let text = "ARG V=1\nFROM x:$V\nRUN a\n";
        let fixed = "contained: the stage is built on something else than before";
        assert_eq!(rewritten(text, "ARG V=1\nFROM x:1\nRUN a\n", &[]), fixed);
        assert_eq!(rewritten(text, "ARG V=1\nFROM --platform=$BUILDPLATFORM x:$V\nRUN a\n", &[]), fixed);
    }
}

mod runs {
    use super::*;

    const TEXT: &str = "FROM x\nENV A=1\nRUN one\nUSER u\nRUN two\nRUN three\n";

    #[test]
    fn a_run_moves_only_where_that_is_declared() {
        let moved = "FROM x\nENV A=1\nRUN one\nUSER u\nRUN three\nRUN two\n";
        assert!(rewritten(TEXT, moved, &[]).starts_with("scripts: "));
        assert_eq!(rewritten(TEXT, moved, &[Declared::RunMoved(offset(TEXT, "RUN two"))]), "kept");
        let gone = "FROM x\nENV A=1\nRUN one\nUSER u\nRUN three\n";
        assert_eq!(
            rewritten(TEXT, gone, &[Declared::RunMoved(offset(TEXT, "RUN two"))]),
            "scripts: a RUN was taken out"
        );
        assert_eq!(rewritten(TEXT, gone, &[Declared::RunTakenOut(offset(TEXT, "RUN two"))]), "kept");
    }

    #[test]
    fn a_run_finds_what_it_found_before() {
        let judge = |anew: &str, moved: &[&str]| {
            let moved: Vec<Declared> =
                moved.iter().map(|run| Declared::RunMoved(offset(TEXT, run))).collect();
            rewritten(TEXT, anew, &moved)
        };
        let other = |what: &str| format!("scripts: the {what} of this RUN is another than before");
        assert_eq!(judge("FROM x\nENV A=1\nUSER u\nRUN one\nRUN two\nRUN three\n", &[]), other("user"));
        assert_eq!(
            judge("FROM x\nENV A=1\nRUN two\nRUN one\nUSER u\nRUN three\n", &["RUN two"]),
            other("user")
        );
        assert_eq!(
            judge("FROM x\nRUN one\nENV A=1\nUSER u\nRUN two\nRUN three\n", &[]),
            "scripts: the variables of this RUN are others than before"
        );
        let text = "FROM x\nRUN one\nWORKDIR /w\nARG B\n";
        assert_eq!(rewritten(text, "FROM x\nWORKDIR /w\nRUN one\nARG B\n", &[]), other("folder"));
        let text = "FROM x\nARG B=1\nRUN one\n";
        assert_eq!(
            rewritten(text, "FROM x\nRUN one\n", &[]),
            "scripts: the variables of this RUN are others than before"
        );
        assert_eq!(
            rewritten(text, "FROM x\nARG B=1\nENV C=1\nRUN one\n", &[Declared::Env("C".to_owned())]),
            "kept"
        );
    }

    #[test]
    fn a_mount_does_not_go() {
        let text = "FROM x\nRUN --network=none --mount=type=secret,id=s one\n";
        assert_eq!(
            rewritten(text, "FROM x\nRUN --network=none one\n", &[]),
            "scripts: `--mount=type=secret,id=s` of this RUN is gone"
        );
        let more = "FROM x\nRUN --network=none --mount=type=cache,target=/c --mount=type=secret,id=s one\n";
        assert_eq!(rewritten(text, more, &[]), "kept");
    }

    #[test]
    fn a_copy_does_not_go() {
        let text = "FROM x\nCOPY a /\nCOPY --chown=u b /\nRUN one\n";
        let gone = "contained: what this instruction copies is no longer copied";
        assert_eq!(rewritten(text, "FROM x\nCOPY a /\nRUN one\n", &[]), gone);
        assert_eq!(rewritten(text, "FROM x\nCOPY a /\nCOPY b /\nRUN one\n", &[]), gone);
        assert_eq!(rewritten(text, "FROM x\nCOPY a /\nRUN one\n", &[Declared::Facet(Facet::Files)]), "kept");
        assert_eq!(
            rewritten(text, "FROM x\nCOPY a b /m/\nRUN one\nCOPY --chown=u b /\nCOPY a /\n", &[]),
            "kept",
            "moved, and others before it"
        );
    }
}

//! Whatever the file: the model ends in an answer, its errors lie in the file, and asking twice gives the same.
#![allow(missing_docs, reason = "a test")]

use dockfit_dockerfile::Document;
use dockfit_dockerfile::inspect::inspect;
use dockfit_dockerfile::model::{BuildOptions, Model};
use proptest::prelude::*;

/// Pieces that mean something, to be thrown together.
const PIECES: [&str; 96] = [
    "FROM ",
    "scratch",
    "base",
    "a",
    "b",
    " AS ",
    "a\n",
    "\n",
    "\nFROM a\n",
    "\nFROM a AS b\n",
    "ARG ",
    "ENV ",
    "LABEL ",
    "RUN ",
    "COPY ",
    "ADD ",
    "CMD ",
    "ENTRYPOINT ",
    "HEALTHCHECK ",
    "EXPOSE ",
    "VOLUME ",
    "USER ",
    "WORKDIR ",
    "SHELL ",
    "STOPSIGNAL ",
    "MAINTAINER ",
    "ONBUILD ",
    "NOTHING ",
    "# escape=`\n",
    "# syntax=docker/dockerfile:1\n",
    "# check=x\n",
    "# c\n",
    "\\\n",
    "`\n",
    "\\",
    "`",
    "\"",
    "'",
    "$",
    "$a",
    "${a}",
    "${a:-b}",
    "${a:+b}",
    "${a:?b}",
    "${a#*b}",
    "${a%%b*}",
    "${a/b/c}",
    "${a//b/c}",
    "${",
    "}",
    "=",
    "a=1",
    "b=$a",
    "PATH=/x:$PATH",
    "[\"a\", \"b\"]",
    "[\"a\",",
    "[]",
    "--from=a ",
    "--from=0 ",
    "--from=b ",
    "--mount=type=cache,target=/c ",
    "--mount=type=bind,from=b,target=$a ",
    "--mount=type=secret,id=s,env=S ",
    "--chown=a ",
    "--chmod=9 ",
    "--link ",
    "--platform=$a ",
    "--interval=1s ",
    "<<EOF",
    "<<-EOF",
    "<<\"EOF\"",
    "\nEOF\n",
    "\n\tEOF\n",
    "#!/bin/sh\n",
    " ",
    "\t",
    "\r\n",
    "\r",
    "\u{feff}",
    "\u{a0}",
    "\u{c}",
    "é",
    "80",
    "80/udp",
    "1-3",
    "/",
    "/a",
    "../",
    "*",
    "?",
    "NONE",
    "CMD x",
    ",",
    ":",
    ";",
    "\0",
];

/// A file, shown as text where a case fails.
#[derive(Clone)]
struct File(Vec<u8>);

impl std::fmt::Debug for File {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?}", String::from_utf8_lossy(&self.0))
    }
}

fn file() -> impl Strategy<Value = File> {
    let soup = prop::collection::vec(prop::sample::select(&PIECES[..]), 0..60)
        .prop_map(|pieces| pieces.concat().into_bytes());
    let begun = prop::collection::vec(prop::sample::select(&PIECES[..]), 0..60)
        .prop_map(|pieces| format!("FROM base AS a\nARG a\n{}", pieces.concat()).into_bytes());
    prop_oneof![2 => soup, 3 => begun, 1 => prop::collection::vec(any::<u8>(), 0..200)].prop_map(File)
}

proptest! {
    #[test]
    fn every_file_has_a_model(File(source) in file()) {
        let document = Document::parse(source.as_slice());
        let model = Model::of(&document);
        for error in model.errors().iter().chain(model.latent_errors()) {
            prop_assert!(error.span.start <= error.span.end && error.span.end <= source.len(), "{error:?}");
            prop_assert!(!error.message.is_empty());
        }
        for stage in model.stages() {
            prop_assert_eq!(model.stage_of(stage.from).map(|found| found.index), Some(stage.index));
            let config = model.config(stage.index);
            prop_assert!(config.to_json().is_object());
            model.executions(&document, stage.index);
        }
        for index in 0..document.instructions().len() {
            model.copied(&document, index);
            model.home(index);
            if let Some(environment) = model.environment(index) {
                for variable in environment.variables() {
                    prop_assert_eq!(environment.value(&variable.name), Some(&variable.value));
                }
            }
        }
        let options = BuildOptions::default();
        let inspection = inspect(&document, &options);
        prop_assert_eq!(inspection.is_err(), !model.errors().is_empty());
        prop_assert_eq!(inspection, inspect(&document, &options));
    }
}

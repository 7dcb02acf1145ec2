use std::collections::BTreeMap;

use super::*;

fn module(text: &str) -> Module {
    read_module("m.py", text).expect("a module")
}

fn imports(text: &str) -> Vec<String> {
    let module = module(text);
    let line = |import: &Import| {
        let place = module.place(import.statement.start);
        let dots = ".".repeat(import.dots);
        format!(
            "{}:{} {dots}{} {:?} {:?}",
            place.line,
            place.column,
            import.module,
            import.bound(),
            import.level
        )
    };
    module.imports.iter().map(line).collect()
}

fn calls(text: &str) -> Vec<String> {
    module(text).calls.into_iter().map(|call| format!("{} {:?}", call.callee, call.level)).collect()
}

#[test]
fn imports_have_their_names_places_and_levels() {
    let text = "\
from __future__ import annotations
import os, a.b as c, d.e
from typing import TYPE_CHECKING
if TYPE_CHECKING:
    from pandas import DataFrame
else:
    import fallback
try:
    import orjson as json
except ImportError:
    import json
class Lazy:
    import in_class
    def load(self):
        from torch import (nn, Tensor as T)
        return lambda: __import__('x')
from . import sibling
from ..up.two import *
if __name__ == '__main__':
    import uvicorn
with suppress(ImportError):
    import uvloop
";
    assert_eq!(
        imports(text),
        [
            r#"2:1 os ["os"] Module"#,
            r#"2:1 a.b ["c"] Module"#,
            r#"2:1 d.e ["d"] Module"#,
            r#"3:1 typing ["TYPE_CHECKING"] Module"#,
            r#"5:5 pandas ["DataFrame"] TypeChecking"#,
            r#"7:5 fallback ["fallback"] Conditional"#,
            r#"9:5 orjson ["json"] Try"#,
            r#"11:5 json ["json"] Try"#,
            r#"13:5 in_class ["in_class"] Module"#,
            r#"15:9 torch ["nn", "T"] Function"#,
            r#"17:1 . ["sibling"] Module"#,
            "18:1 ..up.two [] Module",
            r#"20:5 uvicorn ["uvicorn"] Main"#,
            r#"22:5 uvloop ["uvloop"] Try"#,
        ]
    );
    assert!(module(text).has_lazy_annotations);
}

#[test]
fn calls_are_named_by_what_was_imported_or_assigned() {
    let text = "\
import subprocess as sp
from os import system as sh
from threading import Thread
from .db import connect
engine = connect(url)
worker = Thread(target=run, daemon=True)
worker.start()
Thread(target=run).start()
class Service:
    def __init__(self):
        self.pool = ThreadPoolExecutor(4)
    def run(self, sp):
        self.pool.submit(job)
        sp.run(['ls'])
        sh('ls')
@decorated(1)
def outer(x=sp.check_output(['git'])):
    with sp.Popen(['x']) as process:
        process.wait()
'a'.join(parts())
table['k'].close()
";
    assert_eq!(
        calls(text),
        [
            ".db.connect Module",
            "threading.Thread Module",
            "threading.Thread().start Module",
            "threading.Thread().start Module",
            "threading.Thread Module",
            "ThreadPoolExecutor Function",
            "ThreadPoolExecutor().submit Function",
            // A parameter of that name is something else.
            "sp.run Function",
            "os.system Function",
            "decorated Module",
            "subprocess.check_output Module",
            "subprocess.Popen Function",
            "subprocess.Popen().wait Function",
            "parts Module",
            "table[].close Module",
        ]
    );
}

#[test]
fn arguments_are_literal_or_names() {
    let module = module(
        "import subprocess\nsubprocess.run(['sh', '-c', f'{x}'], 'a' \"b\\n\", shell=True, n=-1, m=1_000, **more)\n",
    );
    let call = module.calls_of("subprocess.run").next().expect("the call");
    let text = |text: &str| Value::Str(text.to_owned());
    let command = Value::List(vec![text("sh"), text("-c"), Value::Other]);
    assert_eq!(call.positional(0), Some(&command));
    assert_eq!(call.positional(1), Some(&text("ab\n")));
    assert_eq!(call.keyword("shell"), Some(&Value::Bool(true)));
    assert_eq!(call.keyword("m"), Some(&Value::Int(1000)));
    assert_eq!(call.keyword("n"), Some(&Value::Other));
    assert_eq!(module.place(call.span.start).to_string(), "m.py:2:1");
}

#[test]
fn assignments_tell_what_the_server_object_is() {
    let module = module("from fastapi import FastAPI\napp: FastAPI = FastAPI(title='x')\napp.state = 1\n");
    let found = module.assigned("app").expect("an assignment");
    assert_eq!(found.value, Value::Path("fastapi.FastAPI()".to_owned()));
}

#[test]
fn uses_of_imported_names_are_told_apart() {
    let module = module(
        "\
import numpy as np
import torch
Array = np.ndarray
def mean(a: np.ndarray, torch=None) -> float:
    torch.x
    return np.mean(a)
def load():
    np = 1
    return torch.load(np)
torch = None
",
    );
    let uses: Vec<String> = module
        .uses
        .iter()
        .map(|found| {
            let Place { line, column, .. } = module.place(found.span.start);
            let annotation = if found.is_annotation { " annotation" } else { "" };
            let store = if found.is_store { " store" } else { "" };
            format!("{line}:{column} {} {:?}{annotation}{store}", found.name, found.level)
        })
        .collect();
    assert_eq!(
        uses,
        [
            "3:9 np Module",
            "4:13 np Module annotation",
            "6:12 np Function",
            "9:12 torch Function",
            "10:1 torch Module store"
        ]
    );
}

#[test]
fn functions_tell_where_their_body_begins() {
    let text = "def f():\n    'doc'\n    # why\n    return 1\ndef g(): return 2\nclass C:\n    async def h(self):\n        def inner(): pass\n";
    let found = module(text);
    let bodies: Vec<Option<&str>> = found
        .functions
        .iter()
        .map(|function| function.body.map(|at| text[at..].lines().next().expect("a line")))
        .collect();
    assert_eq!(bodies, [Some("return 1"), None, Some("def inner(): pass")]);
}

#[test]
fn mistakes_have_a_place() {
    let error = read_module("app/x.py", "import os\ndef f(:\n    pass\n").expect_err("no Python");
    assert_eq!((error.place.line, error.place.path.as_str()), (2, "app/x.py"));
    let error = read_module("x.py", "a = 'b\0'\n").expect_err("no Python");
    assert_eq!(error.place.column, 7);
    let error = read_module("x.py", "import os\nif x:\n    print 'a'\n").expect_err("Python 2");
    assert_eq!((error.place.line, error.place.column), (3, 5));
    assert!(read_module("x.py", "print('a', file=x)\nprint (1)\nexec('x')\n").is_ok());
}

#[test]
fn deep_and_long_source_is_read() {
    for text in [
        format!("x = {}1{}\n", "(".repeat(5000), ")".repeat(5000)),
        format!("x = 1{}\n", " + 1".repeat(20_000)),
        format!("a{}()\n", ".b()".repeat(5000)),
        format!("{}x\n", "lambda: ".repeat(2000)),
    ] {
        // Read or refused, but not a crash.
        let _ = read_module("m.py", &text);
    }
}

fn files(list: &[(&str, &str)]) -> BTreeMap<String, String> {
    list.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect()
}

#[test]
fn a_graph_follows_what_runs_at_import() {
    let files = files(&[
        ("src/app/__init__.py", ""),
        (
            "src/app/main.py",
            "from fastapi import FastAPI\nfrom app.api import routes\nfrom .core import config\n",
        ),
        ("src/app/api/__init__.py", "import yaml\n"),
        ("src/app/api/routes.py", "from ..services.chat import answer\nfrom app.broken import x\n"),
        ("src/app/services/chat.py", "import torch\ndef answer():\n    from app import lazy\n"),
        ("src/app/core/config.py", "if TYPE_CHECKING:\n    import app.typed\n"),
        ("src/app/lazy.py", "import pandas\n"),
        ("src/app/typed.py", ""),
        ("src/app/broken.py", "def (\n"),
    ]);
    let graph = |reach| Graph::from_entry(&files, &["", "src"], "app.main:app", reach).expect("a graph");
    let at_import = graph(Reach::AtImport);
    let names = |graph: &Graph| graph.modules.iter().map(|found| found.name.clone()).collect::<Vec<_>>();
    assert_eq!(
        names(&at_import),
        ["app", "app.main", "app.api", "app.api.routes", "app.core.config", "app.services.chat"]
    );
    let outside: Vec<&str> = at_import.outside.iter().map(|outside| outside.name.as_str()).collect();
    assert_eq!(outside, ["fastapi", "yaml", "torch"]);
    assert_eq!(at_import.problems[0].place.path, "src/app/broken.py");
    let torch = at_import.outside.last().expect("torch");
    let chain: Vec<String> = at_import
        .chain(torch.by)
        .iter()
        .map(|(module, import)| module.place(import.statement.start).to_string())
        .collect();
    assert_eq!(chain, ["src/app/main.py:2:1", "src/app/api/routes.py:1:1"]);
    assert!(names(&graph(Reach::Anywhere)).contains(&"app.lazy".to_owned()));
    let missing = Graph::from_entry(&files, &[""], "app.main:app", Reach::AtImport).expect_err("no root");
    assert_eq!(missing.kind, crate::ErrorKind::MissingFile);
}

#[test]
fn a_script_is_an_entry_too() {
    let files = files(&[("run.py", "if __name__ == '__main__':\n    import server\n"), ("server.py", "")]);
    let graph = Graph::from_entry(&files, &[""], "run.py", Reach::AtImport).expect("a graph");
    assert_eq!(graph.modules.len(), 2);
}

#[test]
fn a_lazy_import_runs_at_its_first_use() {
    let text = "\"\"\"Lazy\nlazy import is a statement.\n\"\"\"\nlazy import torch\nlazy from pandas import DataFrame\nimport os\n";
    let module = read_module("a.py", text).expect("Python 3.15");
    let found: Vec<(&str, &str, Level)> = (module.imports.iter())
        .map(|import| (import.module.as_str(), &module.text()[import.statement.clone()], import.level))
        .collect();
    assert_eq!(
        found,
        [
            ("torch", "lazy import torch", Level::Function),
            ("pandas", "lazy from pandas import DataFrame", Level::Function),
            ("os", "import os", Level::Module),
        ]
    );
    assert!(read_module("a.py", "def f():\n    lazy import torch\n").is_err());
}

#[test]
fn what_is_checked_is_refused_as_it_is_read() {
    for text in [
        "import os\nif x:\n    print 'a'\n",
        "class A:\n    def f(self):\n        try:\n            exec 'a' in b\n        finally:\n            pass\n",
        "for a in b:\n    match a:\n        case 1:\n            print >>f, a\n",
        "@d\ndef f():\n    with a:\n        while b:\n            print a\n",
        "async def f():\n    try:\n        pass\n    except* E:\n        print a\n    else:\n        print b\n",
        "print('a')\nexec('b')\nprinted = lambda: print('c')\n",
        "def f(:\n",
        "\u{feff}lazy import a\n",
        "",
    ] {
        let read = read_module("x.py", text).map(|_| ()).map_err(|error| error.to_string());
        assert_eq!(check_module("x.py", text).map_err(|error| error.to_string()), read, "{text}");
    }
    assert!(check_module("x.py", "if x:\n    print 'a'\n").is_err());
}

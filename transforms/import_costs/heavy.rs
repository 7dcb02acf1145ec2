//! Packages whose import takes long.

use dockfit_python::source::{Graph, Import, ImportForm};

/// A row: a module that is imported, and what that costs.
pub(super) struct Row {
    /// Its dotted name; what lies in it counts as well.
    pub(super) name: &'static str,
    /// CPU seconds of the import with bytecode in place; none where it was not measured.
    seconds: Option<&'static str>,
}

const fn measured(name: &'static str, seconds: &'static str) -> Row {
    Row { name, seconds: Some(seconds) }
}

const fn known(name: &'static str) -> Row {
    Row { name, seconds: None }
}

/// Seconds: medians on one core with Python 3.11 and bytecode in place, 2026-11-24 (scipy: its statistics; sklearn: its
/// ensembles; matplotlib: pyplot; langgraph: its graph; transformers: without torch). The others are known to be slow and
/// were not measured. Left out, because it took less than 0.2 s: numpy, pyarrow, langchain itself.
const ROWS: &[Row] = &[
    known("torch"),
    known("torchvision"),
    known("torchaudio"),
    known("tensorflow"),
    known("keras"),
    known("jax"),
    measured("transformers", "1.1"),
    known("sentence_transformers"),
    known("diffusers"),
    known("datasets"),
    known("accelerate"),
    known("spacy"),
    known("nltk"),
    measured("sklearn", "1.7"),
    measured("scipy", "1.1"),
    measured("pandas", "0.5"),
    measured("polars", "0.3"),
    measured("matplotlib", "0.6"),
    known("seaborn"),
    known("plotly"),
    known("cv2"),
    known("sympy"),
    known("networkx"),
    known("xgboost"),
    known("lightgbm"),
    known("langchain_community"),
    measured("langgraph", "1.1"),
    measured("langfuse", "0.6"),
    measured("litellm", "4.7"),
    known("llama_index"),
    measured("openai", "0.9"),
    known("anthropic"),
    measured("boto3", "0.2"),
    known("google.cloud.storage"),
    known("google.cloud.aiplatform"),
    known("vertexai"),
    known("chromadb"),
    known("faiss"),
    known("whisper"),
    known("gensim"),
    known("statsmodels"),
    known("prophet"),
    known("pyspark"),
    known("dask"),
    known("ray"),
    known("mlflow"),
    known("moviepy"),
    known("playwright"),
    known("selenium"),
];

impl Row {
    /// What it costs, for people.
    pub(super) fn cost(&self) -> String {
        self.seconds.map(|seconds| format!(" (about {seconds} s of CPU)")).unwrap_or_default()
    }
}

/// An import of a heavy package that runs when the server is imported.
pub(super) struct Heavy<'g> {
    pub(super) row: &'static Row,
    /// The module, by its index in the graph.
    pub(super) by: usize,
    pub(super) import: &'g Import,
    /// Whether it is the first one of the package.
    pub(super) first: bool,
    /// How many other modules import it, too.
    pub(super) others: usize,
}

/// The heavy imports of a graph, nearest to the entry first.
pub(super) fn found(graph: &Graph) -> Vec<Heavy<'_>> {
    let mut found: Vec<Heavy<'_>> = Vec::new();
    for outside in &graph.outside {
        let Some(import) =
            graph.modules.get(outside.by).and_then(|reached| reached.module.imports.get(outside.import))
        else {
            continue;
        };
        let Some(row) = row(&outside.name, import) else { continue };
        let first = found.iter_mut().find(|other| other.first && other.row.name == row.name);
        let is_first = first.is_none();
        if let Some(first) = first {
            first.others += 1;
        }
        found.push(Heavy { row, by: outside.by, import, first: is_first, others: 0 });
    }
    found
}

fn row(name: &str, import: &Import) -> Option<&'static Row> {
    let within = |name: &str| {
        ROWS.iter().find(|row| {
            name.strip_prefix(row.name).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        })
    };
    let names: &[_] = match &import.form {
        ImportForm::Names(names) => names,
        ImportForm::Module { .. } | ImportForm::Star => &[],
    };
    within(name).or_else(|| names.iter().find_map(|found| within(&format!("{name}.{}", found.name))))
}

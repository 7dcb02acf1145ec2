//! Scripts of a RUN: commands that fill caches, empty them and do other things, in all shapes a shell knows.
//!
//! [`SOFT`] stands where a line may break, [`NEXT`] between two commands of a sequence.

use super::choices::Choices;

/// A blank that may become a continued line.
pub(crate) const SOFT: char = '\u{1}';
/// `;` and a blank, or a line feed where the script has lines of its own.
pub(crate) const NEXT: char = '\u{2}';

const FILLING: &[&str] = &[
    "apt-get update",
    "apt-get install -y curl",
    "pip install -r requirements.txt",
    "pip install --no-cache-dir flask",
    "apt-get install -y\u{1}--no-install-recommends\u{1}git\u{1}ca-certificates",
    "pip install\u{1}--no-cache-dir\u{1}\"flask>=3\"\u{1}'uvicorn[standard]'",
    "uv pip install --system --no-cache flask",
    "uv sync --frozen",
    "apt install -y gcc",
    "apt update",
    "python -m pip install --no-cache-dir .",
    "pip3 install --upgrade pip",
    "pip --no-cache-dir install x",
    "PIP_NO_CACHE_DIR=1 pip install y",
    "env PIP_NO_CACHE_DIR=1 pip install y",
    "sudo apt-get install -y vim",
    "sudo -E pip install --no-cache-dir z",
    "DEBIAN_FRONTEND=noninteractive apt-get -yq upgrade",
    "pip install --no-cache-dir --only-binary :all: wheel",
    "pip install \"$PACKAGES\"\u{1}--no-cache-dir",
    "pip download --no-cache-dir -d /wheels flask",
    "uv pip install -n --system flask",
    "pip install --no-cache-dir a 2>/dev/null",
    "pip install --no-cache-dir=1 a",
    "pip install --cache-dir /pipcache b",
];

const EMPTYING: &[&str] = &[
    "rm -rf /var/lib/apt/lists/*",
    "apt-get clean",
    "pip cache purge",
    "rm -rf /root/.cache/pip",
    "rm -rf ~/.cache/pip",
    "rm -rf\u{1}/var/lib/apt/lists/*\u{1}/var/cache/apt/archives/*",
    "apt-get autoclean",
    "rm -rf /var/cache/apt/*",
    "uv cache clean",
    "rm -rf /root/.cache/uv",
    "rm -rf /tmp/build /var/lib/apt/lists/*",
    "rm -rf /var/lib/apt/lists/*\u{1}/tmp/build",
    "sudo rm -rf /var/lib/apt/lists/*",
    "rm -rf \"$HOME/.cache/pip\"",
    "rm -rf /var/lib/apt/lists/* 2>/dev/null",
    "rm -rf /var/lib/apt/lists/* || true",
    "rm -fr /var/lib/apt/lists",
    "apt clean",
    "rm -f /var/cache/apt/archives/*.deb",
    "rm -rf /var/lib/apt/lists/* /root/.cache/pip",
    "pip cache purge > /dev/null",
    "rm -rf ~/.cache",
];

const OTHER: &[&str] = &[
    "build one",
    "build two",
    "echo done",
    "true",
    "false",
    "build three # note-N",
    "mkdir -p /data",
    "cd /data",
    "test -n \"$X\"",
    "A=1",
    "export B=2",
    "rm -rf /tmp/build",
    "set -e",
    "set +e",
    "apt-get autoremove -y",
    "build 'a && b; c'",
    "build \"x\u{1}y\"",
    "build $(build inner)",
    ": | build more",
    "build two >/dev/null 2>&1",
    "exit 3",
];

/// A whole script, with [`SOFT`] and [`NEXT`] in it.
pub(crate) fn script(choices: &mut Choices<'_>) -> String {
    let start = choices.pick(&["", "", "set -e\u{2}", "set -ex\u{2}", "set -eux &&\u{1}", ""]);
    let mut out = start.to_owned();
    list(choices, 2, &mut out);
    out
}

fn list(choices: &mut Choices<'_>, depth: usize, out: &mut String) {
    for index in 0..=choices.below(3).saturating_sub(choices.below(2)) {
        if index > 0 {
            out.push(NEXT);
        }
        chain(choices, depth, out);
    }
}

fn chain(choices: &mut Choices<'_>, depth: usize, out: &mut String) {
    let leading = choices.one_in(2);
    for index in 0..=choices.below(5) {
        let mut alternative = false;
        if index > 0 {
            let operator = if choices.one_in(9) { "||" } else { "&&" };
            alternative = operator == "||";
            let (before, behind) = if leading { (SOFT, ' ') } else { (' ', SOFT) };
            out.push(before);
            out.push_str(operator);
            out.push(behind);
        }
        item(choices, depth, alternative, out);
    }
}

/// A command. What empties a cache is no alternative: of `X || Y`, both taken out, it depends on the order of the passes
/// whether a `true` stays.
fn item(choices: &mut Choices<'_>, depth: usize, alternative: bool, out: &mut String) {
    if depth > 0 && choices.one_in(5) {
        compound(choices, depth - 1, out);
        return;
    }
    let kind = choices.below(if alternative { 4 } else { 10 });
    let simple = match kind {
        0..=3 => choices.pick(FILLING),
        4..=7 => choices.pick(EMPTYING),
        _ => choices.pick(OTHER),
    };
    out.push_str(if choices.one_in(25) { "! " } else { "" });
    out.push_str(simple.strip_suffix(" # note-N").unwrap_or(simple));
    out.push_str(if choices.one_in(20) { " || true" } else { "" });
}

fn compound(choices: &mut Choices<'_>, depth: usize, out: &mut String) {
    let (open, close) = match choices.below(8) {
        0 => ("(\u{1}", "\u{1})"),
        1 => ("{\u{1}", ";\u{1}}"),
        2 => ("if build condition; then\u{1}", ";\u{1}fi"),
        3 => ("if build condition; then\u{1}", ""),
        4 => ("for i in 1 2; do\u{1}", ";\u{1}done"),
        5 => ("case a in b) build b;; a)\u{1}", ";; esac"),
        6 => ("bash -ec '", "'"),
        _ => ("sh -c '", "'"),
    };
    let mut inner = String::new();
    list(choices, depth, &mut inner);
    if close.is_empty() {
        inner.push_str(";\u{1}else\u{1}");
        list(choices, depth, &mut inner);
        inner.push_str(";\u{1}fi");
    }
    if open.ends_with('\'') {
        inner = inner.replace('\'', "\"").replace("$(build inner)", "$X");
    }
    out.push_str(open);
    out.push_str(&inner);
    out.push_str(close);
}

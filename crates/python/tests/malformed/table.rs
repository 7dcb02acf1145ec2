//! The mistakes: what stands in the place of what, and where it must be told.

use super::samples::Kind;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Mistake {
    Truncated,
    WrongType,
    Cycle,
    TwiceTheSame,
    SameName,
    UnknownVersion,
    MissingPackage,
    MissingHash,
    /// Something else.
    Other,
}

pub(crate) const MISTAKES: [Mistake; 8] = [
    Mistake::Truncated,
    Mistake::WrongType,
    Mistake::Cycle,
    Mistake::TwiceTheSame,
    Mistake::SameName,
    Mistake::UnknownVersion,
    Mistake::MissingPackage,
    Mistake::MissingHash,
];

#[derive(Clone, Copy, Debug)]
pub(crate) enum Expect {
    /// In the file itself, in the first line that holds these words.
    At(&'static str),
    /// In this line of it.
    Line(usize),
    /// In another file.
    In(&'static str, &'static str),
    /// It is no mistake.
    Fine,
}

pub(crate) struct Case {
    pub(crate) kind: Kind,
    pub(crate) mistake: Mistake,
    pub(crate) from: &'static str,
    pub(crate) to: &'static str,
    pub(crate) expect: Expect,
}

const fn case(kind: Kind, mistake: Mistake, from: &'static str, to: &'static str, expect: Expect) -> Case {
    Case { kind, mistake, from, to, expect }
}

use Expect::{At, Fine, In, Line};
use Mistake::{
    Cycle, MissingHash, MissingPackage, Other, SameName, Truncated, TwiceTheSame, UnknownVersion, WrongType,
};

/// What a kind of file cannot have.
pub(crate) const NOT_POSSIBLE: &[(&[Kind], Mistake, &str)] = &[
    (
        &[Kind::PoetryTable, Kind::PdmTable, Kind::UvTable, Kind::Pipfile],
        Cycle,
        "nothing in it includes anything",
    ),
    (&[Kind::PipfileLock], Cycle, "it does not say what needs what"),
    (
        &[Kind::PipfileLock],
        MissingPackage,
        "it does not say what needs what; its digest tells a Pipfile that changed",
    ),
    (
        &[
            Kind::Pyproject,
            Kind::PoetryTable,
            Kind::PdmTable,
            Kind::UvTable,
            Kind::SetupCfg,
            Kind::Pipfile,
            Kind::RequirementsIn,
            Kind::PipTools,
        ],
        UnknownVersion,
        "the format has no version",
    ),
    (
        &[
            Kind::Pyproject,
            Kind::PoetryTable,
            Kind::PdmTable,
            Kind::UvTable,
            Kind::SetupCfg,
            Kind::Pipfile,
            Kind::RequirementsIn,
        ],
        MissingHash,
        "it holds no hashes",
    ),
];

#[rustfmt::skip]
pub(crate) const CASES: &[Case] = &[
    // Pyproject
    case(Kind::Pyproject, Truncated, "dependencies = [\n  \"a\",\n  \"b>=1\",\n]\n\n[project.opt", "dependencies = [\n  \"a\",\n\n[project.opt", Line(8)),
    case(Kind::Pyproject, Truncated, "[project]", "[project", At("[project")),
    case(Kind::Pyproject, WrongType, "dependencies = [\n  \"a\",\n  \"b>=1\",\n]", "dependencies = \"a\"", At("dependencies = \"a\"")),
    case(Kind::Pyproject, WrongType, "dev = [\"a\", {", "dev = [1, {", At("dev = ")),
    case(Kind::Pyproject, WrongType, "x-y = [\"a\"]", "x-y = \"a\"", At("x-y")),
    case(Kind::Pyproject, WrongType, "name = \"app\"", "name = 1", At("name")),
    case(Kind::Pyproject, Cycle, "test = [\"b\"]", "test = [\"b\", {include-group = \"dev\"}]", At("dev = ")),
    case(Kind::Pyproject, Cycle, "x-y = [\"a\"]", "x-y = [\"a\", \"app[z]\"]", Fine),
    case(Kind::Pyproject, TwiceTheSame, "test = [\"b\"]", "dev = [\"b\"]", At("dev = [\"b\"]")),
    case(Kind::Pyproject, TwiceTheSame, "\"a\",\n  \"b>=1\"", "\"a\",\n  \"a>=1\",\n  \"b\"", Fine),
    case(Kind::Pyproject, SameName, "z = [\"app", "X_Y = [\"app", At("X_Y")),
    case(Kind::Pyproject, SameName, "test = [\"b\"]", "test = [\"b\"]\n\"Te.st\" = [\"b\"]\nte_st = []", At("te_st")),
    case(Kind::Pyproject, MissingPackage, "\"b>=1\"", "\"b>=1\", \"c\"", In("requirements.txt", "")),
    case(Kind::Pyproject, MissingPackage, "include-group = \"test\"", "include-group = \"other\"", At("dev = ")),
    case(Kind::Pyproject, Other, "name = \"app\"\n", "", At("[project]")),
    case(Kind::Pyproject, Other, "\"b>=1\"", "\"b >> 1\"", At("b >> 1")),
    case(Kind::Pyproject, Other, "\">=3.11\"", "\"3.11 or so\"", At("3.11 or so")),
    case(Kind::Pyproject, Other, "name = \"app\"\n", "name = \"app\"\ndynamic = [\"dependencies\"]\n", At("dependencies = [")),
    case(Kind::Pyproject, Other, "name = \"app\"\nrequires-python = \">=3.11\"\ndependencies = [\n  \"a\",\n  \"b>=1\",\n]\n", "name = \"app\"\ndynamic = [\"dependencies\"]\n[tool.setuptools.dynamic]\ndependencies = {file = [\"no.txt\"]}\n", At("no.txt")),
    case(Kind::Pyproject, Cycle, "dependencies = [\n  \"a\",\n  \"b>=1\",\n]\n", "dynamic = [\"dependencies\"]\n[tool.setuptools.dynamic]\ndependencies = {file = \"loop.txt\"}\n", In("loop.txt", "-r loop.txt")),
    // PoetryTable
    case(Kind::PoetryTable, Truncated, "[tool.poetry.group.dev.dependencies]", "[tool.poetry.group.dev.depend", Line(9)),
    case(Kind::PoetryTable, WrongType, "a = \"*\"\nb", "a = 1\nb", At("a = 1")),
    case(Kind::PoetryTable, WrongType, "extras = []", "extras = \"x\"", At("extras = \"x\"")),
    case(Kind::PoetryTable, WrongType, "[tool.poetry.group.dev.dependencies]\na = \"*\"", "[tool.poetry.group]\ndev = \"a\"", At("dev = \"a\"")),
    case(Kind::PoetryTable, TwiceTheSame, "a = \"*\"\nb", "a = \"*\"\na = \"1\"\nb", At("a = \"1\"")),
    case(Kind::PoetryTable, SameName, "a = \"*\"\nb", "a = \"*\"\nA = \"1\"\nb", At("A = \"1\"")),
    case(Kind::PoetryTable, SameName, "[tool.poetry.group.dev.dependencies]\na = \"*\"", "[tool.poetry.group.d-ev.dependencies]\na = \"*\"\n[tool.poetry.group.D_ev.dependencies]", At("D_ev")),
    case(Kind::PoetryTable, MissingPackage, "a = \"*\"\nb", "a = \"*\"\nc = \"*\"\nb", In("requirements.txt", "")),
    case(Kind::PoetryTable, Other, "a = \"*\"\nb", "a = \"latest\"\nb", At("latest")),
    case(Kind::PoetryTable, Other, "extras = []", "markers = \"os_name\"", At("os_name")),
    // PdmTable
    case(Kind::PdmTable, Truncated, "[[tool.pdm.source]]", "[[tool.pdm.sour", At("[[tool.pdm.sour")),
    case(Kind::PdmTable, WrongType, "dev-tools = [\"a>=1\"]", "dev-tools = \"a\"", At("dev-tools = \"a\"")),
    case(Kind::PdmTable, WrongType, "[[tool.pdm.source]]", "[tool.pdm.source]", At("[tool.pdm.source]")),
    case(Kind::PdmTable, WrongType, "url = \"https", "url = [\"https", Line(10)),
    case(Kind::PdmTable, TwiceTheSame, "dev-tools = [\"a>=1\"]", "dev-tools = [\"a>=1\"]\ndev-tools = []", At("dev-tools = []")),
    case(Kind::PdmTable, SameName, "dev-tools = [\"a>=1\"]", "dev-tools = [\"a>=1\"]\nDev_tools = []", At("Dev_tools")),
    case(Kind::PdmTable, MissingPackage, "\"a\", \"b\"]", "\"a\", \"b\", \"c\"]", In("requirements.txt", "")),
    case(Kind::PdmTable, Other, "\"a>=1\"", "\"a >> 1\"", At("a >> 1")),
    case(Kind::PdmTable, Other, "url = \"https://index.example/simple\"\n", "", At("[[tool.pdm.source]]")),
    // UvTable
    case(Kind::UvTable, Truncated, "[[tool.uv.index]]", "[[tool.uv.index", At("[[tool.uv.index")),
    case(Kind::UvTable, WrongType, "dev-dependencies = [\"a>=1\"]", "dev-dependencies = {}", At("dev-dependencies = {}")),
    case(Kind::UvTable, WrongType, "a-b = { index = \"index\" }", "a-b = \"index\"", At("a-b")),
    case(Kind::UvTable, WrongType, "a-b = { index = \"index\" }", "a-b = { index = 1 }", At("a-b")),
    case(Kind::UvTable, WrongType, "name = \"index\"", "explicit = \"yes\"", At("explicit")),
    case(Kind::UvTable, TwiceTheSame, "a-b = { index = \"index\" }", "a-b = { index = \"index\" }\na-b = {}", At("a-b = {}")),
    case(Kind::UvTable, SameName, "a-b = { index = \"index\" }", "a-b = { index = \"index\" }\nA_b = {}", At("A_b = {}")),
    case(Kind::UvTable, MissingPackage, "\"a\", \"b\"]", "\"a\", \"b\", \"c\"]", In("requirements.txt", "")),
    case(Kind::UvTable, Other, "url = \"https://index.example/simple\"\n", "", At("[[tool.uv.index]]")),
    // SetupCfg
    case(Kind::SetupCfg, Truncated, "[options.extras_require]\nx-y = a\n", "[options.extr", At("[options.extr")),
    case(Kind::SetupCfg, Truncated, "[options]\n", "[options]\npython_re\n", At("python_re")),
    case(Kind::SetupCfg, WrongType, "python_requires = >=3.11", "python_requires = three", At("three")),
    case(Kind::SetupCfg, WrongType, "  b>=1", "  b >> 1", At("b >> 1")),
    case(Kind::SetupCfg, WrongType, "name = app", "name = my app!", At("my app!")),
    case(Kind::SetupCfg, Cycle, "install_requires =\n  a\n  b>=1", "install_requires = file: requirements.txt, loop.txt", In("loop.txt", "-r loop.txt")),
    case(Kind::SetupCfg, Other, "install_requires =\n  a\n  b>=1", "install_requires = file: no.txt", At("no.txt")),
    case(Kind::SetupCfg, TwiceTheSame, "python_requires = >=3.11", "python_requires = >=3.11\npython_requires = >=3.12", At(">=3.12")),
    case(Kind::SetupCfg, TwiceTheSame, "[options.extras_require]", "[options]", Line(10)),
    case(Kind::SetupCfg, SameName, "x-y = a", "x-y = a\nX_Y = b", At("X_Y")),
    case(Kind::SetupCfg, SameName, "x-y = a", "x-y = a\nx.y = b", At("x.y")),
    case(Kind::SetupCfg, MissingPackage, "  b>=1", "  b>=1\n  c", In("requirements.txt", "")),
    // Pipfile
    case(Kind::Pipfile, Truncated, "[requires]", "[requires", At("[requires")),
    case(Kind::Pipfile, WrongType, "a = \"*\"\nb", "a = 1\nb", At("a = 1")),
    case(Kind::Pipfile, WrongType, "[[source]]", "[source]", At("[source]")),
    case(Kind::Pipfile, WrongType, "python_version = \"3.13\"", "python_version = 3.13", At("3.13")),
    case(Kind::Pipfile, TwiceTheSame, "a = \"*\"\nb", "a = \"*\"\na = \"*\"\nb", Line(8)),
    case(Kind::Pipfile, SameName, "a = \"*\"\nb", "a = \"*\"\nA = \"==1\"\nb", At("A = \"==1\"")),
    case(Kind::Pipfile, MissingPackage, "a = \"*\"\nb", "a = \"*\"\nc = \"*\"\nb", In("Pipfile.lock", "")),
    case(Kind::Pipfile, Other, "a = \"*\"\nb", "a = \"latest\"\nb", At("latest")),
    // RequirementsIn
    case(Kind::RequirementsIn, Truncated, "b>=1", "b[", At("b[")),
    case(Kind::RequirementsIn, WrongType, "b>=1", "b>>1", At("b>>1")),
    case(Kind::RequirementsIn, WrongType, "b>=1", "--hash=sha256:1", At("--hash")),
    case(Kind::RequirementsIn, Cycle, "b>=1", "-r requirements.in\nb", At("-r requirements.in")),
    case(Kind::RequirementsIn, TwiceTheSame, "b>=1", "b>=1\nb", Fine),
    case(Kind::RequirementsIn, SameName, "b>=1", "b>=1\nB", Fine),
    case(Kind::RequirementsIn, MissingPackage, "b>=1", "b>=1\nc", At("c")),
    case(Kind::RequirementsIn, MissingPackage, "b>=1", "-r missing.in\nb", At("-r missing.in")),
    case(Kind::RequirementsIn, Other, "b>=1", "--colour red\nb", At("--colour")),
    // UvLock
    case(Kind::UvLock, Truncated, "\"2.0\"\nsource", "\"2.0", At("\"2.0")),
    case(Kind::UvLock, WrongType, "version = 1\n", "version = \"1\"\n", At("version = \"1\"")),
    case(Kind::UvLock, WrongType, "name = \"a\"\nversion = \"1.0\"", "name = \"a\"\nversion = 1.0", At("version = 1.0")),
    case(Kind::UvLock, WrongType, "wheels = [{ url", "wheels = [\"\", { url", At("wheels = [\"\",")),
    case(Kind::UvLock, WrongType, "size = 10", "size = -1", At("size = -1")),
    case(Kind::UvLock, WrongType, "dependencies = [{ name = \"b\" }]", "dependencies = { name = \"b\" }", At("dependencies = {")),
    case(Kind::UvLock, Cycle, "version = \"2.0\"", "version = \"2.0\"\ndependencies = [{ name = \"a\" }]", Fine),
    case(Kind::UvLock, TwiceTheSame, "name = \"b\"\nversion = \"2.0\"", "name = \"a\"\nversion = \"1.0\"", Line(19)),
    case(Kind::UvLock, TwiceTheSame, "name = \"b\"\nversion = \"2.0\"", "name = \"a\"\nversion = \"2.0\"", Line(8)),
    case(Kind::UvLock, SameName, "name = \"b\"\nversion = \"2.0\"", "name = \"A\"\nversion = \"1.0\"", Line(19)),
    case(Kind::UvLock, UnknownVersion, "version = 1\n", "version = 9\n", At("version = 9")),
    case(Kind::UvLock, UnknownVersion, "version = 1\n", "", At("requires-python")),
    case(Kind::UvLock, UnknownVersion, "version = 1\n", "version = 1\nrevision = 99\n", Fine),
    case(Kind::UvLock, MissingPackage, "dependencies = [{ name = \"b\" }]", "dependencies = [{ name = \"c\" }]", At("\"c\"")),
    case(Kind::UvLock, MissingPackage, "name = \"app\"", "name = \"other\"", Line(4)),
    case(Kind::UvLock, MissingHash, "hash = \"{H2}\", ", "", Line(19)),
    case(Kind::UvLock, Other, "name = \"a\"\nversion = \"1.0\"", "name = \"a\"", Line(4)),
    case(Kind::UvLock, Other, "name = \"a\"\nversion", "version", Line(4)),
    case(Kind::UvLock, Other, "hash = \"sha256:1", "hash = \"sha256:é", At("é")),
    case(Kind::UvLock, Other, "hash = \"sha256:11", "hash = \"sha256:1", At("wheels")),
    case(Kind::UvLock, Other, "dependencies = [{ name = \"b\" }]", "dependencies = [{ name = \"b\", marker = \"os_name >\" }]", At("os_name >")),
    case(Kind::UvLock, Other, "source = { virtual = \".\" }", "source = { elsewhere = \".\" }", At("elsewhere")),
    case(Kind::UvLock, Other, "requires-dist = [{ name = \"a\" }, ", "requires-dist = [", At("")),
    case(Kind::UvLock, Other, "requires-dist = [{ name = \"a\" }", "requires-dist = [{ name = \"a\", specifier = \">=1\" }", At("")),
    // PoetryLock
    case(Kind::PoetryLock, Truncated, "[metadata]\nlock-version = \"2.1\"", "[metadata", At("[metadata")),
    case(Kind::PoetryLock, WrongType, "b = \">=1\"", "b = 1", At("b = 1")),
    case(Kind::PoetryLock, WrongType, "name = \"b\"\nversion = \"2.0\"", "name = \"b\"\nversion = 2.0", At("version = 2.0")),
    case(Kind::PoetryLock, WrongType, "files = [{ file = \"b", "files = [[], { file = \"b", At("files = [[]")),
    case(Kind::PoetryLock, Cycle, "files = [{ file = \"b-2.0-py3-none-any.whl\", hash = \"{H2}\" }]", "files = [{ file = \"b-2.0-py3-none-any.whl\", hash = \"{H2}\" }]\n\n[package.dependencies]\na = \"*\"", Fine),
    case(Kind::PoetryLock, TwiceTheSame, "name = \"b\"\nversion = \"2.0\"", "name = \"a\"\nversion = \"1.0\"", Line(10)),
    case(Kind::PoetryLock, SameName, "name = \"b\"\nversion = \"2.0\"", "name = \"A\"\nversion = \"1.0\"", Line(10)),
    case(Kind::PoetryLock, UnknownVersion, "\"2.1\"", "\"3.0\"", At("\"3.0\"")),
    case(Kind::PoetryLock, UnknownVersion, "lock-version = \"2.1\"\n", "", At("[metadata]")),
    case(Kind::PoetryLock, MissingPackage, "b = \">=1\"", "c = \">=1\"", At("[[package]]")),
    case(Kind::PoetryLock, MissingHash, ", hash = \"{H2}\"", "", At("b-2.0")),
    case(Kind::PoetryLock, Other, "[metadata]", "[meta]", At("")),
    case(Kind::PoetryLock, Other, "content-hash = \"c5d4", "content-hash = \"0000", At("")),
    // PdmLock
    case(Kind::PdmLock, Truncated, "groups = [\"default\"]", "groups = [\"default\"", At("strategy")),
    case(Kind::PdmLock, WrongType, "dependencies = [\"b>=1\"]", "dependencies = \"b>=1\"", At("dependencies = \"b")),
    case(Kind::PdmLock, WrongType, "name = \"b\"\nversion = \"2.0\"", "name = \"b\"\nversion = 2.0", At("version = 2.0")),
    case(Kind::PdmLock, Cycle, "version = \"2.0\"", "version = \"2.0\"\ndependencies = [\"a\"]", Fine),
    case(Kind::PdmLock, TwiceTheSame, "name = \"b\"\nversion = \"2.0\"", "name = \"a\"\nversion = \"1.0\"", Line(16)),
    case(Kind::PdmLock, SameName, "name = \"b\"\nversion = \"2.0\"", "name = \"A\"\nversion = \"1.0\"", Line(16)),
    case(Kind::PdmLock, UnknownVersion, "\"4.5.0\"", "\"5.0.0\"", At("\"5.0.0\"")),
    case(Kind::PdmLock, UnknownVersion, "lock_version = \"4.5.0\"\n", "", At("[metadata]")),
    case(Kind::PdmLock, MissingPackage, "dependencies = [\"b>=1\"]", "dependencies = [\"c>=1\"]", At("[[package]]")),
    case(Kind::PdmLock, MissingHash, ", hash = \"{H2}\"", "", At("b-2.0")),
    case(Kind::PdmLock, Other, "dependencies = [\"b>=1\"]", "dependencies = [\"b>>1\"]", At("b>>1")),
    case(Kind::PdmLock, Other, "content_hash = \"sha256:b5f2", "content_hash = \"sha256:0000", At("")),
    // Pylock
    case(Kind::Pylock, Truncated, "[[packages]]\nname = \"b\"\nversion = \"2.0\"\nwheels = [", "[[packages]]\nname = \"b\"\nversion = \"2.0\"\nwheels = ", Line(13)),
    case(Kind::Pylock, WrongType, "version = \"2.0\"", "version = 2.0", At("version = 2.0")),
    case(Kind::Pylock, WrongType, "dependencies = [{ name = \"b\" }]", "dependencies = [\"b\"]", At("dependencies = [\"b\"]")),
    case(Kind::Pylock, Cycle, "version = \"2.0\"", "version = \"2.0\"\ndependencies = [{ name = \"a\" }]", Fine),
    case(Kind::Pylock, TwiceTheSame, "name = \"b\"\nversion = \"2.0\"", "name = \"a\"\nversion = \"1.0\"", Line(10)),
    case(Kind::Pylock, SameName, "name = \"b\"\nversion = \"2.0\"", "name = \"A\"\nversion = \"1.0\"", Line(10)),
    case(Kind::Pylock, UnknownVersion, "lock-version = \"1.0\"", "lock-version = \"2.0\"", At("lock-version")),
    case(Kind::Pylock, UnknownVersion, "lock-version = \"1.0\"\n", "", At("")),
    case(Kind::Pylock, MissingPackage, "dependencies = [{ name = \"b\" }]", "dependencies = [{ name = \"c\" }]", At("\"c\"")),
    case(Kind::Pylock, MissingHash, ", hashes = { sha256 = \"{X2}\" }", "", At("b-2.0")),
    case(Kind::Pylock, MissingHash, "sha256 = \"{X2}\"", "md5 = \"2\"", At("md5")),
    case(Kind::Pylock, Other, "created-by", "[[packages]]\nname = \"c\"\nversion = \"1\"\n#", At("[[packages]]")),
    case(Kind::Pylock, Other, "name = \"a\"\nversion = \"1.0\"", "name = \"z\"\nversion = \"1.0\"", At("")),
    // PipfileLock
    case(Kind::PipfileLock, Truncated, "\"develop\": {", "\"develop\": [", Line(8)),
    case(Kind::PipfileLock, WrongType, "\"version\": \"==2.0\"", "\"version\": 2", At("\"version\": 2")),
    case(Kind::PipfileLock, WrongType, "\"hashes\": [\"{H2}\"]", "\"hashes\": \"{H2}\"", At("\"b\"")),
    case(Kind::PipfileLock, WrongType, "\"develop\": {", "\"develop\": 1, \"other\": {", At("\"develop\"")),
    case(Kind::PipfileLock, TwiceTheSame, "\"b\": {", "\"a\": {", At("\"==2.0\"")),
    case(Kind::PipfileLock, TwiceTheSame, "\"develop\"", "\"default\"", Line(7)),
    case(Kind::PipfileLock, SameName, "\"b\": {", "\"A\": {", At("\"A\": {")),
    case(Kind::PipfileLock, UnknownVersion, "\"pipfile-spec\": 6", "\"pipfile-spec\": 7", At("pipfile-spec")),
    case(Kind::PipfileLock, UnknownVersion, "\"pipfile-spec\": 6, ", "", At("_meta")),
    case(Kind::PipfileLock, MissingHash, "\"hashes\": [\"{H2}\"], ", "", At("\"b\"")),
    case(Kind::PipfileLock, Other, "\"_meta\"", "\"meta\"", At("")),
    case(Kind::PipfileLock, Other, "==2.0", ">=2.0", At(">=2.0")),
    case(Kind::PipfileLock, Other, "==2.0", "*", At("\"*\"")),
    case(Kind::PipfileLock, Other, "\"version\": \"==2.0\"", "\"version\": \"*\", \"markers\": \"sys_platform == 'win32'\"", At("win32")),
    // PipTools
    case(Kind::PipTools, Truncated, "{H2}", "sha256:2222", At("b==2.0")),
    case(Kind::PipTools, Truncated, "{H2}\n    # via\n    #   a\n    #   app (pyproject.toml)\n", "", At("b==2.0")),
    case(Kind::PipTools, WrongType, "b==2.0", "b>=2.0", At("b>=2.0")),
    case(Kind::PipTools, WrongType, "--hash=sha256:2", "--hash=md5:2", At("b==2.0")),
    case(Kind::PipTools, Cycle, "b==2.0", "-r requirements.txt\nb==2.0", At("-r requirements.txt")),
    case(Kind::PipTools, Cycle, "# via app (pyproject.toml)", "# via\n    #   b\n    #   app (pyproject.toml)", Fine),
    case(Kind::PipTools, TwiceTheSame, "b==2.0", "a==1.0", Line(6)),
    case(Kind::PipTools, TwiceTheSame, "b==2.0", "a==2.0 --hash={H2}\nb==2.0", At("a==2.0")),
    case(Kind::PipTools, SameName, "b==2.0", "A==1.0", At("A==1.0")),
    case(Kind::PipTools, MissingPackage, "b==2.0", "c==2.0", At("")),
    case(Kind::PipTools, MissingPackage, "b==2.0", "-r missing.txt\nb==2.0", At("-r missing.txt")),
    case(Kind::PipTools, MissingHash, "b==2.0 \\\n    --hash={H2}", "b==2.0", At("b==2.0")),
    case(Kind::PipTools, Other, "b==2.0", "b==2.0 ; os_name", At("os_name")),
    case(Kind::PipTools, Other, "b==2.0", "--colour red\nb==2.0", At("--colour")),
];

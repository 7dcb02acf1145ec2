"""Package managers of languages that are compiled: they work from what they downloaded, where it lies."""

import hashlib
import io
import json
import os
import tarfile
import zipfile
from pathlib import Path

from manager import Manager

MODULE, CRATE = "example.org/dockfit-sample", "dockfit-sample-crate"
DEBIAN = Path("/usr/share/maven-repo")  # of Debian's Java libraries: the one Maven repository that needs no network


def module():
    """What a Go module proxy answers (the Go modules reference, "GOPROXY protocol")."""
    files = {"go.mod": f"module {MODULE}\n\ngo 1.19\n", "one.go": 'package sample\n\nconst Word = "one"\n'}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, text in files.items():
            archive.writestr(zipfile.ZipInfo(f"{MODULE}@v1.0.0/{name}", (2026, 1, 1, 0, 0, 0)), text)
    begin = f"/go/{MODULE}/@v/"
    info = json.dumps({"Version": "v1.0.0", "Time": "2026-01-01T00:00:00Z"})
    return {begin + "list": "v1.0.0\n", begin + "v1.0.0.info": info, begin + "v1.0.0.mod": files["go.mod"], begin + "v1.0.0.zip": out.getvalue()}


def crate():
    """What a registry of crates answers (the Cargo book, "Registry Index", sparse)."""
    manifest = f'[package]\nname = "{CRATE}"\nversion = "1.0.0"\nedition = "2021"\n'
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as archive:
        for name, text in {"Cargo.toml": manifest, "src/lib.rs": 'pub const WORD: &str = "one";\n'}.items():
            entry = tarfile.TarInfo(f"{CRATE}-1.0.0/{name}")
            entry.size, entry.mtime = len(text), 1767225600
            archive.addfile(entry, io.BytesIO(text.encode()))
    data = out.getvalue()
    line = {"name": CRATE, "vers": "1.0.0", "deps": [], "cksum": hashlib.sha256(data).hexdigest(), "features": {}, "yanked": False}
    return {
        "/cargo/config.json": '{"dl": "{url}/crates"}',
        f"/cargo/{CRATE[:2]}/{CRATE[2:4]}/{CRATE}": json.dumps(line) + "\n",
        f"/crates/{CRATE}/1.0.0/download": data,
    }


def jar():
    """What a Maven repository answers of one library (Maven's "Repository Layout")."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(zipfile.ZipInfo("one.txt", (2026, 1, 1, 0, 0, 0)), "one\n")
    pom = b"<project><modelVersion>4.0.0</modelVersion><groupId>org.example</groupId><artifactId>sample</artifactId><version>1.0.0</version></project>"
    begin = "/m2/org/example/sample/1.0.0/sample-1.0.0"
    return {begin + ".pom": pom, begin + ".jar": out.getvalue()}


def plugin(name, version):
    return f"<plugin><artifactId>maven-{name}-plugin</artifactId><version>{version}</version></plugin>"


POM = f"""<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>sample</groupId><artifactId>sample</artifactId><version>1</version>
<properties><maven.compiler.source>8</maven.compiler.source><maven.compiler.target>8</maven.compiler.target>
<project.build.sourceEncoding>UTF-8</project.build.sourceEncoding></properties>
<build><sourceDirectory>.</sourceDirectory><plugins>{plugin("compiler", "3.10.1")}{plugin("resources", "3.3.0")}</plugins></build>
</project>
"""
SETTINGS = "<settings><mirrors><mirror><id>here</id><mirrorOf>*</mirrorOf><url>{url}/maven</url></mirror></mirrors></settings>\n"

# Debian's own files refer to this one, which no package brings.
BOM = "/maven/org/junit/junit-bom/debian/junit-bom-debian.pom"
BOM_TEXT = (
    '<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>'
    "<groupId>org.junit</groupId><artifactId>junit-bom</artifactId><version>debian</version><packaging>pom</packaging></project>\n"
)

MANAGERS = [
    Manager(
        name="go",
        versions=["go", "version"],
        files={
            "go.mod": f"module sample\n\ngo 1.19\n\nrequire {MODULE} v1.0.0\n",
            "main.go": f'package main\n\nimport (\n\t"os"\n\n\tsample "{MODULE}"\n)\n\nfunc main() {{ os.Stdout.WriteString(sample.Word) }}\n',
        },
        served=module(),
        locks=[["go", "mod", "tidy"]],
        install="go build -o app .",
        works=["./app"],
        variables={"GOPROXY": "{url}/go", "GOSUMDB": "off", "GOTOOLCHAIN": "local", "CGO_ENABLED": "0"},
        base="debian:12",
    ),
    Manager(
        name="cargo",
        versions=["cargo", "--version"],
        files={
            "Cargo.toml": '[package]\nname = "sample"\nversion = "1.0.0"\nedition = "2021"\n\n[[bin]]\nname = "sample"\npath = "main.rs"\n\n'
            + f'[dependencies]\n{CRATE} = {{ version = "1", registry = "here" }}\n',
            "main.rs": f'fn main() {{ println!("{{}}", {CRATE.replace("-", "_")}::WORD) }}\n',
        },
        served=crate(),
        locks=[["cargo", "generate-lockfile"]],
        install="cargo build --locked",
        works=["target/debug/sample"],
        variables={
            "CARGO_REGISTRIES_HERE_INDEX": "sparse+{url}/cargo/",
            "RUSTUP_HOME": os.environ.get("RUSTUP_HOME", str(Path.home() / ".rustup")),
        },
        base="debian:12",
    ),
    Manager(
        name="Maven",
        versions=["mvn", "--batch-mode", "--version"],
        files={"pom.xml": POM, "settings.xml": SETTINGS, "One.java": "class One { public static void main(String[] a) {} }\n"},
        served={"/maven/": DEBIAN, BOM: BOM_TEXT},
        install="mvn --batch-mode --settings settings.xml compile",
        works=["java", "-cp", "target/classes", "One"],
        # Java takes the home folder from the list of users, not from HOME.
        variables={"MAVEN_OPTS": "-Duser.home={home}"},
        base="maven:3.9",
    ),
    Manager(
        name="Gradle",
        versions=["gradle", "--version"],
        files={
            "build.gradle": "repositories { maven { url '{url}/m2' } }\nconfigurations { libraries }\n"
            + "dependencies { libraries 'org.example:sample:1.0.0' }\n"
            + "task gather(type: Copy) { from configurations.libraries\n into 'libs' }\n",
            "settings.gradle": "rootProject.name = 'sample'\n",
        },
        served=jar(),
        install="gradle --no-daemon gather",
        works=["test", "-s", "libs/sample-1.0.0.jar"],
        variables={"GRADLE_OPTS": "-Duser.home={home}"},
        base="gradle:8-jdk17",
    ),
]

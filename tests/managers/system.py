"""Package managers of systems: each works on this machine's own root below an overlay, which is gone afterwards."""

import gzip
import hashlib
import io
import subprocess
import tarfile
from pathlib import Path

from manager import Manager

NAME, FILE, BASE = "dockfit-sample", "usr/share/dockfit-sample/one", "dockfit-base"
WORKS = ["grep", "-q", "one", f"/{FILE}"]


def deb():
    """What an archive of Debian packages answers, with one package (deb(5); the Debian wiki's "RepositoryFormat")."""
    control = f"Package: {NAME}\nVersion: 1.0.0\nArchitecture: all\nMaintainer: sample <sample@index.example>\nDescription: sample\n"
    data = b"!<arch>\n"
    members = {"debian-binary": b"2.0\n", "control.tar.gz": packed({"./control": control}), "data.tar.gz": packed({f"./{FILE}": "one\n"})}
    for name, content in members.items():
        data += f"{name:<16}{0:<12}{0:<6}{0:<6}{100644:<8}{len(content):<10}`\n".encode() + content + b"\n" * (len(content) % 2)
    path = f"pool/{NAME}_1.0.0_all.deb"
    packages = control + f"Filename: {path}\nSize: {len(data)}\nSHA256: {sha256(data)}\n\n"
    release = f"Suite: stable\nSHA256:\n {sha256(packages.encode())} {len(packages)} Packages\n"
    return {"/apt/stable/Release": release, "/apt/stable/Packages": packages, f"/apt/{path}": data}


def packed(files):
    """A tar archive, with the folders."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for path, text in files.items():
            for folder in reversed(list(Path(path).parents)):
                entry = tarfile.TarInfo(f"./{folder}")
                entry.type, entry.mode = tarfile.DIRTYPE, 0o755
                archive.addfile(entry)
            entry = tarfile.TarInfo(path)
            entry.size, entry.mode = len(text), 0o644
            archive.addfile(entry, io.BytesIO(text.encode()))
    return gzip.compress(out.getvalue(), mtime=0)


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def rpm(scratch):
    """What a repository of RPM packages answers, with one package, made by rpmbuild and createrepo_c."""
    folder = scratch / "rpm"
    build(folder, "repository", NAME, FILE)
    build(folder, "base", BASE, f"usr/share/{BASE}")
    repository = folder / "repository"
    subprocess.run(["createrepo_c", "--quiet", repository], check=True, capture_output=True, timeout=60)
    files = {f"/rpm/{path.relative_to(repository)}": path.read_bytes() for path in repository.rglob("*") if path.is_file()}
    # The one file that is asked for each time: it tells whether the others have changed.
    return {path: data.decode() if path.endswith("repomd.xml") else data for path, data in files.items()}


def build(folder, to, name, file):
    """A package with one file."""
    spec = f"""Name: {name}
Version: 1.0.0
Release: 1
Summary: sample
License: sample
BuildArch: noarch
%description
sample
%install
mkdir -p %{{buildroot}}/{Path(file).parent}
echo one > %{{buildroot}}/{file}
%files
/{file}
"""
    folder.mkdir(exist_ok=True)
    (folder / "sample.spec").write_text(spec)
    defined = ["--define", f"_topdir {folder}/build", "--define", f"_rpmdir {folder}/{to}"]
    subprocess.run(["rpmbuild", "--quiet", *defined, "-bb", folder / "sample.spec"], check=True, capture_output=True, timeout=60)


# Debian's images have this (debuerreotype-minimizing-config); without the first line `apt-get` keeps packages anyhow.
DOCKER_CLEAN = 'DPkg::Post-Invoke { "rm -f /var/cache/apt/archives/*.deb || true"; };\nDir::Cache::pkgcache "";\nDir::Cache::srcpkgcache "";\n'
# As the configuration of a repository; the programs differ in where they read it.
REPOSITORY = "[here]\nname=here\nbaseurl={url}/rpm\nenabled=1\ngpgcheck=0\n"

MANAGERS = [
    Manager(
        name="apt",
        versions=["apt-get", "--version"],
        files={},
        served=deb(),
        install=f"apt-get update && apt-get install -y {NAME} && rm -rf /var/lib/apt/lists/*",
        works=WORKS,
        root={"etc/apt/sources.list": "deb [trusted=yes] {url}/apt stable/\n", "etc/apt/apt.conf.d/docker-clean": DOCKER_CLEAN},
        empty=["etc/apt/sources.list.d", "var/lib/apt/lists", "var/cache/apt"],
        passes=["apt-caches"],
        base="debian:13",
        lists_again=True,
    ),
    Manager(
        name="dnf",
        versions=["dnf", "--version"],
        needs=["rpmbuild", "createrepo_c"],
        files={},
        served=rpm,
        install=f"dnf install -y {NAME}",
        works=WORKS,
        root={"etc/yum.repos.d/here.repo": REPOSITORY},
        empty=["etc/yum.repos.d", "var/cache/dnf"],
        base="fedora:40",
        lists_again=True,
    ),
    Manager(
        name="zypper",
        versions=["zypper", "--version"],
        needs=["rpmbuild", "createrepo_c"],
        files={},
        served=rpm,
        # A system of RPM packages has some, and its list of them where Debian does not keep one.
        before=[["rpm", "--dbpath", "/var/lib/rpm", "--install", "--force-debian", f"{{home}}/../rpm/base/noarch/{BASE}-1.0.0-1.noarch.rpm"]],
        install=f"zypper modifyrepo --keep-packages --all && zypper --non-interactive install {NAME}",
        works=WORKS,
        root={"etc/zypp/repos.d/here.repo": REPOSITORY + "autorefresh=1\ntype=rpm-md\n"},
        empty=["etc/zypp/repos.d", "var/cache/zypp"],
        base="opensuse/leap:15.6",
        lists_again=True,
    ),
]

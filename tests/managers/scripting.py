"""Package managers of Ruby and PHP."""

import gzip
import hashlib
import io
import json
import tarfile
import zipfile

from manager import Manager

GEM, PACKAGE = "dockfit-sample-gem", "dockfit/sample"


def gem():
    """What an index of gems answers (rubygems.org's guide on the compact index)."""
    spec = f"""--- !ruby/object:Gem::Specification
name: {GEM}
version: !ruby/object:Gem::Version
  version: 1.0.0
platform: ruby
authors: [sample]
date: 2026-01-01 00:00:00.000000000 Z
dependencies: []
description: sample
summary: sample
executables: []
extensions: []
extra_rdoc_files: []
files: [lib/dockfit_sample.rb]
require_paths: [lib]
required_ruby_version: !ruby/object:Gem::Requirement
  requirements:
  - - ">="
    - !ruby/object:Gem::Version
      version: '0'
required_rubygems_version: !ruby/object:Gem::Requirement
  requirements:
  - - ">="
    - !ruby/object:Gem::Version
      version: '0'
specification_version: 4
"""
    inner = packed({"lib/dockfit_sample.rb": b"WORD = 'one'\n"}, "w:gz")
    data = packed({"metadata.gz": gzip.compress(spec.encode(), mtime=0), "data.tar.gz": inner}, "w")
    info = f"---\n1.0.0 |checksum:{hashlib.sha256(data).hexdigest()}\n"
    versions = f"created_at: 2026-01-01T00:00:00Z\n---\n{GEM} 1.0.0 {hashlib.md5(info.encode()).hexdigest()}\n"
    return {"/versions": versions, f"/info/{GEM}": info, "/names": f"---\n{GEM}\n", f"/gems/{GEM}-1.0.0.gem": data}


def packed(files, mode):
    """A tar archive."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode, format=tarfile.USTAR_FORMAT) as archive:
        for name, data in files.items():
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode, entry.mtime = len(data), 0o644, 1767225600
            archive.addfile(entry, io.BytesIO(data))
    return out.getvalue()


def package():
    """What a repository of composer packages answers (its documentation, "Repositories")."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(zipfile.ZipInfo("sample/composer.json", (2026, 1, 1, 0, 0, 0)), json.dumps({"name": PACKAGE}))
        archive.writestr(zipfile.ZipInfo("sample/one.php", (2026, 1, 1, 0, 0, 0)), "<?php\nconst WORD = 'one';\n")
    data = out.getvalue()
    dist = {"type": "zip", "url": "{url}/dist/sample.zip", "reference": "one", "shasum": hashlib.sha1(data).hexdigest()}
    version = {"name": PACKAGE, "version": "1.0.0", "dist": dist, "autoload": {"files": ["one.php"]}}
    return {"/composer/packages.json": json.dumps({"packages": {PACKAGE: {"1.0.0": version}}}), "/dist/sample.zip": data}


MANAGERS = [
    Manager(
        name="bundler",
        versions=["bundle", "--version"],
        files={"Gemfile": f'source "{{url}}"\ngem "{GEM}"\n'},
        served=gem(),
        locks=[["bundle", "lock"]],
        install="bundle install",
        works=["bundle", "exec", "ruby", "-e", "require 'dockfit_sample'; puts WORD"],
        # The first is what dockfit sets with ENV, beside the mount.
        variables={"BUNDLE_GLOBAL_GEM_CACHE": "true", "BUNDLE_PATH": "vendor/bundle", "BUNDLE_RETRY": "0"},
        base="ruby:3.4",
        lists_again=True,
    ),
    Manager(
        name="composer",
        versions=["composer", "--version"],
        files={
            "composer.json": json.dumps(
                {
                    "repositories": [{"type": "composer", "url": "{url}/composer"}, {"packagist.org": False}],
                    "require": {PACKAGE: "1.0.0"},
                    "config": {"secure-http": False},
                }
            )
        },
        served=package(),
        locks=[["composer", "update", "--no-install", "--no-interaction"]],
        install="composer install --no-interaction",
        works=["php", "-r", "require 'vendor/autoload.php'; echo WORD;"],
        variables={"COMPOSER_ALLOW_SUPERUSER": "1", "COMPOSER_DISABLE_NETWORK": "0"},
        base="php:8.4-cli",
    ),
]

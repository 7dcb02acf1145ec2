//! Whether a wheel fits an interpreter and a platform, by its file name.

use crate::marker::PythonVersion;

/// The C library of an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Libc {
    /// glibc of at least this minor version (`36` of 2.36).
    Glibc(u32),
    /// musl 1.2.
    Musl,
}

/// What a wheel is to fit: `CPython` on Linux.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WheelTarget {
    /// The interpreter.
    pub python: PythonVersion,
    /// The C library.
    pub libc: Libc,
    /// The machine as wheels name it: `x86_64`, `aarch64`.
    pub machine: String,
}

impl WheelTarget {
    /// Whether the wheel of this file name fits. Mirrors packaging's `tags.sys_tags` (packaging 25, `CPython`, Linux; the
    /// binary distribution format: `name-version(-build)?-python-abi-platform.whl`).
    pub fn fits(&self, file: &str) -> bool {
        let Some(stem) = file.strip_suffix(".whl") else { return false };
        let mut parts = stem.rsplitn(4, '-');
        let (Some(platforms), Some(abis), Some(pythons)) = (parts.next(), parts.next(), parts.next()) else {
            return false;
        };
        platforms.split('.').any(|platform| self.fits_platform(platform))
            && pythons.split('.').any(|python| abis.split('.').any(|abi| self.fits_interpreter(python, abi)))
    }

    fn fits_platform(&self, platform: &str) -> bool {
        if platform == "any" {
            return true;
        }
        let Some(rest) = platform.strip_suffix(&self.machine).and_then(|rest| rest.strip_suffix('_')) else {
            return false;
        };
        match self.libc {
            // PEP 600; the older names stand for 2.5, 2.12 and 2.17.
            Libc::Glibc(minor) => match rest {
                "manylinux1" | "manylinux2010" | "manylinux2014" => true,
                _ => rest
                    .strip_prefix("manylinux_2_")
                    .and_then(|number| number.parse::<u32>().ok())
                    .is_some_and(|least| least <= minor),
            },
            // PEP 656.
            Libc::Musl => matches!(rest, "musllinux_1_0" | "musllinux_1_1" | "musllinux_1_2"),
        }
    }

    fn fits_interpreter(&self, python: &str, abi: &str) -> bool {
        let PythonVersion { major, minor, .. } = self.python;
        let own = format!("cp{major}{minor}");
        let number = |tag: &str, before: &str| -> Option<u32> {
            tag.strip_prefix(before)?.strip_prefix(&major.to_string())?.parse().ok()
        };
        match abi {
            "none" => {
                python == format!("py{major}")
                    || python == own
                    || number(python, "py").is_some_and(|least| least <= minor)
            }
            "abi3" => number(python, "cp").is_some_and(|least| least <= minor),
            _ => python == own && (abi == own || abi == format!("{own}m")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_what_a_wheel_fits() {
        let python = PythonVersion { major: 3, minor: 12, patch: None };
        let debian = WheelTarget { python, libc: Libc::Glibc(36), machine: "x86_64".to_owned() };
        let alpine = WheelTarget { libc: Libc::Musl, ..debian.clone() };
        for (file, on_debian, on_alpine) in [
            ("six-1.16.0-py2.py3-none-any.whl", true, true),
            ("old-1.0-py2-none-any.whl", false, false),
            ("a-1-py38-none-any.whl", true, true),
            ("a-1-cp312-cp312-manylinux_2_17_x86_64.manylinux2014_x86_64.whl", true, false),
            ("a-1-cp312-cp312-manylinux_2_17_aarch64.whl", false, false),
            ("a-1-cp312-cp312-manylinux_2_39_x86_64.whl", false, false),
            ("a-1-cp312-cp312t-manylinux_2_17_x86_64.whl", false, false),
            ("a-1-cp311-cp311-manylinux_2_17_x86_64.whl", false, false),
            ("a-1-cp37-abi3-manylinux_2_28_x86_64.whl", true, false),
            ("a-1-cp313-abi3-manylinux_2_28_x86_64.whl", false, false),
            ("a-1-cp312-cp312-musllinux_1_2_x86_64.whl", false, true),
            ("a-1-1build-py3-none-manylinux2014_x86_64.whl", true, false),
            ("a-1-cp312-cp312-win_amd64.whl", false, false),
            ("a-1.tar.gz", false, false),
        ] {
            assert_eq!((debian.fits(file), alpine.fits(file)), (on_debian, on_alpine), "{file}");
        }
    }
}

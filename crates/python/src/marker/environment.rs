//! What is known of the environment that packages are installed into.

use super::Marker;

/// A version of Python: as much of it as an image's tag tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct PythonVersion {
    /// 3 of `3.13`.
    pub major: u32,
    /// 13 of `3.13`.
    pub minor: u32,
    /// The last number, where it is known.
    pub patch: Option<u32>,
}

impl PythonVersion {
    /// Reads `3.13` or `3.13.1` (what follows is ignored: `3.13.0rc1` is 3.13.0).
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('.');
        let major = parts.next()?.parse().ok()?;
        let minor = parts.next()?.parse().ok()?;
        let patch = parts.next().and_then(|part| {
            let digits = part.find(|c: char| !c.is_ascii_digit()).unwrap_or(part.len());
            part[..digits].parse().ok()
        });
        Some(Self { major, minor, patch })
    }
}

/// A platform of an image.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Platform {
    /// As `platform_machine` has it: `x86_64`, `aarch64`.
    pub machine: String,
}

impl Platform {
    /// The engine's name of it.
    pub fn engine_name(&self) -> Option<&'static str> {
        Some(match self.machine.as_str() {
            "x86_64" => "linux/amd64",
            "aarch64" => "linux/arm64",
            "armv7l" => "linux/arm/v7",
            "armv6l" => "linux/arm/v6",
            "i686" => "linux/386",
            "ppc64le" => "linux/ppc64le",
            "s390x" => "linux/s390x",
            "riscv64" => "linux/riscv64",
            _ => return None,
        })
    }

    /// From the engine's name of a platform: `linux/amd64`, `linux/arm64/v8`, `amd64`. `None` where it is no
    /// Linux or not known.
    pub fn of_engine(name: &str) -> Option<Self> {
        let rest = name.strip_prefix("linux/").unwrap_or(name);
        // Source: the values of `uname -m` for the engine's architectures (containerd's platforms package
        // and Python's platform.machine()), 2026-11-24.
        let machine = match rest {
            "amd64" | "amd64/v2" | "amd64/v3" => "x86_64",
            "arm64" | "arm64/v8" => "aarch64",
            "arm/v7" | "arm" => "armv7l",
            "arm/v6" => "armv6l",
            "386" => "i686",
            "ppc64le" => "ppc64le",
            "s390x" => "s390x",
            "riscv64" => "riscv64",
            _ => return None,
        };
        Some(Self { machine: machine.to_owned() })
    }
}

/// Where packages will be installed: `CPython` on Linux, with what else is known.
///
/// Nothing known but that ([`Environment::linux`]) keeps every marker that a Linux image may fulfil.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Environment {
    /// The interpreter of the image.
    pub python: Option<PythonVersion>,
    /// The platforms that the image is built for; empty where that is not known.
    pub platforms: Vec<Platform>,
    /// Everything, also what is not Linux: for requirement files that are used outside of images too.
    pub anywhere: bool,
}

impl Environment {
    /// Any Python on Linux.
    pub fn linux() -> Self {
        Self::default()
    }

    /// Any environment at all.
    pub fn anywhere() -> Self {
        Self { anywhere: true, ..Self::default() }
    }

    /// The condition that holds in this environment.
    pub fn marker(&self) -> Marker {
        let mut text = Vec::new();
        if !self.anywhere {
            text.push(
                "sys_platform == 'linux' and platform_system == 'Linux' and os_name == 'posix' \
                 and platform_python_implementation == 'CPython' and implementation_name == 'cpython'"
                    .to_owned(),
            );
        }
        if let Some(PythonVersion { major, minor, patch }) = self.python {
            text.push(match patch {
                Some(patch) => format!("python_full_version == '{major}.{minor}.{patch}'"),
                None => format!("python_version == '{major}.{minor}'"),
            });
        }
        if !self.platforms.is_empty() {
            let machines: Vec<String> = self
                .platforms
                .iter()
                .map(|platform| format!("platform_machine == '{}'", platform.machine))
                .collect();
            text.push(format!("({})", machines.join(" or ")));
        }
        if text.is_empty() {
            return Marker::always();
        }
        // The parts are fixed but for the machine, which was checked where it was made.
        Marker::parse(&text.join(" and ")).unwrap_or_default()
    }

    /// What is left of a marker in this environment: `None` where it cannot hold, always where it must.
    pub fn reduce(&self, marker: &Marker) -> Option<Marker> {
        let here = self.marker();
        if marker.and(&here).is_never() || marker.is_disjoint(&here) {
            return None;
        }
        if here.implies(marker) { Some(Marker::always()) } else { Some(marker.clone()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reduced(environment: &Environment, text: &str) -> Option<String> {
        let marker = Marker::parse(text).expect(text);
        environment.reduce(&marker).map(|left| left.text().unwrap_or_default())
    }

    #[test]
    fn one_platform_decides_and_several_keep_their_markers() {
        let python = PythonVersion::parse("3.13");
        let amd = Platform::of_engine("linux/amd64").expect("known");
        let arm = Platform::of_engine("linux/arm64").expect("known");
        let one = Environment { python, platforms: vec![amd.clone()], anywhere: false };
        let two = Environment { python, platforms: vec![amd, arm], anywhere: false };
        assert_eq!(reduced(&one, "platform_machine == 'x86_64'").as_deref(), Some(""));
        assert_eq!(reduced(&one, "platform_machine == 'aarch64'"), None);
        let kept = "platform_machine == 'x86_64'";
        assert_eq!(reduced(&two, kept).as_deref(), Some(kept));
        assert_eq!(reduced(&two, "sys_platform == 'win32'"), None);
        assert_eq!(reduced(&two, "python_version < '3.11'"), None);
        assert_eq!(reduced(&two, "python_version >= '3.11' and os_name != 'nt'").as_deref(), Some(""));
    }

    #[test]
    fn a_patch_that_is_not_known_stays_open() {
        let image = Environment { python: PythonVersion::parse("3.13"), ..Environment::linux() };
        let kept = "python_full_version >= '3.13.2'";
        assert_eq!(reduced(&image, kept).as_deref(), Some(kept));
        let image = Environment { python: PythonVersion::parse("3.13.5"), ..Environment::linux() };
        assert_eq!(reduced(&image, kept).as_deref(), Some(""));
    }
}

//! How big a package is: the file that an installer would download.

use crate::marker::{Environment, Platform};
use crate::resolution::{DistFile, Package};

/// The size of the download in bytes; `None` where the lock holds no sizes.
///
/// The best wheel for the environment, by its tags; where none fits, the biggest one for Linux; then the source.
pub fn download_size(package: &Package, environment: &Environment) -> Option<u64> {
    let any = Platform { machine: "x86_64".to_owned() };
    let platform = environment.platforms.first().unwrap_or(&any);
    let wheels = || package.files.iter().filter(|file| file.is_wheel() && file.size.is_some());
    let best = wheels()
        .filter_map(|file| Some((fit(file, platform, environment)?, file.size?)))
        .max()
        .map(|(_, size)| size);
    let linux = || wheels().filter(|file| file.name.contains("linux")).filter_map(|file| file.size).max();
    let source = || package.files.iter().find(|file| !file.is_wheel()).and_then(|file| file.size);
    let rest = || package.files.iter().filter_map(|file| file.size).max();
    best.or_else(linux).or_else(source).or_else(rest)
}

/// How well a wheel fits; `None` where it does not.
///
/// Source: "Platform compatibility tags", Python Packaging User Guide, 2026-11-24.
fn fit(file: &DistFile, platform: &Platform, environment: &Environment) -> Option<u8> {
    let stem = file.name.strip_suffix(".whl")?;
    let mut tags = stem.rsplit('-');
    let (platforms, abi, pythons) = (tags.next()?, tags.next()?, tags.next()?);
    let on = if platforms == "any" {
        1
    } else if !platforms.split('.').any(|one| one.contains("linux") && one.ends_with(&platform.machine)) {
        return None;
    } else if platforms.contains("manylinux") {
        3
    } else {
        2
    };
    let Some(python) = environment.python else { return Some(on) };
    let own = format!("cp{}{}", python.major, python.minor);
    let fits = pythons.split('.').any(|one| {
        one == own
            || one == format!("py{}", python.major)
            || (abi == "abi3" && one.starts_with(&format!("cp{}", python.major)))
    });
    (fits && !abi.ends_with('t')).then_some(on)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Place;
    use crate::marker::{Marker, PythonVersion};
    use crate::name::Name;
    use crate::resolution::Source;

    #[test]
    fn the_wheel_of_the_image_is_the_one_that_counts() {
        let file = |name: &str, size| DistFile { name: name.to_owned(), hash: None, size: Some(size) };
        let package = Package {
            name: Name::new("a").expect("a name"),
            version: None,
            source: Source::Index { url: None },
            marker: Marker::always(),
            python: Marker::always(),
            extras: Vec::new(),
            files: vec![
                file("a-1.tar.gz", 1),
                file("a-1-cp312-cp312-manylinux_2_17_x86_64.whl", 12),
                file("a-1-cp313-cp313-manylinux_2_17_x86_64.manylinux2014_x86_64.whl", 13),
                file("a-1-cp313-cp313-musllinux_1_2_x86_64.whl", 14),
                file("a-1-cp313-cp313t-manylinux_2_17_x86_64.whl", 15),
                file("a-1-cp313-cp313-manylinux_2_17_aarch64.whl", 16),
                file("a-1-cp313-cp313-win_amd64.whl", 99),
            ],
            options: Vec::new(),
            edges: Vec::new(),
            field: String::new(),
            place: Place::file("lock"),
        };
        let image = |python: &str, engine: &str| Environment {
            python: PythonVersion::parse(python),
            platforms: Platform::of_engine(engine).into_iter().collect(),
            anywhere: false,
        };
        assert_eq!(download_size(&package, &image("3.13", "linux/amd64")), Some(13));
        assert_eq!(download_size(&package, &image("3.13", "linux/arm64")), Some(16));
        assert_eq!(download_size(&package, &image("3.11", "linux/amd64")), Some(16));
    }
}

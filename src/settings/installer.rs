//! `--installer`, and the key `installer`: what installs Python packages.

use std::str::FromStr;

use dockfit_dockerfile::values::reference::ImageReference;
use dockfit_rewrite::Selection;

/// The decision that uv's name is consent to.
const DECISION: &str = "installer/uv";

/// What installs Python packages.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Installer {
    /// What the Dockerfile has.
    Pip,
    /// uv, of this version or from this image.
    Uv(Option<String>),
}

/// What `--installer` takes.
pub(super) const FORMS: &str =
    "pip, uv, uv:0.13.9, or an image that holds /uv, as registry.example/uv:0.13.9";

impl FromStr for Installer {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let is_image = |name: &str| ImageReference::parse(name).is_ok();
        match text.strip_prefix("uv:") {
            Some(version) if !version.contains('/') && is_image(text) => {
                Ok(Self::Uv(Some(version.to_owned())))
            }
            None if text == "pip" => Ok(Self::Pip),
            None if text == "uv" => Ok(Self::Uv(None)),
            None if text.contains('/') && is_image(text) => Ok(Self::Uv(Some(text.to_owned()))),
            _ => Err(format!("`{text}` is no installer: use {FORMS}")),
        }
    }
}

impl Installer {
    /// Puts the choice into the selection.
    pub(super) fn choose(self, selection: &mut Selection) {
        if let Self::Uv(version) = self {
            selection.with.push(DECISION.to_owned());
            selection.uv = version;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_or_an_image_may_be_named() {
        let uv = |image: &str| Ok(Installer::Uv(Some(image.to_owned())));
        assert_eq!("pip".parse(), Ok(Installer::Pip));
        assert_eq!("uv".parse(), Ok(Installer::Uv(None)));
        assert_eq!("uv:0.13.9".parse(), uv("0.13.9"));
        assert_eq!("registry.example/uv:0.13.9".parse(), uv("registry.example/uv:0.13.9"));
        for wrong in
            ["", "uvx", "poetry", "uv:", "uv:a,b", "uv 0.13", "registry.example/uv:0 13", "a/b,target=/x"]
        {
            assert!(wrong.parse::<Installer>().is_err(), "{wrong}");
        }
    }
}

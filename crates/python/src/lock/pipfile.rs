use crate::error::Result;
use crate::manifest::Manifest;
use crate::resolution::Resolution;
pub(super) fn read(path: &str, _text: &str, _manifest: Option<&Manifest>) -> Result<Resolution> {
    Err(crate::Error::new(crate::ErrorKind::Unsupported, crate::Place::file(path), "not yet read"))
}

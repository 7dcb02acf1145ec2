//! Where a COPY writes to, as it has to be written in another place of the stage.

use dockfit_dockerfile::Span;
use dockfit_dockerfile::model::State;
use dockfit_dockerfile::operation::Operation;
use dockfit_rewrite::Dockerfile;

use crate::cache_mounts::Refusal;

/// The destination of a COPY in absolute terms, and the bytes that it replaces.
pub(super) struct Absolute {
    /// Its bytes in the file.
    pub(super) span: Span,
    /// The absolute path; a slash at the end says as before that it is a folder.
    pub(super) path: String,
}

/// What the destination of the COPY `index` has to be where the instruction `place` stands: nothing, where it means the
/// same there.
///
/// # Errors
/// Where a WORKDIR between them gives it another meaning, and the meaning that it has cannot be written.
pub(super) fn at(dockerfile: &Dockerfile, index: usize, place: usize) -> Result<Option<Absolute>, Refusal> {
    let (model, document) = (dockerfile.model(), dockerfile.document());
    let Some(Operation::Copy(copy) | Operation::Add(copy)) = model.operation(index) else { return Ok(None) };
    let folder = |index: usize| model.state(index).map(State::current_dir);
    if copy.destination.text.starts_with('/') || folder(index) == folder(place) {
        return Ok(None);
    }
    let written =
        document.instructions().get(index).map(|found| found.text.spans(copy.destination.range.clone()));
    let whole = match written.as_deref() {
        Some([span]) if document.bytes(*span) == copy.destination.text.as_bytes() => Some(*span),
        _ => None,
    };
    let copied = model.copied(document, index);
    let path = copied.as_ref().and_then(|copied| copied.destination.as_known());
    let writable =
        |path: &&str| !path.contains(|char: char| char.is_whitespace() || "$\"'\\`#".contains(char));
    match (whole, path.filter(writable)) {
        (Some(span), Some(path)) if !copy.destination.text.contains('$') => {
            Ok(Some(Absolute { span, path: path.to_owned() }))
        }
        _ => {
            let text = format!(
                "`{}` in line {} is another folder behind the WORKDIR before the install",
                copy.destination.text,
                document.line_of(index)
            );
            Err(Refusal::new("workdir-between", text, "write the destination as an absolute path"))
        }
    }
}

//! Whether somebody wants the work to end.

/// Asks whether the user interrupted. It is asked about ten times a second while a program runs.
#[derive(Clone, Copy, Debug)]
pub struct Cancel(fn() -> bool);

impl Cancel {
    /// Asks `asked`.
    pub fn when(asked: fn() -> bool) -> Self {
        Self(asked)
    }

    /// Never.
    pub fn never() -> Self {
        Self(|| false)
    }

    /// Whether the work is to end.
    pub fn is_asked(self) -> bool {
        (self.0)()
    }
}

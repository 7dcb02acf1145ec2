//! WORKDIR, and whose the directories are that it makes.

use std::sync::Arc;

use crate::RawWord;
use crate::operation::Problem;
use crate::values::path::{is_absolute, working_directory};

use super::Value;
use super::evaluate::Evaluator;

impl Evaluator<'_> {
    /// Mirrors buildkit `dispatchWorkdir`.
    pub(super) fn workdir(&mut self, word: &RawWord) -> Result<(), Problem> {
        let path = self.expand(word)?;
        let windows = self.state.windows;
        let current = self.state.current_dir();
        let joined = match (&path, &current) {
            (Value::Known(path), Value::Known(current)) => working_directory(current, path, windows),
            (Value::Known(path), _) if is_absolute(path, windows) => working_directory("/", path, windows),
            (Value::Partial(path), _) if path.starts_with('/') => {
                self.state.working_dir = Value::Partial(Arc::clone(path));
                return Ok(());
            }
            _ => {
                self.state.working_dir = Value::Unknown;
                return Ok(());
            }
        };
        let joined = joined.map_err(|message| Problem::arguments(word.range.clone(), message))?;
        if joined != "/" {
            // The directory is made, and given to the user.
            let user = self.state.user.clone();
            self.need_user(&user, word)?;
        }
        self.state.working_dir = Value::known(joined);
        Ok(())
    }

    /// Where there is no file yet, there is no /etc/passwd to find a name in. Mirrors buildkit
    /// `solver/llbsolver/ops/file.go`, which has no input then.
    pub(super) fn need_user(&mut self, owner: &Value, word: &RawWord) -> Result<(), Problem> {
        let by_name = |part: &str| !part.is_empty() && part != "root" && part.parse::<i32>().is_err();
        let no_files = std::mem::replace(&mut self.state.no_files, false);
        match owner.as_known() {
            Some(owner) if no_files && !self.state.windows && owner.split(':').take(2).any(by_name) => {
                let problem = Problem::arguments(
                    word.range.clone(),
                    format!("nobody is called `{owner}` in an image without files"),
                );
                Err(problem.with_help("use a number, or copy an /etc/passwd first"))
            }
            _ => Ok(()),
        }
    }
}

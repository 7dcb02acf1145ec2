//! ONBUILD.

use crate::Keyword;

use super::{Operation, Problem, Request, pairs, parse as parse_operation};

/// Mirrors buildkit `parseOnBuild` and `parseSubCommand`. The engine looks at the deferred instruction only when it
/// is triggered, but splits its words at once; an unknown keyword is accepted.
pub(super) fn parse(request: &Request<'_>) -> Result<Option<Box<Operation>>, Problem> {
    let Some(command) = &request.instruction.onbuild else {
        let problem = Problem::arguments(request.range(), "ONBUILD needs an instruction");
        return Err(problem.with_help("write ONBUILD RUN …"));
    };
    request.flags(&[])?;
    let inner = Request { command, ..*request };
    if matches!(command.keyword, Keyword::Onbuild | Keyword::Maintainer | Keyword::From) {
        let keyword = command.keyword;
        let range = command.keyword_range.clone();
        return Err(Problem::arguments(range, format!("{keyword} cannot be deferred by ONBUILD")));
    }
    if matches!(command.keyword, Keyword::Env | Keyword::Label) {
        pairs::split(&inner)?;
    }
    if command.keyword.takes_json() {
        inner.check_json()?;
    }
    Ok(parse_operation(&inner).ok().map(Box::new))
}

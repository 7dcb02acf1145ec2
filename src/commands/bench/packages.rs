//! A change of the list of system packages, in a scratch copy of a Dockerfile.

use super::scenario::BITS;
use dockfit_dockerfile::Span;
use dockfit_rewrite::{Context, Dockerfile, RelPath};

/// Programs that install packages of a system, and the word that does.
const INSTALLS: [(&str, &str); 5] =
    [("apt-get", "install"), ("apt", "install"), ("apk", "add"), ("dnf", "install"), ("yum", "install")];

/// The text with the first package of the first such list named again, with other spaces for each seed: the step is another one
/// to the engine, and the same work to the package manager. `None` where there is no such list.
pub(super) fn named_again(text: &[u8], seed: u32) -> Option<Vec<u8>> {
    let (span, word) = first(text)?;
    let space = |bit| if seed >> bit & 1 == 1 { "  " } else { " " };
    let more: String = (0..BITS).map(|bit| format!("{}{word}", space(bit))).collect();
    let mut changed = text.to_vec();
    let end = span.range().end;
    changed.splice(end..end, more.into_bytes());
    Some(changed)
}

/// Where the first package of the first list stands.
fn first(text: &[u8]) -> Option<(Span, String)> {
    let path = RelPath::new("Dockerfile")?;
    let file = Dockerfile::new(path, Context::Unknown(String::new()), text);
    (0..file.document().instructions().len()).find_map(|index| {
        let run = file.run(index)?;
        let written = run.form.shell_text()?;
        run.script()?.commands().find_map(|command| {
            let (name, rest) = command.words.split_first()?;
            let (_, verb) = INSTALLS.iter().find(|(program, _)| name.value() == Some(program))?;
            let mut rest = rest.iter().skip_while(|word| word.value() != Some(verb)).skip(1);
            let package = rest.find(|word| word.value().is_some_and(|value| !value.starts_with('-')))?;
            Some((written.span(package.range.clone()), package.value()?.to_owned()))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::named_again;

    #[test]
    fn the_first_package_is_named_again() {
        let changed = |text: &str| {
            let again = named_again(text.as_bytes(), 1)?;
            Some(String::from_utf8(again).expect("text"))
        };
        let more = " gcc".repeat(23);
        assert_eq!(
            changed("FROM a\nRUN apt-get update && apt-get install -y \\\n    gcc \\\n    make && rm x\n"),
            Some(format!(
                "FROM a\nRUN apt-get update && apt-get install -y \\\n    gcc  gcc{more} \\\n    make && rm x\n"
            ))
        );
        let more = " curl".repeat(23);
        assert_eq!(
            changed("FROM a\nRUN --mount=type=cache,target=/c apk add curl\n"),
            Some(format!("FROM a\nRUN --mount=type=cache,target=/c apk add curl  curl{more}\n"))
        );
        assert_eq!(changed("FROM a\nRUN apt-get update\nRUN pip install flask\n"), None);
    }
}

//! The regular expressions that patterns become: Go's syntax, as far as a pattern can reach it.

use super::set::{Set, escape, perl_class};

/// A regular expression that must match the whole path.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Expression {
    steps: Vec<Step>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
enum Step {
    One(Set),
    /// Any number.
    Many(Set),
    /// `(.*/)?`
    Folders,
    /// `^` inside the text, `\A`: only at its start.
    Start,
    /// `\z`: only at its end.
    End,
    /// `\b` or, negated, `\B`.
    WordEdge(bool),
}

impl Expression {
    /// Parses what stands between `^` and `$`; nothing where Go would refuse it.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let chars: Vec<char> = text.chars().collect();
        let mut rest = chars.as_slice();
        let mut steps = Vec::new();
        while let Some((first, after)) = rest.split_first() {
            let (step, mut after) = match first {
                '(' => (Step::Folders, after.strip_prefix(&['.', '*', '/', ')', '?'])?),
                '^' => (Step::Start, after),
                '.' => (Step::One(Set::all_but('\n')), after),
                '[' => {
                    let (set, after) = Set::parse(after)?;
                    (Step::One(set), after)
                }
                '\\' => escaped(rest)?,
                char => (Step::One(Set::one(*char)), after),
            };
            let step = match (step, after.first()) {
                (Step::One(set), Some('*')) => {
                    after = &after[1..];
                    Step::Many(set)
                }
                (step, _) => step,
            };
            // Go takes no second star.
            if after.first() == Some(&'*') {
                return None;
            }
            steps.push(step);
            rest = after;
        }
        Some(Self { steps })
    }

    /// Whether it matches all of `path`: every state that can be reached is followed, character by character.
    pub(super) fn matches(&self, path: &str) -> bool {
        let path: Vec<char> = path.chars().collect();
        // One state per step, and one more inside each `(.*/)?`.
        let mut states = vec![State::default(); self.steps.len() + 1];
        states[0].before = true;
        self.skip(&mut states, &path, 0);
        for (at, char) in path.iter().enumerate() {
            let mut next = vec![State::default(); self.steps.len() + 1];
            for (index, step) in self.steps.iter().enumerate() {
                let state = states[index];
                match step {
                    Step::One(set) if state.before && set.contains(*char) => next[index + 1].before = true,
                    Step::Many(set) if state.before && set.contains(*char) => next[index].before = true,
                    Step::Folders if state.before || state.inside => {
                        next[index].inside = *char != '\n';
                        next[index + 1].before |= *char == '/';
                    }
                    _ => {}
                }
            }
            states = next;
            self.skip(&mut states, &path, at + 1);
        }
        states.last().is_some_and(|state| state.before)
    }

    /// Follows the steps that take no character at `at`.
    fn skip(&self, states: &mut [State], path: &[char], at: usize) {
        let is_word = |at: Option<usize>| {
            let char = at.and_then(|at| path.get(at));
            char.is_some_and(|char| char.is_ascii_alphanumeric() || *char == '_')
        };
        for (index, step) in self.steps.iter().enumerate() {
            let passes = match step {
                Step::One(_) => false,
                Step::Many(_) | Step::Folders => true,
                Step::Start => at == 0,
                Step::End => at == path.len(),
                Step::WordEdge(edge) => (is_word(at.checked_sub(1)) != is_word(Some(at))) == *edge,
            };
            states[index + 1].before |= states[index].before && passes;
        }
    }
}

#[derive(Clone, Copy, Debug, Default)]
struct State {
    /// Before the step.
    before: bool,
    /// Within it.
    inside: bool,
}

fn escaped(rest: &[char]) -> Option<(Step, &[char])> {
    let (letter, after) = rest.get(1..)?.split_first()?;
    match letter {
        'A' => Some((Step::Start, after)),
        'z' => Some((Step::End, after)),
        'b' => Some((Step::WordEdge(true), after)),
        'B' => Some((Step::WordEdge(false), after)),
        _ => match perl_class(*letter) {
            Some(set) => Some((Step::One(set), after)),
            None => escape(rest).map(|(char, after)| (Step::One(Set::one(char)), after)),
        },
    }
}

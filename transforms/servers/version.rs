//! Versions of servers.

use std::fmt;

/// The first three numbers of a release; what comes behind them decides nothing here.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct Version(pub(crate) [u32; 3]);

impl Version {
    /// The version that `text` begins with: `0.27.0.post1` is 0.27.0. None of one with an epoch.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let mut numbers = [0; 3];
        for (number, part) in numbers.iter_mut().zip(text.split('.')) {
            let end = part.find(|char: char| !char.is_ascii_digit()).unwrap_or(part.len());
            match part.get(..end).unwrap_or_default().parse() {
                Ok(value) => *number = value,
                Err(_) => break,
            }
            if end < part.len() {
                break;
            }
        }
        let plain = text.starts_with(|char: char| char.is_ascii_digit()) && !text.contains('!');
        plain.then_some(Self(numbers))
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self([major, minor, patch]) = self;
        write!(f, "{major}.{minor}.{patch}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_and_compared() {
        assert_eq!(Version::parse("0.32.1"), Some(Version([0, 32, 1])));
        assert_eq!(Version::parse("0.27.0.post1"), Some(Version([0, 27, 0])));
        assert_eq!(Version::parse("23"), Some(Version([23, 0, 0])));
        assert_eq!(Version::parse("0.41rc1"), Some(Version([0, 41, 0])));
        assert_eq!(Version::parse("1!2.0"), None);
        assert_eq!(Version::parse("main"), None);
        assert!(Version([0, 9, 9]) < Version([0, 30, 0]));
    }
}

//! Names of images.

use std::fmt;

/// The name of an image in full: `python:3.13-slim` is `docker.io/library/python:3.13-slim`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ImageReference {
    /// The registry, such as `docker.io`.
    pub domain: String,
    /// The repository in it, such as `library/python`.
    pub path: String,
    /// The tag, if one is written.
    pub tag: Option<String>,
    /// The digest, if one is written.
    pub digest: Option<String>,
}

/// Why a text names no image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReferenceError {
    /// Capitals in the repository.
    Uppercase,
    /// 64 hexadecimal digits, which would be the identifier of an image.
    Identifier,
    /// More than 255 characters.
    TooLong,
    /// A digest of another algorithm or length than the engine knows.
    Digest,
    /// Anything else.
    Format,
}

impl fmt::Display for ReferenceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Uppercase => "the name of a repository must be in lower case",
            Self::Identifier => "64 hexadecimal digits are no name of an image",
            Self::TooLong => "the name of a repository has at most 255 characters",
            Self::Digest => "the digest is none that the engine knows",
            Self::Format => "this is no name of an image",
        })
    }
}

impl std::error::Error for ReferenceError {}

const DEFAULT_DOMAIN: &str = "docker.io";

impl ImageReference {
    /// Reads a name as the engine does. Mirrors `github.com/distribution/reference` `ParseNormalizedNamed`.
    pub fn parse(text: &str) -> Result<Self, ReferenceError> {
        if text.len() == 64 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')) {
            return Err(ReferenceError::Identifier);
        }
        let (domain, remainder) = split_domain(text);
        let repository = remainder.split(':').next().unwrap_or_default();
        if repository.chars().any(|c| c.to_lowercase().ne(std::iter::once(c))) {
            return Err(ReferenceError::Uppercase);
        }

        let (named, digest) = match remainder.split_once('@') {
            Some((named, digest)) => (named, Some(digest)),
            None => (remainder.as_str(), None),
        };
        let (path, tag) = match named.split_once(':') {
            Some((path, tag)) => (path, Some(tag)),
            None => (named, None),
        };
        // Where the first part is no valid host the engine's expression can still take it as a part of the path.
        let valid = (is_host(&domain) && is_path(path)) || is_path(&format!("{domain}/{path}"));
        if !valid
            || tag.is_some_and(|tag| !is_tag(tag))
            || digest.is_some_and(|digest| !is_digest_shaped(digest))
        {
            return Err(ReferenceError::Format);
        }
        if domain.len() + 1 + path.len() > 255 {
            return Err(ReferenceError::TooLong);
        }
        if digest.is_some_and(|digest| !is_known_digest(digest)) {
            return Err(ReferenceError::Digest);
        }
        let (path, tag, digest) = (path.to_owned(), tag.map(str::to_owned), digest.map(str::to_owned));
        Ok(Self { domain, path, tag, digest })
    }

    /// The name without tag and digest, as people write it: `python`, `user/app`, `registry.example/app`.
    pub fn familiar_name(&self) -> String {
        if self.domain != DEFAULT_DOMAIN {
            return format!("{}/{}", self.domain, self.path);
        }
        self.path.strip_prefix("library/").filter(|rest| !rest.contains('/')).unwrap_or(&self.path).to_owned()
    }

    /// The name as people write it, with the tag and digest that are written.
    pub fn familiar(&self) -> String {
        let mut name = self.familiar_name();
        for (sign, part) in [(':', &self.tag), ('@', &self.digest)] {
            if let Some(part) = part {
                name.push(sign);
                name.push_str(part);
            }
        }
        name
    }

    /// The tag; `latest` where neither tag nor digest is written.
    pub fn effective_tag(&self) -> Option<&str> {
        match (&self.tag, &self.digest) {
            (Some(tag), _) => Some(tag),
            (None, Some(_)) => None,
            (None, None) => Some("latest"),
        }
    }
}

impl fmt::Display for ImageReference {
    /// The full name; with `:latest` where neither tag nor digest is written.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.domain, self.path)?;
        if let Some(tag) = self.effective_tag() {
            write!(f, ":{tag}")?;
        }
        self.digest.as_ref().map_or(Ok(()), |digest| write!(f, "@{digest}"))
    }
}

/// Mirrors `splitDockerDomain`.
fn split_domain(text: &str) -> (String, String) {
    let Some((first, rest)) = text.split_once('/') else {
        return (DEFAULT_DOMAIN.to_owned(), format!("library/{text}"));
    };
    let (domain, remainder) = if first == "index.docker.io" {
        (DEFAULT_DOMAIN, rest)
    } else if first == "localhost" || first.contains(['.', ':']) || first.to_lowercase() != first {
        (first, rest)
    } else {
        (DEFAULT_DOMAIN, text)
    };
    if domain == DEFAULT_DOMAIN && !remainder.contains('/') {
        return (domain.to_owned(), format!("library/{remainder}"));
    }
    (domain.to_owned(), remainder.to_owned())
}

/// A host name, an IP address in brackets if of version 6, and a port if one is given.
fn is_host(text: &str) -> bool {
    let (host, port) = match text.strip_prefix('[') {
        Some(inner) => match inner.split_once(']') {
            Some((address, after)) => {
                let valid =
                    !address.is_empty() && address.bytes().all(|b| b.is_ascii_hexdigit() || b == b':');
                return valid && (after.is_empty() || after.strip_prefix(':').is_some_and(is_digits));
            }
            None => return false,
        },
        None => text.split_once(':').map_or((text, None), |(host, port)| (host, Some(port))),
    };
    let label = |label: &str| {
        !label.is_empty()
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    host.split('.').all(label) && port.is_none_or(is_digits)
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Parts divided by `/`, each of letters and digits with `.`, `_`, `__` or dashes in between.
fn is_path(text: &str) -> bool {
    text.split('/').all(|component| {
        let alphanumeric = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
        let mut separator = String::new();
        let mut seen = false;
        for byte in component.bytes() {
            if alphanumeric(byte) {
                let joins = seen && (matches!(separator.as_str(), "." | "_" | "__") || is_dashes(&separator));
                if !(separator.is_empty() || joins) {
                    return false;
                }
                separator.clear();
                seen = true;
            } else {
                separator.push(char::from(byte));
            }
        }
        seen && separator.is_empty()
    })
}

fn is_dashes(text: &str) -> bool {
    text.bytes().all(|byte| byte == b'-')
}

fn is_tag(text: &str) -> bool {
    text.len() <= 128
        && text.bytes().enumerate().all(|(index, byte)| {
            byte.is_ascii_alphanumeric() || byte == b'_' || (index > 0 && matches!(byte, b'.' | b'-'))
        })
        && !text.is_empty()
}

fn is_digest_shaped(text: &str) -> bool {
    let Some((algorithm, encoded)) = text.split_once(':') else { return false };
    let part = |part: &str| {
        part.bytes().next().is_some_and(|byte| byte.is_ascii_alphabetic())
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric())
    };
    algorithm.split(['-', '_', '+', '.']).all(part)
        && encoded.len() >= 32
        && encoded.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Mirrors `github.com/opencontainers/go-digest` `Validate`.
fn is_known_digest(text: &str) -> bool {
    text.split_once(':').is_some_and(|(algorithm, encoded)| {
        let length = match algorithm {
            "sha256" => 64,
            "sha384" => 96,
            "sha512" => 128,
            _ => return false,
        };
        encoded.len() == length && encoded.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
    })
}

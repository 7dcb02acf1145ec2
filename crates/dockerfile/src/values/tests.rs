use super::platform::Platform;
use super::port::{self, PortError};
use super::reference::{ImageReference, ReferenceError};
use super::remote::{SourceKind, source_kind};
use super::{csv, duration, file_mode, signal, size};

#[test]
fn csv_fields() {
    let fields = |line| csv::fields(line).expect(line);
    assert_eq!(fields("type=cache,target=/c"), ["type=cache", "target=/c"]);
    assert_eq!(fields("a,,\"b,\"\"c\"\"\",d"), ["a", "", "b,\"c\"", "d"]);
    assert_eq!(fields("a,"), ["a", ""]);
    assert_eq!(csv::fields(""), Err(csv::CsvError::Empty));
    assert_eq!(csv::fields("a=\"b\""), Err(csv::CsvError::BareQuote));
    assert_eq!(csv::fields("\"a\"b"), Err(csv::CsvError::Quote));
    assert_eq!(csv::fields("\"a"), Err(csv::CsvError::Quote));
}

#[test]
fn durations() {
    for (text, nanoseconds) in [
        ("30s", 30_000_000_000),
        ("1h2m3.5s", 3_723_500_000_000),
        (".5s", 500_000_000),
        ("1.s", 1_000_000_000),
        ("-1ms", -1_000_000),
        ("+2us", 2_000),
        ("0", 0),
        ("1.123456789123s", 1_123_456_789),
    ] {
        assert_eq!(duration::parse(text), Some(nanoseconds), "of {text}");
    }
    for text in ["", "-", "5", "s", ".s", "1 s", "1d", "1sx", "9999999h", "${P}s"] {
        assert_eq!(duration::parse(text), None, "of {text}");
    }
}

#[test]
fn sizes() {
    for (text, bytes) in [("64m", 64 << 20), ("1.5KiB", 1536), ("10 kb", 10 << 10), ("7", 7), ("8b", 8)] {
        assert_eq!(size::parse(text), Some(bytes), "of {text}");
    }
    for text in ["", "m", "1x", "1bb", "1kbb", "-1", "1kk"] {
        assert_eq!(size::parse(text), None, "of {text}");
    }
}

#[test]
fn signals() {
    for text in ["9", "999", "-3", "SIGINT", "sigint", "term", "RTMIN+15", "SIGRTMAX-1"] {
        assert!(signal::is_valid(text), "{text}");
    }
    for text in ["", "0", "nonsense", "RTMIN+16", "RTMAX-0", "SIGSIGINT"] {
        assert!(!signal::is_valid(text), "{text}");
    }
}

#[test]
fn ports() {
    let ports = |text| port::parse(text).expect(text);
    assert_eq!(ports("80"), ["80/tcp"]);
    assert_eq!(ports("080/UDP"), ["80/udp"]);
    assert_eq!(ports("8000-8002/sctp"), ["8000/sctp", "8001/sctp", "8002/sctp"]);
    assert_eq!(ports("8080:80"), ["80/tcp"]);
    assert_eq!(ports("127.0.0.1:80:81"), ["81/tcp"]);
    assert_eq!(ports("[::1]:80:81"), ["81/tcp"]);
    assert_eq!(ports("1-2:80"), ["80/tcp"]);
    assert_eq!(port::parse("80/foo"), Err(PortError::Protocol("foo".into())));
    assert_eq!(port::parse("/tcp"), Err(PortError::Missing));
    assert_eq!(port::parse("99999"), Err(PortError::Number("99999".into())));
    assert_eq!(port::parse("90-80"), Err(PortError::Number("90-80".into())));
    assert_eq!(port::parse("80,81"), Err(PortError::Number("80,81".into())));
    assert_eq!(port::parse("x:80:81"), Err(PortError::Address("x".into())));
    assert_eq!(port::parse("1-3:80-81"), Err(PortError::Ranges));
}

#[test]
fn file_modes() {
    for mode in ["644", "0600", "7777", "u+x", "a=rX,go-w", "=", "g=u-w", "+t"] {
        assert!(file_mode::is_valid(mode), "{mode}");
    }
    for mode in ["", "999", "10000", "x", "u", "u+x,", "u+q", "7x"] {
        assert!(!file_mode::is_valid(mode), "{mode}");
    }
}

#[test]
fn sources() {
    for (source, kind) in [
        ("app.py", SourceKind::Local),
        ("https://host.example/a.tgz", SourceKind::Http),
        ("https://host.example/a.git", SourceKind::Git),
        ("https://host.example/a.git#main:sub", SourceKind::Git),
        ("git://host.example/a", SourceKind::Git),
        ("git@host.example:a/b.git", SourceKind::Git),
        ("github.com/a/b", SourceKind::Local),
        ("./git@host:a", SourceKind::Local),
        ("s3://bucket/a", SourceKind::Local),
    ] {
        assert_eq!(source_kind(source), kind, "of {source}");
    }
}

#[test]
fn platforms() {
    for (text, shown) in [
        ("linux/amd64", "linux/amd64"),
        ("Linux/x86_64", "linux/amd64"),
        ("linux/aarch64", "linux/arm64"),
        ("linux/arm64/v8", "linux/arm64/v8"),
        ("linux/arm/v7", "linux/arm/v7"),
        ("linux/arm", "linux/arm"),
        ("arm64", "linux/arm64"),
        ("linux", "linux/amd64"),
        ("windows(10.0.17763)/amd64", "windows(10.0.17763)/amd64"),
    ] {
        assert_eq!(
            Platform::parse(text).map(|platform| platform.to_string()).as_deref(),
            Some(shown),
            "of {text}"
        );
    }
    for text in ["", "garbage", "garbage/x/y/z", "linux/", "linux/a*b", "linux/$x", "a b"] {
        assert_eq!(Platform::parse(text), None, "of {text}");
    }
}

#[test]
fn references() {
    let digest = "a".repeat(64);
    for (text, full, familiar) in [
        ("python:3.13-slim", "docker.io/library/python:3.13-slim", "python"),
        ("user/app", "docker.io/user/app:latest", "user/app"),
        ("docker.io/redis", "docker.io/library/redis:latest", "redis"),
        ("registry.example:5000/a/b:1", "registry.example:5000/a/b:1", "registry.example:5000/a/b"),
        ("localhost/x", "localhost/x:latest", "localhost/x"),
        ("0", "docker.io/library/0:latest", "0"),
        ("[::1]:5000/x", "[::1]:5000/x:latest", "[::1]:5000/x"),
        ("a__b--c.d", "docker.io/library/a__b--c.d:latest", "a__b--c.d"),
    ] {
        let reference = ImageReference::parse(text).expect(text);
        assert_eq!((reference.to_string().as_str(), reference.familiar_name().as_str()), (full, familiar));
    }
    let pinned = ImageReference::parse(&format!("app:1@sha256:{digest}")).expect("pinned");
    assert_eq!(pinned.to_string(), format!("docker.io/library/app:1@sha256:{digest}"));

    for (text, error) in [
        ("ONE", ReferenceError::Uppercase),
        ("a/B", ReferenceError::Uppercase),
        ("", ReferenceError::Format),
        ("$s", ReferenceError::Format),
        ("a b", ReferenceError::Format),
        ("a..b", ReferenceError::Format),
        ("a___b", ReferenceError::Format),
        ("-a", ReferenceError::Format),
        ("a:", ReferenceError::Format),
        ("a@sha256:abc", ReferenceError::Format),
    ] {
        assert_eq!(ImageReference::parse(text), Err(error), "of {text}");
    }
    assert_eq!(ImageReference::parse(&digest), Err(ReferenceError::Identifier));
    assert_eq!(ImageReference::parse(&format!("a@md5:{digest}")), Err(ReferenceError::Digest));
}

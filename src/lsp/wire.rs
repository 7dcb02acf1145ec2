//! Messages on a stream, framed as the protocol has it: headers, a blank line, JSON.
//!
//! Source: Language Server Protocol 3.17, "Base Protocol", read 2026-11-24. A length is no promise: nothing is allocated
//! before it is known to be bearable.

use std::io::{self, BufRead, Read as _, Write};

use serde_json::Value;

/// The longest message that is read, in bytes. A document has [`crate::disk::LARGEST`] bytes at most, escaped.
const LONGEST: u64 = 64 << 20;
/// The longest header line, and how many of them stand before a message.
const LONGEST_HEADER: u64 = 4096;
const MOST_HEADERS: usize = 32;

/// What came in.
#[derive(Debug, PartialEq)]
pub(super) enum Read {
    /// A message.
    Message(Value),
    /// What is no JSON, or too long; why. The stream goes on behind it.
    Broken(String),
    /// Nothing more comes.
    End,
}

/// The next message. An error where it cannot be told where the one after it begins.
pub(super) fn read(input: &mut impl BufRead) -> io::Result<Read> {
    let Some(length) = length(input)? else { return Ok(Read::End) };
    if length > LONGEST {
        io::copy(&mut input.take(length), &mut io::sink())?;
        return Ok(Read::Broken(format!("a message of {length} bytes is too long")));
    }
    let mut body = Vec::new();
    let read = input.take(length).read_to_end(&mut body)?;
    if u64::try_from(read).ok() != Some(length) {
        return Ok(Read::End);
    }
    Ok(match serde_json::from_slice(&body) {
        Ok(message) => Read::Message(message),
        Err(error) => Read::Broken(format!("the message is no JSON: {error}")),
    })
}

/// What the headers say of the length; `None` at the end of the stream.
fn length(input: &mut impl BufRead) -> io::Result<Option<u64>> {
    let wrong = |message: &str| io::Error::new(io::ErrorKind::InvalidData, message.to_owned());
    let mut length = None;
    for at in 0..MOST_HEADERS {
        let mut line = Vec::new();
        let read = input.take(LONGEST_HEADER).read_until(b'\n', &mut line)?;
        if read == 0 {
            return if at == 0 { Ok(None) } else { Err(wrong("the stream ends in a header")) };
        }
        let line = String::from_utf8_lossy(&line);
        let Some(line) = line.strip_suffix('\n') else { return Err(wrong("a header is too long")) };
        let line = line.trim_end_matches('\r');
        if line.is_empty() {
            return length.map(Some).ok_or_else(|| wrong("a message has no Content-Length"));
        }
        let (name, value) = line.split_once(':').ok_or_else(|| wrong("a header has no colon"))?;
        if name.trim().eq_ignore_ascii_case("Content-Length") {
            length = Some(value.trim().parse().map_err(|_| wrong("a Content-Length is no number"))?);
        }
    }
    Err(wrong("a message has too many headers"))
}

/// Writes a message.
pub(super) fn write(output: &mut impl Write, message: &Value) -> io::Result<()> {
    let body = message.to_string();
    write!(output, "Content-Length: {}\r\n\r\n{body}", body.len())?;
    output.flush()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Read, read, write};

    #[test]
    fn what_is_written_is_read() {
        let mut bytes = Vec::new();
        write(&mut bytes, &json!({"a": "ü😀"})).expect("written");
        let mut input = bytes.as_slice();
        assert_eq!(read(&mut input).expect("read"), Read::Message(json!({"a": "ü😀"})));
        assert_eq!(read(&mut input).expect("read"), Read::End);
    }

    #[test]
    fn broken_messages_are_told_and_the_next_one_is_read() {
        let mut input = b"Content-Length: 3\r\n\r\n{\xff}content-length:2\r\nX: y\r\n\r\n{}".as_slice();
        assert!(matches!(read(&mut input).expect("read"), Read::Broken(_)));
        assert_eq!(read(&mut input).expect("read"), Read::Message(json!({})));
        let deep = "[".repeat(100_000);
        let text = format!("Content-Length: {}\r\n\r\n{deep}", deep.len());
        assert!(matches!(read(&mut text.as_bytes()).expect("read"), Read::Broken(_)));
    }

    #[test]
    fn lengths_that_cannot_be_borne_end_the_stream() {
        for text in [
            "Content-Length: 99999999999999999999\r\n\r\n{}",
            "Content-Length: -1\r\n\r\n",
            "no colon\r\n\r\n",
            "X: y\r\n\r\n{}",
            "Content-Length: 2",
        ] {
            assert!(read(&mut text.as_bytes()).is_err(), "{text}");
        }
        // It is not there: nothing is allocated for it.
        let text = "Content-Length: 9999999999999\r\n\r\n{}";
        assert!(matches!(read(&mut text.as_bytes()).expect("read"), Read::Broken(_)));
        let endless = "x".repeat(10_000);
        assert!(read(&mut endless.as_bytes()).is_err());
    }
}

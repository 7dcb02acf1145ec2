//! Ports of an EXPOSE.

use std::net::IpAddr;

/// Why a text is no port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum PortError {
    /// Nothing stands where a port is expected.
    Missing,
    /// Another protocol than tcp, udp and sctp.
    Protocol(String),
    /// No number from 0 to 65535, or no range of them.
    Number(String),
    /// No IP address in front of the ports.
    Address(String),
    /// The ranges of `host:container` have different lengths.
    Ranges,
}

/// The `port/protocol` pairs of `[ip:][host:]port[-last][/protocol]`. What stands before the container's port
/// is checked and dropped. Mirrors buildkit `dockerfile2llb/convert_expose.go`.
pub(crate) fn parse(text: &str) -> Result<Vec<String>, PortError> {
    let fields: Vec<&str> = text.split(':').collect();
    let (address, host, container) = match fields.as_slice() {
        [container] => (String::new(), "", *container),
        [host, container] => (String::new(), *host, *container),
        [address @ .., host, container] => (address.join(":"), *host, *container),
        [] => (String::new(), "", ""),
    };
    let (ports, protocol) = container.split_once('/').unwrap_or((container, ""));
    if ports.is_empty() {
        return Err(PortError::Missing);
    }
    let protocol = match protocol.to_lowercase().as_str() {
        "" => "tcp".to_owned(),
        known @ ("tcp" | "udp" | "sctp") => known.to_owned(),
        _ => return Err(PortError::Protocol(protocol.to_owned())),
    };
    if !address.is_empty() {
        let bare = address.strip_prefix('[').map_or(Some(address.as_str()), |inner| inner.strip_suffix(']'));
        if bare.is_none_or(|bare| bare.parse::<IpAddr>().is_err()) {
            return Err(PortError::Address(address));
        }
    }
    let (first, last) = range(ports).ok_or_else(|| PortError::Number(ports.to_owned()))?;
    if !host.is_empty() {
        let (host_first, host_last) = range(host).ok_or_else(|| PortError::Number(host.to_owned()))?;
        if last - first != host_last - host_first && last != first {
            return Err(PortError::Ranges);
        }
    }
    Ok((first..=last).map(|port| format!("{port}/{protocol}")).collect())
}

fn range(text: &str) -> Option<(u16, u16)> {
    let Some((first, last)) = text.split_once('-') else {
        let port = number(text)?;
        return Some((port, port));
    };
    let start = number(first)?;
    let end = if first == last { start } else { number(last)? };
    (start <= end).then_some((start, end))
}

/// Go's `strconv.ParseInt`, which takes a sign and leading zeros.
fn number(text: &str) -> Option<u16> {
    text.parse::<i64>().ok().and_then(|number| u16::try_from(number).ok())
}

//! Signals of a STOPSIGNAL.

/// The names that Linux and the engine know, without `SIG`. Source: `github.com/moby/sys/signal`
/// `signal_linux.go`, October 2025. RTMIN and RTMAX with their offsets are told apart below.
const NAMES: [&str; 36] = [
    "ABRT", "ALRM", "BUS", "CHLD", "CLD", "CONT", "FPE", "HUP", "ILL", "INT", "IO", "IOT", "KILL", "PIPE",
    "POLL", "PROF", "PWR", "QUIT", "SEGV", "STKFLT", "STOP", "SYS", "TERM", "TRAP", "TSTP", "TTIN", "TTOU",
    "URG", "USR1", "USR2", "VTALRM", "WINCH", "XCPU", "XFSZ", "RTMIN", "RTMAX",
];

/// Whether the engine takes this as a signal: any number but 0, or a name with or without `SIG`, in any case.
/// Mirrors `github.com/moby/sys/signal` `ParseSignal`.
pub(crate) fn is_valid(signal: &str) -> bool {
    if let Ok(number) = signal.parse::<i64>() {
        return number != 0;
    }
    let upper = signal.to_uppercase();
    let name = upper.strip_prefix("SIG").unwrap_or(&upper);
    let offset = |prefix: &str, most: u8| {
        name.strip_prefix(prefix).is_some_and(|digits| (1..=most).any(|offset| offset.to_string() == digits))
    };
    NAMES.contains(&name) || offset("RTMIN+", 15) || offset("RTMAX-", 14)
}

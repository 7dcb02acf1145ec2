//! Durations of a HEALTHCHECK.

/// Nanoseconds in each unit.
const UNITS: [(&str, u64); 8] = [
    ("ns", 1),
    ("us", 1_000),
    ("\u{b5}s", 1_000),
    ("\u{3bc}s", 1_000),
    ("ms", 1_000_000),
    ("s", 1_000_000_000),
    ("m", 60_000_000_000),
    ("h", 3_600_000_000_000),
];

/// A duration in nanoseconds, as Go's `time.ParseDuration` reads it: `1h30m`, `.5s`, `-1ms`, `0`.
pub(crate) fn parse(text: &str) -> Option<i64> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    if digits == "0" {
        return Some(0);
    }
    if digits.is_empty() {
        return None;
    }
    let mut total: u64 = 0;
    let mut rest = digits;
    while !rest.is_empty() {
        let (whole, after) = split_digits(rest);
        let (fraction, after) = match after.strip_prefix('.') {
            Some(after) => split_digits(after),
            None => ("", after),
        };
        if whole.is_empty() && fraction.is_empty() {
            return None;
        }
        let unit_length = after.find(|c: char| c == '.' || c.is_ascii_digit()).unwrap_or(after.len());
        let (unit, after) = after.split_at(unit_length);
        let (_, scale) = UNITS.iter().find(|(name, _)| *name == unit)?;
        let whole: u64 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
        total = total.checked_add(whole.checked_mul(*scale)?)?.checked_add(part_of(fraction, *scale))?;
        rest = after;
    }
    if negative { 0i64.checked_sub_unsigned(total) } else { i64::try_from(total).ok() }
}

fn split_digits(text: &str) -> (&str, &str) {
    text.split_at(text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len()))
}

/// `0.fraction` of `scale`, rounded down. Digits beyond what matters for nanoseconds of an hour are dropped.
fn part_of(fraction: &str, scale: u64) -> u64 {
    let mut result: u128 = 0;
    let mut unit: u128 = 1;
    for digit in fraction.bytes().take(20) {
        result = result * 10 + u128::from(digit - b'0');
        unit *= 10;
    }
    u64::try_from(result * u128::from(scale) / unit).unwrap_or_default()
}

//! Sizes of a tmpfs mount.

/// A number of bytes such as `64m`, `1.5GiB`, `10 kb`; units are powers of 1,024. Mirrors
/// `github.com/docker/go-units` `RAMInBytes`; fractions of a byte are dropped.
pub(crate) fn parse(text: &str) -> Option<u64> {
    let separator = text.rfind(|c: char| c.is_ascii_digit() || c == '.' || c == ' ')?;
    let (number, suffix) = text.split_at(separator + 1);
    let number = number.strip_suffix(' ').unwrap_or(number);
    let number: f64 = number.parse().ok()?;
    if number.is_nan() || number < 0.0 {
        return None;
    }
    let suffix = suffix.to_ascii_lowercase();
    let scale: f64 = match suffix.as_str() {
        "" | "b" => 1.0,
        _ => {
            let (unit, tail) = suffix.split_at_checked(1)?;
            if !matches!(tail, "" | "b" | "ib") {
                return None;
            }
            let power = "kmgtp".find(unit)?;
            1024f64.powi(i32::try_from(power).ok()? + 1)
        }
    };
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "saturates, and is not negative"
    )]
    Some((number * scale) as u64)
}

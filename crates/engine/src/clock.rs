//! When a container began, on the clock of this process.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// The moment at which the engine's client was called.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Called {
    instant: Instant,
    time: SystemTime,
}

impl Called {
    pub(crate) fn now() -> Self {
        Self { instant: Instant::now(), time: SystemTime::now() }
    }

    /// The moment that the engine names, which lies between the call and its end; where it does not, the clocks differ, and
    /// the end of the call is the best that is known.
    pub(crate) fn moment(&self, named: &str, end: Instant) -> Instant {
        let since = since_1970(named).and_then(|since| (UNIX_EPOCH + since).duration_since(self.time).ok());
        let moment = since.and_then(|since| self.instant.checked_add(since));
        moment.filter(|moment| *moment <= end).unwrap_or(end)
    }
}

/// The time since 1970 of a time in UTC as Go prints it: RFC 3339, with up to nine digits behind the seconds.
pub(crate) fn since_1970(text: &str) -> Option<Duration> {
    let (date, clock) = text.trim().strip_suffix('Z')?.split_once('T')?;
    let mut date = date.splitn(3, '-').map(str::parse::<u64>);
    let (year, month, day) = (date.next()?.ok()?, date.next()?.ok()?, date.next()?.ok()?);
    let mut parts = clock.splitn(3, ':');
    let hour: u64 = parts.next()?.parse().ok()?;
    let minute: u64 = parts.next()?.parse().ok()?;
    let second: f64 = parts.next()?.parse().ok()?;
    let is_date = (1970..=9999).contains(&year) && (1..=12).contains(&month) && day <= 31;
    if !is_date || hour > 23 || minute > 59 || !(0.0..61.0).contains(&second) {
        return None;
    }
    // Days since 1970 in the Gregorian calendar; years begin in March, so that the leap day is the last one.
    let (years, months) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let days =
        years * 365 + years / 4 - years / 100 + years / 400 + (months * 153 + 2) / 5 + day.checked_sub(1)?;
    let days = days.checked_sub(719_468)?;
    Some(Duration::from_secs(days * 86_400 + hour * 3600 + minute * 60) + Duration::from_secs_f64(second))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Called, since_1970};

    #[test]
    fn times_are_read() {
        assert_eq!(since_1970("1970-01-01T00:00:00Z"), Some(Duration::ZERO));
        assert_eq!(since_1970("2000-03-01T00:00:01.5Z"), Some(Duration::from_millis(951_868_801_500)));
        assert_eq!(since_1970("2026-11-24T16:33:43Z"), Some(Duration::from_secs(1_795_538_023)));
        for text in [
            "",
            "0001-01-01T00:00:00Z",
            "2026-11-24",
            "2026-13-01T00:00:00Z",
            "2026-11-24T9999999999999999999:00:00Z",
        ] {
            assert_eq!(since_1970(text), None, "{text}");
        }
    }

    #[test]
    fn a_clock_that_differs_is_not_believed() {
        let called = Called::now();
        let end = called.instant + Duration::from_secs(1);
        assert_eq!(called.moment("1999-01-01T00:00:00Z", end), end);
        assert_eq!(called.moment("2999-01-01T00:00:00Z", end), end);
        assert_eq!(called.moment("", end), end);
    }
}

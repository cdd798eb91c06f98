//! Numbers and times as they are printed, the same on the page and in the terminal.

use types::Timestamp;

use crate::data::Share;

/// `0.1423` as `14.2%`.
pub(crate) fn percent(share: f64) -> String {
    format!("{:.1}%", share * 100.0)
}

/// A confidence such as 0.95 as `95%`, with as many decimals as it has, at most three.
pub(crate) fn confidence(share: f64) -> String {
    let text = format!("{:.3}", share * 100.0);
    format!("{}%", text.trim_end_matches('0').trim_end_matches('.'))
}

/// The ends of an interval as `1.2 to 14.2%`.
pub(crate) fn interval(share: Share) -> String {
    format!("{:.1} to {}", share.low * 100.0, percent(share.high))
}

/// Digits in groups of three: `12,345`.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `1 item`, `2 items`: `number` of a noun whose plural ends in s.
pub(crate) fn count(number: u64, noun: &str) -> String {
    format!("{} {noun}{}", grouped(number), if number == 1 { "" } else { "s" })
}

/// Seconds as `0.8 s`, `6 min 12 s` or `1 h 4 min`.
pub(crate) fn duration(seconds: f64) -> String {
    if seconds < 10.0 {
        return format!("{seconds:.1} s");
    }
    // Non-negative and finite, see `check`; a cast saturates.
    let whole = seconds.round() as u64;
    match (whole / 3_600, whole % 3_600 / 60, whole % 60) {
        (0, 0, seconds) => format!("{seconds} s"),
        (0, minutes, seconds) => format!("{minutes} min {seconds} s"),
        (hours, minutes, _) => format!("{} h {minutes} min", grouped(hours)),
    }
}

/// A time as `2026-11-23 12:00:00 UTC`.
pub(crate) fn time(time: Timestamp) -> String {
    let text = time.to_string();
    let seconds = text.split_once('.').map_or(text.as_str(), |(seconds, _)| seconds);
    format!("{} UTC", seconds.replace('T', " "))
}

/// Bytes as `105.4 MB`, in powers of ten.
pub(crate) fn size(bytes: u64) -> String {
    let units = [(1e9, "GB"), (1e6, "MB"), (1e3, "kB")];
    let exact = bytes as f64;
    match units.into_iter().find(|(unit, _)| exact >= *unit) {
        Some((unit, name)) => format!("{:.1} {name}", exact / unit),
        None => count(bytes, "byte"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_in_threes() {
        let grouped: Vec<String> = [0, 999, 1_000, 1_234_567].into_iter().map(grouped).collect();
        assert_eq!(grouped, ["0", "999", "1,000", "1,234,567"]);
    }

    #[test]
    fn durations_use_two_units_at_most() {
        let durations: Vec<String> = [0.84, 59.6, 372.0, 3_840.0].into_iter().map(duration).collect();
        assert_eq!(durations, ["0.8 s", "1 min 0 s", "6 min 12 s", "1 h 4 min"]);
    }

    #[test]
    fn times_name_their_zone() {
        assert_eq!(time(Timestamp::from_unix_millis(0).unwrap()), "1970-01-01 00:00:00 UTC");
        assert_eq!(confidence(0.95), "95%");
        assert_eq!(confidence(0.999), "99.9%");
        assert_eq!(size(105_400_000), "105.4 MB");
    }
}

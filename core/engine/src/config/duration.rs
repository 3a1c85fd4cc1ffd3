//! Durations as people write them.

use std::time::Duration;

/// The longest duration that is accepted, one day: more is a slip, and would overflow the clock arithmetic further on.
pub const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

/// Units and what they are in seconds; the longer name comes first where one ends with another.
const UNITS: [(&str, f64); 5] = [("us", 1e-6), ("ms", 1e-3), ("s", 1.0), ("m", 60.0), ("h", 3600.0)];

/// Reads a number with a unit: `5ms`, `2s`, `1.5m`.
///
/// # Errors
/// What is wrong, to be read after the text: "has no unit".
pub fn parse_duration(text: &str) -> Result<Duration, String> {
    let text = text.trim();
    let unit_start = text.find(|char: char| char.is_ascii_alphabetic()).unwrap_or(text.len());
    let (number, unit) = (text[..unit_start].trim_end(), &text[unit_start..]);
    if number.is_empty() {
        return Err("has no number".to_owned());
    }
    let number = parse_number(number)?;
    if unit.is_empty() {
        return Err("has no unit".to_owned());
    }
    let Some((_, seconds)) = UNITS.iter().find(|(name, _)| *name == unit) else {
        return Err(format!("has no known unit: `{unit}` is none of us, ms, s, m, h"));
    };
    to_duration(number * seconds)
}

/// The same, with a number alone taken as seconds: the form of the command line (`-d 0.05`).
///
/// # Errors
/// What is wrong, to be read after the text.
pub fn parse_seconds(text: &str) -> Result<Duration, String> {
    match parse_number(text.trim()) {
        Ok(seconds) => to_duration(seconds),
        Err(_) => parse_duration(text),
    }
}

/// The shortest text that [`parse_duration`] reads as this duration, exact to the microsecond.
pub fn shown_duration(duration: Duration) -> String {
    let micros = duration.as_micros();
    let units = [("h", 3_600_000_000), ("m", 60_000_000), ("s", 1_000_000), ("ms", 1_000)];
    match units
        .iter()
        .find(|(_, unit)| micros >= *unit && micros.is_multiple_of(*unit))
    {
        Some((name, unit)) => format!("{}{name}", micros / unit),
        None if micros == 0 => "0s".to_owned(),
        None => format!("{micros}us"),
    }
}

/// Digits with at most one decimal point: `f64::from_str` also takes `inf`, `nan`, `1e9` and signs.
fn parse_number(text: &str) -> Result<f64, String> {
    let plain = text.chars().all(|char| char.is_ascii_digit() || char == '.') && text.contains(|c: char| c != '.');
    match text.parse() {
        Ok(number) if plain => Ok(number),
        _ if text.starts_with('-') => Err("is negative".to_owned()),
        _ => Err(format!("has no number: `{text}` is none")),
    }
}

fn to_duration(seconds: f64) -> Result<Duration, String> {
    match Duration::try_from_secs_f64(seconds) {
        Ok(duration) if duration <= LONGEST => Ok(duration),
        _ => Err("is longer than a day".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_numbers_with_units() {
        for (text, micros) in [
            ("5ms", 5_000),
            ("2s", 2_000_000),
            ("1m", 60_000_000),
            ("1.5s", 1_500_000),
            (" 250 us ", 250),
            ("0s", 0),
            ("24h", 86_400_000_000),
            (".5s", 500_000),
        ] {
            assert_eq!(parse_duration(text), Ok(Duration::from_micros(micros)), "{text}");
        }
    }

    #[test]
    fn refuses_what_is_no_duration() {
        for (text, reason) in [
            ("", "has no number"),
            ("ms", "has no number"),
            ("5", "has no unit"),
            ("5 parsecs", "has no known unit: `parsecs` is none of us, ms, s, m, h"),
            ("1m30s", "has no known unit: `m30s` is none of us, ms, s, m, h"),
            ("-1s", "is negative"),
            ("1.2.3s", "has no number: `1.2.3` is none"),
            (".s", "has no number: `.` is none"),
            ("25h", "is longer than a day"),
            ("99999999999999999999999999h", "is longer than a day"),
            ("1é", "has no number: `1é` is none"),
        ] {
            assert_eq!(parse_duration(text), Err(reason.to_owned()), "{text}");
        }
    }

    #[test]
    fn bare_numbers_are_seconds_on_the_command_line() {
        assert_eq!(parse_seconds("0.05"), Ok(Duration::from_millis(50)));
        assert_eq!(parse_seconds("5ms"), Ok(Duration::from_millis(5)));
        assert_eq!(parse_seconds("inf"), Err("has no number".to_owned()));
        assert_eq!(
            parse_seconds("1e99"),
            Err("has no known unit: `e99` is none of us, ms, s, m, h".to_owned())
        );
        assert_eq!(parse_seconds("-1"), Err("is negative".to_owned()));
    }

    #[test]
    fn shown_durations_are_read_back() {
        for micros in [0, 1, 999, 5_000, 1_500_000, 60_000_000, 90_000_000, 7_200_000_000] {
            let duration = Duration::from_micros(micros);
            assert_eq!(parse_duration(&shown_duration(duration)), Ok(duration));
        }
        assert_eq!(shown_duration(Duration::from_millis(1500)), "1500ms");
    }
}

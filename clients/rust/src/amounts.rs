//! Amounts of what is spent: decimal numbers, sent as text, so that no language rounds them. They are added here as
//! whole billionths, as the server adds them.
use std::collections::BTreeMap;
use std::fmt;

const DECIMALS: usize = 9;
const SCALE: u128 = 1_000_000_000;
const WHOLE_DIGITS_MAX: usize = 18;

/// Amounts by unit: `Amounts::of("usd", "0.12")?.and("tokens", 1_800)?`. A fraction is a text, because a
/// floating-point number cannot hold most fractions exactly.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Amounts(BTreeMap<String, u128>);

/// A text that is no amount.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidAmount {
    unit: String,
    text: String,
}

impl fmt::Display for InvalidAmount {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { unit, text } = self;
        write!(
            formatter,
            "{text:?} {unit} is no amount: write at most 18 digits, and at most 9 behind a point, such as \"0.12\""
        )
    }
}

impl std::error::Error for InvalidAmount {}

impl Amounts {
    /// One amount of one unit.
    pub fn of(unit: impl Into<String>, amount: impl ToString) -> Result<Self, InvalidAmount> {
        Self::default().and(unit, amount)
    }

    /// These amounts and one more.
    pub fn and(mut self, unit: impl Into<String>, amount: impl ToString) -> Result<Self, InvalidAmount> {
        let (unit, text) = (unit.into(), amount.to_string());
        match parsed(&text) {
            Some(billionths) => {
                *self.0.entry(unit).or_default() += billionths;
                Ok(self)
            }
            None => Err(InvalidAmount { unit, text }),
        }
    }

    pub(crate) fn into_contract(self) -> BTreeMap<String, String> {
        self.0.into_iter().map(|(unit, amount)| (unit, formatted(amount))).collect()
    }

    /// Adds these amounts to those of a report that has not been sent.
    pub(crate) fn add_to(self, sums: &mut BTreeMap<String, String>) {
        for (unit, amount) in self.0 {
            let sum = sums.entry(unit).or_default();
            *sum = formatted(parsed(sum).unwrap_or_default() + amount);
        }
    }
}

fn parsed(text: &str) -> Option<u128> {
    let (whole, fraction) = text.split_once('.').map_or((text, None), |(whole, fraction)| (whole, Some(fraction)));
    let is_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let has_whole = is_digits(whole) && whole.len() <= WHOLE_DIGITS_MAX && (whole == "0" || !whole.starts_with('0'));
    if !has_whole || !fraction.is_none_or(|part| is_digits(part) && part.len() <= DECIMALS) {
        return None;
    }
    let billionths = format!("{:0<DECIMALS$}", fraction.unwrap_or_default());
    Some(whole.parse::<u128>().ok()? * SCALE + billionths.parse::<u128>().ok()?)
}

fn formatted(amount: u128) -> String {
    let (whole, fraction) = (amount / SCALE, amount % SCALE);
    if fraction == 0 {
        return whole.to_string();
    }
    format!("{whole}.{fraction:0DECIMALS$}").trim_end_matches('0').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_added_exactly() {
        let mut sums = Amounts::of("usd", "0.1").unwrap().and("tokens", 1_800).unwrap().into_contract();
        for _ in 0..9 {
            Amounts::of("usd", "0.100000001").unwrap().add_to(&mut sums);
        }
        assert_eq!(sums["usd"], "1.000000009");
        assert_eq!(sums["tokens"], "1800");
    }

    #[test]
    fn what_is_no_amount_is_refused_with_its_unit() {
        for text in ["", ".5", "1.", "01", "-1", "1e3", "1.0000000001", "1234567890123456789", "0.1.2"] {
            let error = Amounts::of("usd", text).unwrap_err();
            assert!(error.to_string().contains("usd"), "{text}");
        }
        assert!(Amounts::of("usd", "999999999999999999.999999999").is_ok());
    }
}

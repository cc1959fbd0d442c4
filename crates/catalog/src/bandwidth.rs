//! Bandwidth as it is sold: an exact number of kbit/s, written `10M` or `2.5G`.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A bandwidth 带宽 in whole kbit/s, from 1 kbit/s to 400 Gbit/s. Written and read as `64k`, `155M`, `2.5G`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Bandwidth {
    // Invariant: 1 ..= MAX_KBPS.
    kbps: u64,
}

/// Why a text is not a bandwidth.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BandwidthError {
    /// Not a plain number with a unit.
    #[error("\"{text}\" is not a bandwidth; write a number with k, M or G, such as 64k, 10M or 2.5G")]
    NotABandwidth {
        /// The text as given.
        text: String,
    },
    /// Nothing to carry.
    #[error("bandwidth \"{text}\" is zero; give at least 1k")]
    Zero {
        /// The text as given.
        text: String,
    },
    /// More than any interface carries.
    #[error("bandwidth \"{text}\" is more than 400G, which no interface carries; check the unit")]
    TooLarge {
        /// The text as given.
        text: String,
    },
    /// A fraction of a kbit/s.
    #[error("bandwidth \"{text}\" is not a whole number of kbit/s; give fewer decimals")]
    TooFine {
        /// The text as given.
        text: String,
    },
}

impl BandwidthError {
    /// The same in Chinese.
    #[must_use]
    pub fn zh(&self) -> String {
        match self {
            BandwidthError::NotABandwidth { text } => {
                format!("“{text}”不是带宽；请填写数字加单位 k、M 或 G，例如 64k、10M、2.5G")
            }
            BandwidthError::Zero { text } => format!("带宽“{text}”为零；请至少填写 1k"),
            BandwidthError::TooLarge { text } => format!("带宽“{text}”超过 400G，没有接口可以承载；请检查单位"),
            BandwidthError::TooFine { text } => format!("带宽“{text}”不是 kbit/s 的整数倍；请减少小数位"),
        }
    }
}

/// The fastest client signal there is; anything above is a slip of the unit.
const MAX_KBPS: u64 = 400_000_000;

/// Unit letters, their size in kbit/s and how many decimals still make whole kbit/s.
const UNITS: [(char, u64, usize); 3] = [('G', 1_000_000, 6), ('M', 1_000, 3), ('k', 1, 0)];

impl Bandwidth {
    /// Reads `64k`, `10M`, `2.5G`; `bps` or `bit/s` may follow, case does not matter.
    ///
    /// # Errors
    /// [`BandwidthError`] for anything else, for zero and for more than 400 Gbit/s.
    pub fn parse(text: &str) -> Result<Self, BandwidthError> {
        let not_one = || BandwidthError::NotABandwidth { text: text.to_owned() };
        let lower = text.trim().to_ascii_lowercase();
        let bare = ["bit/s", "bps", "b/s"].iter().find_map(|suffix| lower.strip_suffix(suffix)).unwrap_or(&lower);
        let (number, scale, places) = UNITS
            .iter()
            .find_map(|(letter, scale, places)| {
                Some((bare.strip_suffix(letter.to_ascii_lowercase())?.trim_end(), *scale, *places))
            })
            .ok_or_else(not_one)?;
        let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
        let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        if !digits(whole) || !digits(fraction) {
            return Err(not_one());
        }
        let fraction = fraction.trim_end_matches('0');
        if fraction.len() > places {
            return Err(BandwidthError::TooFine { text: text.to_owned() });
        }
        let too_large = || BandwidthError::TooLarge { text: text.to_owned() };
        let whole: u64 = whole.parse().map_err(|_| too_large())?;
        let part: u64 = format!("{fraction:0<places$}0").parse::<u64>().map_err(|_| too_large())? / 10;
        let kbps = whole.checked_mul(scale).and_then(|kbps| kbps.checked_add(part)).ok_or_else(too_large)?;
        match kbps {
            0 => Err(BandwidthError::Zero { text: text.to_owned() }),
            1..=MAX_KBPS => Ok(Self { kbps }),
            _ => Err(too_large()),
        }
    }

    /// The same bandwidth in kbit/s, 1 to 400,000,000.
    #[must_use]
    pub fn kbps(self) -> u64 {
        self.kbps
    }
}

impl fmt::Display for Bandwidth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (letter, scale, places) =
            UNITS.into_iter().find(|(_, scale, _)| self.kbps >= *scale).unwrap_or(('k', 1, 0));
        let fraction = format!("{:0places$}", self.kbps % scale);
        let fraction = fraction.trim_end_matches('0');
        let dot = if fraction.is_empty() { "" } else { "." };
        f.pad(&format!("{}{dot}{fraction}{letter}", self.kbps / scale))
    }
}

impl FromStr for Bandwidth {
    type Err = BandwidthError;

    fn from_str(text: &str) -> Result<Self, BandwidthError> {
        Self::parse(text)
    }
}

impl TryFrom<String> for Bandwidth {
    type Error = BandwidthError;

    fn try_from(text: String) -> Result<Self, BandwidthError> {
        Self::parse(&text)
    }
}

impl From<Bandwidth> for String {
    fn from(bandwidth: Bandwidth) -> Self {
        bandwidth.to_string()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(text: &str, kbps: u64, shown: &str) {
        let bandwidth = Bandwidth::parse(text).unwrap();
        assert_eq!((bandwidth.kbps(), bandwidth.to_string().as_str()), (kbps, shown), "for {text:?}");
    }

    #[test]
    fn reads_what_people_write() {
        check("64k", 64, "64k");
        check("2M", 2_000, "2M");
        check("10M", 10_000, "10M");
        check("155m", 155_000, "155M");
        check("1.544M", 1_544, "1.544M");
        check("1000M", 1_000_000, "1G");
        check("1G", 1_000_000, "1G");
        check("2.5G", 2_500_000, "2.5G");
        check("2.50 Gbps", 2_500_000, "2.5G");
        check(" 100 Mbit/s ", 100_000, "100M");
        check("0.064M", 64, "64k");
        check("400G", 400_000_000, "400G");
    }

    #[test]
    fn refuses_the_rest() {
        let error = |text: &str| Bandwidth::parse(text).unwrap_err();
        for text in [
            "", "M", "10", "ten M", "-10M", "NaN", "NaNM", "infG", "1e3M", "+5M", "1.M", ".5G", "10T", "1.2.3M", "１0M",
        ] {
            assert_eq!(error(text), BandwidthError::NotABandwidth { text: text.into() });
        }
        for text in ["0M", "0.000G", "0k"] {
            assert_eq!(error(text), BandwidthError::Zero { text: text.into() });
        }
        for text in ["400.000001G", "401G", "999999999999999999999999M", "18446744073709551615G"] {
            assert_eq!(error(text), BandwidthError::TooLarge { text: text.into() });
        }
        for text in ["0.5k", "0.0005M", "1.0000001G"] {
            assert_eq!(error(text), BandwidthError::TooFine { text: text.into() });
        }
    }

    proptest! {
        #[test]
        fn shown_and_read_back(kbps in 1..=MAX_KBPS) {
            let bandwidth = Bandwidth { kbps };
            prop_assert_eq!(Bandwidth::parse(&bandwidth.to_string()), Ok(bandwidth));
        }

        #[test]
        fn any_text_is_answered(text in "[0-9.kMG +-]{0,24}|\\PC{0,12}") {
            if let Ok(bandwidth) = Bandwidth::parse(&text) {
                prop_assert!((1..=MAX_KBPS).contains(&bandwidth.kbps()));
            }
        }
    }
}

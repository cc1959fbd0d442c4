//! The price book: what one piece or one metre costs, in whole CNY.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};

use crate::table::{CatalogError, CatalogFile, inconsistent};

/// What a counted price is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PriceUnit {
    /// One piece.
    Each,
    /// One core.
    Core,
    /// One pair.
    Pair,
}

/// What a price by length is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum LengthUnit {
    /// A metre.
    #[serde(rename = "m")]
    Metre,
    /// A kilometre of sheath 皮长公里.
    #[serde(rename = "km")]
    Kilometre,
    /// A kilometre of one core 芯公里.
    #[serde(rename = "core_km")]
    CoreKilometre,
    /// A metre of one duct hole 孔·米.
    #[serde(rename = "hole_m")]
    HoleMetre,
}

/// A price by the piece, with the range the trade sees.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Price {
    /// What one is.
    pub unit: PriceUnit,
    /// CNY for one.
    #[serde(deserialize_with = "whole_cny")]
    pub amount_cny: i64,
    /// The lowest usual price.
    #[serde(deserialize_with = "whole_cny")]
    pub low_cny: i64,
    /// The highest usual price.
    #[serde(deserialize_with = "whole_cny")]
    pub high_cny: i64,
}

impl Price {
    /// Cost of `count` pieces, in CNY.
    #[must_use]
    pub fn times(&self, count: u32) -> i64 {
        self.amount_cny.saturating_mul(i64::from(count))
    }
}

/// A price by length, with the range the trade sees.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LengthPrice {
    /// The length the amount is for.
    pub unit: LengthUnit,
    /// CNY for one unit of length.
    #[serde(deserialize_with = "whole_cny")]
    pub amount_cny: i64,
    /// The lowest usual price.
    #[serde(deserialize_with = "whole_cny")]
    pub low_cny: i64,
    /// The highest usual price.
    #[serde(deserialize_with = "whole_cny")]
    pub high_cny: i64,
}

impl LengthPrice {
    /// Cost of `length_m` metres in CNY, rounded up to a whole yuan; nothing for a negative length.
    ///
    /// For a core or hole price, give the metres of all cores or holes together.
    #[must_use]
    pub fn over_m(&self, length_m: f64) -> i64 {
        let units = match self.unit {
            LengthUnit::Metre | LengthUnit::HoleMetre => length_m,
            LengthUnit::Kilometre | LengthUnit::CoreKilometre => length_m / 1000.0,
        };
        // To the fen first: 0.1 + 0.2 must not cost a yuan more. The cast saturates.
        let fen = (self.amount_cny as f64 * units.max(0.0) * 100.0).round();
        (fen / 100.0).ceil() as i64
    }
}

/// The price of a splitter 分光器 by its ratio.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SplitterPrice {
    /// n of 1:n.
    pub ratio: u16,
    /// Price of one.
    pub price: Price,
}

/// What stands at the customer's end, and its transceiver, by line rate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RatePrice {
    /// Line rate, as in the optics table.
    pub rate: String,
    /// Customer equipment 客户端设备 of one line.
    pub customer_equipment: Price,
    /// One pluggable transceiver 光模块.
    pub optic_module: Price,
}

/// The price book 价格册 (DOMAIN §4.4).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Prices {
    /// Version every plan quotes.
    pub version: String,
    /// Shadow price of a metre of plant in thousandths of a CNY, positive (DESIGN §1.3).
    pub shadow_milli_cny_per_m: i64,
    /// Drop cable 引入缆, the call-out for one.
    pub drop_cable: Price,
    /// Drop cable, its length.
    pub drop_cable_length: LengthPrice,
    /// Jumper 跳纤.
    pub jumper: Price,
    /// Fixed optical attenuator 固定衰减器.
    pub attenuator: Price,
    /// Fusion splice 熔接.
    pub splice: Price,
    /// Splice closure 接头盒.
    pub closure: Price,
    /// Distribution box 分纤箱.
    pub fdt: Price,
    /// Cross-connection cabinet 光交箱 with 288 cores.
    pub fdc_288: Price,
    /// ODF module with 72 cores.
    pub odf_72: Price,
    /// Cable material alone.
    pub cable_material: LengthPrice,
    /// Cable on existing poles, installed.
    pub aerial_cable: LengthPrice,
    /// Cable in an existing duct, installed.
    pub duct_cable: LengthPrice,
    /// Direct-buried cable 直埋, installed.
    pub buried_cable: LengthPrice,
    /// New pole line 杆路.
    pub pole_line: LengthPrice,
    /// New duct 管道.
    pub duct: LengthPrice,
    /// One permit, where the span names no fee.
    pub permit: Price,
    /// E1 protocol converter 协转, a pair.
    pub e1_converter: Price,
    /// Regenerator 中继器 with its optics, installed.
    pub regenerator: Price,
    /// E1 tributary board 支路板.
    pub e1_board: Price,
    /// MSTP Ethernet board.
    pub mstp_ethernet_board: Price,
    /// PON board of an OLT.
    pub pon_board: Price,
    /// Customer equipment and transceivers by line rate.
    pub rate: Vec<RatePrice>,
    /// Splitters by ratio.
    pub splitter: Vec<SplitterPrice>,
}

impl Prices {
    /// Prices that go with a line rate, if the book has it.
    #[must_use]
    pub fn rate(&self, rate: &str) -> Option<&RatePrice> {
        self.rate.iter().find(|row| row.rate == rate)
    }

    /// Price of a 1:`ratio` splitter, if the book has it.
    #[must_use]
    pub fn splitter(&self, ratio: u16) -> Option<&Price> {
        self.splitter.iter().find(|row| row.ratio == ratio).map(|row| &row.price)
    }

    pub(crate) fn check(&self) -> Result<(), CatalogError> {
        if self.shadow_milli_cny_per_m <= 0 {
            let problem = "must be positive, or the search ignores length";
            return Err(inconsistent(CatalogFile::Prices, "shadow_milli_cny_per_m", problem));
        }
        for (key, price) in self.counted() {
            in_range(key, price.amount_cny, price.low_cny, price.high_cny)?;
        }
        for (key, price) in self.by_length() {
            in_range(key, price.amount_cny, price.low_cny, price.high_cny)?;
        }
        for row in &self.rate {
            for (what, price) in [("customer_equipment", &row.customer_equipment), ("optic_module", &row.optic_module)]
            {
                in_range(&format!("rate {}, {what}", row.rate), price.amount_cny, price.low_cny, price.high_cny)?;
            }
            if self.rate.iter().filter(|other| other.rate == row.rate).count() > 1 {
                return Err(inconsistent(CatalogFile::Prices, format!("rate {}", row.rate), "stands twice; keep one"));
            }
        }
        for row in &self.splitter {
            let key = format!("splitter 1:{}", row.ratio);
            in_range(&key, row.price.amount_cny, row.price.low_cny, row.price.high_cny)?;
            if self.splitter.iter().filter(|other| other.ratio == row.ratio).count() > 1 {
                return Err(inconsistent(CatalogFile::Prices, key, "stands twice; keep one"));
            }
        }
        Ok(())
    }

    /// Every price by the piece except splitters, with its key.
    fn counted(&self) -> [(&'static str, &Price); 14] {
        [
            ("drop_cable", &self.drop_cable),
            ("jumper", &self.jumper),
            ("attenuator", &self.attenuator),
            ("splice", &self.splice),
            ("closure", &self.closure),
            ("fdt", &self.fdt),
            ("fdc_288", &self.fdc_288),
            ("odf_72", &self.odf_72),
            ("permit", &self.permit),
            ("e1_converter", &self.e1_converter),
            ("regenerator", &self.regenerator),
            ("e1_board", &self.e1_board),
            ("mstp_ethernet_board", &self.mstp_ethernet_board),
            ("pon_board", &self.pon_board),
        ]
    }

    /// Every price by length, with its key.
    fn by_length(&self) -> [(&'static str, &LengthPrice); 7] {
        [
            ("drop_cable_length", &self.drop_cable_length),
            ("cable_material", &self.cable_material),
            ("aerial_cable", &self.aerial_cable),
            ("duct_cable", &self.duct_cable),
            ("buried_cable", &self.buried_cable),
            ("pole_line", &self.pole_line),
            ("duct", &self.duct),
        ]
    }
}

fn in_range(key: &str, amount: i64, low: i64, high: i64) -> Result<(), CatalogError> {
    if low <= amount && amount <= high {
        return Ok(());
    }
    let problem = format!("{amount} CNY lies outside its own range {low}..{high}; correct the amount or the range");
    Err(inconsistent(CatalogFile::Prices, key, problem))
}

fn whole_cny<'de, D: Deserializer<'de>>(from: D) -> Result<i64, D::Error> {
    let amount = i64::deserialize(from)?;
    if amount >= 0 {
        Ok(amount)
    } else {
        Err(D::Error::custom(format!("{amount} is negative, expected 0 or more whole CNY")))
    }
}

#[cfg(test)]
mod tests {
    use crate::Catalog;

    #[test]
    fn lengths_cost_by_their_unit_and_round_up() {
        let catalog = Catalog::builtin();
        let prices = catalog.prices();
        let check = |cost: i64, expected: i64| assert_eq!(cost, expected);
        check(prices.drop_cable_length.over_m(0.0), 0);
        check(prices.drop_cable_length.over_m(100.1), 301);
        check(prices.duct_cable.over_m(1000.0), 20_000);
        check(prices.duct_cable.over_m(1.0), 20);
        check(prices.aerial_cable.over_m(0.01), 1);
        check(prices.duct.over_m(2.0 * 150.0), 27_000);
        check(prices.cable_material.over_m(24.0 * 500.0), 660);
        check(prices.duct.over_m(-5.0), 0);
        check(prices.duct.over_m(f64::INFINITY), i64::MAX);
        check(prices.splice.times(24), 360);
        check(prices.regenerator.times(u32::MAX), 40_000 * i64::from(u32::MAX));
    }

    #[test]
    fn every_price_of_the_book_is_checked() {
        let catalog = Catalog::builtin();
        let prices = catalog.prices();
        let in_file = crate::CatalogSource::builtin().prices.matches("low_cny").count();
        let checked = prices.counted().len() + prices.by_length().len() + prices.splitter.len() + 2 * prices.rate.len();
        assert_eq!(checked, in_file);
        assert_eq!(prices.splitter(16).map(|price| price.amount_cny), Some(175));
        assert_eq!(prices.splitter(3), None);
    }
}

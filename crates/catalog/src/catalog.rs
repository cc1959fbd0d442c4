//! The four tables as one value: built in, or a carrier's own, checked before anyone sees it.

use serde::Serialize;

use crate::optics::Optics;
use crate::policy::Policy;
use crate::prices::Prices;
use crate::products::Products;
use crate::table::{CatalogError, CatalogFile, inconsistent, parse};

/// A checked catalogue. Fields are private because the checks hold between them; there are no setters.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Catalog {
    prices: Prices,
    optics: Optics,
    products: Products,
    policy: Policy,
}

/// The text of the four files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CatalogSource<'a> {
    /// Text of `prices.toml`.
    pub prices: &'a str,
    /// Text of `optics.toml`.
    pub optics: &'a str,
    /// Text of `products.toml`.
    pub products: &'a str,
    /// Text of `policy.toml`.
    pub policy: &'a str,
}

/// Which versions a plan was computed with; every plan quotes them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CatalogVersions {
    /// Version of the price book.
    pub prices: String,
    /// Version of the optics table.
    pub optics: String,
    /// Version of the products table.
    pub products: String,
    /// Version of the policy table.
    pub policy: String,
}

impl CatalogSource<'static> {
    /// The defaults shipped with the program.
    #[must_use]
    pub fn builtin() -> Self {
        Self {
            prices: include_str!("../data/prices.toml"),
            optics: include_str!("../data/optics.toml"),
            products: include_str!("../data/products.toml"),
            policy: include_str!("../data/policy.toml"),
        }
    }
}

impl<'a> CatalogSource<'a> {
    /// The text of one file.
    fn text(&self, file: CatalogFile) -> &'a str {
        match file {
            CatalogFile::Prices => self.prices,
            CatalogFile::Optics => self.optics,
            CatalogFile::Products => self.products,
            CatalogFile::Policy => self.policy,
        }
    }

    /// The same source with one file replaced.
    pub fn with(mut self, file: CatalogFile, text: &'a str) -> Self {
        match file {
            CatalogFile::Prices => self.prices = text,
            CatalogFile::Optics => self.optics = text,
            CatalogFile::Products => self.products = text,
            CatalogFile::Policy => self.policy = text,
        }
        self
    }
}

/// A short name of a text (FNV-1a), to tell edited tables apart.
fn fingerprint(text: &str) -> u32 {
    text.bytes().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

impl Catalog {
    /// The catalogue shipped with the program.
    #[must_use]
    #[allow(clippy::expect_used, reason = "the text is a constant and the test `builtin_tables_parse` parses it")]
    pub fn builtin() -> Self {
        Self::parse(&CatalogSource::builtin()).expect("the built-in tables parse")
    }

    /// Parses and checks a whole catalogue.
    ///
    /// # Errors
    /// [`CatalogError`] names file, line, key and expectation, or the row whose figures contradict each other.
    pub fn parse(source: &CatalogSource<'_>) -> Result<Self, CatalogError> {
        let catalog = Self {
            prices: parse(CatalogFile::Prices, source.prices)?,
            optics: parse(CatalogFile::Optics, source.optics)?,
            products: parse(CatalogFile::Products, source.products)?,
            policy: parse(CatalogFile::Policy, source.policy)?,
        };
        catalog.check()?;
        Ok(catalog)
    }

    /// A carrier's catalogue: the files given by name (`prices.toml`, …), the rest built in.
    ///
    /// # Errors
    /// As [`Catalog::parse`], and [`CatalogError::UnknownFile`] for any other name.
    pub fn with_overrides<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Self, CatalogError> {
        let mut source: CatalogSource<'a> = CatalogSource::builtin();
        let mut edited = Vec::new();
        for (name, text) in files {
            let file = CatalogFile::ALL
                .into_iter()
                .find(|file| file.name() == name)
                .ok_or_else(|| CatalogError::UnknownFile { name: name.to_owned() })?;
            source = source.with(file, text);
            edited.push((file, text));
        }
        let mut catalog = Self::parse(&source)?;
        let builtin = Self::builtin().versions();
        for (file, text) in edited.into_iter().filter(|(file, text)| CatalogSource::builtin().text(*file) != *text) {
            let (version, shipped) = match file {
                CatalogFile::Prices => (&mut catalog.prices.version, &builtin.prices),
                CatalogFile::Optics => (&mut catalog.optics.version, &builtin.optics),
                CatalogFile::Products => (&mut catalog.products.version, &builtin.products),
                CatalogFile::Policy => (&mut catalog.policy.version, &builtin.policy),
            };
            // Whoever edits the figures and forgets the version is not told the shipped one.
            if version == shipped {
                version.push_str(&format!("+edited-{:08x}", fingerprint(text)));
            }
        }
        Ok(catalog)
    }

    /// The versions of the four tables.
    #[must_use]
    pub fn versions(&self) -> CatalogVersions {
        CatalogVersions {
            prices: self.prices.version.clone(),
            optics: self.optics.version.clone(),
            products: self.products.version.clone(),
            policy: self.policy.version.clone(),
        }
    }

    /// The price book.
    #[must_use]
    pub fn prices(&self) -> &Prices {
        &self.prices
    }

    /// Losses and interfaces.
    #[must_use]
    pub fn optics(&self) -> &Optics {
        &self.optics
    }

    /// Products, access solutions and SDH containers.
    #[must_use]
    pub fn products(&self) -> &Products {
        &self.products
    }

    /// Limits, factors and periods.
    #[must_use]
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    fn check(&self) -> Result<(), CatalogError> {
        self.prices.check()?;
        self.optics.check()?;
        if let Some(interface) = self.optics.interface.iter().find(|i| self.prices.rate(&i.rate).is_none()) {
            let problem =
                format!("interface {} of optics.toml has this rate, but no price is given for it", interface.code);
            return Err(inconsistent(CatalogFile::Prices, format!("rate {}", interface.rate), problem));
        }
        self.products.check()?;
        self.policy.check()?;
        // A product that asks for an interface nobody can compute a budget for would fail at every survey.
        let rates = self.optics.rates();
        for access in &self.products.access {
            for step in &access.interfaces {
                if !rates.contains(&step.rate.as_str()) {
                    let problem =
                        format!("no interface of rate {} in optics.toml; known: {}", step.rate, rates.join(", "));
                    return Err(inconsistent(CatalogFile::Products, format!("access {}", access.technology), problem));
                }
            }
        }
        // A splitter the survey may place needs both a loss and a price.
        match self.optics.splitter.iter().find(|splitter| self.prices.splitter(splitter.ratio).is_none()) {
            None => Ok(()),
            Some(unpriced) => {
                let row = format!("splitter 1:{}", unpriced.ratio);
                Err(inconsistent(CatalogFile::Prices, row, "has a loss in optics.toml but no price; add a row"))
            }
        }
    }
}

#[cfg(test)]
mod tests;

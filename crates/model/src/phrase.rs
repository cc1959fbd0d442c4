//! What people read, in both of their languages.

use std::borrow::Cow;

use crate::{SlotState, TableKind, Text};

/// A phrase or sentence in English and Chinese. It has no `Display`, so that nobody prints one language unasked.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Phrase {
    /// In English.
    pub en: String,
    /// In Chinese.
    pub zh: String,
}

impl Phrase {
    /// A phrase of two texts.
    pub fn new(en: impl Into<String>, zh: impl Into<String>) -> Self {
        Self { en: en.into(), zh: zh.into() }
    }

    /// A text that reads the same in both, such as what a library says in its own language.
    pub fn same(text: impl Into<String>) -> Self {
        let text = text.into();
        Self { en: text.clone(), zh: text }
    }

    /// Phrases side by side, with commas between them.
    pub fn listed(phrases: impl IntoIterator<Item = Phrase>) -> Self {
        let (en, zh): (Vec<String>, Vec<String>) = phrases.into_iter().map(|phrase| (phrase.en, phrase.zh)).unzip();
        Self { en: en.join(", "), zh: zh.join("、") }
    }
}

/// What can stand in a [`phrase!`](crate::phrase): it has words in both languages, or is the same in both.
pub trait Spoken {
    /// In English.
    fn en(&self) -> Cow<'_, str>;
    /// In Chinese.
    fn zh(&self) -> Cow<'_, str>;
}

impl Spoken for Phrase {
    fn en(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.en)
    }
    fn zh(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.zh)
    }
}

impl Spoken for SlotState {
    fn en(&self) -> Cow<'_, str> {
        Cow::Owned(self.to_string())
    }
    fn zh(&self) -> Cow<'_, str> {
        Cow::Borrowed(SlotState::zh(*self))
    }
}

impl Spoken for TableKind {
    fn en(&self) -> Cow<'_, str> {
        Cow::Owned(self.name().replace('_', " "))
    }
    fn zh(&self) -> Cow<'_, str> {
        Cow::Borrowed(TableKind::zh(*self))
    }
}

impl<T: Spoken + ?Sized> Spoken for &T {
    fn en(&self) -> Cow<'_, str> {
        (**self).en()
    }
    fn zh(&self) -> Cow<'_, str> {
        (**self).zh()
    }
}

macro_rules! same_in_both {
    ($($kind:ty),*) => {$(
        impl Spoken for $kind {
            fn en(&self) -> Cow<'_, str> {
                Cow::Borrowed(self)
            }
            fn zh(&self) -> Cow<'_, str> {
                Cow::Borrowed(self)
            }
        }
    )*};
}
same_in_both!(str, String, Text);

macro_rules! numbers {
    ($($kind:ty),*) => {$(
        impl Spoken for $kind {
            fn en(&self) -> Cow<'_, str> {
                Cow::Owned(self.to_string())
            }
            fn zh(&self) -> Cow<'_, str> {
                Cow::Owned(self.to_string())
            }
        }
    )*};
}
numbers!(u16, u32, u64, usize);

/// A [`Phrase`] from two format strings, English and Chinese. What differs between the languages is given as
/// arguments that are [`Spoken`]; numbers and other plain values are captured by name, as in `{length_m:.0}`.
/// An argument is evaluated once for each language.
#[macro_export]
macro_rules! phrase {
    ($en:literal, $zh:literal $(, $arg:expr)* $(,)?) => {
        $crate::Phrase {
            en: format!($en $(, $crate::Spoken::en(&$arg))*),
            zh: format!($zh $(, $crate::Spoken::zh(&$arg))*),
        }
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_languages_say_the_same_with_their_own_words() {
        let (cable, cores, loss_db) = (phrase!("cable {}", "光缆段 {}", "GL-1"), 3, 1.25);
        let said = phrase!(
            "{} of {cores} cores is {} at {loss_db:.1} dB",
            "{0}共 {cores} 芯，损耗 {loss_db:.1} dB，状态为{1}",
            cable,
            SlotState::Idle
        );
        assert_eq!(said.en, "cable GL-1 of 3 cores is idle at 1.2 dB");
        assert_eq!(said.zh, "光缆段 GL-1共 3 芯，损耗 1.2 dB，状态为空闲");
        let listed = Phrase::listed([said, phrase!("no more", "别无其他")]);
        assert!(listed.en.ends_with("dB, no more") && listed.zh.ends_with("空闲、别无其他"));
    }
}

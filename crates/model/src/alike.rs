//! Values that many records have alike: kept once for all of them, and not at all where they say nothing.

use std::fmt;
use std::ops::{Deref, DerefMut};
use std::sync::{Arc, LazyLock};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A value of eight bytes that reads like a `T`. The default takes no memory; others can be shared between records and
/// are copied when changed.
#[derive(Clone)]
pub struct Alike<T>(Option<Arc<T>>);

/// Types that [`Alike`] can hold.
pub trait Plain: Default + Clone + PartialEq + 'static {
    /// The default value, once.
    fn plain() -> &'static Self;
}

macro_rules! plain {
    ($($type:ty),* $(,)?) => { $(
        impl Plain for $type {
            fn plain() -> &'static Self {
                static PLAIN: LazyLock<$type> = LazyLock::new(Default::default);
                &PLAIN
            }
        }
    )* };
}
plain!(crate::Plant, Vec<crate::Permit>, Vec<crate::PortBlock>, Vec<crate::Measurement>, Vec<crate::CoreOwnership>);

impl<T> Alike<T> {
    /// The shared value itself, to share it further.
    pub(crate) fn shared(&mut self) -> Option<&mut Arc<T>> {
        self.0.as_mut()
    }
}

impl<T> Default for Alike<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<T: Plain> From<T> for Alike<T> {
    fn from(value: T) -> Self {
        Self((value != *T::plain()).then(|| Arc::new(value)))
    }
}

impl<T: Plain> Deref for Alike<T> {
    type Target = T;
    fn deref(&self) -> &T {
        self.0.as_deref().unwrap_or_else(|| T::plain())
    }
}

impl<T: Plain> DerefMut for Alike<T> {
    fn deref_mut(&mut self) -> &mut T {
        Arc::make_mut(self.0.get_or_insert_default())
    }
}

impl<T: Plain> PartialEq for Alike<T> {
    fn eq(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (Some(one), Some(two)) if Arc::ptr_eq(one, two) => true,
            _ => **self == **other,
        }
    }
}

impl<T: Plain + fmt::Debug> fmt::Debug for Alike<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

impl<T> FromIterator<T> for Alike<Vec<T>>
where
    Vec<T>: Plain,
{
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        Vec::from_iter(items).into()
    }
}

impl<'a, T: Plain> IntoIterator for &'a Alike<T>
where
    &'a T: IntoIterator,
{
    type Item = <&'a T as IntoIterator>::Item;
    type IntoIter = <&'a T as IntoIterator>::IntoIter;
    fn into_iter(self) -> Self::IntoIter {
        (**self).into_iter()
    }
}

impl<T: Plain + Serialize> Serialize for Alike<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (**self).serialize(serializer)
    }
}

impl<'de, T: Plain + Deserialize<'de>> Deserialize<'de> for Alike<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::deserialize(deserializer).map(Self::from)
    }
}

/// For serde: an empty list is left out.
pub(crate) fn none<T>(list: &Alike<Vec<T>>) -> bool
where
    Vec<T>: Plain,
{
    list.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Plant, Stage};

    #[test]
    fn reads_writes_and_compares_like_its_value() {
        let plain = Alike::<Plant>::default();
        assert_eq!(*plain, Plant::default());
        let mut one = Alike::from(Plant { unit: "市区".into(), ..Plant::default() });
        let two = one.clone();
        one.stage = Stage::Retired;
        assert_eq!((one.stage, two.stage, &*one.unit), (Stage::Retired, Stage::InService, "市区"));
        assert!(one != two && two == Alike::from((*two).clone()));
        // A value that was changed back to the default says nothing either, whatever memory it takes.
        one.stage = Stage::InService;
        one.unit = "".into();
        assert_eq!(one, plain);
        assert_eq!(size_of::<Alike<Plant>>(), 8);
    }

    #[test]
    fn has_the_json_of_its_value() {
        let plant = Plant { stage: Stage::Planned, ..Plant::default() };
        let json = serde_json::to_string(&plant).unwrap_or_default();
        assert_eq!(serde_json::to_string(&Alike::from(plant.clone())).unwrap_or_default(), json);
        assert_eq!(serde_json::from_str::<Alike<Plant>>(&json).ok(), Some(plant.into()));
    }
}

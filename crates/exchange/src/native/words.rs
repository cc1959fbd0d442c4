//! The words of the format for the model's closed lists.

use linewright_model::{
    CableEnd, ColourScheme, DeviceKind, Grade, Layer, Occupancy, Ownership, PermitKind, Phrase, PlaceKind, PortKind,
    SiteClass, SlotState, SpanKind, SpliceMethod, Stage, phrase,
};

/// A closed list with one word for each value.
pub(super) trait Word: Copy + 'static {
    /// All values with their words.
    const ALL: &'static [(Self, &'static str)];

    /// The word of this value.
    fn word(self) -> &'static str;

    /// The value of a word.
    fn parse(word: &str) -> Result<Self, Phrase> {
        let found = Self::ALL.iter().find(|(_, known)| *known == word);
        found.map(|(value, _)| *value).ok_or_else(|| {
            let all = Phrase::listed(Self::ALL.iter().map(|(_, known)| Phrase::same(*known)));
            let word = crate::finding::shown(word);
            phrase!("{word} is not one of {}", "{word} 不在下列之中：{}", all)
        })
    }
}

macro_rules! words {
    ($kind:ty { $([$($value:tt)*] => $word:literal),* $(,)? }) => {
        impl Word for $kind {
            const ALL: &'static [(Self, &'static str)] = &[$(($($value)*, $word)),*];
            fn word(self) -> &'static str {
                match self { $($($value)* => $word),* }
            }
        }
    };
}

words!(PlaceKind {
    [PlaceKind::Site(SiteClass::Core)] => "site_core",
    [PlaceKind::Site(SiteClass::Aggregation)] => "site_aggregation",
    [PlaceKind::Site(SiteClass::Access)] => "site_access",
    [PlaceKind::Manhole] => "manhole",
    [PlaceKind::Handhole] => "handhole",
    [PlaceKind::Pole] => "pole",
    [PlaceKind::Cabinet] => "cabinet",
    [PlaceKind::DistributionBox] => "distribution_box",
    [PlaceKind::Closure] => "closure",
    [PlaceKind::Entry] => "entry",
    [PlaceKind::Premises] => "premises",
    [PlaceKind::Node] => "node",
});
words!(Stage {
    [Stage::Planned] => "planned",
    [Stage::UnderConstruction] => "under_construction",
    [Stage::InService] => "in_service",
    [Stage::Retired] => "retired",
});
words!(Ownership {
    [Ownership::Own] => "own",
    [Ownership::Leased] => "leased",
    [Ownership::Swapped] => "swapped",
    [Ownership::Shared] => "shared",
    [Ownership::Military] => "military",
});
words!(PermitKind {
    [PermitKind::Municipal] => "municipal",
    [PermitKind::Property] => "property",
});
words!(SpanKind {
    [SpanKind::Duct] => "duct",
    [SpanKind::PoleLine] => "pole_line",
    [SpanKind::Buried] => "buried",
    [SpanKind::Indoor] => "indoor",
    [SpanKind::Underwater] => "underwater",
    [SpanKind::Unrecorded] => "unrecorded",
});
words!(ColourScheme {
    [ColourScheme::Full] => "full",
    [ColourScheme::Guide] => "guide",
});
words!(Occupancy {
    [Occupancy::Proven] => "proven",
    [Occupancy::Unproven] => "unproven",
});
words!(CableEnd {
    [CableEnd::A] => "a",
    [CableEnd::B] => "b",
});
words!(SpliceMethod {
    [SpliceMethod::Fusion] => "fusion",
    [SpliceMethod::Ribbon] => "ribbon",
    [SpliceMethod::Mechanical] => "mechanical",
});
words!(DeviceKind {
    [DeviceKind::Odf] => "odf",
    [DeviceKind::Ddf] => "ddf",
    [DeviceKind::Splitter] => "splitter",
    [DeviceKind::Adm] => "adm",
    [DeviceKind::Olt] => "olt",
    [DeviceKind::Onu] => "onu",
    [DeviceKind::Switch] => "switch",
    [DeviceKind::Router] => "router",
});
words!(PortKind {
    [PortKind::OpticalTerminal] => "optical_terminal",
    [PortKind::DigitalTerminal] => "digital_terminal",
    [PortKind::SplitterIn] => "splitter_in",
    [PortKind::SplitterOut] => "splitter_out",
    [PortKind::Optical] => "optical",
    [PortKind::Pon] => "pon",
    [PortKind::E1] => "e1",
    [PortKind::Ethernet] => "ethernet",
});
words!(Layer {
    [Layer::Route] => "route",
    [Layer::Cable] => "cable",
    [Layer::Fibre] => "fibre",
    [Layer::Section] => "section",
    [Layer::HighOrder] => "high_order",
    [Layer::LowOrder] => "low_order",
    [Layer::Packet] => "packet",
    [Layer::Circuit] => "circuit",
});
words!(Grade {
    [Grade::AAA] => "AAA",
    [Grade::AA] => "AA",
    [Grade::A] => "A",
    [Grade::Plain] => "plain",
});
words!(SlotState {
    [SlotState::Idle] => "idle",
    [SlotState::Reserved] => "reserved",
    [SlotState::Occupied] => "occupied",
    [SlotState::Releasing] => "releasing",
    [SlotState::SetAside] => "set_aside",
    [SlotState::Selected] => "selected",
    [SlotState::Standby] => "standby",
    [SlotState::OutOfUse] => "out_of_use",
    [SlotState::Leftover] => "leftover",
    [SlotState::Damaged] => "damaged",
    [SlotState::UnderTest] => "under_test",
    [SlotState::Temporary] => "temporary",
    [SlotState::Unknown] => "unknown",
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_reads_back_and_others_list_what_is_allowed() {
        fn check<T: Word + PartialEq + std::fmt::Debug>() {
            for (value, word) in T::ALL {
                assert_eq!(T::parse(word).as_ref(), Ok(value));
                assert_eq!(value.word(), *word);
            }
            let refusal = T::parse("nonsense").unwrap_err().en;
            assert!(refusal.starts_with("\"nonsense\" is not one of ") && refusal.ends_with(T::ALL.last().unwrap().1));
        }
        check::<PlaceKind>();
        check::<Stage>();
        check::<Ownership>();
        check::<PermitKind>();
        check::<SpanKind>();
        check::<ColourScheme>();
        check::<Occupancy>();
        check::<CableEnd>();
        check::<SpliceMethod>();
        check::<DeviceKind>();
        check::<PortKind>();
        check::<Layer>();
        check::<Grade>();
        check::<SlotState>();
        assert_eq!(SlotState::ALL.len(), <SlotState as Word>::ALL.len());
    }
}

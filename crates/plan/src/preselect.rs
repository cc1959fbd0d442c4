//! Turns an alternative into the change set that preselects 预选 its slots.

use linewright_model::{ChangeSet, Layer, Leg, LegRole, Origin, Reservation, Tag, Text, Trail};

use crate::report::Alternative;

/// Preselects every existing slot of an alternative for one trail.
///
/// `code` names the trail; `reservation` says for whom and until when (DOMAIN §6.1: 30 minutes unless the policy
/// says otherwise). Empty when the alternative takes no proven slot.
pub fn preselect(alternative: &Alternative, code: impl Into<Text>, reservation: Reservation) -> ChangeSet {
    let mut changes = ChangeSet::new(Origin::Operation);
    if !alternative.holdings.is_empty() {
        changes.create(Trail {
            tag: Tag::new(code, ""),
            layer: Layer::Fibre,
            legs: vec![Leg { role: LegRole::Working, holdings: alternative.holdings.clone() }],
            grade: None,
            customer: Text::from(""),
            reservation: Some(reservation),
        });
    }
    changes
}

//! What many records share: identity, life cycle, ownership, permits.

use std::sync::Arc;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::DatasetId;

/// Text, cheap to copy: up to 15 bytes lie in place, so that codes and empty texts cost no allocation; longer ones
/// are shared.
pub type Text = ecow::EcoString;

/// Attributes of a source that the model does not use but an export must give back.
pub type Extra = Arc<serde_json::Map<String, serde_json::Value>>;

/// Identity of a record: what people and other systems call it.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Tag {
    /// Business key, unique inside (table, data set): 编码.
    pub code: Text,
    /// Display name; empty when the source gives none.
    #[serde(default, skip_serializing_if = "is_empty")]
    pub name: Text,
    /// Data set the record came from; none for records made here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dataset: Option<DatasetId>,
    /// Source attributes without a place in the model, kept for export.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extra: Option<Extra>,
}

pub(crate) fn is_empty(text: &Text) -> bool {
    text.is_empty()
}

impl Tag {
    /// A tag with a code and a name, of no data set.
    pub fn new(code: impl Into<Text>, name: impl Into<Text>) -> Self {
        Self { code: code.into(), name: name.into(), dataset: None, extra: None }
    }

    /// The name, or the code where there is no name.
    pub fn label(&self) -> &str {
        if self.name.is_empty() { &self.code } else { &self.name }
    }
}

/// Stage in the life of plant (DOMAIN §6), apart from slot states.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// 规划
    Planned,
    /// 在建
    UnderConstruction,
    /// 在网
    #[default]
    InService,
    /// 退网
    Retired,
}

/// Who owns plant (DOMAIN §6).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ownership {
    /// 自有
    #[default]
    Own,
    /// 租用
    Leased,
    /// 置换
    Swapped,
    /// 共建共享
    Shared,
    /// 军用
    Military,
}

/// Life cycle, owner and keeper of a piece of plant.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Plant {
    /// Stage of life.
    pub stage: Stage,
    /// Day from which planned or building plant can be used.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub available_from: Option<NaiveDate>,
    /// Owner of the plant.
    pub ownership: Ownership,
    /// Party to be notified before work on it; empty for none.
    #[serde(skip_serializing_if = "is_empty")]
    pub notice_party: Text,
    /// Responsible unit 维护单位; empty when unknown.
    #[serde(skip_serializing_if = "is_empty")]
    pub unit: Text,
}

impl Plant {
    /// Whether a service that starts on `day` may rest on this plant.
    pub fn usable_on(&self, day: NaiveDate) -> bool {
        match self.stage {
            Stage::InService => true,
            Stage::Planned | Stage::UnderConstruction => self.available_from.is_some_and(|from| from <= day),
            Stage::Retired => false,
        }
    }
}

/// Kind of a permit.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PermitKind {
    /// 市政
    Municipal,
    /// 物业
    Property,
}

/// A permit that building along a span or into a place needs (DOMAIN §6).
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Permit {
    /// Who grants it.
    pub kind: PermitKind,
    /// Working days until it is granted.
    pub days: u16,
    /// Fee, whole CNY.
    pub fee_cny: i64,
}

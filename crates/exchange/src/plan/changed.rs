//! What an import changes, record by record and field by field, for people who look before they apply.

use std::collections::HashMap;

use linewright_model::{AnyId, Change, ChangeKind, Id, Network, Record, TableKind, Text};
use serde::Serialize;
use serde_json::{Map, Value};

/// One record that an import makes, changes or removes.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct RecordChange {
    /// What happens to it.
    pub kind: ChangeKind,
    /// Its table.
    pub table: TableKind,
    /// Its code.
    pub code: Text,
    /// Its fields that change; of records made and removed none are listed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<FieldChange>,
}

/// One field that changes; references are the codes of what they refer to.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct FieldChange {
    /// Name of the field as in the log.
    pub field: Text,
    /// What it was; null for nothing.
    pub before: Value,
    /// What it becomes; null for nothing.
    pub after: Value,
}

/// Codes of records by id, to show references as people know them.
pub(super) struct Labels<'a> {
    pub(super) network: &'a Network,
    /// Codes of drafted records.
    pub(super) drafted: HashMap<AnyId, Text>,
}

impl Labels<'_> {
    fn label(&self, id: AnyId) -> Value {
        let drafted = self.drafted.get(&id).cloned();
        let label = drafted.or_else(|| self.network.tag(id).map(|tag| tag.code.clone()));
        label.map_or_else(|| Value::from(id.to_string()), |code| Value::from(&*code))
    }

    /// The fields in which two states of a record differ.
    pub(super) fn fields<R: Record + Serialize>(&self, before: &R, after: &R) -> Vec<FieldChange> {
        let [before, after] = [before, after].map(|record| match serde_json::to_value(record) {
            Ok(Value::Object(members)) => members,
            _ => Map::new(),
        });
        let mut changed = Vec::new();
        self.differences::<R>(&before, &after, "", &mut changed);
        changed
    }

    /// The members in which two objects differ; of objects inside, theirs.
    fn differences<R: Record>(
        &self,
        before: &Map<String, Value>,
        after: &Map<String, Value>,
        inside: &str,
        changed: &mut Vec<FieldChange>,
    ) {
        let added = after.keys().filter(|key| !before.contains_key(*key));
        for key in before.keys().chain(added).filter(|key| before.get(*key) != after.get(*key)) {
            let field = format!("{inside}{key}");
            if let (Some(Value::Object(before)), Some(Value::Object(after))) = (before.get(key), after.get(key)) {
                self.differences::<R>(before, after, &format!("{field}."), changed);
                continue;
            }
            let [before, after] = [before, after].map(|members| {
                let mut value = members.get(key).cloned().unwrap_or(Value::Null);
                self.name(&mut value, key, R::Id::TABLE);
                value
            });
            changed.push(FieldChange { field: Text::from(field), before, after });
        }
    }

    /// Replaces ids by codes; `key` is the member that holds the value.
    fn name(&self, value: &mut Value, key: &str, of: TableKind) {
        match value {
            Value::Number(number) => {
                let raw = number.as_u64().and_then(|raw| u32::try_from(raw).ok());
                if let (Some(table), Some(raw)) = (table_of(key, of), raw) {
                    *value = self.label(AnyId { table, raw });
                }
            }
            Value::Array(items) => items.iter_mut().for_each(|item| self.name(item, key, of)),
            Value::Object(members) => {
                for (inner, member) in members.iter_mut() {
                    // `{"cable": {"id": 3, "end": "a"}}` is the cable, not an id of its own.
                    let known_by = if inner == "id" { key } else { inner.as_str() };
                    self.name(member, known_by, of);
                }
            }
            _ => {}
        }
    }
}

/// The table that ids under this member name are of.
fn table_of(key: &str, of: TableKind) -> Option<TableKind> {
    Some(match key {
        "dataset" => TableKind::Dataset,
        "a" | "b" if matches!(of, TableKind::Cable | TableKind::Span) => TableKind::Place,
        "at" if of == TableKind::Splice => TableKind::Place,
        "place" | "within" | "premises" | "covered_by" => TableKind::Place,
        "span" => TableKind::Span,
        "cable" => TableKind::Cable,
        "device" => TableKind::Device,
        "link" => TableKind::Link,
        "trail" => TableKind::Trail,
        _ => return None,
    })
}

/// A record made or removed.
pub(super) fn whole(change: &Change) -> RecordChange {
    let code = change.tag().map_or_else(Text::default, |tag| tag.code.clone());
    RecordChange { kind: change.kind(), table: change.id().table, code, fields: Vec::new() }
}

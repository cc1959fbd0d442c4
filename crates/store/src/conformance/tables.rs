//! Cases about one handle: what is committed comes back, what is refused leaves nothing.

use std::sync::{Arc, Mutex};

use chrono::{DateTime, NaiveDate, Utc};
use linewright_model::*;

use super::sample::{cable, claim, full, held};
use super::{Bench, assert_same, ids, proposal};
use crate::{CommitError, Mode, Progress, Proposal, SchemaStatus, Storage, StoreError};

pub(crate) async fn an_empty_database_asks_to_be_migrated<B: Bench>(bench: B) {
    assert!(matches!(bench.open(Mode::Write).await, Err(StoreError::Missing { .. })));
    assert!(matches!(bench.open(Mode::ReadOnly).await, Err(StoreError::Missing { .. })));
    let store = bench.open(Mode::Create).await.unwrap();
    assert_eq!(store.schema_status().await, Ok(SchemaStatus::Empty));
    let refused = |result: Result<(), StoreError>| {
        let error = result.unwrap_err();
        assert!(matches!(error, StoreError::SchemaEmpty { .. }), "{error}");
        assert!(error.to_string().contains("linewright migrate"), "{error}");
    };
    refused(store.head().await.map(drop));
    refused(store.load().await.map(drop));
    refused(store.snapshot().await.map(drop));
    refused(store.refresh().await.map(drop));
    refused(store.log(Version(0), 1).await.map(drop));
    refused(store.version_of(crate::AsOf::Time(DateTime::UNIX_EPOCH)).await.map(drop));
    refused(store.as_of(crate::AsOf::Version(Version(0))).await.map(drop));
    let error = store.commit(proposal(cable(1))).await.unwrap_err();
    assert!(matches!(error, CommitError::Store(StoreError::SchemaEmpty { .. })), "{error}");

    store.migrate().await.unwrap();
    assert_eq!(store.schema_status().await, Ok(SchemaStatus::Current));
    store.migrate().await.unwrap();
    assert_eq!(store.head().await, Ok(Version(0)));
    assert_same(&store.load().await.unwrap(), &Network::new());
    assert_same(&store.snapshot().await.unwrap(), &Network::new());
}

pub(crate) async fn every_record_with_every_field_comes_back<B: Bench>(bench: B) {
    let store = bench.ready().await;
    let committed = store.commit(proposal(full())).await.unwrap();
    let mut memory = Network::new();
    let applied = memory.apply(&full()).unwrap();
    assert_eq!(committed.version, Version(1));
    assert_eq!((&committed.changes, &committed.created), (&applied.changes, &applied.created));
    assert_eq!(committed.resolve(PlaceId::placeholder(1)), PlaceId::from_raw(0));
    for table in TableKind::ALL {
        assert!(memory.count_of(*table) > 0, "the sample has no {table}");
    }
    assert_same(&store.load().await.unwrap(), &memory);
    assert_same(&store.snapshot().await.unwrap(), &memory);
    store.close().await;
    let store = bench.open(Mode::Write).await.unwrap();
    assert_same(&store.load().await.unwrap(), &memory);
    assert_eq!(store.log(Version(0), 9).await.unwrap()[0].changes, committed.changes);
    assert_same(&store.as_of(crate::AsOf::Version(Version(1))).await.unwrap(), &memory);
}

pub(crate) async fn extreme_values_come_back<B: Bench>(bench: B) {
    let store = bench.ready().await;
    let mut set = ChangeSet::new(Origin::Recording);
    let long = "长".repeat(300_000);
    let dates = [NaiveDate::MAX, NaiveDate::from_ymd_opt(1, 1, 1).unwrap()];
    let mut places = Vec::new();
    for (code, day) in ["'; DROP TABLE place; --\n\t\r", "\u{feff}👷🏽‍♀️ \\u0000 %00 \u{1}"].into_iter().zip(dates)
    {
        let mut place = Place::new(code, PlaceKind::Node, Position::new(-180.0, -0.0).ok());
        place.plant.available_from = Some(day);
        place.permits = [i64::MIN, i64::MAX]
            .map(|fee_cny| Permit { kind: PermitKind::Municipal, days: u16::MAX, fee_cny })
            .to_vec()
            .into();
        place.tag.name = long.as_str().into();
        places.push(set.create(place));
    }
    for length_m in [f64::MAX, f64::MIN_POSITIVE, 5e-324, 0.1 + 0.2, -0.0, 9_007_199_254_740_993.0] {
        let code = format!("{length_m:e}");
        let mut span = Span::new(code, SpanKind::Duct, places[0], places[1], length_m);
        span.capacity = Some(u32::MAX);
        span.marks = vec![Mark { at_m: length_m, label: "".into() }];
        set.create(span);
    }
    for (code, expires) in [("late", DateTime::<Utc>::MAX_UTC), ("early", DateTime::UNIX_EPOCH)] {
        let reservation = Some(Reservation { order: "".into(), user: "".into(), expires });
        let (tag, layer) = (Tag::new(code, ""), Layer::Circuit);
        set.create(Trail { tag, layer, legs: Vec::new(), grade: None, customer: "".into(), reservation });
    }
    store.commit(proposal(set.clone())).await.unwrap();
    let mut memory = Network::new();
    memory.apply(&set).unwrap();
    assert_same(&store.load().await.unwrap(), &memory);
    assert_same(&store.as_of(crate::AsOf::Version(Version(1))).await.unwrap(), &memory);
}

pub(crate) async fn every_record_can_change_and_go<B: Bench>(bench: B) {
    let store = bench.ready().await;
    let created = store.commit(proposal(full())).await.unwrap();
    let mut memory = store.snapshot().await.unwrap();

    let mut renamed = ChangeSet::new(Origin::Recording);
    macro_rules! rename {
        ($($record:ident),*) => {
            $(for (id, record) in memory.all::<$record>() {
                let mut after = (**record).clone();
                after.tag.name = "renamed".into();
                after.tag.code = format!("{}'", after.tag.code).into();
                renamed.update(id, record, after);
            })*
        };
    }
    rename!(Dataset, Place, Span, Cable, Device, Splice, Jumper, Trail, Link, SlotMark, Address);
    store.commit(proposal(renamed.clone())).await.unwrap();
    memory.apply(&renamed).unwrap();
    assert_same(&store.load().await.unwrap(), &memory);
    assert!(ids(&memory).into_iter().all(|id| memory.revision(id) == Some(Version(2))));

    for undo in [renamed.inverse(), created.changes.inverse()] {
        store.commit(proposal(undo.clone())).await.unwrap();
        memory.apply(&undo).unwrap();
        assert_same(&store.load().await.unwrap(), &memory);
    }
    assert!(ids(&memory).is_empty());
    // And once more, under the same ids, as taking back the removal does.
    let redo = created.changes.inverse().inverse();
    store.commit(proposal(redo.clone())).await.unwrap();
    memory.apply(&redo).unwrap();
    assert_same(&store.load().await.unwrap(), &memory);
    assert_same(&store.as_of(crate::AsOf::Version(Version(5))).await.unwrap(), &memory);
}

pub(crate) async fn a_refused_change_set_leaves_nothing<B: Bench>(bench: B) {
    let store = bench.ready().await;
    store.commit(proposal(cable(2))).await.unwrap();
    store.commit(proposal(claim("T1", 1))).await.unwrap();
    let before = store.load().await.unwrap();
    let refused = async |changes: ChangeSet| match store.commit(proposal(changes)).await {
        Err(CommitError::Refused(violation)) => violation,
        other => panic!("{other:?}"),
    };
    assert!(matches!(refused(claim("T2", 1)).await, Violation::TwoOwners { .. }));
    assert!(matches!(refused(claim("T1", 2)).await, Violation::CodeTaken { .. }));
    assert!(matches!(refused(claim("T3", 3)).await, Violation::NoSuchSlot { .. }));
    let mut half = claim("T4", 2);
    half.create(Place::new("", PlaceKind::Node, None));
    assert!(matches!(refused(half).await, Violation::Malformed { .. }));
    assert_same(&store.load().await.unwrap(), &before);
    assert_same(&store.snapshot().await.unwrap(), &before);
    assert_eq!(store.log(Version(0), 9).await.unwrap().len(), 2);
    assert_eq!(store.commit(proposal(claim("T4", 2))).await.unwrap().version, Version(3));
}

pub(crate) async fn what_cannot_be_stored_is_refused_alone<B: Bench>(bench: B) {
    let store = bench.ready().await;
    let unstorable = async |changes: ChangeSet| match store.commit(proposal(changes)).await {
        Err(CommitError::Unstorable { code, reason }) => (code, reason),
        other => panic!("{other:?}"),
    };
    let mut set = full();
    for change in &mut set.changes {
        if let Change::Link(edit) = change {
            let link = Arc::make_mut(edit.after.as_mut().unwrap());
            link.slots = Discipline::Amount { capacity_kbps: u64::MAX };
        }
    }
    let (code, reason) = unstorable(set).await;
    assert_eq!(code, "LK-1");
    assert!(reason.contains("18446744073709551615"), "{reason}");

    // Deeper than the log could be read back; just within the bound it can.
    let nested = |levels: usize| {
        let mut value = serde_json::json!(1);
        for _ in 1..levels {
            value = serde_json::json!([value]);
        }
        let mut place = Place::new("deep", PlaceKind::Node, None);
        place.tag.extra = Some(Arc::new(serde_json::Map::from_iter([("x".to_owned(), value)])));
        let mut set = ChangeSet::new(Origin::Recording);
        set.create(place);
        set
    };
    assert_eq!(unstorable(nested(65)).await.0, "deep");
    store.commit(proposal(nested(64))).await.unwrap();
    let memory = store.snapshot().await.unwrap();
    assert_same(&store.load().await.unwrap(), &memory);
    assert_same(&store.as_of(crate::AsOf::Version(Version(1))).await.unwrap(), &memory);
}

/// Every text of every record of the sample in turn, by its way through the record's JSON.
fn texts(value: &serde_json::Value, way: &str, into: &mut Vec<String>) {
    match value {
        serde_json::Value::String(_) => into.push(way.to_owned()),
        serde_json::Value::Array(items) => {
            items.iter().enumerate().for_each(|(at, item)| texts(item, &format!("{way}/{at}"), into));
        }
        serde_json::Value::Object(fields) => {
            fields.iter().for_each(|(name, field)| texts(field, &format!("{way}/{name}"), into));
        }
        _ => {}
    }
}

pub(crate) async fn a_zero_byte_is_refused_in_every_text<B: Bench>(bench: B) {
    let store = bench.ready().await;
    let whole = full();
    let mut refused = 0;
    for (at, change) in whole.changes.iter().enumerate() {
        let json = serde_json::to_value(change).unwrap();
        let mut ways = Vec::new();
        texts(&json["after"], "/after", &mut ways);
        for way in ways {
            let mut spoilt = json.clone();
            *spoilt.pointer_mut(&way).unwrap() = "a\0b".into();
            // Names of an enumeration and dates are no free text.
            let Ok(spoilt) = serde_json::from_value(spoilt) else { continue };
            let mut set = whole.clone();
            set.changes[at] = spoilt;
            match store.commit(proposal(set)).await {
                Err(CommitError::Unstorable { reason, .. }) => assert!(reason.contains("zero byte"), "{reason}"),
                other => panic!("{way} of {change:?}: {other:?}"),
            }
            refused += 1;
        }
    }
    assert!(refused > 40, "{refused}");
    let with = |who: &str, why: &str| Proposal { who: who.into(), why: why.into(), ..proposal(full()) };
    for proposal in [with("a\0b", ""), with("", "a\0b")] {
        let error = store.commit(proposal).await.unwrap_err();
        assert!(matches!(&error, CommitError::Unstorable { code, .. } if code == "a\0b"), "{error}");
    }
    assert_eq!(store.commit(proposal(whole)).await.unwrap().version, Version(1));
}

pub(crate) async fn the_largest_that_every_database_holds_comes_back<B: Bench>(bench: B) {
    let store = bench.ready().await;
    let place = |code: String, day: Option<NaiveDate>| {
        let mut place = Place::new(code, PlaceKind::Node, None);
        place.plant.available_from = day;
        let mut set = ChangeSet::new(Origin::Recording);
        set.create(place);
        set
    };
    // Not compressible, so that an index has to hold all of it.
    let code =
        |bytes: u32| (0..bytes).map(|n| char::from(b'!' + (n.wrapping_mul(n) / 7 % 90) as u8)).collect::<String>();
    let day = |year| NaiveDate::from_ymd_opt(year, 1, 1);
    store.commit(proposal(place(code(1024), day(-4711)))).await.unwrap();
    let refused = async |proposal: Proposal, says: &str| match store.commit(proposal).await {
        Err(CommitError::Unstorable { reason, .. }) => assert!(reason.contains(says), "{reason}"),
        other => panic!("{other:?}"),
    };
    refused(proposal(place(code(1025), None)), "1025 bytes").await;
    refused(proposal(place("old".into(), day(-4712))), "before").await;
    let at = |year, day| NaiveDate::from_ymd_opt(year, 1, day).unwrap().and_hms_opt(0, 0, 0).unwrap().and_utc();
    refused(Proposal { at: at(0, 31), ..proposal(place("A".into(), None)) }, "years 1 to 9999").await;
    refused(Proposal { at: at(10_000, 1), ..proposal(place("A".into(), None)) }, "years 1 to 9999").await;
    let first = at(1, 1) + chrono::TimeDelta::nanoseconds(1_999);
    store.commit(Proposal { at: first, ..proposal(place("B".into(), None)) }).await.unwrap();
    store.commit(Proposal { at: at(9999, 1), ..proposal(place("C".into(), None)) }).await.unwrap();
    let logged: Vec<_> = store.log(Version(1), 9).await.unwrap().into_iter().map(|entry| entry.at).collect();
    assert_eq!(logged, [at(1, 1) + chrono::TimeDelta::microseconds(1), at(9999, 1)]);
    let memory = store.snapshot().await.unwrap();
    assert_same(&store.load().await.unwrap(), &memory);
}

pub(crate) async fn slots_and_codes_pass_within_a_commit<B: Bench>(bench: B) {
    let store = bench.ready().await;
    store.commit(proposal(cable(4))).await.unwrap();
    store.commit(proposal(claim("T1", 1))).await.unwrap();
    store.commit(proposal(claim("T2", 2))).await.unwrap();
    let mut memory = store.snapshot().await.unwrap();
    let [one, two] = [TrailId::from_raw(0), TrailId::from_raw(1)];
    let mut swap = ChangeSet::new(Origin::Recording);
    for (id, code, core) in [(one, "T2", 2), (two, "T1", 1)] {
        let before = memory.get(id).unwrap();
        let legs = vec![Leg { role: LegRole::Working, holdings: vec![held(core)] }];
        swap.update(id, before, Trail { tag: Tag::new(code, ""), legs, ..(**before).clone() });
    }
    store.commit(proposal(swap.clone())).await.unwrap();
    memory.apply(&swap).unwrap();
    assert_same(&store.load().await.unwrap(), &memory);
    // A record can come and another of the same code and slot go, in one commit.
    let mut replace = claim("T1", 1);
    replace.origin = Origin::Recording;
    replace.remove(two, memory.get(two).unwrap());
    store.commit(proposal(replace.clone())).await.unwrap();
    memory.apply(&replace).unwrap();
    assert_same(&store.load().await.unwrap(), &memory);
}

pub(crate) async fn a_large_commit_is_one_version<B: Bench>(bench: B) {
    let store = bench.ready().await;
    let mut set = ChangeSet::new(Origin::Recording);
    let count = 10_000u32;
    for n in 0..count {
        let position = Position::new(120.0 + f64::from(n) / 1e5, 32.0).ok();
        set.create(Place::new(format!("P{n}"), PlaceKind::Node, position));
    }
    let told = Arc::new(Mutex::new(Vec::new()));
    let progress = {
        let told = told.clone();
        Progress::new(move |done, total| told.lock().unwrap().push((done, total)))
    };
    let committed = store.commit(proposal(set).with_progress(progress)).await.unwrap();
    assert_eq!(committed.version, Version(1));
    let told = told.lock().unwrap().clone();
    assert!(told.is_sorted() && told.len() > 1, "{told:?}");
    assert_eq!(told.last(), Some(&(u64::from(count), u64::from(count))));
    let loaded = store.load().await.unwrap();
    assert_same(&loaded, &store.snapshot().await.unwrap());
    assert_eq!(loaded.count::<Place>(), count as usize);
    let log = store.log(Version(0), 9).await.unwrap();
    assert_eq!(log.len(), 1);
    assert_eq!(log[0].changes, committed.changes);
    // All of it goes again in one commit, too.
    store.commit(proposal(committed.changes.inverse())).await.unwrap();
    assert_eq!(store.load().await.unwrap().count::<Place>(), 0);
}

pub(crate) async fn ids_are_never_given_again<B: Bench>(bench: B) {
    let store = bench.ready().await;
    let mut set = ChangeSet::new(Origin::Recording);
    set.create(Place::new("A", PlaceKind::Node, None));
    let first = store.commit(proposal(set.clone())).await.unwrap();
    store.commit(proposal(first.changes.inverse())).await.unwrap();
    store.close().await;
    let store = bench.open(Mode::Write).await.unwrap();
    assert_eq!(store.load().await.unwrap().next_id(TableKind::Place), 1);
    let second = store.commit(proposal(set)).await.unwrap();
    assert_eq!(second.resolve(PlaceId::placeholder(0)), PlaceId::from_raw(1));
}

pub(crate) async fn another_schema_is_refused<B: Bench>(bench: B) {
    let store = bench.ready().await;
    store.commit(proposal(cable(2))).await.unwrap();
    bench.set_schema(9999).await;
    // A handle that was open when another program migrated stops as well.
    let error = store.commit(proposal(claim("T1", 1))).await.unwrap_err();
    assert!(matches!(error, CommitError::Store(StoreError::SchemaNewer { found: 9999, .. })), "{error}");
    let late = bench.open(Mode::Write).await.unwrap();
    assert!(matches!(late.schema_status().await, Ok(SchemaStatus::Newer { found: 9999, .. })));
    for error in [late.load().await.unwrap_err(), late.migrate().await.unwrap_err(), late.head().await.unwrap_err()] {
        assert!(matches!(error, StoreError::SchemaNewer { .. }), "{error}");
        assert!(error.to_string().contains("use the newer program"), "{error}");
    }
    bench.set_schema(0).await;
    assert!(matches!(late.schema_status().await, Ok(SchemaStatus::Older { found: 0, .. })));
    let error = late.load().await.unwrap_err();
    assert!(matches!(error, StoreError::SchemaOlder { .. }), "{error}");
    assert!(error.to_string().contains("linewright migrate"), "{error}");
    bench.set_schema(crate::SCHEMA).await;
    assert_eq!(store.commit(proposal(claim("T1", 1))).await.unwrap().version, Version(2));
}

pub(crate) async fn a_reader_cannot_write<B: Bench>(bench: B) {
    let writer = bench.ready().await;
    let reader = bench.open(Mode::ReadOnly).await.unwrap();
    writer.commit(proposal(full())).await.unwrap();
    let memory = writer.snapshot().await.unwrap();
    assert_same(&reader.load().await.unwrap(), &memory);
    assert_same(&reader.refresh().await.unwrap(), &memory);
    let error = reader.commit(proposal(cable(1))).await.unwrap_err();
    assert!(matches!(error, CommitError::Store(StoreError::ReadOnly { .. })), "{error}");
    assert_eq!(reader.migrate().await, Ok(()));
    writer.close().await;
    assert_eq!(reader.head().await, Ok(Version(1)));
}

pub(crate) async fn a_closed_handle_says_so<B: Bench>(bench: B) {
    let store = bench.ready().await;
    store.snapshot().await.unwrap();
    store.close().await;
    assert!(matches!(store.load().await, Err(StoreError::Closed { .. })));
    assert!(matches!(store.snapshot().await, Err(StoreError::Closed { .. })));
    let error = store.commit(proposal(cable(1))).await.unwrap_err();
    assert!(matches!(error, CommitError::Store(StoreError::Closed { .. })), "{error}");
    store.close().await;
}

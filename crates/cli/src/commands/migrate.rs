//! `migrate`: creates the database or brings its schema up.

use linewright_store::{Mode, SchemaStatus, Storage, connect};
use serde::Serialize;

use crate::failure::Failure;
use crate::output::Answer;
use crate::session::Session;

#[derive(Serialize)]
struct Migrated<'a> {
    database: &'a str,
    /// Schema before; none when there were no tables.
    from: Option<i64>,
    /// Schema now; none when the status does not tell the number.
    to: Option<i64>,
    changed: bool,
}

/// Runs the command.
pub async fn run(session: &Session) -> Result<Answer, Failure> {
    let store = connect(&session.database, Mode::Create).await?;
    let before = store.schema_status().await?;
    let migrated = store.migrate().await;
    store.close().await;
    migrated?;
    let lang = session.lang;
    let database = session.shown_database();
    let database = database.as_str();
    let (from, to, text) = match before {
        SchemaStatus::Empty => (None, None, lang.pick("new database, schema created", "新数据库，已建表").to_owned()),
        SchemaStatus::Current => {
            (None, None, lang.pick("the schema is up to date already", "表结构已是最新").to_owned())
        }
        SchemaStatus::Older { found, needed } | SchemaStatus::Newer { found, needed } => {
            (Some(found), Some(needed), format!("{} {found} → {needed}", lang.pick("schema", "表结构")))
        }
    };
    let document = Migrated { database, from, to, changed: before != SchemaStatus::Current };
    Answer::new(session, &document, || format!("{database}: {text}\n"))
}

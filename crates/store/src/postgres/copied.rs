//! Rows out of a table by COPY in its binary form: no value passes through the driver one by one.

use std::sync::Arc;

use futures_util::TryStreamExt;
use sqlx::{AssertSqlSafe, Column, Executor, PgConnection, SqlSafeStr, Statement, TypeInfo};

use super::read::day_of;
use super::server::Server;
use crate::StoreError;
use crate::load::Page;
use crate::rows::{Cell, Damage, Shape, Sheet};

/// What a column holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    Int,
    Real,
    Text,
    Day,
}

/// What the columns of a table hold, as the database says.
pub(super) async fn kinds(conn: &mut PgConnection, server: &Server, shape: &Shape) -> Result<Arc<[Kind]>, StoreError> {
    let sql = AssertSqlSafe(shape.select("")).into_sql_str();
    let statement = conn.prepare(sql).await.map_err(|e| server.error(e))?;
    let kind = |column: &sqlx::postgres::PgColumn| match column.type_info().name() {
        "INT8" => Ok(Kind::Int),
        "FLOAT8" => Ok(Kind::Real),
        "TEXT" | "JSON" => Ok(Kind::Text),
        "DATE" => Ok(Kind::Day),
        other => Err(server.damaged(format!("{}.{} is of type {other}", shape.table, column.name()))),
    };
    statement.columns().iter().map(kind).collect()
}

/// Rows as they came.
pub(super) struct Copied {
    bytes: Vec<u8>,
    kinds: Arc<[Kind]>,
}

impl Copied {
    /// Copies the rows with a key above `after` and up to `upto`, ordered.
    pub(super) async fn read(
        conn: &mut PgConnection,
        server: &Server,
        shape: &Shape,
        kinds: Arc<[Kind]>,
        (after, upto): (i64, i64),
    ) -> Result<Self, StoreError> {
        let key = shape.columns.first().copied().unwrap_or("id");
        let select = shape.select(&format!("WHERE \"{key}\" > {after} AND \"{key}\" <= {upto}"));
        let sql = format!("COPY ({select}) TO STDOUT (FORMAT binary)");
        let mut stream = conn.copy_out_raw(&sql).await.map_err(|e| server.error(e))?;
        let mut bytes = Vec::new();
        while let Some(part) = stream.try_next().await.map_err(|e| server.error(e))? {
            bytes.extend_from_slice(&part);
        }
        Ok(Self { bytes, kinds })
    }
}

/// Signature, flags, length of the header's extension: none is defined.
const HEADER: &[u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";

impl Page for Copied {
    fn rows(self, shape: &'static Shape) -> Result<Sheet, Damage> {
        let bad = || Damage::new(shape.table, "cannot be read: this is not how PostgreSQL copies rows");
        let mut left = self.bytes.strip_prefix(HEADER).ok_or_else(bad)?;
        let mut cells = Vec::new();
        loop {
            let (width, rest) = left.split_first_chunk().ok_or_else(bad)?;
            left = rest;
            let width = i16::from_be_bytes(*width);
            if width == -1 {
                return if left.is_empty() { Ok(Sheet { cells }) } else { Err(bad()) };
            }
            if usize::try_from(width) != Ok(self.kinds.len()) {
                return Err(bad());
            }
            for (kind, column) in self.kinds.iter().zip(shape.columns) {
                let (length, rest) = left.split_first_chunk().ok_or_else(bad)?;
                left = rest;
                // A length of -1 says that there is no value.
                let Ok(length) = usize::try_from(i32::from_be_bytes(*length)) else {
                    cells.push(Cell::Null);
                    continue;
                };
                let (value, rest) = left.split_at_checked(length).ok_or_else(bad)?;
                left = rest;
                cells.push(
                    cell(*kind, value)
                        .map_err(|error| Damage::new(shape.table, format!("{column} cannot be read: {error}")))?,
                );
            }
        }
    }
}

fn cell(kind: Kind, value: &[u8]) -> Result<Cell, Box<dyn std::error::Error>> {
    Ok(match kind {
        Kind::Int => Cell::Int(i64::from_be_bytes(value.try_into()?)),
        Kind::Real => Cell::Real(f64::from_be_bytes(value.try_into()?)),
        Kind::Text => Cell::from(std::str::from_utf8(value)?),
        Kind::Day => Cell::Day(day_of(i32::from_be_bytes(value.try_into()?))?),
    })
}

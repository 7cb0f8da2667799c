//! Which tables a database has, as the database itself tells: so that a copy of it never forgets one.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sqlx::{AnyConnection, Row};

use super::{RecordsError, database::Database};

/// A table with its columns, alike in every kind of database.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Table {
    pub name: String,
    pub columns: Vec<Column>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Column {
    pub name: String,
    pub holds: Holds,
    /// Its place in the primary key, the first is 1; 0 outside.
    pub key: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Holds {
    Integer,
    Text,
    Bytes,
}

/// Where rows can be put back in another order than that of their key.
const ORDERS: [(&str, &[&str]); 1] = [("checkpoints", &["node", "number"])];

impl Table {
    /// The names of the columns, separated by commas.
    pub(super) fn columns(&self) -> String {
        names(self.columns.iter().map(|column| column.name.as_str()))
    }

    /// In which order the rows are read, and can be put back.
    pub(super) fn order(&self) -> String {
        if let Some((_, order)) = ORDERS.iter().find(|(table, _)| *table == self.name) {
            return names(order.iter().copied());
        }
        let mut key: Vec<&Column> = self.columns.iter().filter(|column| column.key > 0).collect();
        key.sort_by_key(|column| column.key);
        names(key.iter().map(|column| column.name.as_str()))
    }
}

fn names<'a>(names: impl Iterator<Item = &'a str>) -> String {
    names.map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(", ")
}

/// Every table of the records, each after those that it refers to.
pub(super) async fn tables(database: &Database, connection: &mut AnyConnection) -> Result<Vec<Table>, RecordsError> {
    let (columns, references) = match database {
        Database::Sqlite(_) => (SQLITE_COLUMNS, SQLITE_REFERENCES),
        Database::Postgres(_) => (POSTGRES_COLUMNS, POSTGRES_REFERENCES),
    };
    let mut tables: BTreeMap<String, Vec<Column>> = BTreeMap::new();
    for row in sqlx::query(columns).fetch_all(&mut *connection).await? {
        let (table, name): (String, String) = (row.try_get(0)?, row.try_get(1)?);
        let holds = match row.try_get::<String, _>(2)?.to_uppercase().as_str() {
            "INTEGER" | "BIGINT" => Holds::Integer,
            "TEXT" => Holds::Text,
            "BLOB" | "BYTEA" => Holds::Bytes,
            other => {
                let reason = format!("the column {name} of {table} is of the type {other}");
                return Err(RecordsError::Damaged { place: "schema", reason });
            }
        };
        let key = u32::try_from(row.try_get::<i64, _>(3)?).unwrap_or(0);
        tables.entry(table).or_default().push(Column { name, holds, key });
    }
    let mut refers: Vec<(String, String)> = Vec::new();
    for row in sqlx::query(references).fetch_all(connection).await? {
        refers.push((row.try_get(0)?, row.try_get(1)?));
    }
    Ok(in_order(tables, &refers))
}

fn in_order(mut tables: BTreeMap<String, Vec<Column>>, refers: &[(String, String)]) -> Vec<Table> {
    let mut ordered: Vec<Table> = Vec::with_capacity(tables.len());
    while !tables.is_empty() {
        let waits =
            |table: &String| refers.iter().any(|(from, to)| from == table && to != table && tables.contains_key(to));
        // Of tables that refer to each other in a circle, which there are none, any comes first.
        let next = tables.keys().find(|table| !waits(table)).or_else(|| tables.keys().next()).cloned();
        let Some((name, columns)) = next.and_then(|name| tables.remove_entry(&name)) else { break };
        ordered.push(Table { name, columns });
    }
    ordered
}

const SQLITE_COLUMNS: &str = "
    SELECT tables.name, columns.name, columns.type, columns.pk
    FROM sqlite_schema AS tables, pragma_table_info(tables.name) AS columns
    WHERE tables.type = 'table' AND tables.name NOT LIKE 'sqlite_%' AND tables.name <> '_sqlx_migrations'
    ORDER BY tables.name, columns.cid";
const SQLITE_REFERENCES: &str = "
    SELECT tables.name, keys.\"table\" FROM sqlite_schema AS tables, pragma_foreign_key_list(tables.name) AS keys
    WHERE tables.type = 'table'";
const POSTGRES_COLUMNS: &str = "
    SELECT tables.relname::text, columns.attname::text, format_type(columns.atttypid, NULL),
        coalesce(array_position(keys.indkey::int2[], columns.attnum) + 1, 0)::bigint
    FROM pg_class AS tables
    JOIN pg_attribute AS columns ON columns.attrelid = tables.oid AND columns.attnum > 0 AND NOT columns.attisdropped
    LEFT JOIN pg_index AS keys ON keys.indrelid = tables.oid AND keys.indisprimary
    WHERE tables.relkind = 'r' AND tables.relnamespace = current_schema()::regnamespace
        AND tables.relname <> '_sqlx_migrations'
    ORDER BY tables.relname, columns.attnum";
const POSTGRES_REFERENCES: &str = "
    SELECT tables.relname::text, others.relname::text FROM pg_constraint AS keys
    JOIN pg_class AS tables ON tables.oid = keys.conrelid JOIN pg_class AS others ON others.oid = keys.confrelid
    WHERE keys.contype = 'f' AND tables.relnamespace = current_schema()::regnamespace";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::records::testing::{Bed, Kind, is_skipped};

    async fn of(kind: Kind) -> Vec<Table> {
        let bed = Bed::with_a_meeting(kind).await;
        tables(&Database::of(&bed.store()), &mut bed.tool().await).await.unwrap()
    }

    #[tokio::test]
    async fn both_databases_have_the_same_tables_each_after_what_it_refers_to() {
        let sqlite = of(Kind::Sqlite).await;
        let place = |name: &str| sqlite.iter().position(|table| table.name == name).unwrap();
        for after in ["plans", "events", "checkpoints", "ballots", "invites"] {
            assert!(place("meetings") < place(after), "{after}");
        }
        assert_eq!(sqlite[place("events")].order(), r#""meeting", "node", "seq""#);
        assert_eq!(sqlite[place("checkpoints")].order(), r#""node", "number""#);
        assert!(sqlite.iter().all(|table| !table.order().is_empty()));
        if !is_skipped() {
            assert_eq!(of(Kind::Postgres).await, sqlite);
        }
    }
}

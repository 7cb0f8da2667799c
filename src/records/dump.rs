//! Everything that a database keeps, read as of one moment and put into another one: table by table, a line a row,
//! alike for every kind of database.

use data_encoding::BASE64;
use futures_util::StreamExt;
use serde_json::Value;
use sqlx::{Any, AnyConnection, AnyPool, AssertSqlSafe, Connection, Row, Transaction, any::AnyRow};

use super::{
    Reader, RecordsError, Store,
    catalog::{Column, Holds, Table, tables},
    database::Database,
    schema,
};
use crate::ids::NodeId;

/// The contents of a database, as of the moment in which the first row is read.
pub struct Dump {
    snapshot: Transaction<'static, Any>,
    tables: Vec<Table>,
    schema: i64,
    node: NodeId,
}

impl Reader {
    /// Begins to read everything; a server may go on writing.
    pub async fn dump(&self) -> Result<Dump, RecordsError> {
        let mut snapshot = self.snapshot().await?;
        let tables = tables(self.database(), &mut snapshot).await?;
        let node: String = sqlx::query_scalar("SELECT id FROM node").fetch_one(&mut *snapshot).await?;
        let node = node.try_into().map_err(RecordsError::damaged("node"))?;
        Ok(Dump { snapshot, tables, schema: schema::known(self.database()), node })
    }
}

impl Dump {
    /// Each after those that it refers to.
    pub fn tables(&self) -> &[Table] {
        &self.tables
    }

    /// The number of the schema that the tables are of.
    pub fn schema(&self) -> i64 {
        self.schema
    }

    /// Whose records they are.
    pub fn node(&self) -> &NodeId {
        &self.node
    }

    /// Reads a table. `take` gets each row as a line of JSON: an array with a value for each column, bytes in base64.
    ///
    /// # Errors
    /// When a row cannot be read, and the first error of `take`.
    pub async fn rows<E: From<RecordsError>>(
        &mut self,
        table: &Table,
        mut take: impl FnMut(&str) -> Result<(), E>,
    ) -> Result<u64, E> {
        let query = format!("SELECT {} FROM \"{}\" ORDER BY {}", table.columns(), table.name, table.order());
        let mut rows = sqlx::query(AssertSqlSafe(query)).fetch(&mut *self.snapshot);
        let mut count = 0;
        while let Some(row) = rows.next().await {
            let place = |error: sqlx::Error| RecordsError::Row { table: table.name.clone(), row: count + 1, error };
            let line = row.and_then(|row| line(table, &row)).map_err(place)?;
            take(&line)?;
            count += 1;
        }
        Ok(count)
    }
}

fn line(table: &Table, row: &AnyRow) -> Result<String, sqlx::Error> {
    let mut values = Vec::with_capacity(table.columns.len());
    for (index, column) in table.columns.iter().enumerate() {
        values.push(match column.holds {
            Holds::Integer => row.try_get::<Option<i64>, _>(index)?.into(),
            Holds::Text => row.try_get::<Option<String>, _>(index)?.into(),
            Holds::Bytes => row.try_get::<Option<Vec<u8>>, _>(index)?.map(|bytes| BASE64.encode(&bytes)).into(),
        });
    }
    Ok(Value::Array(values).to_string())
}

/// A database that is being filled; nothing of it is there before [`Load::finish`].
pub struct Load {
    database: Database,
    /// Keeps other servers away from a PostgreSQL database.
    writer: AnyConnection,
    pool: AnyPool,
    transaction: Transaction<'static, Any>,
}

impl Load {
    /// Prepares an empty database to take the tables of a schema, which may be an older one.
    ///
    /// # Errors
    /// [`RecordsError::NotEmpty`] when something is kept there, [`RecordsError::NewerSchema`] when this program does not
    /// know the schema, [`RecordsError::OtherTables`] when the schema has other ones.
    pub async fn begin(store: &Store, schema: i64, expected: &[Table]) -> Result<Load, RecordsError> {
        let database = Database::of(store);
        let known = schema::known(&database);
        if schema > known {
            return Err(RecordsError::NewerSchema { found: schema, known });
        }
        let mut writer = database.writer(true).await?;
        if let Some(table) = something(&database, &mut writer).await? {
            return Err(RecordsError::NotEmpty { table });
        }
        schema::migrate_to(&database, &mut writer, schema).await?;
        let same =
            |found: &[Table]| found.len() == expected.len() && expected.iter().all(|table| found.contains(table));
        if !same(&tables(&database, &mut writer).await?) {
            return Err(RecordsError::OtherTables { schema });
        }
        let pool = database.writing()?;
        let mut transaction = database.begin_in(&pool).await?;
        // The schema itself puts a row into some.
        for table in expected.iter().rev() {
            let empty = format!("DELETE FROM \"{}\"", table.name);
            sqlx::query(AssertSqlSafe(empty)).execute(&mut *transaction).await?;
        }
        Ok(Load { database, writer, pool, transaction })
    }

    /// Puts one row into a table, as [`Dump::rows`] gave it.
    ///
    /// # Errors
    /// When the line is no row of this table, or the database refuses it.
    pub async fn row(&mut self, table: &Table, number: u64, line: &str) -> Result<(), RecordsError> {
        let places = (1..=table.columns.len()).map(|place| format!("${place}")).collect::<Vec<_>>().join(", ");
        let insert = format!("INSERT INTO \"{}\" ({}) VALUES ({places})", table.name, table.columns());
        let place = |error: sqlx::Error| RecordsError::Row { table: table.name.clone(), row: number, error };
        let mut query = sqlx::query(AssertSqlSafe(insert));
        for (column, value) in table.columns.iter().zip(values(table, line).map_err(place)?) {
            query = match (column.holds, value) {
                (Holds::Integer, value) => query.bind(integer(column, value).map_err(place)?),
                (Holds::Text, value) => query.bind(text(column, value).map_err(place)?),
                (Holds::Bytes, value) => {
                    let decoded = text(column, value).map_err(place)?.map(|text| BASE64.decode(text.as_bytes()));
                    query.bind(decoded.transpose().map_err(|error| place(sqlx::Error::Decode(error.into())))?)
                }
            };
        }
        query.execute(&mut *self.transaction).await.map(drop).map_err(place)
    }

    /// Keeps all of it, and brings the schema up to date.
    pub async fn finish(mut self) -> Result<(), RecordsError> {
        self.transaction.commit().await?;
        self.pool.close().await;
        schema::migrate(&self.database, &mut self.writer).await?;
        Ok(self.writer.close().await?)
    }
}

/// A table that is somebody's: a server's, which writes its name before anything else, or another program's. A try that
/// failed may have left our tables behind.
async fn something(database: &Database, writer: &mut AnyConnection) -> Result<Option<String>, RecordsError> {
    let found = tables(database, writer).await?;
    if schema::found(database, writer).await? == 0 {
        return Ok(found.into_iter().next().map(|table| table.name));
    }
    let nodes: i64 = sqlx::query_scalar("SELECT count(*) FROM node").fetch_one(writer).await?;
    Ok((nodes > 0).then(|| "node".to_owned()))
}

fn values(table: &Table, line: &str) -> Result<Vec<Value>, sqlx::Error> {
    let values: Vec<Value> = serde_json::from_str(line).map_err(|error| sqlx::Error::Decode(error.into()))?;
    if values.len() == table.columns.len() { Ok(values) } else { Err(wrong("the row", "a value for each column")) }
}

fn integer(column: &Column, value: Value) -> Result<Option<i64>, sqlx::Error> {
    match value {
        Value::Null => Ok(None),
        value => value.as_i64().map(Some).ok_or_else(|| wrong(&column.name, "an integer")),
    }
}

fn text(column: &Column, value: Value) -> Result<Option<String>, sqlx::Error> {
    match value {
        Value::Null => Ok(None),
        Value::String(text) => Ok(Some(text)),
        _ => Err(wrong(&column.name, "a text")),
    }
}

fn wrong(place: &str, expected: &str) -> sqlx::Error {
    sqlx::Error::Decode(format!("{place} is not {expected}").into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        clock::Timestamp,
        records::{
            Records,
            testing::{Kind, Site, on_both},
        },
    };

    on_both! {
        an_older_schema_is_taken_and_brought_up_to_date,
        a_database_that_is_somebodys_is_left_alone,
        a_row_that_is_none_is_named,
    }

    async fn tables_of(kind: Kind, schema: i64) -> Vec<Table> {
        let site = Site::new(kind).await;
        let database = Database::of(&site.store());
        let mut writer = database.writer(true).await.unwrap();
        schema::migrate_to(&database, &mut writer, schema).await.unwrap();
        tables(&database, &mut writer).await.unwrap()
    }

    async fn an_older_schema_is_taken_and_brought_up_to_date(kind: Kind) {
        let tables = tables_of(kind, 1).await;
        let site = Site::new(kind).await;
        let mut load = Load::begin(&site.store(), 1, &tables).await.unwrap();
        let node = tables.iter().find(|table| table.name == "node").unwrap();
        load.row(node, 1, r#"[1, "N-old"]"#).await.unwrap();
        load.finish().await.unwrap();
        let records = Records::open(site.store(), Timestamp::from_millis(1)).await.unwrap();
        assert_eq!(records.node().as_str(), "N-old");
    }

    async fn a_database_that_is_somebodys_is_left_alone(kind: Kind) {
        let site = Site::new(kind).await;
        let database = Database::of(&site.store());
        let mut writer = database.writer(true).await.unwrap();
        sqlx::raw_sql("CREATE TABLE theirs (id BIGINT PRIMARY KEY); INSERT INTO theirs VALUES (7)")
            .execute(&mut writer)
            .await
            .unwrap();
        writer.close().await.unwrap();
        let known = schema::known(&database);
        let refused = Load::begin(&site.store(), known, &tables_of(kind, known).await).await.err().unwrap();
        assert!(matches!(&refused, RecordsError::NotEmpty { table } if table == "theirs"), "{refused}");
        let mut writer = database.writer(false).await.unwrap();
        let kept: i64 = sqlx::query_scalar("SELECT id FROM theirs").fetch_one(&mut writer).await.unwrap();
        assert_eq!(kept, 7);

        let site = Site::new(kind).await;
        Records::open(site.store(), Timestamp::from_millis(1)).await.unwrap().close().await;
        let refused = Load::begin(&site.store(), known, &tables_of(kind, known).await).await.err().unwrap();
        assert!(matches!(refused, RecordsError::NotEmpty { .. }), "{refused}");
        let site = Site::new(kind).await;
        let refused = Load::begin(&site.store(), known + 1, &[]).await.err().unwrap();
        assert!(matches!(refused, RecordsError::NewerSchema { .. }), "{refused}");
        let refused = Load::begin(&site.store(), known, &[]).await.err().unwrap();
        assert!(matches!(refused, RecordsError::OtherTables { .. }), "{refused}");
    }

    async fn a_row_that_is_none_is_named(kind: Kind) {
        let site = Site::new(kind).await;
        let known = schema::known(&Database::of(&site.store()));
        let tables = tables_of(kind, known).await;
        let meetings = tables.iter().find(|table| table.name == "meetings").unwrap();
        for line in
            ["[]", "no json", r#"["m", "", "t", "soon", 1]"#, r#"[1, "", "t", 0, 1]"#, r#"["m", "", "t", 0, null]"#]
        {
            let mut load = Load::begin(&site.store(), known, &tables).await.unwrap();
            let error = load.row(meetings, 3, line).await.unwrap_err().to_string();
            assert!(error.starts_with("row 3 of the table meetings: "), "{line}: {error}");
        }
    }
}

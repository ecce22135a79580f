//! Canonical tables: what every stage after `source` works on.
//!
//! A table is declared once with the `table!` macro: the row type that a writer fills and a reader gets back,
//! and the column list with name, type, nullability and meaning. Timestamps are UTC microseconds, ids
//! are text, no column name is an SQL word.

mod builder;
pub mod derived;
pub mod directory;
pub mod governance;
pub mod policy;
pub mod register;
mod rejected;
pub mod sign_ins;
pub mod snapshot;
pub mod traffic;

use std::sync::Arc;

use arrow::array::Array;
use arrow::datatypes::{DataType, Field, Schema, SchemaRef, TimeUnit};
use arrow::record_batch::RecordBatch;

pub use builder::{Column, ColumnBuilder, Day, Instant, Kind, TableBuilder, Value};
pub use rejected::Rejected;
pub use sign_ins::SignIn;

/// How the lake cuts a table into partitions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Partition {
    /// By the UTC day of the event.
    EventDay,
    /// By the day of the snapshot a row was seen in.
    Snapshot,
    /// By the day that the object speaks for; 1970-01-01 when its name holds none.
    ObjectDay,
    /// By the organisation's local day; made by the derive stage.
    LocalDay,
    /// Not stored in the lake: made for one period.
    Period,
}

/// A table's name, columns and place.
#[derive(Debug, Clone, Copy)]
pub struct Table {
    /// As used in SQL.
    pub name: &'static str,
    /// One sentence: one row per what.
    pub about: &'static str,
    /// How the lake cuts it.
    pub partition: Partition,
    /// Columns that identify a row.
    pub key: &'static [&'static str],
    /// In file order.
    pub columns: &'static [Column],
}

impl Table {
    /// The Arrow schema.
    #[must_use]
    pub fn schema(&self) -> SchemaRef {
        let field = |c: &Column| {
            let data_type = match c.kind {
                Kind::Text => DataType::Utf8,
                Kind::Flag => DataType::Boolean,
                Kind::Int => DataType::Int64,
                Kind::Real => DataType::Float64,
                Kind::Instant => DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
                Kind::Day => DataType::Date32,
            };
            Field::new(c.name, data_type, c.nullable)
        };
        Arc::new(Schema::new(self.columns.iter().map(field).collect::<Vec<_>>()))
    }

    /// Position of a column.
    #[must_use]
    pub fn position(&self, column: &str) -> Option<usize> {
        self.columns.iter().position(|c| c.name == column)
    }
}

/// A row type bound to its table.
pub trait Row<'a>: Sized {
    /// The table.
    const TABLE: Table;

    /// Appends this row.
    fn push(&self, builder: &mut TableBuilder);

    /// Reads every row of a batch.
    ///
    /// # Errors
    /// When a column is missing or has another type than the table says.
    fn read(batch: &'a RecordBatch) -> anyhow::Result<Vec<Self>>;
}

/// Rows into one batch, in the order given.
///
/// # Errors
/// When a row cannot be put into its table's schema.
pub fn batch<'a, R: Row<'a>>(rows: impl IntoIterator<Item = R>) -> anyhow::Result<RecordBatch> {
    let mut builder = TableBuilder::new(R::TABLE);
    for row in rows {
        row.push(&mut builder);
    }
    builder.finish()
}

/// All rows of several batches.
///
/// # Errors
/// As [`Row::read`].
pub fn rows<'a, R: Row<'a>>(batches: &'a [RecordBatch]) -> anyhow::Result<Vec<R>> {
    let mut all = Vec::new();
    for b in batches {
        all.extend(R::read(b)?);
    }
    Ok(all)
}

/// Declares a row type and its table: see the files beside this one.
macro_rules! table {
    (
        $(#[doc = $table_about:literal])+
        $row:ident = $table:literal, $partition:ident, key [$($key:literal),* $(,)?] {
            $( #[doc = $about:literal] $field:ident: $ty:ty, )*
        }
    ) => {
        $(#[doc = $table_about])+
        #[derive(Debug, Clone, Copy, PartialEq)]
        pub struct $row<'a> {
            $( #[doc = $about] pub $field: $ty, )*
        }

        impl<'a> $crate::table::Row<'a> for $row<'a> {
            const TABLE: $crate::table::Table = $crate::table::Table {
                name: $table,
                about: concat!($($table_about),+),
                partition: $crate::table::Partition::$partition,
                key: &[$($key),*],
                columns: &[ $( $crate::table::Column {
                    name: stringify!($field),
                    kind: <$ty as $crate::table::Value<'a>>::KIND,
                    nullable: <$ty as $crate::table::Value<'a>>::NULLABLE,
                    about: $about,
                }, )* ],
            };

            fn push(&self, builder: &mut $crate::table::TableBuilder) {
                let mut columns = builder.row();
                $( if let Some(c) = columns.next() { $crate::table::Value::push(self.$field, c); } )*
            }

            fn read(batch: &'a arrow::record_batch::RecordBatch) -> anyhow::Result<Vec<Self>> {
                $( let $field = <$ty as $crate::table::Value<'a>>::column(batch, $table, stringify!($field))?; )*
                Ok((0..batch.num_rows())
                    .map(|i| Self { $( $field: <$ty as $crate::table::Value<'a>>::get($field, i), )* })
                    .collect())
            }
        }
    };
}
pub(crate) use table;

/// Every table, in the order of the data's way.
#[must_use]
pub fn all() -> Vec<Table> {
    vec![
        SignIn::TABLE,
        directory::Identity::TABLE,
        directory::Registration::TABLE,
        directory::RegisteredMethod::TABLE,
        directory::PersonAccount::TABLE,
        directory::Role::TABLE,
        directory::RoleAssignment::TABLE,
        directory::GroupMember::TABLE,
        policy::Policy::TABLE,
        policy::PolicyExclusion::TABLE,
        policy::Location::TABLE,
        policy::Change::TABLE,
        register::Exception::TABLE,
        register::ExceptionEvent::TABLE,
        Rejected::TABLE,
        derived::Attempt::TABLE,
        derived::AttemptDay::TABLE,
        derived::EndingDay::TABLE,
        derived::Watched::TABLE,
        snapshot::Period::TABLE,
        snapshot::Population::TABLE,
        snapshot::ExceptionState::TABLE,
        snapshot::ExceptionObject::TABLE,
        snapshot::ExceptionFlow::TABLE,
        snapshot::Obligation::TABLE,
        governance::Exclusion::TABLE,
        governance::ExcludedIdentity::TABLE,
        governance::AskedStrength::TABLE,
        governance::Reconciled::TABLE,
        governance::RegisterCell::TABLE,
        governance::Separation::TABLE,
        governance::ControlChange::TABLE,
        governance::GlassCondition::TABLE,
        governance::GlassUse::TABLE,
        governance::Spell::TABLE,
        governance::CohortMember::TABLE,
        governance::Deadline::TABLE,
        traffic::TravelPair::TABLE,
        traffic::FactorRun::TABLE,
        traffic::FactorChange::TABLE,
        traffic::UnprotectedAttempt::TABLE,
        snapshot::TrailingDay::TABLE,
        snapshot::IntakeObject::TABLE,
        snapshot::IntakeDay::TABLE,
        snapshot::MethodRank::TABLE,
        snapshot::Target::TABLE,
        snapshot::Cadence::TABLE,
        snapshot::Threshold::TABLE,
    ]
}

/// The table of this name.
#[must_use]
pub fn named(name: &str) -> Option<Table> {
    all().into_iter().find(|t| t.name == name)
}

/// The array behind `&dyn Array`, or an error that names the column.
pub(crate) fn typed<'a, A: Array + 'static>(batch: &'a RecordBatch, table: &str, name: &str) -> anyhow::Result<&'a A> {
    let array = batch.column_by_name(name).ok_or_else(|| missing(table, name))?;
    array.as_any().downcast_ref::<A>().ok_or_else(|| anyhow::anyhow!("table `{table}`: column `{name}` has type {}, another than the table says", array.data_type()))
}

fn missing(table: &str, name: &str) -> anyhow::Error {
    anyhow::anyhow!("table `{table}`: column `{name}` is missing; the lake was written by another version: start with an empty lake")
}

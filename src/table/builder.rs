//! Column types and the builder that turns rows into a record batch.

use arrow::array::{
    Array, ArrayRef, BooleanArray, BooleanBuilder, Date32Array, Date32Builder, Float64Array, Float64Builder, Int64Array, Int64Builder, StringArray, StringBuilder,
    TimestampMicrosecondArray, TimestampMicrosecondBuilder,
};
use arrow::record_batch::RecordBatch;
use std::sync::Arc;

use super::{Table, typed};

/// Microseconds since 1970-01-01T00:00:00Z.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Instant(pub i64);

/// Days since 1970-01-01.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Day(pub i32);

/// The six types a canonical column can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// UTF-8 text.
    Text,
    /// Boolean.
    Flag,
    /// 64-bit signed integer.
    Int,
    /// 64-bit float.
    Real,
    /// UTC timestamp in microseconds.
    Instant,
    /// Calendar day.
    Day,
}

/// One column.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    /// As used in SQL.
    pub name: &'static str,
    /// Type.
    pub kind: Kind,
    /// Whether the value can be absent.
    pub nullable: bool,
    /// Meaning.
    pub about: &'static str,
}

/// Builds one column.
#[derive(Debug)]
pub enum ColumnBuilder {
    /// UTF-8 text.
    Text(StringBuilder),
    /// Boolean.
    Flag(BooleanBuilder),
    /// Integer.
    Int(Int64Builder),
    /// Float.
    Real(Float64Builder),
    /// Timestamp.
    Instant(TimestampMicrosecondBuilder),
    /// Day.
    Day(Date32Builder),
}

impl ColumnBuilder {
    fn new(kind: Kind) -> Self {
        match kind {
            Kind::Text => Self::Text(StringBuilder::new()),
            Kind::Flag => Self::Flag(BooleanBuilder::new()),
            Kind::Int => Self::Int(Int64Builder::new()),
            Kind::Real => Self::Real(Float64Builder::new()),
            Kind::Instant => Self::Instant(TimestampMicrosecondBuilder::new().with_timezone("UTC")),
            Kind::Day => Self::Day(Date32Builder::new()),
        }
    }

    fn finish(&mut self) -> ArrayRef {
        match self {
            Self::Text(b) => Arc::new(b.finish()),
            Self::Flag(b) => Arc::new(b.finish()),
            Self::Int(b) => Arc::new(b.finish()),
            Self::Real(b) => Arc::new(b.finish()),
            Self::Instant(b) => Arc::new(b.finish()),
            Self::Day(b) => Arc::new(b.finish()),
        }
    }
}

/// Collects the rows of one table.
#[derive(Debug)]
pub struct TableBuilder {
    table: Table,
    columns: Vec<ColumnBuilder>,
    rows: usize,
}

impl TableBuilder {
    /// An empty builder.
    #[must_use]
    pub fn new(table: Table) -> Self {
        Self { table, columns: table.columns.iter().map(|c| ColumnBuilder::new(c.kind)).collect(), rows: 0 }
    }

    /// Rows since the last [`finish`](Self::finish).
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows
    }

    /// Bytes of the fullest text column.
    #[must_use]
    pub fn bytes(&self) -> usize {
        let of = |c: &ColumnBuilder| match c {
            ColumnBuilder::Text(b) => b.values_slice().len(),
            _ => 0,
        };
        self.columns.iter().map(of).max().unwrap_or(0)
    }

    /// One record made more text than a column can hold; what did not fit was left out, so the rows must not be used.
    #[must_use]
    pub fn is_overfull(&self) -> bool {
        self.bytes() > MOST_BYTES - MOST_TEXT
    }

    /// No rows yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// The table.
    #[must_use]
    pub fn table(&self) -> Table {
        self.table
    }

    /// Begins a row: every column must get exactly one value.
    pub fn row(&mut self) -> std::slice::IterMut<'_, ColumnBuilder> {
        self.rows += 1;
        self.columns.iter_mut()
    }

    /// The rows so far as a batch; the builder is empty afterwards.
    ///
    /// # Errors
    /// When the columns have unequal lengths, which a row type cannot cause.
    pub fn finish(&mut self) -> anyhow::Result<RecordBatch> {
        self.rows = 0;
        let arrays = self.columns.iter_mut().map(ColumnBuilder::finish).collect();
        Ok(RecordBatch::try_new(self.table.schema(), arrays)?)
    }
}

/// A Rust type that a column can hold.
pub trait Value<'a>: Sized + Copy {
    /// The Arrow array it is read from.
    type Array: Array + 'static;
    /// Column type.
    const KIND: Kind;
    /// Whether the value can be absent.
    const NULLABLE: bool;

    /// Appends the value.
    fn push(self, column: &mut ColumnBuilder);

    /// Value at a row.
    fn get(array: &'a Self::Array, row: usize) -> Self;

    /// The named column.
    ///
    /// # Errors
    /// When it is missing or of another type.
    fn column(batch: &'a RecordBatch, table: &str, name: &str) -> anyhow::Result<&'a Self::Array> {
        typed(batch, table, name)
    }
}

/// A type that is stored as it is.
macro_rules! value {
    ($ty:ty, $array:ty, $kind:ident, |$v:ident| $push:expr, |$a:ident, $i:ident| $get:expr) => {
        impl<'a> Value<'a> for $ty {
            type Array = $array;
            const KIND: Kind = Kind::$kind;
            const NULLABLE: bool = false;
            fn push(self, column: &mut ColumnBuilder) {
                let $v = self;
                if let ColumnBuilder::$kind(b) = column {
                    b.append_value($push);
                }
            }
            fn get($a: &'a $array, $i: usize) -> Self {
                $get
            }
        }

        impl<'a> Value<'a> for Option<$ty> {
            type Array = $array;
            const KIND: Kind = Kind::$kind;
            const NULLABLE: bool = true;
            fn push(self, column: &mut ColumnBuilder) {
                if let ColumnBuilder::$kind(b) = column {
                    b.append_option(self.map(|$v| $push));
                }
            }
            fn get($a: &'a $array, $i: usize) -> Self {
                $a.is_valid($i).then(|| $get)
            }
        }
    };
}

impl<'a> Value<'a> for &'a str {
    type Array = StringArray;
    const KIND: Kind = Kind::Text;
    const NULLABLE: bool = false;
    fn push(self, column: &mut ColumnBuilder) {
        if let ColumnBuilder::Text(b) = column {
            b.append_value(fitting(b, self));
        }
    }
    fn get(array: &'a StringArray, row: usize) -> Self {
        array.value(row)
    }
}

impl<'a> Value<'a> for Option<&'a str> {
    type Array = StringArray;
    const KIND: Kind = Kind::Text;
    const NULLABLE: bool = true;
    fn push(self, column: &mut ColumnBuilder) {
        if let ColumnBuilder::Text(b) = column {
            let text = self.map(|t| fitting(b, t));
            b.append_option(text);
        }
    }
    fn get(array: &'a StringArray, row: usize) -> Self {
        array.is_valid(row).then(|| array.value(row))
    }
}

/// Longest text of a cell: longer ones are no name, id or setting, and are cut.
const MOST_TEXT: usize = 64 << 10;
/// Text of a column, which Arrow counts in 31 bits.
const MOST_BYTES: usize = 1 << 30;

/// The text as far as a cell and the column can hold it.
fn fitting<'t>(column: &StringBuilder, text: &'t str) -> &'t str {
    let text = &text[..text.floor_char_boundary(MOST_TEXT)];
    if column.values_slice().len() + text.len() > MOST_BYTES { "" } else { text }
}

value!(bool, BooleanArray, Flag, |v| v, |a, i| a.value(i));
value!(i64, Int64Array, Int, |v| v, |a, i| a.value(i));
value!(f64, Float64Array, Real, |v| v, |a, i| a.value(i));
value!(Instant, TimestampMicrosecondArray, Instant, |v| v.0, |a, i| Instant(a.value(i)));
value!(Day, Date32Array, Day, |v| v.0, |a, i| Day(a.value(i)));

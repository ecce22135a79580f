//! Parquet in and out, with settings that give the same bytes for the same rows.

use std::io::Write;
use std::sync::Arc;

use arrow::compute::concat_batches;
use arrow::datatypes::SchemaRef;
use arrow::record_batch::RecordBatch;
use bytes::Bytes;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::arrow::{ArrowWriter, ProjectionMask};
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::{EnabledStatistics, WriterProperties};

use crate::table::Column;

/// Rows per row group: large enough to compress, small enough to skip.
const ROW_GROUP: usize = 131_072;

fn properties() -> anyhow::Result<WriterProperties> {
    Ok(WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(3)?))
        .set_max_row_group_row_count(Some(ROW_GROUP))
        .set_statistics_enabled(EnabledStatistics::Chunk)
        .set_created_by("mfaudit".to_owned())
        .build())
}

/// Fragments are read once or twice by the merge alone: what counts is the cost of making and opening
/// many small files, and there a ZSTD context per column costs more than the rows.
fn fragment_properties() -> WriterProperties {
    WriterProperties::builder()
        .set_compression(Compression::SNAPPY)
        .set_dictionary_enabled(false)
        .set_statistics_enabled(EnabledStatistics::None)
        .set_created_by("mfaudit".to_owned())
        .build()
}

/// One batch as a fragment.
pub(super) fn encode_fragment(batch: &RecordBatch) -> anyhow::Result<Vec<u8>> {
    let mut writer = ArrowWriter::try_new(Vec::new(), batch.schema(), Some(fragment_properties()))?;
    writer.write(batch)?;
    Ok(writer.into_inner()?)
}

pub(super) use parquet::arrow::ArrowWriter as Writer;

/// A writer for one table.
pub(super) fn writer<W: Write + Send>(schema: SchemaRef, out: W) -> anyhow::Result<Writer<W>> {
    Ok(ArrowWriter::try_new(out, schema, Some(properties()?))?)
}

/// A batch of any shape as a Parquet file.
///
/// # Errors
/// When the file cannot be written.
pub fn encode_batch(batch: &RecordBatch) -> anyhow::Result<Vec<u8>> {
    let mut writer = writer(batch.schema(), Vec::new())?;
    writer.write(batch)?;
    Ok(writer.into_inner()?)
}

/// All batches of a Parquet file.
///
/// # Errors
/// When the bytes are not a Parquet file.
pub fn decode(bytes: Bytes) -> anyhow::Result<Vec<RecordBatch>> {
    let reader = ParquetRecordBatchReaderBuilder::try_new(bytes)?.with_batch_size(65_536).build()?;
    reader.map(|b| Ok(strip(&b?))).collect()
}

/// All rows of a Parquet file as one batch of this schema; an empty file has none.
///
/// # Errors
/// When the bytes are not a Parquet file, or its columns are others.
pub fn decode_as(schema: &SchemaRef, bytes: Bytes) -> anyhow::Result<RecordBatch> {
    let batches = decode(bytes)?;
    anyhow::ensure!(batches.iter().all(|b| b.schema() == *schema), "its columns are others than expected");
    Ok(concat_batches(schema, &batches)?)
}

/// The named columns of a Parquet file, batch by batch.
pub(super) fn decode_columns(bytes: Bytes, columns: &[Column], each: &mut dyn FnMut(RecordBatch) -> anyhow::Result<()>) -> anyhow::Result<()> {
    let builder = ParquetRecordBatchReaderBuilder::try_new(bytes)?.with_batch_size(65_536);
    let mask = ProjectionMask::columns(builder.parquet_schema(), columns.iter().map(|c| c.name));
    builder.with_projection(mask).build()?.try_for_each(|b| each(strip(&b?)))
}

/// Parquet hands the schema's own metadata back; without it batches of one table compare and concatenate.
fn strip(batch: &RecordBatch) -> RecordBatch {
    let schema = Arc::new(batch.schema().as_ref().clone().with_metadata(std::collections::HashMap::new()));
    batch.clone().with_schema(schema).unwrap_or_else(|_| batch.clone())
}

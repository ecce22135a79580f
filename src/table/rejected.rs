//! What was refused, so that somebody can look at it.

use super::table;

table! {
    /// One row per refused record.
    Rejected = "rejects", ObjectDay, key ["source", "raw_object", "raw_offset"] {
        /// Source id of the configuration.
        source: &'a str,
        /// Tenant.
        tenant: &'a str,
        /// Why it was refused.
        reason: &'a str,
        /// The value that cannot be understood, where the reason is one.
        refused_value: Option<&'a str>,
        /// The first 2,000 bytes of the record as met; a CSV row as the record made from it.
        record_text: &'a str,
        /// Key of the object the record stands in.
        raw_object: &'a str,
        /// Byte offset of the record in the decompressed object.
        raw_offset: i64,
    }
}

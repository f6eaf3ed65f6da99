//! The attribute keys of database spans.

pub(super) use crate::boundary::keys::{SERVER_ADDRESS, SERVER_PORT};
use crate::key::RawKey;

pub(crate) const DB_SYSTEM_NAME: RawKey = RawKey::new("db.system.name");
pub(crate) const DB_NAMESPACE: RawKey = RawKey::new("db.namespace");
pub(crate) const DB_COLLECTION_NAME: RawKey = RawKey::new("db.collection.name");
pub(crate) const DB_OPERATION_NAME: RawKey = RawKey::new("db.operation.name");
pub(crate) const DB_OPERATION_BATCH_SIZE: RawKey = RawKey::new("db.operation.batch.size");
pub(crate) const DB_STORED_PROCEDURE_NAME: RawKey = RawKey::new("db.stored_procedure.name");
pub(crate) const DB_QUERY_SUMMARY: RawKey = RawKey::new("db.query.summary");
pub(crate) const DB_QUERY_TEXT: RawKey = RawKey::new("db.query.text");
pub(crate) const DB_RESPONSE_RETURNED_ROWS: RawKey = RawKey::new("db.response.returned_rows");
pub(crate) const DB_RESPONSE_STATUS_CODE: RawKey = RawKey::new("db.response.status_code");

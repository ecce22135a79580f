//! Streaming reads in bounded memory, hashed as they pass.

use std::io;
use std::sync::Arc;

use bytes::{Buf, Bytes};
use object_store::path::Path;
use object_store::{GetOptions, GetRange, ObjectStore};
use sha2::{Digest, Sha256};
use tokio::runtime::Handle;
use tokio::task::JoinHandle;

use super::Object;

pub use std::io::Read;

/// One request: large enough that latency does not count, small enough that workers stay cheap.
const STEP: u64 = 4 << 20;

type Fetch = JoinHandle<object_store::Result<Bytes>>;

/// Reads one object in ranges, one range ahead, and hashes the stored bytes.
pub struct HashedReader {
    store: Arc<dyn ObjectStore>,
    path: Path,
    handle: Handle,
    size: u64,
    asked: u64,
    tag: Option<String>,
    ahead: Option<Fetch>,
    current: Bytes,
    hasher: Sha256,
}

impl std::fmt::Debug for HashedReader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("HashedReader").field("path", &self.path).field("size", &self.size).finish_non_exhaustive()
    }
}

impl HashedReader {
    pub(super) fn new(store: Arc<dyn ObjectStore>, path: Path, object: &Object, handle: Handle) -> Self {
        // An entity tag is quoted or opaque; a version id or a made-up one must not be sent as a tag.
        let tag = object.version.starts_with('"').then(|| object.version.clone());
        Self { store, path, handle, size: object.size, asked: 0, tag, ahead: None, current: Bytes::new(), hasher: Sha256::new() }
    }

    fn ask(&mut self) {
        if self.asked >= self.size {
            return;
        }
        let end = (self.asked + STEP).min(self.size);
        // An append blob may grow while it is read: the tag keeps all ranges to one state of it.
        let options = GetOptions { range: Some(GetRange::Bounded(self.asked..end)), if_match: self.tag.clone(), ..GetOptions::default() };
        let (store, path) = (self.store.clone(), self.path.clone());
        self.ahead = Some(self.handle.spawn(async move { store.get_opts(&path, options).await?.bytes().await }));
        self.asked = end;
    }

    fn advance(&mut self) -> io::Result<()> {
        if self.ahead.is_none() {
            self.ask();
        }
        let Some(fetch) = self.ahead.take() else { return Ok(()) };
        self.current = self.handle.block_on(fetch).map_err(io::Error::other)?.map_err(io::Error::other)?;
        self.hasher.update(&self.current);
        self.ask();
        Ok(())
    }

    /// Reads what is left and gives the SHA-256 of the stored bytes in hexadecimal.
    ///
    /// # Errors
    /// When the rest cannot be read.
    pub fn finish(mut self) -> io::Result<String> {
        while self.asked < self.size || self.ahead.is_some() {
            self.advance()?;
        }
        Ok(crate::digest::hex(&self.hasher.finalize()))
    }
}

impl Read for HashedReader {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if !self.current.has_remaining() {
            self.advance()?;
        }
        let n = out.len().min(self.current.remaining());
        self.current.copy_to_slice(&mut out[..n]);
        Ok(n)
    }
}

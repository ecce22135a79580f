//! Object storage: the only room that touches files and sockets.
//!
//! Every input and output is a URL: `s3://`, `az://`, `gs://`, `file://`, a plain path, or `memory://`
//! in tests. Calls block; the asynchronous runtime does not leave this room.

mod open;
mod reader;

use std::collections::BTreeMap;
use std::path::{Path as FsPath, PathBuf};
use std::sync::{Arc, Mutex};

use anyhow::Context;
use bytes::Bytes;
use futures::StreamExt;
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt, PutPayload, WriteMultipart};
use tokio::runtime::{Handle, Runtime};

pub use reader::{HashedReader, Read};

/// Options per scheme as the configuration gives them, secrets already looked up.
pub type StoreOptions = BTreeMap<String, BTreeMap<String, Secret>>;

/// A configured value that must never be printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Wraps a value.
    #[must_use]
    pub fn new(value: String) -> Self {
        Self(value)
    }

    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// Opens URLs and owns the runtime behind them.
#[derive(Debug)]
pub struct Stores {
    runtime: Arc<Runtime>,
    options: StoreOptions,
    base: PathBuf,
    memory: Mutex<BTreeMap<String, Arc<InMemory>>>,
}

impl Stores {
    /// Stores whose relative paths start at `base`, the folder of the configuration file.
    ///
    /// # Errors
    /// When the runtime cannot start.
    pub fn new(base: &FsPath, options: StoreOptions) -> anyhow::Result<Self> {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().context("starting the storage runtime")?;
        Ok(Self { runtime: Arc::new(runtime), options, base: base.to_path_buf(), memory: Mutex::default() })
    }

    /// Opens a URL or path.
    ///
    /// # Errors
    /// When the scheme is unknown, an option is not one of the scheme's, or a credential is malformed.
    pub fn open(&self, url: &str) -> anyhow::Result<Place> {
        let opened = open::open(self, url).with_context(|| format!("opening `{}`", without_credentials(url)))?;
        let url = if url.contains("://") { url.to_owned() } else { self.base.join(url).display().to_string() };
        Ok(Place { store: opened.store, prefix: opened.prefix, url, runtime: self.runtime.clone(), present: opened.present })
    }

    fn memory(&self, name: &str) -> Arc<InMemory> {
        let mut known = self.memory.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        known.entry(name.to_owned()).or_default().clone()
    }
}

/// A URL as it may be shown: without what stands before an `@` behind a colon, and without a query.
fn without_credentials(url: &str) -> String {
    let shown = url.split('?').next().unwrap_or_default();
    match shown.split_once("://").and_then(|(scheme, rest)| Some((scheme, rest.split_once('@')?))) {
        Some((scheme, (user, rest))) if user.contains(':') => format!("{scheme}://…@{rest}"),
        _ => shown.to_owned(),
    }
}

/// A URL opened: a bucket, container or folder and a prefix in it.
#[derive(Debug, Clone)]
pub struct Place {
    store: Arc<dyn ObjectStore>,
    prefix: Path,
    url: String,
    /// Kept alive by every place opened through it.
    runtime: Arc<Runtime>,
    present: bool,
}

/// One stored object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object {
    /// Key below the place's URL.
    pub key: String,
    /// Bytes as stored.
    pub size: u64,
    /// What tells one state of the object from the next: version, else entity tag, else size and time.
    pub version: String,
}

impl Place {
    /// The URL as configured.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// A local folder that does not exist: nothing has been delivered yet.
    #[must_use]
    pub fn is_absent(&self) -> bool {
        !self.present
    }

    fn path(&self, key: &str) -> Path {
        key.split('/').filter(|p| !p.is_empty()).fold(self.prefix.clone(), |path, part| path.join(part))
    }

    /// Objects whose key below the place matches the glob, ordered by key.
    ///
    /// # Errors
    /// When the glob is malformed or the listing fails.
    pub fn list(&self, pattern: &str) -> anyhow::Result<Vec<Object>> {
        if !self.present {
            return Ok(Vec::new());
        }
        let glob = glob::Pattern::new(pattern).with_context(|| format!("pattern `{pattern}` is not a glob"))?;
        let options = glob::MatchOptions { case_sensitive: true, require_literal_separator: true, require_literal_leading_dot: false };
        let listed: Vec<_> = self.runtime.block_on(self.store.list(Some(&self.prefix)).collect());
        let mut objects = Vec::new();
        for meta in listed {
            let meta = meta.with_context(|| format!("listing `{}`", self.url))?;
            let Some(key) = relative(&self.prefix, &meta.location) else { continue };
            if glob.matches_with(&key, options) {
                let version = meta.version.clone().or_else(|| meta.e_tag.clone()).unwrap_or_else(|| format!("{}-{}", meta.size, meta.last_modified.timestamp_micros()));
                objects.push(Object { key, size: meta.size, version });
            }
        }
        objects.sort_by(|a, b| a.key.cmp(&b.key));
        Ok(objects)
    }

    /// The whole object, `None` when it does not exist.
    ///
    /// # Errors
    /// When the object exists and cannot be read.
    pub fn get(&self, key: &str) -> anyhow::Result<Option<Bytes>> {
        let path = self.path(key);
        let read = async {
            match self.store.get(&path).await {
                Ok(found) => found.bytes().await.map(Some),
                Err(object_store::Error::NotFound { .. }) => Ok(None),
                Err(e) => Err(e),
            }
        };
        self.runtime.block_on(read).with_context(|| format!("reading `{}`", self.shown(key)))
    }

    /// Writes the object in one step: readers see the old bytes or the new ones.
    ///
    /// # Errors
    /// When the write fails.
    pub fn put(&self, key: &str, bytes: impl Into<Bytes>) -> anyhow::Result<()> {
        let payload = PutPayload::from_bytes(bytes.into());
        self.runtime.block_on(self.store.put(&self.path(key), payload)).map(|_| ()).with_context(|| format!("writing `{}`", self.shown(key)))
    }

    /// Streams an object to the store; it appears whole when the writer is finished, and not at all before.
    ///
    /// # Errors
    /// When the upload cannot start.
    pub fn writer(&self, key: &str) -> anyhow::Result<ObjectWriter> {
        let upload = self.runtime.block_on(self.store.put_multipart(&self.path(key))).with_context(|| format!("writing `{}`", self.shown(key)))?;
        Ok(ObjectWriter { upload: WriteMultipart::new_with_chunk_size(upload, 8 << 20), handle: self.runtime.handle().clone() })
    }

    /// Removes the object; one that is not there is no error.
    ///
    /// # Errors
    /// When the store refuses.
    pub fn delete(&self, key: &str) -> anyhow::Result<()> {
        match self.runtime.block_on(self.store.delete(&self.path(key))) {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(e) => Err(e).with_context(|| format!("deleting `{}`", self.shown(key))),
        }
    }

    /// Streams the object; the reader hashes the stored bytes as they pass.
    #[must_use]
    pub fn read(&self, object: &Object) -> HashedReader {
        HashedReader::new(self.store.clone(), self.path(&object.key), object, self.runtime.handle().clone())
    }

    /// Key as shown to people.
    #[must_use]
    pub fn shown(&self, key: &str) -> String {
        format!("{}/{key}", self.url.trim_end_matches('/'))
    }
}

/// Writes one object in parts.
#[derive(Debug)]
pub struct ObjectWriter {
    upload: WriteMultipart,
    handle: Handle,
}

impl ObjectWriter {
    /// Makes the object appear.
    ///
    /// # Errors
    /// When a part or the completion fails; the old object, if any, is then still there.
    pub fn finish(self) -> anyhow::Result<()> {
        self.handle.block_on(self.upload.finish()).map(|_| ()).context("completing an upload")
    }
}

impl std::io::Write for ObjectWriter {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        // Two parts in flight bound the memory of a slow upload.
        self.handle.block_on(self.upload.wait_for_capacity(2)).map_err(std::io::Error::other)?;
        let _inside = self.handle.enter();
        self.upload.write(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn relative(prefix: &Path, location: &Path) -> Option<String> {
    let mut parts = location.prefix_match(prefix)?;
    let first = parts.next()?;
    Some(parts.fold(first.as_ref().to_owned(), |key, part| format!("{key}/{}", part.as_ref())))
}

/// Reads a local text file that names the run: the configuration.
///
/// # Errors
/// When it cannot be read.
#[expect(clippy::disallowed_methods, reason = "the storage room owns file access")]
pub fn read_text(path: &FsPath) -> anyhow::Result<String> {
    std::fs::read_to_string(path).with_context(|| format!("reading `{}`", path.display()))
}

/// Everything below a local folder that a listing of it does not show as an object: links, devices, empty folders, and names that
/// the library keeps for itself. Nothing for a URL.
#[must_use]
pub fn strays(folder: &FsPath) -> Vec<String> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(dir) = open.pop() {
        let Ok(entries) = std::fs::read_dir(&dir) else { continue };
        let mut count = 0;
        for entry in entries.flatten() {
            count += 1;
            let path = entry.path();
            let shown = || path.strip_prefix(folder).unwrap_or(&path).display().to_string();
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => open.push(path),
                Ok(kind) if kind.is_file() && !entry.file_name().to_string_lossy().contains('#') => {}
                _ => found.push(shown()),
            }
        }
        if count == 0 && dir != folder {
            found.push(dir.strip_prefix(folder).unwrap_or(&dir).display().to_string());
        }
    }
    found.sort();
    found
}

/// A stream set down in a file that has no name and vanishes with it, for formats that are read from their end.
///
/// # Errors
/// When the disk is full or the stream breaks.
pub fn spool(stream: &mut dyn Read) -> std::io::Result<std::fs::File> {
    let mut file = tempfile::tempfile()?;
    std::io::copy(stream, &mut file)?;
    std::io::Seek::rewind(&mut file)?;
    Ok(file)
}

/// Environment variable by name.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "credentials named by the configuration are looked up here only")]
pub fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn memory() -> (Stores, Place) {
        let stores = Stores::new(FsPath::new("."), StoreOptions::new()).unwrap();
        let place = stores.open("memory://a/b").unwrap();
        (stores, place)
    }

    #[test]
    fn lists_by_prefix_and_glob_in_order() {
        let (stores, place) = memory();
        for key in ["z.json", "2026/10/02.json", "2026/10/01.json", "2026/readme.txt"] {
            place.put(key, key.to_owned()).unwrap();
        }
        stores.open("memory://a/bb").unwrap().put("other.json", "x").unwrap();
        let keys = |p: &str| place.list(p).unwrap().into_iter().map(|o| o.key).collect::<Vec<_>>();
        assert_eq!(keys("**/*.json"), ["2026/10/01.json", "2026/10/02.json", "z.json"]);
        assert_eq!(keys("*.json"), ["z.json"]);
        assert!(place.list("[").is_err());
    }

    #[test]
    fn absent_objects_are_none_and_deleting_them_is_no_error() {
        let (_stores, place) = memory();
        assert!(place.get("nothing").unwrap().is_none());
        place.delete("nothing").unwrap();
    }

    #[test]
    fn a_local_folder_that_does_not_exist_is_empty_until_written() {
        let dir = tempfile::tempdir().unwrap();
        let stores = Stores::new(dir.path(), StoreOptions::new()).unwrap();
        let place = stores.open("not/yet").unwrap();
        assert!(place.is_absent());
        assert!(place.list("**/*").unwrap().is_empty());
        place.put("a/b.txt", "hello").unwrap();
        assert_eq!(stores.open("not/yet").unwrap().list("**/*").unwrap().len(), 1);
    }

    #[test]
    fn secrets_do_not_show() {
        assert_eq!(format!("{:?}", Secret::new("hunter2".into())), "Secret(…)");
    }

    #[test]
    fn an_unknown_option_or_scheme_is_named() {
        let options = StoreOptions::from([("s3".to_owned(), BTreeMap::from([("regoin".to_owned(), Secret::new("x".into()))]))]);
        let stores = Stores::new(FsPath::new("."), options).unwrap();
        let message = format!("{:#}", stores.open("s3://bucket/x").unwrap_err());
        assert!(message.contains("regoin"), "{message}");
        assert!(format!("{:#}", stores.open("ftp://x/y").unwrap_err()).contains("ftp"));
    }
}

//! URL to store: one place that knows the schemes.

use std::path::{Path as FsPath, PathBuf};
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use object_store::aws::{AmazonS3Builder, AmazonS3ConfigKey};
use object_store::azure::{AzureConfigKey, MicrosoftAzureBuilder};
use object_store::gcp::{GoogleCloudStorageBuilder, GoogleConfigKey};
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{ObjectStore, RetryConfig};
use url::Url;

use super::{Secret, Stores};

pub(super) struct Opened {
    pub(super) store: Arc<dyn ObjectStore>,
    pub(super) prefix: Path,
    pub(super) present: bool,
}

/// Retries end after a minute: a nightly job must fail while somebody can still repeat it.
fn retry() -> RetryConfig {
    RetryConfig { max_retries: 6, retry_timeout: Duration::from_secs(60), ..RetryConfig::default() }
}

pub(super) fn open(stores: &Stores, text: &str) -> anyhow::Result<Opened> {
    let Some((scheme, rest)) = text.split_once("://") else { return local(&stores.base.join(text)) };
    let host = rest.split('/').next().unwrap_or_default();
    // Azure names its container before an `@`; a password stands behind a colon.
    anyhow::ensure!(!(rest.contains('?') || host.contains('@') && host.contains(':')), "credentials do not belong into a URL: name them in `[store]`");
    match scheme {
        "file" => local(&Url::parse(text)?.to_file_path().map_err(|()| anyhow::anyhow!("`{text}` is not a file URL: write `file:///folder`"))?),
        "memory" => {
            let (name, prefix) = rest.split_once('/').unwrap_or((rest, ""));
            Ok(Opened { store: stores.memory(name), prefix: Path::from(prefix), present: true })
        }
        "s3" | "s3a" => {
            let builder = AmazonS3Builder::from_env().with_url(text).with_retry(retry());
            let builder = options(stores, "s3", builder, |b, key, value| Ok(b.with_config(AmazonS3ConfigKey::from_str(key)?, value)))?;
            remote(Arc::new(builder.build()?), rest)
        }
        "az" | "abfs" | "abfss" | "azure" => {
            let builder = MicrosoftAzureBuilder::from_env().with_url(text).with_retry(retry());
            let builder = options(stores, "az", builder, |b, key, value| Ok(b.with_config(AzureConfigKey::from_str(key)?, value)))?;
            remote(Arc::new(builder.build()?), rest)
        }
        "gs" => {
            let builder = GoogleCloudStorageBuilder::from_env().with_url(text).with_retry(retry());
            let builder = options(stores, "gs", builder, |b, key, value| Ok(b.with_config(GoogleConfigKey::from_str(key)?, value)))?;
            remote(Arc::new(builder.build()?), rest)
        }
        other => bail!("scheme `{other}` is not supported: use s3, az, gs, file or a path"),
    }
}

/// The library drops options it does not know without a word, so each is parsed here and named when wrong.
fn options<B>(stores: &Stores, section: &str, builder: B, with: impl Fn(B, &str, &str) -> anyhow::Result<B>) -> anyhow::Result<B> {
    let Some(given) = stores.options.get(section) else { return Ok(builder) };
    given.iter().try_fold(builder, |builder, (key, value): (&String, &Secret)| {
        with(builder, key, value.reveal()).map_err(|_| anyhow::anyhow!("`[store.{section}]` key `{key}` is not an option of this store"))
    })
}

fn remote(store: Arc<dyn ObjectStore>, rest: &str) -> anyhow::Result<Opened> {
    let prefix = rest.split_once('/').map_or("", |(_, prefix)| prefix);
    Ok(Opened { store, prefix: Path::parse(prefix.trim_end_matches('/')).context("the key prefix is not valid")?, present: true })
}

fn local(folder: &FsPath) -> anyhow::Result<Opened> {
    let present = folder.is_dir();
    // The root of the file system with the folder as prefix: the folder need not exist before the first write.
    // `..` is followed as the system does; of a folder that is not there yet it is taken by its letters.
    let absolute: PathBuf = folder.canonicalize().or_else(|_| std::path::absolute(folder).map(|path| without_dots(&path)))?;
    let prefix = Path::from_absolute_path(&absolute).with_context(|| format!("`{}` is not a usable path", absolute.display()))?;
    Ok(Opened { store: Arc::new(LocalFileSystem::new()), prefix, present })
}

fn without_dots(path: &FsPath) -> PathBuf {
    let mut clean = PathBuf::new();
    for part in path.components() {
        match part {
            std::path::Component::ParentDir => drop(clean.pop()),
            std::path::Component::CurDir => {}
            other => clean.push(other),
        }
    }
    clean
}

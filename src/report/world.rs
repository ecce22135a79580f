//! What the PDF engine can see: one template, the files handed over, five typefaces. Nothing else.

use std::collections::HashMap;

use anyhow::{Result, anyhow};
use typst::diag::{FileError, FileResult, SourceDiagnostic};
use typst::foundations::{Bytes, Datetime, Duration};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Feature, Features, Library, LibraryExt as _, World, WorldExt as _};

const MAIN: &str = "/report.typ";

/// A world without file system, network, packages, clock and system fonts.
pub(super) struct ReportWorld {
    library: LazyHash<Library>,
    book: LazyHash<FontBook>,
    fonts: Vec<Font>,
    main: Source,
    files: HashMap<FileId, Bytes>,
}

impl std::fmt::Debug for ReportWorld {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ReportWorld").field("files", &self.files.len()).finish_non_exhaustive()
    }
}

impl ReportWorld {
    /// A world of `template` and `files`, whose names begin with `/`.
    pub(super) fn new(fonts: Vec<Font>, template: &str, files: Vec<(String, Vec<u8>)>) -> Result<Self> {
        let library = Library::builder().with_features([Feature::A11yExtras].into_iter().collect::<Features>()).build();
        let mut known = HashMap::new();
        for (name, bytes) in files {
            known.insert(file_id(&name)?, Bytes::new(bytes));
        }
        Ok(Self { library: LazyHash::new(library), book: LazyHash::new(FontBook::from_fonts(&fonts)), fonts, main: Source::new(file_id(MAIN)?, template.to_owned()), files: known })
    }

    /// A fault with the line of the template it is in.
    pub(super) fn explain(&self, fault: &SourceDiagnostic) -> String {
        let line = self.range(fault.span).and_then(|range| self.main.lines().byte_to_line(range.start));
        let mut text = match line {
            Some(line) => format!("{}:{}: {}", MAIN.trim_start_matches('/'), line + 1, fault.message),
            None => fault.message.to_string(),
        };
        for hint in &fault.hints {
            text.push_str(" (hint: ");
            text.push_str(&hint.v);
            text.push(')');
        }
        text
    }
}

fn file_id(name: &str) -> Result<FileId> {
    let path = VirtualPath::new(name).map_err(|e| anyhow!("`{name}` is no name for a file of the PDF engine: {e}"))?;
    Ok(FileId::new(RootedPath::new(VirtualRoot::Project, path)))
}

fn absent(id: FileId) -> FileError {
    FileError::NotFound(id.vpath().get_with_slash().into())
}

impl World for ReportWorld {
    fn library(&self) -> &LazyHash<Library> {
        &self.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &self.book
    }

    fn main(&self) -> FileId {
        self.main.id()
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        if id == self.main.id() { Ok(self.main.clone()) } else { Err(absent(id)) }
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        self.files.get(&id).cloned().ok_or_else(|| absent(id))
    }

    fn font(&self, index: usize) -> Option<Font> {
        self.fonts.get(index).cloned()
    }

    // a report knows its own date only
    fn today(&self, _offset: Option<Duration>) -> Option<Datetime> {
        None
    }
}

//! The moving window that records are cut from.

use std::io::{self, Read};

use memchr::{memchr, memchr3};

use super::FrameError;

/// Longest record accepted; real ones have 3 to 20 kB.
const MAX_RECORD: usize = 32 << 20;
const CHUNK: usize = 256 << 10;
/// A line longer than this is no line of a log.
const NEAR: usize = 1 << 20;

/// Where a scan for a closing brace ended.
pub(super) enum Scan {
    /// One past the closing brace.
    End(usize),
    /// The stream or the length limit ended first.
    Open,
    /// A raw line break inside a string.
    BrokenString,
}

/// A buffer over the stream: what is in it, where it begins, how to get more.
pub(super) struct Window<'r> {
    reader: &'r mut dyn Read,
    buffer: Vec<u8>,
    start: usize,
    base: u64,
    ended: bool,
}

impl<'r> Window<'r> {
    pub(super) fn new(reader: &'r mut dyn Read) -> Self {
        Self { reader, buffer: Vec::with_capacity(2 * CHUNK), start: 0, base: 0, ended: false }
    }

    /// The stream ended and the line up to `end` is all that is left.
    pub(super) fn is_last(&self, end: usize) -> bool {
        end >= self.len() && self.ended
    }

    pub(super) fn len(&self) -> usize {
        self.buffer.len() - self.start
    }

    pub(super) fn offset(&self) -> u64 {
        self.base + self.start as u64
    }

    pub(super) fn slice(&self, from: usize, to: usize) -> &[u8] {
        &self.buffer[self.start + from..self.start + to]
    }

    pub(super) fn bump(&mut self, n: usize) {
        self.start += n.min(self.len());
    }

    /// Reads one more chunk; `false` at the end of the stream.
    fn fill(&mut self) -> Result<bool, FrameError> {
        if self.ended {
            return Ok(false);
        }
        if self.start > CHUNK {
            self.buffer.drain(..self.start);
            self.base += self.start as u64;
            self.start = 0;
        }
        let old = self.buffer.len();
        self.buffer.resize(old + CHUNK, 0);
        let got = loop {
            match self.reader.read(&mut self.buffer[old..]) {
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                other => break other,
            }
        };
        let got = match got {
            Ok(n) => n,
            Err(e) => {
                self.buffer.truncate(old);
                return Err(FrameError::Broken(self.base + old as u64, e));
            }
        };
        self.buffer.truncate(old + got);
        self.ended = got == 0;
        Ok(got > 0)
    }

    /// Whoever asks farther ahead than a record can be long holds on to a stream that has no end.
    pub(super) fn at(&mut self, i: usize) -> Result<Option<u8>, FrameError> {
        if i > MAX_RECORD {
            return Err(FrameError::TooLong(self.offset()));
        }
        while i >= self.len() {
            if !self.fill()? {
                return Ok(None);
            }
        }
        Ok(Some(self.buffer[self.start + i]))
    }

    pub(super) fn skip_space(&mut self, mut i: usize) -> Result<usize, FrameError> {
        while self.at(i)?.is_some_and(|b| b.is_ascii_whitespace()) {
            i += 1;
        }
        Ok(i)
    }

    /// Next byte that is not white space; the window then starts there.
    pub(super) fn peek(&mut self) -> Result<Option<u8>, FrameError> {
        loop {
            let space = self.slice(0, self.len()).iter().take_while(|b| b.is_ascii_whitespace()).count();
            self.bump(space);
            if self.len() > 0 || !self.fill()? {
                return self.at(0);
            }
        }
    }

    pub(super) fn skip_mark(&mut self) -> Result<(), FrameError> {
        self.at(2)?;
        if self.slice(0, self.len().min(3)) == b"\xef\xbb\xbf" {
            self.bump(3);
        }
        Ok(())
    }

    /// Length of the line at the window's start, its line feed included; `None` when it does not end nearby.
    pub(super) fn line_end(&mut self) -> Result<Option<usize>, FrameError> {
        let mut seen = 0;
        loop {
            let near = self.len().min(NEAR);
            if let Some(i) = memchr(b'\n', self.slice(seen, near)) {
                return Ok(Some(seen + i + 1));
            }
            if near == NEAR {
                return Ok(None);
            }
            seen = near;
            if !self.fill()? {
                return Ok(Some(self.len()));
            }
        }
    }

    /// A line that begins in the first column with an object's first key.
    pub(super) fn looks_like_record(&mut self, at: usize) -> Result<bool, FrameError> {
        Ok(self.at(at)? == Some(b'{') && self.at(at + 1)? == Some(b'"'))
    }

    /// Position of the closing quote of the string that opens at `i`.
    pub(super) fn string_end(&mut self, i: usize) -> Result<Option<usize>, FrameError> {
        let mut j = i + 1;
        loop {
            match self.at(j)? {
                None | Some(b'\n') => return Ok(None),
                Some(b'"') => return Ok(Some(j)),
                Some(b'\\') => j += 2,
                Some(_) => j += 1,
            }
        }
    }

    pub(super) fn scalar_from(&mut self, mut i: usize) -> Result<usize, FrameError> {
        while self.at(i)?.is_some_and(|b| !matches!(b, b',' | b']' | b'}')) {
            i += 1;
        }
        Ok(i)
    }

    /// Where noise may end: at the next thing that can open a record, or behind the line.
    pub(super) fn noise_end(&mut self) -> Result<usize, FrameError> {
        let mut i = 1;
        while let Some(b) = self.at(i)? {
            match b {
                b'{' | b'[' => return Ok(i),
                b'\n' => return Ok(i + 1),
                _ => i += 1,
            }
        }
        Ok(i)
    }

    /// One past the bracket that closes the list at the window's start.
    fn list_end(&mut self) -> Result<usize, FrameError> {
        let (mut i, mut depth) = (0, 0usize);
        loop {
            let Some(found) = memchr3(b'"', b'[', b']', self.slice(i.min(self.len()), self.len())) else {
                i = self.len();
                if i > MAX_RECORD {
                    return Err(FrameError::TooLong(self.offset()));
                }
                if !self.fill()? {
                    return Err(FrameError::Truncated(self.offset()));
                }
                continue;
            };
            i += found;
            match self.buffer[self.start + i] {
                b'[' => depth += 1,
                b']' => {
                    depth -= 1;
                    if depth == 0 {
                        return Ok(i + 1);
                    }
                }
                _ => match self.string_close(i + 1)? {
                    Scan::End(end) => {
                        i = end;
                        continue;
                    }
                    Scan::Open | Scan::BrokenString => return Err(FrameError::Truncated(self.offset())),
                },
            }
            i += 1;
        }
    }

    pub(super) fn scalar_end(&mut self) -> Result<usize, FrameError> {
        if self.at(0)? == Some(b'[') {
            return self.list_end();
        }
        if self.at(0)? == Some(b'"') {
            return Ok(self.string_end(0)?.map_or(1, |e| e + 1));
        }
        self.scalar_from(0)
    }

    /// Scans from `i`, inside `depth` open objects, to the brace that closes the outermost.
    pub(super) fn close(&mut self, mut i: usize, mut depth: usize) -> Result<Scan, FrameError> {
        loop {
            let Some(found) = memchr3(b'"', b'{', b'}', self.slice(i.min(self.len()), self.len())) else {
                i = self.len();
                if i > MAX_RECORD {
                    return Err(FrameError::TooLong(self.offset()));
                }
                if !self.fill()? {
                    return Ok(Scan::Open);
                }
                continue;
            };
            i += found;
            match self.buffer[self.start + i] {
                b'{' => depth += 1,
                b'}' => {
                    depth -= 1;
                    if depth == 0 {
                        return Ok(Scan::End(i + 1));
                    }
                }
                _ => match self.string_close(i + 1)? {
                    Scan::End(end) => {
                        i = end;
                        continue;
                    }
                    other => return Ok(other),
                },
            }
            i += 1;
        }
    }

    /// One past the quote that closes the string whose first byte is at `i`.
    fn string_close(&mut self, mut i: usize) -> Result<Scan, FrameError> {
        loop {
            let Some(found) = memchr3(b'"', b'\\', b'\n', self.slice(i.min(self.len()), self.len())) else {
                i = i.max(self.len());
                if self.len() > MAX_RECORD {
                    return Err(FrameError::TooLong(self.offset()));
                }
                if !self.fill()? {
                    return Ok(Scan::Open);
                }
                continue;
            };
            i += found;
            match self.buffer[self.start + i] {
                b'"' => return Ok(Scan::End(i + 1)),
                b'\\' => i += 2,
                _ => return Ok(Scan::BrokenString),
            }
        }
    }
}

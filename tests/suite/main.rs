//! One test binary: every flat file here would link the whole tree again.

mod cases;

//! The `mfaudit` program: parse, dispatch, print, exit.

use std::io::Write;
use std::process::ExitCode;

use clap::Parser;
use mfaudit::cli::Cli;
use mfaudit::command;

fn main() -> ExitCode {
    let (text, code) = match command::dispatch(Cli::parse()) {
        Ok(said) => (said.text, said.code),
        Err(error) => {
            complain(&error);
            return ExitCode::from(command::exit_code(&error));
        }
    };
    // A reader that closes the pipe early has seen what it wanted.
    let _ = std::io::stdout().write_all(text.as_bytes());
    ExitCode::from(code)
}

/// The chain once, without a cause that the line before already ends with.
fn complain(error: &anyhow::Error) {
    let mut said = String::new();
    let mut text = String::from("error");
    for cause in error.chain().map(ToString::to_string) {
        if !said.ends_with(&cause) {
            text.push_str(": ");
            text.push_str(&cause);
        }
        said = cause;
    }
    let _ = writeln!(std::io::stderr(), "{text}");
}

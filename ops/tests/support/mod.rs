//! The executable, run apart from whatever the surroundings say.

use std::path::Path;
use std::process::{Command, Output, Stdio};

/// The executable on a data folder.
pub fn radledger(data: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_radledger"));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("RADLEDGER_") {
            command.env_remove(name);
        }
    }
    command
        .env("RADLEDGER_DATA", data)
        .env("XDG_STATE_HOME", data.with_extension("state"))
        .env("RADLEDGER_LOG", "warn")
        .stdin(Stdio::null());
    command
}

/// Runs it to its end.
pub fn run(command: &mut Command) -> Output {
    command.output().expect("the executable runs")
}

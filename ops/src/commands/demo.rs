//! `demo`: the demonstration from nothing: a data folder, the city, the service. A second start serves what is there.

use clap::Args;

use super::serve::{listen, serve};
use super::{Exit, log_to_stderr, wait_alone, wait_for};
use crate::config::{Demonstration, Place, Serving, Sms};
use crate::seed::load::{Standing, load, standing};

/// Options of `demo`.
#[derive(Debug, Args)]
pub struct Options {
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    demonstration: Demonstration,
    #[command(flatten)]
    serving: Serving,
    #[command(flatten)]
    sms: Sms,
}

/// Loads when there is nothing yet, then serves.
///
/// # Errors
/// When the folder holds another ledger, or something cannot be started.
pub fn run(options: Options) -> anyhow::Result<Exit> {
    log_to_stderr();
    if standing(&options.place.data()) != Standing::Loaded {
        // An address that is taken is said before the city is loaded, not after.
        wait_for(listen(&options.serving)).map(drop)?;
        let loaded = wait_alone(load(&options.place, &options.demonstration))?;
        eprintln!("已装入 {} 个事件（{:.1} 秒）。Loaded.", loaded.size, loaded.seconds);
    }
    wait_for(serve(&options.place, &options.serving, &options.sms))?;
    Ok(Exit::Fine)
}

//! The command line.

mod admin;
mod announce;
mod cli;
mod exchange;
mod export;
mod safekeeping;
mod verify;

use std::process::ExitCode;

use anyhow::Context;
use clap::Parser;
use diemcau::{
    config::ConfigError,
    server::{self, ServerError, ServerOptions},
    telemetry,
    webhooks::WebhooksError,
};
use tokio::signal::unix::{SignalKind, signal};

use crate::cli::{Cli, Command};

/// The command line or the configuration is wrong; anything else that fails is 1.
const WRONG_USE: u8 = 2;

#[tokio::main]
async fn main() -> ExitCode {
    match perform(Cli::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("diemcau: {}", chain(&error));
            ExitCode::from(if is_wrong_use(&error) { WRONG_USE } else { 1 })
        }
    }
}

fn is_wrong_use(error: &anyhow::Error) -> bool {
    error.is::<ConfigError>()
        || matches!(error.downcast_ref(), Some(ServerError::Webhooks(WebhooksError::UnknownKey(_))))
}

/// The error and its causes on one line, without repeating the causes that an error names itself.
fn chain(error: &anyhow::Error) -> String {
    error.chain().map(ToString::to_string).fold(String::new(), |said, cause| match said.as_str() {
        "" => cause,
        said if said.contains(&cause) => said.to_owned(),
        said => format!("{said}: {cause}"),
    })
}

async fn perform(cli: Cli) -> anyhow::Result<()> {
    match cli.command {
        Command::Serve(args) => serve(args).await,
        Command::Meetings(args) => export::list_meetings(&args.config()?).await,
        Command::Export(args) => export::export(&args).await,
        Command::Verify(args) => verify::verify(&args).await,
        Command::Admin(args) => admin::perform(&args.command).await,
        Command::Directory(args) => exchange::perform(&args.command).await,
        Command::Backup(args) => safekeeping::back_up(&args).await,
        Command::Restore(args) => safekeeping::restore(&args).await,
    }
}

async fn serve(args: cli::Serve) -> anyhow::Result<()> {
    let config = args.config()?;
    telemetry::init(&config.log);
    if args.dev {
        announce::warn_of_development_mode();
    }
    let data_dir = config.server.data_dir.0.clone();
    let stationeries = config.stationeries()?;
    let options = ServerOptions { config, stationeries, dev: args.dev, lan: args.lan };
    let stop = stop_signal().context("listening for signals")?;
    server::run(options, stop, |started| announce::started(started, &data_dir)).await?;
    Ok(())
}

/// Ready when the process is asked to end, by SIGTERM or from the keyboard.
fn stop_signal() -> std::io::Result<impl Future<Output = ()>> {
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

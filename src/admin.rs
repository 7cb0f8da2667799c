//! `diemcau admin`: who may set meetings up. Works while the server runs, and while it does not.

use std::io::{self, Write};

use anyhow::{Context, bail};
use diemcau::{
    clock,
    config::Config,
    records::{Administrators, RecordsError},
};

use crate::cli::AdminCommand;

pub async fn perform(command: &AdminCommand) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    match command {
        AdminCommand::Add(administrator) => {
            let administrators = open(&administrator.config()?).await?;
            let code = administrators.add(&administrator.name, clock::now()).await?;
            writeln!(out, "{code}")?;
        }
        AdminCommand::Reset(administrator) => {
            let administrators = open(&administrator.config()?).await?;
            let Some(code) = administrators.reset(&administrator.name).await? else {
                bail!("there is no administrator {:?}", administrator.name);
            };
            writeln!(out, "{code}")?;
        }
        AdminCommand::Revoke(administrator) => {
            let administrators = open(&administrator.config()?).await?;
            if !administrators.revoke(&administrator.name, clock::now()).await? {
                bail!("there is no administrator {:?}", administrator.name);
            }
        }
        AdminCommand::List(kept) => {
            for administrator in open(&kept.config()?).await?.list().await? {
                let state = match (administrator.revoked_at, administrator.password_at) {
                    (Some(_), _) => "revoked",
                    (None, Some(_)) => "active",
                    (None, None) => "no password yet",
                };
                writeln!(out, "{}\t{state}\t{}", administrator.name, administrator.made_at)?;
            }
        }
    }
    Ok(())
}

async fn open(config: &Config) -> anyhow::Result<Administrators> {
    let opened: Result<_, RecordsError> = Administrators::open(config.store()).await;
    opened.context("opening the records (start the server once to make them)")
}

//! diemcau coordinates province-wide online conferences: a signalling server that speaks the LiveKit client
//! protocol, a selective forwarding unit, a meeting coordinator and an attendance ledger, in one process.
//!
//! Arrows point one way: [`ids`], [`clock`] ← [`meeting`], [`media`] (these two never import each other), [`directory`],
//! [`ledger`] ← [`report`] ← [`papers`], [`records`], [`webhooks`] ← [`hub`] ←
//! [`signalling`], [`http`] ← [`server`]. `ARCHITECTURE.md` draws the map.

#![deny(unsafe_code)]

pub mod backup;
pub mod client;
pub mod clock;
pub mod config;
pub mod directory;
pub mod http;
pub mod hub;
pub mod ids;
pub mod language;
pub mod ledger;
pub mod media;
pub mod meeting;
pub mod overlay;
pub mod papers;
pub mod private;
pub mod records;
pub mod report;
pub mod server;
pub mod signalling;
pub mod spreadsheet;
pub mod stationery;
pub mod telemetry;
pub mod tls;
pub mod typeset;
pub mod webhooks;

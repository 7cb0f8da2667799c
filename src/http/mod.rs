//! Clients over HTTP: join by code, attendance, health, web assets.

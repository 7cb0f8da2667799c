//! What may depend on what: the crates by `deny.toml`, the modules by the direction that `ARCHITECTURE.md` draws.

use std::{collections::BTreeSet, fs, iter::Peekable, path::Path, process::Command};

use serde::Deserialize;

#[derive(Deserialize)]
struct Rules {
    licenses: Licenses,
    bans: Bans,
}

#[derive(Deserialize)]
struct Licenses {
    allow: BTreeSet<String>,
}

#[derive(Deserialize)]
struct Bans {
    deny: Vec<Ban>,
}

#[derive(Deserialize)]
struct Ban {
    #[serde(rename = "crate")]
    name: String,
}

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    version: String,
    license: Option<String>,
    source: Option<String>,
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn packages() -> Vec<Package> {
    let target = format!("{}-unknown-linux-gnu", std::env::consts::ARCH);
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--locked", "--filter-platform", &target])
        .current_dir(root())
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice::<Metadata>(&output.stdout).expect("cargo's metadata").packages
}

fn rules() -> Rules {
    toml::from_str(&fs::read_to_string(root().join("deny.toml")).expect("deny.toml")).expect("deny.toml")
}

#[test]
fn every_crate_has_a_license_a_source_and_a_name_that_the_rules_allow() {
    let Rules { licenses, bans } = rules();
    let mut wrong = Vec::new();
    for Package { name, version, license, source } in packages() {
        if !license.as_deref().is_some_and(|license| allows(license, &licenses.allow)) {
            wrong.push(format!("{name} {version}: the license {license:?} is not allowed"));
        }
        if name != env!("CARGO_PKG_NAME") && !source.as_deref().is_some_and(|source| source.starts_with("registry+")) {
            wrong.push(format!("{name} {version}: comes from {source:?}"));
        }
        if bans.deny.iter().any(|ban| ban.name == name) {
            wrong.push(format!("{name} {version}: is banned"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Whether the terms allowed are enough for a license expression (SPDX; `/` is an old way to write OR).
fn allows(expression: &str, allowed: &BTreeSet<String>) -> bool {
    let spaced = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let mut words = spaced.split_whitespace().peekable();
    either(&mut words, allowed) && words.next().is_none()
}

fn either<'a>(words: &mut Peekable<impl Iterator<Item = &'a str>>, allowed: &BTreeSet<String>) -> bool {
    let mut result = both(words, allowed);
    while words.next_if_eq(&"OR").is_some() {
        result |= both(words, allowed);
    }
    result
}

fn both<'a>(words: &mut Peekable<impl Iterator<Item = &'a str>>, allowed: &BTreeSet<String>) -> bool {
    let mut result = one(words, allowed);
    while words.next_if_eq(&"AND").is_some() {
        result &= one(words, allowed);
    }
    result
}

fn one<'a>(words: &mut Peekable<impl Iterator<Item = &'a str>>, allowed: &BTreeSet<String>) -> bool {
    let Some(word) = words.next() else { return false };
    if word == "(" {
        let inner = either(words, allowed);
        return words.next() == Some(")") && inner;
    }
    match words.next_if_eq(&"WITH").and_then(|_| words.next()) {
        Some(exception) => allowed.contains(&format!("{word} WITH {exception}")),
        None => allowed.contains(word),
    }
}

#[test]
fn a_license_expression_is_read_as_spdx_means_it() {
    let allowed = ["MIT", "Unicode-3.0"].map(str::to_owned).into();
    for good in ["MIT", "GPL-3.0 OR MIT", "GPL-3.0/MIT", "(GPL-3.0 OR MIT) AND Unicode-3.0", "MIT AND Unicode-3.0"] {
        assert!(allows(good, &allowed), "{good}");
    }
    for bad in ["GPL-3.0", "MIT AND GPL-3.0", "MIT WITH Some-exception", "(MIT", "MIT MIT", ""] {
        assert!(!allows(bad, &allowed), "{bad}");
    }
}

#[test]
fn modules_know_only_what_stands_below_them() {
    let above: [(&str, &[&str]); 17] = [
        (
            "ids.rs",
            &["meeting", "directory", "media", "report", "records", "hub", "signalling", "http", "server", "webhooks"],
        ),
        (
            "clock.rs",
            &["meeting", "directory", "media", "report", "records", "hub", "signalling", "http", "server", "webhooks"],
        ),
        ("meeting", &["directory", "media", "report", "records", "hub", "signalling", "http", "server", "webhooks"]),
        ("directory", &["ledger", "media", "report", "records", "hub", "signalling", "http", "server", "webhooks"]),
        ("media", &["meeting", "directory", "records", "hub", "signalling", "http", "server", "webhooks"]),
        ("ledger", &["directory", "media", "report", "records", "hub", "signalling", "http", "server", "webhooks"]),
        (
            "typeset",
            &["meeting", "directory", "media", "report", "records", "hub", "signalling", "http", "server", "webhooks"],
        ),
        (
            "stationery",
            &[
                "meeting",
                "directory",
                "media",
                "report",
                "papers",
                "records",
                "hub",
                "signalling",
                "http",
                "server",
                "webhooks",
            ],
        ),
        ("report", &["directory", "media", "papers", "records", "hub", "signalling", "http", "server", "webhooks"]),
        ("papers", &["directory", "media", "records", "hub", "signalling", "http", "server", "webhooks"]),
        ("records", &["media", "papers", "hub", "signalling", "http", "server", "webhooks"]),
        ("signalling/room", &["directory", "records", "hub", "http", "server", "webhooks"]),
        ("webhooks", &["meeting", "directory", "media", "papers", "report", "records", "hub", "http", "server"]),
        ("hub", &["http", "server"]),
        ("signalling", &["http", "server"]),
        ("http", &["server"]),
        ("backup", &["media", "meeting", "hub", "signalling", "http"]),
    ];
    let mut wrong = Vec::new();
    for (place, forbidden) in above {
        for (file, text) in sources(&root().join("src").join(place)) {
            for module in modules(&text).iter().filter(|module| forbidden.contains(&module.as_str())) {
                wrong.push(format!("{file} knows {module}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The modules of this crate that a file names: `crate::one::…`, or each first word of `crate::{one::…, two}`.
fn modules(text: &str) -> BTreeSet<String> {
    let code: String = text.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
    let word = |text: &str| text.trim_start().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
    let mut found = BTreeSet::new();
    for after in code.split("crate::").skip(1) {
        let Some(list) = after.strip_prefix('{') else {
            found.insert(word(after));
            continue;
        };
        let mut depth = 0;
        let mut start = 0;
        for (at, c) in list.char_indices() {
            match c {
                '{' => depth += 1,
                ',' if depth == 0 => {
                    found.insert(word(&list[start..at]));
                    start = at + 1;
                }
                '}' if depth == 0 => {
                    found.insert(word(&list[start..at]));
                    break;
                }
                '}' => depth -= 1,
                _ => {}
            }
        }
    }
    // After a last comma.
    found.remove("");
    found
}

#[test]
fn the_modules_a_file_names_are_found() {
    let text = "use crate::ids::PeerId;\nuse crate::{\n    clock,\n    meeting::{Seat, Point},\n    records::Records,\n};\n\
                use axum::http::Uri;\n    //! [`crate::hub`]\n";
    let names = ["clock", "ids", "meeting", "records"].map(str::to_owned);
    assert_eq!(modules(text), BTreeSet::from(names));
}

/// Every Rust file at or below a path.
fn sources(path: &Path) -> Vec<(String, String)> {
    if path.is_file() {
        return vec![(path.display().to_string(), fs::read_to_string(path).expect("a source file"))];
    }
    let entries = fs::read_dir(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let paths = entries.map(|entry| entry.expect("a directory entry").path());
    paths
        .filter(|path| path.is_dir() || path.extension().is_some_and(|ext| ext == "rs"))
        .flat_map(|path| sources(&path))
        .collect()
}

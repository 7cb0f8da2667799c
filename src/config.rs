//! The settings: one annotated TOML file built into the program, and a file of the user's laid over it.
//!
//! `config/diemcau.toml` is the only list of keys and defaults. What the user's file says wrong is reported with the
//! file, line, column and key, and what is expected there.

use std::{
    collections::BTreeMap,
    fmt,
    marker::PhantomData,
    net::{IpAddr, SocketAddr},
    path::{Path, PathBuf},
    time::Duration,
};

use reqwest::Url;
use serde::{Deserialize, Deserializer, de};

use crate::{
    overlay::{self, Fault},
    records::{DatabaseUrl, Store},
    stationery::Stationeries,
};

/// Why the settings cannot be used. One line for people, with what to change.
pub use crate::overlay::FileError as ConfigError;

/// The annotated settings file with every key and its default.
pub const DEFAULTS: &str = include_str!("../config/diemcau.toml");

/// Addresses of webhooks.
const MAX_WEBHOOKS: usize = 8;

/// Everything that can be set.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    pub server: Server,
    pub database: Database,
    pub media: Media,
    pub limits: Limits,
    pub papers: Papers,
    pub log: Log,
    #[serde(deserialize_with = "api_keys")]
    pub api_keys: BTreeMap<String, Secret>,
    pub webhooks: Webhooks,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Server {
    #[serde(deserialize_with = "text")]
    pub listen: SocketAddr,
    #[serde(deserialize_with = "text")]
    pub data_dir: DataDir,
    #[serde(deserialize_with = "text_or_empty")]
    pub public_url: Option<PublicUrl>,
    #[serde(deserialize_with = "list")]
    pub trusted_proxies: Vec<IpAddr>,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Database {
    /// None: SQLite in the data folder.
    #[serde(deserialize_with = "database_url")]
    pub url: Option<DatabaseUrl>,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Media {
    #[serde(deserialize_with = "text_or_empty")]
    pub listen_ip: Option<IpAddr>,
    #[serde(deserialize_with = "whole::<_, _, 0, 65535>")]
    pub port: u16,
    #[serde(deserialize_with = "whole::<_, _, 1, 64>")]
    pub workers: u16,
    #[serde(deserialize_with = "list")]
    pub advertise: Vec<IpAddr>,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    #[serde(deserialize_with = "whole::<_, _, 1, 10000>")]
    pub wrong_codes_per_minute: u32,
    #[serde(deserialize_with = "whole::<_, _, 0, 300>")]
    stop_wait_s: u32,
}

impl Limits {
    pub fn stop_wait(&self) -> Duration {
        Duration::from_secs(self.stop_wait_s.into())
    }
}

/// The office's own words on printed papers.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Papers {
    #[serde(deserialize_with = "text_or_empty")]
    pub vietnamese: Option<FilePath>,
    #[serde(deserialize_with = "text_or_empty")]
    pub english: Option<FilePath>,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Log {
    #[serde(deserialize_with = "text")]
    pub filter: LogFilter,
    #[serde(deserialize_with = "text")]
    pub format: LogFormat,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Webhooks {
    #[serde(deserialize_with = "webhook_urls")]
    pub urls: Vec<WebhookUrl>,
    /// The one of `api_keys` that signs; empty only where there are no addresses.
    pub api_key: String,
}

/// `http://…` or `https://…`. Its path may be a secret of the receiver's, so `Debug` leaves it out.
#[derive(Clone, PartialEq, Eq)]
pub struct WebhookUrl(Url);

impl WebhookUrl {
    pub fn url(&self) -> &Url {
        &self.0
    }
}

impl fmt::Debug for WebhookUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/…", self.0.origin().ascii_serialization())
    }
}

/// A folder's path, never empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataDir(pub PathBuf);

/// A file's path, never empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FilePath(pub PathBuf);

/// `http://…` or `https://…`, without a slash at the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicUrl(String);

impl PublicUrl {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Directives for `tracing_subscriber::EnvFilter`, known to parse.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogFilter(String);

impl LogFilter {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    Text,
    Json,
}

/// The secret of an API key; never shown, not even by `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    pub const MIN_CHARS: usize = 32;
    pub const MAX_CHARS: usize = 256;

    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl Config {
    /// The words of printed papers.
    ///
    /// # Errors
    /// One of the office's files cannot be read, or something in it fits no paper.
    pub fn stationeries(&self) -> Result<Stationeries, ConfigError> {
        let path = |file: &Option<FilePath>| file.as_ref().map(|FilePath(path)| path.clone());
        Stationeries::load(path(&self.papers.vietnamese).as_deref(), path(&self.papers.english).as_deref())
    }

    /// Where the records are kept.
    pub fn store(&self) -> Store {
        Store { dir: self.server.data_dir.0.clone(), url: self.database.url.clone() }
    }

    /// What holds without a file.
    pub fn builtin() -> Config {
        Config::parse(Path::new("config/diemcau.toml"), "").expect("a test reads the built-in settings")
    }

    /// Reads the user's file over the built-in settings.
    ///
    /// # Errors
    /// The file cannot be read, or something in it is not a setting; see [`ConfigError`].
    pub fn load(path: &Path) -> Result<Config, ConfigError> {
        Config::parse(path, &overlay::text_of(path)?)
    }

    /// `text` over the built-in settings; `path` only names it in errors.
    pub fn parse(path: &Path, text: &str) -> Result<Config, ConfigError> {
        let config: Config = overlay::read(DEFAULTS, path, text)?;
        if !config.webhooks.urls.is_empty() && config.webhooks.api_key.is_empty() {
            let problem = "needs `webhooks.api_key`, the name of the key under [api_keys] that signs what is sent";
            return Err(Fault::at_key(path, text, "webhooks.urls", problem).into());
        }
        Ok(config)
    }
}

/// A setting that is written as text.
trait Written: Sized {
    /// What a person should write.
    const EXPECTED: &'static str;

    fn read(text: &str) -> Option<Self>;
}

impl Written for SocketAddr {
    const EXPECTED: &'static str = "an address and port such as \"127.0.0.1:7880\"";

    fn read(text: &str) -> Option<Self> {
        text.parse().ok()
    }
}

impl Written for IpAddr {
    const EXPECTED: &'static str = "an IP address such as \"192.168.1.10\"";

    fn read(text: &str) -> Option<Self> {
        text.parse().ok()
    }
}

impl Written for DataDir {
    const EXPECTED: &'static str = "a folder such as \"data\"";

    fn read(text: &str) -> Option<Self> {
        (!text.is_empty()).then(|| DataDir(text.into()))
    }
}

impl Written for FilePath {
    const EXPECTED: &'static str = "a file such as \"papers.vi.toml\"";

    fn read(text: &str) -> Option<Self> {
        (!text.is_empty()).then(|| FilePath(text.into()))
    }
}

impl Written for PublicUrl {
    const EXPECTED: &'static str = "an address such as \"https://hoinghi.example.vn\", without a path";

    fn read(text: &str) -> Option<Self> {
        let url = text.strip_suffix('/').unwrap_or(text);
        let host = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"))?;
        let plain = host.chars().all(|c| c.is_alphanumeric() || "-.:[]".contains(c));
        (!host.is_empty() && plain).then(|| PublicUrl(url.to_owned()))
    }
}

impl Written for LogFilter {
    const EXPECTED: &'static str = "a level such as \"info\", or directives such as \"info,diemcau::media=debug\"";

    fn read(text: &str) -> Option<Self> {
        let known = !text.is_empty() && text.parse::<tracing_subscriber::EnvFilter>().is_ok();
        known.then(|| LogFilter(text.to_owned()))
    }
}

impl Written for LogFormat {
    const EXPECTED: &'static str = "\"text\" or \"json\"";

    fn read(text: &str) -> Option<Self> {
        match text {
            "text" => Some(LogFormat::Text),
            "json" => Some(LogFormat::Json),
            _ => None,
        }
    }
}

struct WrittenVisitor<T>(PhantomData<T>);

impl<T: Written> de::Visitor<'_> for WrittenVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(T::EXPECTED)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<T, E> {
        T::read(text).ok_or_else(|| E::invalid_value(de::Unexpected::Str(text), &self))
    }
}

fn text<'de, D: Deserializer<'de>, T: Written>(deserializer: D) -> Result<T, D::Error> {
    deserializer.deserialize_str(WrittenVisitor(PhantomData))
}

/// Empty text means that the setting is not made.
struct OrEmpty<T>(Option<T>);

impl<T: Written> Written for OrEmpty<T> {
    const EXPECTED: &'static str = T::EXPECTED;

    fn read(text: &str) -> Option<Self> {
        if text.is_empty() { Some(OrEmpty(None)) } else { T::read(text).map(|value| OrEmpty(Some(value))) }
    }
}

fn text_or_empty<'de, D: Deserializer<'de>, T: Written>(deserializer: D) -> Result<Option<T>, D::Error> {
    text(deserializer).map(|OrEmpty(value)| value)
}

struct Item<T>(T);

impl<'de, T: Written> Deserialize<'de> for Item<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        text(deserializer).map(Item)
    }
}

fn list<'de, D: Deserializer<'de>, T: Written>(deserializer: D) -> Result<Vec<T>, D::Error> {
    Ok(Vec::<Item<T>>::deserialize(deserializer)?.into_iter().map(|Item(value)| value).collect())
}

struct WholeVisitor<const MIN: i64, const MAX: i64>;

impl<const MIN: i64, const MAX: i64> de::Visitor<'_> for WholeVisitor<MIN, MAX> {
    type Value = i64;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a whole number from {MIN} to {MAX}")
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<i64, E> {
        if (MIN..=MAX).contains(&number) {
            return Ok(number);
        }
        Err(E::invalid_value(de::Unexpected::Signed(number), &self))
    }
}

fn whole<'de, D, T, const MIN: i64, const MAX: i64>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: TryFrom<i64>,
{
    let number = deserializer.deserialize_i64(WholeVisitor::<MIN, MAX>)?;
    T::try_from(number).map_err(|_| de::Error::custom("the range of this key does not fit its type"))
}

/// Names and secrets of API keys. What is wrong with a secret is said without quoting it.
fn api_keys<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeMap<String, Secret>, D::Error> {
    let keys = BTreeMap::<String, Secret>::deserialize(deserializer)?;
    for name in keys.keys() {
        let plain = name.len() <= 64 && name.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c));
        if !plain {
            return Err(de::Error::custom("an API key has 1 to 64 letters, digits, `-` or `_`"));
        }
    }
    Ok(keys)
}

/// Reads a text that no error may quote.
struct Hidden(&'static str);

impl de::Visitor<'_> for Hidden {
    type Value = String;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<String, E> {
        Ok(text.to_owned())
    }
}

/// The address of a database, or none. What is wrong with it is said without quoting it: it may hold a password.
fn database_url<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<DatabaseUrl>, D::Error> {
    let text = deserializer.deserialize_str(Hidden("an address in quotes"))?;
    if text.is_empty() { Ok(None) } else { text.parse().map(Some).map_err(de::Error::custom) }
}

/// What is wrong with an address is said without quoting it.
fn webhook_urls<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<WebhookUrl>, D::Error> {
    let urls = Vec::<WebhookUrl>::deserialize(deserializer)?;
    if urls.len() > MAX_WEBHOOKS {
        return Err(de::Error::custom(format!("{} addresses, expected at most {MAX_WEBHOOKS}", urls.len())));
    }
    Ok(urls)
}

impl<'de> Deserialize<'de> for WebhookUrl {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = deserializer.deserialize_str(Hidden("an address in quotes"))?;
        let plain = |url: &Url| matches!(url.scheme(), "http" | "https") && url.username().is_empty();
        match Url::parse(&text) {
            Ok(url) if plain(&url) && url.password().is_none() => Ok(WebhookUrl(url)),
            _ => Err(de::Error::custom("expected `http://` or `https://`, a host and a path, without a user name")),
        }
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let secret = deserializer.deserialize_str(Hidden("a secret in quotes"))?;
        let chars = secret.chars().count();
        if (Secret::MIN_CHARS..=Secret::MAX_CHARS).contains(&chars) {
            return Ok(Secret(secret));
        }
        let (min, max) = (Secret::MIN_CHARS, Secret::MAX_CHARS);
        Err(de::Error::custom(format!("a secret of {chars} characters, expected {min} to {max} characters")))
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    fn check(text: &str, expected: Expect) {
        let error = Config::parse(Path::new("my.toml"), text).expect_err("a wrong file was taken");
        expected.assert_eq(&error.to_string());
    }

    #[test]
    fn the_annotated_file_holds_every_default() {
        assert_eq!(
            Config::builtin(),
            Config {
                server: Server {
                    listen: ([127, 0, 0, 1], 7880).into(),
                    data_dir: DataDir("data".into()),
                    public_url: None,
                    trusted_proxies: Vec::new(),
                },
                database: Database { url: None },
                media: Media { listen_ip: None, port: 7882, workers: 1, advertise: Vec::new() },
                limits: Limits { wrong_codes_per_minute: 20, stop_wait_s: 5 },
                papers: Papers { vietnamese: None, english: None },
                log: Log { filter: LogFilter("info,rtc_dtls=error".to_owned()), format: LogFormat::Text },
                api_keys: BTreeMap::new(),
                webhooks: Webhooks { urls: Vec::new(), api_key: String::new() },
            }
        );
    }

    #[test]
    fn a_file_says_only_what_it_changes() {
        let text = r#"
            api_keys.portal = "0123456789abcdef0123456789abcdef"
            [server]
            public_url = "https://hoinghi.example.vn/"
            [media]
            port = 50000
            advertise = ["203.0.113.7", "2001:db8::7"]
        "#;
        let config = Config::parse(Path::new("my.toml"), text).unwrap();
        assert_eq!(config.server.public_url.unwrap().as_str(), "https://hoinghi.example.vn");
        assert_eq!(config.server.listen, Config::builtin().server.listen);
        assert_eq!(config.media.port, 50000);
        assert_eq!(config.media.advertise.len(), 2);
        assert_eq!(config.api_keys["portal"].reveal(), "0123456789abcdef0123456789abcdef");
    }

    #[test]
    fn an_unknown_key_is_named_with_its_line_and_the_nearest_one() {
        check(
            "[server]\nlisten = \"127.0.0.1:1\"\ndata_dirr = \"x\"\n",
            expect![
                "my.toml, line 3, column 1: server.data_dirr: unknown key, did you mean `data_dir`? Expected one of `data_dir`, `listen`, `public_url`, `trusted_proxies`"
            ],
        );
        check(
            "[limits]\nqqq = 1\n",
            expect![
                "my.toml, line 2, column 1: limits.qqq: unknown key, expected one of `stop_wait_s`, `wrong_codes_per_minute`"
            ],
        );
        check(
            "[sever]\n",
            expect![
                "my.toml, line 1, column 2: sever: unknown key, did you mean `server`? Expected one of `api_keys`, `database`, `limits`, `log`, `media`, `papers`, `server`, `webhooks`"
            ],
        );
    }

    #[test]
    fn a_wrong_value_is_named_with_its_key_and_what_is_expected() {
        check(
            "media.port = 70000",
            expect![
                "my.toml, line 1, column 14: media.port: invalid value: integer `70000`, expected a whole number from 0 to 65535"
            ],
        );
        check(
            "[media]\n  port = \"7882\"",
            expect![[
                r#"my.toml, line 2, column 10: media.port: invalid type: string "7882", expected a whole number from 0 to 65535"#
            ]],
        );
        check(
            "[server]\nlisten = \"localhost\"",
            expect![[
                r#"my.toml, line 2, column 10: server.listen: invalid value: string "localhost", expected an address and port such as "127.0.0.1:7880""#
            ]],
        );
        check(
            "[media]\nadvertise = [\"203.0.113.7\", \"đây\"]",
            expect![[
                r#"my.toml, line 2, column 29: media.advertise: invalid value: string "đây", expected an IP address such as "192.168.1.10""#
            ]],
        );
        check(
            "[log]\nfilter = \"info,=,\"",
            expect![[
                r#"my.toml, line 2, column 10: log.filter: invalid value: string "info,=,", expected a level such as "info", or directives such as "info,diemcau::media=debug""#
            ]],
        );
        check("log = true", expect!["my.toml, line 1, column 7: log: invalid type: boolean, expected a table `[log]`"]);
    }

    #[test]
    fn a_wrong_secret_is_never_quoted() {
        check(
            "[api_keys]\nportal = \"hunter2\"",
            expect![
                "my.toml, line 2, column 10: api_keys.portal: a secret of 7 characters, expected 32 to 256 characters"
            ],
        );
    }

    #[test]
    fn the_address_of_a_database_is_never_shown() {
        check(
            "[database]\nurl = \"mysql://diemcau:hunter2@db/diemcau\"",
            expect![
                "my.toml, line 2, column 7: database.url: not an address such as postgres://user:password@host/database"
            ],
        );
        let text = "[database]\nurl = \"postgres://diemcau:hunter2@db/diemcau\"";
        let config = Config::parse(Path::new("my.toml"), text).unwrap();
        assert_eq!(config.store().url, "postgres://diemcau:hunter2@db/diemcau".parse().ok());
        assert!(!format!("{config:?} {:?}", config.store()).contains("hunter2"));
    }

    #[test]
    fn webhooks_need_a_key_and_plain_addresses_which_are_never_quoted() {
        let text = "[webhooks]\nurls = [\"https://portal.example.vn/hook?s=hunter2\"]\napi_key = \"portal\"";
        let config = Config::parse(Path::new("my.toml"), text).unwrap();
        assert_eq!(config.webhooks.urls[0].url().path(), "/hook");
        assert!(!format!("{config:?}").contains("hunter2"));
        check(
            "[webhooks]\nurls = [\"http://127.0.0.1:1/\"]",
            expect![
                "my.toml, line 2, column 8: webhooks.urls: needs `webhooks.api_key`, the name of the key under [api_keys] that signs what is sent"
            ],
        );
        for wrong in ["ftp://portal/hunter2", "hunter2", "http://an:hunter2@portal/", "http://"] {
            check(
                &format!("[webhooks]\nurls = [\"{wrong}\"]"),
                expect![
                    "my.toml, line 2, column 8: webhooks.urls: expected `http://` or `https://`, a host and a path, without a user name"
                ],
            );
        }
        let nine = ["\"http://portal/\""; 9].join(",");
        check(
            &format!("[webhooks]\nurls = [{nine}]"),
            expect!["my.toml, line 2, column 8: webhooks.urls: 9 addresses, expected at most 8"],
        );
    }

    #[test]
    fn text_that_is_no_toml_is_placed_too() {
        check(
            "[server]\nlisten = \n",
            expect!["my.toml, line 2, column 10: string values must be quoted, expected literal string"],
        );
    }
}

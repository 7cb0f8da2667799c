//! What can be typed.

use std::{net::SocketAddr, path::PathBuf};

use clap::{
    Args, Parser, Subcommand, ValueEnum,
    builder::{PossibleValuesParser, TypedValueParser},
};
use diemcau::{
    config::{Config, ConfigError, DataDir},
    directory::Kind,
    ids::PointId,
    language::Language,
    ledger::verify::PrintedHead,
    papers::{Format, PrintedPaper, TableName},
};

/// Coordinates province-wide online conferences.
#[derive(Debug, Parser)]
#[command(name = "diemcau", version, arg_required_else_help = true)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Runs the server.
    Serve(Serve),
    /// Lists the meetings that are kept.
    Meetings(Kept),
    /// Writes a paper of a meeting, also while the server runs.
    Export(Export),
    /// Checks ledgers without a server, and names the first thing that is wrong.
    Verify(Verify),
    /// Administrators: who may set meetings up.
    Admin(Admin),
    /// The directory: the authority's units and their delegates, from files and into files.
    Directory(Directory),
    /// Writes everything that is kept into one file, also while the server runs. The file holds the keys: keep it closed.
    Backup(Backup),
    /// Puts a backup into an empty data folder, and into an empty database where that is PostgreSQL.
    Restore(Restore),
}

/// Where things are kept.
#[derive(Args, Debug)]
pub struct Kept {
    /// Settings; the annotated config/diemcau.toml holds without one.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Folder of the database and the keys.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
}

#[derive(Args, Debug)]
pub struct Serve {
    #[command(flatten)]
    kept: Kept,
    /// Address and port of the pages, HTTP and WebSockets, such as 127.0.0.1:7880.
    #[arg(long, value_name = "ADDRESS:PORT")]
    listen: Option<SocketAddr>,
    /// UDP port of sound and picture.
    #[arg(long, value_name = "PORT")]
    media_port: Option<u16>,
    /// Takes the API key `devkey` with the secret `secret`, which everybody knows: for development only.
    #[arg(long)]
    pub dev: bool,
    /// Serves all interfaces, with TLS from a local authority that is made once and kept.
    #[arg(long)]
    pub lan: bool,
}

#[derive(Args, Debug)]
pub struct Export {
    #[command(flatten)]
    kept: Kept,
    /// The meeting's id, or how it begins; `diemcau meetings` lists them.
    pub meeting: String,
    /// csv: tables for a spreadsheet, one or all in a ZIP file. xlsx: all tables in one workbook. json: the whole report for
    /// programs. ics: the invitation for calendars. pdf: a printed paper, to be signed and filed. docx: the same, to be finished in a
    /// word processor. ledger: the whole ledger as JSON Lines, for `diemcau verify`.
    #[arg(long, value_parser = one_of(Wanted::names()).map(Wanted::named))]
    pub format: Wanted,
    /// One table alone, as CSV.
    #[arg(long, value_parser = one_of(TableName::ALL.iter().map(|table| table.name())).try_map(|name| name.parse::<TableName>()))]
    pub table: Option<TableName>,
    /// Which printed paper, as PDF or DOCX; the minutes without it.
    #[arg(long, value_parser = one_of(PrintedPaper::ALL.iter().map(|paper| paper.name())).try_map(|name| name.parse::<PrintedPaper>()))]
    pub paper: Option<PrintedPaper>,
    /// The language of the paper.
    #[arg(long, default_value = "vi", value_parser = one_of(Language::ALL.iter().map(|language| language.tag())).try_map(|tag| tag.parse::<Language>()))]
    pub lang: Language,
    /// The extract that this point gets, by its code.
    #[arg(long, value_name = "CODE")]
    pub point: Option<PointId>,
    /// Writes a signature by the ledger's key beside the file, FILE.sig.
    #[arg(long)]
    pub sign: bool,
    /// The file to write; `-` is the standard output.
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
}

/// What is to be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// Drawn from the report of the meeting.
    Paper(Format),
    Ledger,
}

impl Wanted {
    const LEDGER: &str = "ledger";

    fn names() -> impl Iterator<Item = &'static str> {
        Format::ALL.iter().map(|format| format.name()).chain([Self::LEDGER])
    }

    fn named(name: String) -> Wanted {
        name.parse().map_or(Wanted::Ledger, Wanted::Paper)
    }
}

/// Takes one of these words, and says which there are.
fn one_of(words: impl Iterator<Item = &'static str>) -> PossibleValuesParser {
    PossibleValuesParser::new(words)
}

impl Kept {
    pub fn config(&self) -> Result<Config, ConfigError> {
        let mut config = match &self.config {
            Some(path) => Config::load(path)?,
            None => Config::builtin(),
        };
        if let Some(dir) = &self.data {
            config.server.data_dir = DataDir(dir.clone());
        }
        Ok(config)
    }
}

impl Serve {
    /// The settings with what the command line says in the place of what the file says.
    pub fn config(&self) -> Result<Config, ConfigError> {
        let mut config = self.kept.config()?;
        if let Some(listen) = self.listen {
            config.server.listen = listen;
        }
        if let Some(port) = self.media_port {
            config.media.port = port;
        }
        Ok(config)
    }
}

#[derive(Args, Debug)]
pub struct Verify {
    /// A ledger that `export --format ledger` wrote; without one, the ledgers of the data folder.
    pub file: Option<PathBuf>,
    #[command(flatten)]
    kept: Kept,
    /// A paper, or any file that has a signature beside it: it is checked, and no ledger.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["file", "head"])]
    pub paper: Option<PathBuf>,
    /// The paper's signature; without this, the file of the same name with `.sig` behind it.
    #[arg(long, value_name = "FILE", requires = "paper")]
    pub signature: Option<PathBuf>,
    /// The public key that is trusted: 64 hexadecimal digits, or the file that holds them. Without one, signatures of the
    /// ledger's own key count, and of the data folder's for a paper.
    #[arg(long, value_name = "KEY")]
    pub key: Option<String>,
    /// A head that a paper prints, NUMBER:HASH: it must be in the ledger. May be given several times.
    #[arg(long, value_name = "NUMBER:HASH")]
    pub head: Vec<PrintedHead>,
}

#[derive(Args, Debug)]
pub struct Backup {
    #[command(flatten)]
    kept: Kept,
    /// The file to write; one of this name is replaced once the new one is whole.
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
}

#[derive(Args, Debug)]
pub struct Restore {
    /// What `backup` wrote.
    pub file: PathBuf,
    #[command(flatten)]
    kept: Kept,
}

impl Backup {
    pub fn config(&self) -> Result<Config, ConfigError> {
        self.kept.config()
    }
}

impl Restore {
    pub fn config(&self) -> Result<Config, ConfigError> {
        self.kept.config()
    }
}

#[derive(Args, Debug)]
pub struct Admin {
    #[command(subcommand)]
    pub command: AdminCommand,
}

#[derive(Debug, Subcommand)]
pub enum AdminCommand {
    /// Makes an administrator and shows a code, this once. With it they set their password, once, at /a#CODE of the
    /// server's address.
    Add(Administrator),
    /// Shows a new code for an administrator whose password is forgotten. The old password works until the code is used.
    Reset(Administrator),
    /// Takes an administrator's right away: code, password, and every browser they are signed in with.
    Revoke(Administrator),
    /// Lists the administrators.
    List(Kept),
}

#[derive(Args, Debug)]
pub struct Administrator {
    pub name: String,
    #[command(flatten)]
    kept: Kept,
}

#[derive(Args, Debug)]
pub struct Directory {
    #[command(subcommand)]
    pub command: DirectoryCommand,
}

#[derive(Debug, Subcommand)]
pub enum DirectoryCommand {
    /// Takes a list from a CSV file or an Excel workbook, all of it or nothing; what has an id is updated, not doubled.
    Import(ImportDirectory),
    /// Writes a list, to be edited and taken again.
    Export(ExportDirectory),
}

#[derive(Args, Debug)]
pub struct ImportDirectory {
    /// CSV in UTF-8 (commas, semicolons or tabs), or an Excel workbook (.xlsx).
    pub file: PathBuf,
    #[command(flatten)]
    pub list: List,
    /// Says what would change, one by one, and changes nothing.
    #[arg(long)]
    pub dry_run: bool,
    /// Retires what is not in the file; otherwise it stays.
    #[arg(long)]
    pub replace: bool,
    #[command(flatten)]
    kept: Kept,
}

#[derive(Args, Debug)]
pub struct ExportDirectory {
    #[command(flatten)]
    pub list: List,
    /// A workbook keeps the zeros that codes begin with; a spreadsheet that opens CSV drops them.
    #[arg(long)]
    pub format: SheetFormat,
    /// The file to write; `-` is the standard output.
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
    #[command(flatten)]
    kept: Kept,
}

/// Which list.
#[derive(Args, Debug)]
#[group(required = true, multiple = false)]
pub struct List {
    /// The units, as a tree.
    #[arg(long)]
    units: bool,
    /// Their delegates.
    #[arg(long)]
    delegates: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum SheetFormat {
    Csv,
    Xlsx,
}

impl List {
    pub fn kind(&self) -> Kind {
        if self.delegates { Kind::Delegates } else { Kind::Units }
    }
}

impl ImportDirectory {
    pub fn config(&self) -> Result<Config, ConfigError> {
        self.kept.config()
    }
}

impl ExportDirectory {
    pub fn config(&self) -> Result<Config, ConfigError> {
        self.kept.config()
    }
}

impl Administrator {
    pub fn config(&self) -> Result<Config, ConfigError> {
        self.kept.config()
    }
}

impl Verify {
    pub fn config(&self) -> Result<Config, ConfigError> {
        self.kept.config()
    }
}

impl Export {
    pub fn config(&self) -> Result<Config, ConfigError> {
        self.kept.config()
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use clap::CommandFactory;

    use super::*;

    fn parse(line: &str) -> Result<Cli, clap::Error> {
        Cli::try_parse_from(line.split(' '))
    }

    #[test]
    fn the_definition_holds_together() {
        Cli::command().debug_assert();
    }

    #[test]
    fn serve_needs_nothing_and_takes_the_command_line_before_the_file() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("my.toml");
        std::fs::write(&file, "[server]\nlisten = \"127.0.0.1:1000\"\ndata_dir = \"kept\"\n[media]\nport = 2000\n")
            .unwrap();

        let Command::Serve(serve) = parse("diemcau serve").unwrap().command else { panic!("not serve") };
        assert_eq!(serve.config().unwrap(), Config::builtin());
        assert!(!serve.dev && !serve.lan);

        let line = format!("diemcau serve --dev --lan --config {} --listen 127.0.0.1:0 --media-port 0", file.display());
        let Command::Serve(serve) = parse(&line).unwrap().command else { panic!("not serve") };
        let config = serve.config().unwrap();
        assert!(serve.dev && serve.lan);
        assert_eq!((config.server.listen.port(), config.media.port), (0, 0));
        assert_eq!(config.server.data_dir.0, Path::new("kept"));
    }

    #[test]
    fn export_needs_a_meeting_a_format_and_a_file() {
        let Command::Export(export) = parse("diemcau export tuyen --format csv --out -").unwrap().command else {
            panic!("not export")
        };
        assert_eq!(
            (export.meeting.as_str(), export.format, export.out.as_path()),
            ("tuyen", Wanted::Paper(Format::Csv), Path::new("-"))
        );
        assert_eq!((export.lang, export.table, export.sign), (Language::Vietnamese, None, false));
        let line = "diemcau export m --format csv --table points --lang en --point 071 --sign --out x.csv";
        let Command::Export(export) = parse(line).unwrap().command else { panic!("not export") };
        assert_eq!((export.lang, export.table), (Language::English, Some(TableName::Points)));
        let Command::Export(export) = parse("diemcau export m --format ledger --out -").unwrap().command else {
            panic!("not export")
        };
        assert_eq!(export.format, Wanted::Ledger);
        let error = parse("diemcau export m --format ods --out -").unwrap_err().to_string();
        assert!(error.contains("csv, xlsx, json, ics, ledger") || error.contains("ledger"), "{error}");
        assert!(parse("diemcau export m --format csv --table none --out -").is_err());
        assert!(parse("diemcau export tuyen --format csv").is_err());
        assert!(parse("diemcau export --format csv --out -").is_err());
        assert!(parse("diemcau export tuyen --format ods --out -").is_err());
    }

    #[test]
    fn a_list_is_of_units_or_of_delegates() {
        let Command::Directory(directory) =
            parse("diemcau directory import ds.xlsx --delegates --dry-run").unwrap().command
        else {
            panic!("not directory")
        };
        let DirectoryCommand::Import(import) = directory.command else { panic!("not import") };
        assert_eq!((import.list.kind(), import.dry_run, import.replace), (Kind::Delegates, true, false));
        for line in ["import ds.xlsx", "import ds.xlsx --units --delegates", "import --units", "export --units --out -"]
        {
            assert!(parse(&format!("diemcau directory {line}")).is_err(), "{line}");
        }
    }

    #[test]
    fn what_is_mistyped_is_refused() {
        for line in ["diemcau serv", "diemcau serve --listen localhost", "diemcau serve --media-port 70000", "diemcau"]
        {
            assert!(parse(line).is_err(), "{line}");
        }
    }
}

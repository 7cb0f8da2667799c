//! LibreOffice without a window, with the settings of a machine in Việt Nam, for tests that read papers back.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use tempfile::TempDir;

/// How long it may take, in seconds, on a machine that does much else.
const DEADLINE_S: &str = "300";

/// The profile of somebody in Việt Nam.
const SETTINGS: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Setup/L10N"><prop oor:name="ooSetupSystemLocale" oor:op="fuse"><value>vi-VN</value></prop></item>
</oor:items>
"#;

pub struct LibreOffice(TempDir);

impl LibreOffice {
    /// None where its tests are left out.
    pub fn start() -> Option<LibreOffice> {
        if std::env::var_os("DIEMCAU_SKIP_LIBREOFFICE").is_some() {
            return None;
        }
        let dir = tempfile::tempdir().unwrap();
        for part in ["profile/user", "in", "out"] {
            fs::create_dir_all(dir.path().join(part)).unwrap();
        }
        fs::write(dir.path().join("profile/user/registrymodifications.xcu"), SETTINGS).unwrap();
        Some(LibreOffice(dir))
    }

    /// Puts down a file to be opened.
    pub fn put(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.0.path().join("in").join(name);
        fs::write(&path, bytes).unwrap();
        path
    }

    /// Opens files, by the filter that is named if one is, and saves each in another format; where they lie then.
    pub fn saved_as(&self, files: &[PathBuf], opened_by: Option<&str>, extension: &str) -> Vec<PathBuf> {
        let (profile, out) = (self.0.path().join("profile"), self.0.path().join("out"));
        let mut command = Command::new("timeout");
        command
            .args([DEADLINE_S, "soffice", &format!("-env:UserInstallation=file://{}", profile.display()), "--headless"])
            .args(opened_by.map(|filter| format!("--infilter={filter}")))
            .args(["--convert-to", extension, "--outdir"])
            .arg(&out)
            .args(files)
            .stdin(Stdio::null());
        let output = command.output().expect("timeout, of coreutils");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(
            output.status.success(),
            "{}: {said}; scripts/libreoffice.sh installs LibreOffice; to leave its tests out, set DIEMCAU_SKIP_LIBREOFFICE=1",
            output.status
        );
        let saved = |file: &PathBuf| out.join(Path::new(file.file_stem().unwrap())).with_extension(extension);
        let files: Vec<PathBuf> = files.iter().map(saved).collect();
        for file in &files {
            assert!(file.exists(), "{} was not written: {said}", file.display());
        }
        files
    }
}

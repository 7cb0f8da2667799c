//! What `serve` says to people, and to programs that start it.

use std::{
    fmt::{self, Write as _},
    io::{self, IsTerminal, Write as _},
    path::Path,
};

use diemcau::{
    http::ca_page::CERTIFICATE_PATH,
    records::Sample,
    server::{DEV_KEY, Lan, Started},
    telemetry,
};

/// Points whose links are printed; the file has all.
const POINTS_SHOWN: usize = 3;

/// Says on the standard error output, in plain colours, that everybody can get in.
pub fn warn_of_development_mode() {
    let (key, secret) = DEV_KEY;
    let (start, end) = if telemetry::colour(io::stderr().is_terminal()) { ("\x1b[1;33m", "\x1b[0m") } else { ("", "") };
    eprintln!(
        "{start}WARNING: development mode. Whoever knows the API key `{key}` (secret `{secret}`) can enter every room.{end}"
    );
}

/// Prints where the server is. The last lines are for programs and keep their form: `listening URL`, then one
/// `media udp ADDRESS:PORT` for each worker.
pub fn started(started: &Started, data_dir: &Path) {
    let mut text = String::new();
    // Neither writing to a string nor a reader that went away is a reason to stop.
    let _ = describe(&mut text, started, data_dir);
    let mut out = io::stdout().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

fn describe(text: &mut String, started: &Started, data_dir: &Path) -> fmt::Result {
    writeln!(text, "diemcau {}", env!("CARGO_PKG_VERSION"))?;
    if let Some(code) = &started.first_administrator {
        writeln!(
            text,
            "\nNobody can set meetings up yet. Name and password of the first administrator, by this link, once:\n"
        )?;
        writeln!(text, "  {}/a#{code}", started.url)?;
    }
    if let Some(sample) = &started.sample {
        describe_sample(text, sample, &started.url, data_dir)?;
    }
    if let Some(lan) = &started.lan {
        describe_lan(text, lan, started.http.port())?;
    }
    if started.lan.is_none() && started.url.starts_with("http://") && !started.http.ip().is_loopback() {
        writeln!(
            text,
            "\nWithout TLS, browsers of other machines will not give this server's pages a camera or a microphone:"
        )?;
        writeln!(text, "start with --lan, or put a reverse proxy in front and set `public_url` under [server].")?;
    }
    writeln!(text)?;
    let scheme = if started.lan.is_some() { "https" } else { "http" };
    writeln!(text, "listening {scheme}://{}", started.http)?;
    for media in &started.media {
        writeln!(text, "media udp {media}")?;
    }
    Ok(())
}

fn describe_sample(text: &mut String, sample: &Sample, url: &str, data_dir: &Path) -> fmt::Result {
    writeln!(text, "\nSample meeting {}\n", sample.meeting)?;
    // The first point is the host's own unit.
    let points: Vec<_> = sample.points.iter().skip(1).take(POINTS_SHOWN).collect();
    let width = points.iter().map(|(_, name, _)| name.chars().count()).max().unwrap_or_default();
    writeln!(text, "  host   {:width$}  {url}/j#{}", "", sample.host_code)?;
    for (_, name, code) in &points {
        writeln!(text, "  point  {name:width$}  {url}/j#{code}")?;
    }
    let rest = sample.points.len().saturating_sub(points.len());
    let file = data_dir.join("sample-links.csv");
    writeln!(text, "\n{rest} more codes stand in {}; the link of a code is {url}/j#CODE", file.display())
}

fn describe_lan(text: &mut String, lan: &Lan, port: u16) -> fmt::Result {
    writeln!(text, "\nOn the local network:\n")?;
    for address in &lan.addresses {
        writeln!(text, "  https://{}", std::net::SocketAddr::new(*address, port))?;
    }
    writeln!(text, "\nEach device must trust this server's own authority once. Its certificate is given out at\n")?;
    for address in &lan.addresses {
        writeln!(text, "  http://{}{CERTIFICATE_PATH}", std::net::SocketAddr::new(*address, lan.ca_page.port()))?;
    }
    writeln!(text, "\nwith instructions at / of the same address. Tell people its SHA-256 fingerprint another way:\n")?;
    writeln!(text, "  {}", lan.fingerprint)
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;

    fn sample() -> Sample {
        let point = |id: &str, name: &str| (id.parse().unwrap(), name.to_owned(), format!("CODE{id}"));
        let names =
            [("08", "Tỉnh"), ("070", "Huyện Na Hang"), ("071", "Lâm Bình"), ("02200", "Xã Một"), ("02201", "Xã Hai")];
        Sample {
            meeting: "tuyen-quang".parse().unwrap(),
            host_code: "HOSTCODE".to_owned(),
            points: names.map(|(id, name)| point(id, name)).into(),
        }
    }

    fn said(started: &Started) -> String {
        let mut text = String::new();
        describe(&mut text, started, Path::new("data")).unwrap();
        text
    }

    #[test]
    fn the_links_come_first_and_the_lines_for_programs_last() {
        let started = Started {
            url: "http://127.0.0.1:7880".to_owned(),
            http: ([127, 0, 0, 1], 7880).into(),
            media: vec![([127, 0, 0, 1], 7882).into()],
            lan: None,
            first_administrator: Some("FIRSTCODE".to_owned()),
            sample: Some(sample()),
        };
        expect![[r#"
            diemcau 0.1.0

            Nobody can set meetings up yet. Name and password of the first administrator, by this link, once:

              http://127.0.0.1:7880/a#FIRSTCODE

            Sample meeting tuyen-quang

              host                  http://127.0.0.1:7880/j#HOSTCODE
              point  Huyện Na Hang  http://127.0.0.1:7880/j#CODE070
              point  Lâm Bình       http://127.0.0.1:7880/j#CODE071
              point  Xã Một         http://127.0.0.1:7880/j#CODE02200

            2 more codes stand in data/sample-links.csv; the link of a code is http://127.0.0.1:7880/j#CODE

            listening http://127.0.0.1:7880
            media udp 127.0.0.1:7882
        "#]]
        .assert_eq(&said(&started));
    }

    #[test]
    fn on_a_local_network_people_learn_the_fingerprint() {
        let started = Started {
            url: "https://192.168.1.10:7880".to_owned(),
            http: ([0, 0, 0, 0], 7880).into(),
            media: vec![([0, 0, 0, 0], 7882).into()],
            lan: Some(Lan {
                ca_page: ([0, 0, 0, 0], 7881).into(),
                fingerprint: "AB:CD".to_owned(),
                addresses: vec!["192.168.1.10".parse().unwrap()],
            }),
            first_administrator: None,
            sample: None,
        };
        expect![[r#"
            diemcau 0.1.0

            On the local network:

              https://192.168.1.10:7880

            Each device must trust this server's own authority once. Its certificate is given out at

              http://192.168.1.10:7881/ca.crt

            with instructions at / of the same address. Tell people its SHA-256 fingerprint another way:

              AB:CD

            listening https://0.0.0.0:7880
            media udp 0.0.0.0:7882
        "#]]
        .assert_eq(&said(&started));
    }

    #[test]
    fn an_address_that_browsers_will_not_trust_is_pointed_out() {
        let mut started = Started {
            url: "http://192.168.1.10:7880".to_owned(),
            http: ([192, 168, 1, 10], 7880).into(),
            media: Vec::new(),
            lan: None,
            first_administrator: None,
            sample: None,
        };
        assert!(said(&started).contains("start with --lan"));
        started.url = "https://hoinghi.example.vn".to_owned();
        assert!(!said(&started).contains("start with --lan"));
    }
}

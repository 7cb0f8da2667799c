//! The links of the meetings: who gets in by which code, kept in a private file for the organisers.
//!
//! The records keep codes only as hashes; the file is where a person finds them again. At each start it is brought up
//! to date: codes that still open their seat stay, missing ones are made, and the links begin with today's address.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
};

use thiserror::Error;

use crate::{
    clock::Timestamp,
    ids::MeetingId,
    meeting::{Meeting, Point, Seat, SeatRole},
    private::{self, PrivateFileError},
    records::{Records, RecordsError},
};

/// Tells Excel that the text is UTF-8.
const BOM: &str = "\u{feff}";
/// Columns: the first four are read back at the next start.
const HEADER: [&str; 6] = ["point", "name", "role", "code", "unit", "link"];

#[derive(Debug, Error)]
pub enum LinksError {
    #[error(transparent)]
    Records(#[from] RecordsError),
    #[error(transparent)]
    File(#[from] PrivateFileError),
    #[error("{}: {source}; move it away to have new codes made", path.display())]
    Unreadable { path: PathBuf, source: csv::Error },
    #[error("{}: {source}", path.display())]
    Unwritable { path: PathBuf, source: csv::Error },
}

/// A meeting's links and the file they stand in.
#[derive(Clone, Debug)]
pub struct MeetingLinks {
    pub meeting: MeetingId,
    pub title: String,
    pub file: PathBuf,
    /// The host first, then the points in the order of the tree.
    pub seats: Vec<SeatLink>,
}

#[derive(Clone, Debug)]
pub struct SeatLink {
    pub role: SeatRole,
    pub name: String,
    pub url: String,
}

/// Brings the file of every meeting in `records` up to date and returns what stands in them.
pub async fn prepare(
    records: &Records,
    dir: &Path,
    base_url: &str,
    now: Timestamp,
) -> Result<Vec<MeetingLinks>, LinksError> {
    let mut all = Vec::new();
    for id in records.meetings().await? {
        if let Some(meeting) = records.meeting(&id).await? {
            all.push(prepare_one(records, dir, base_url, &meeting, now).await?);
        }
    }
    Ok(all)
}

async fn prepare_one(
    records: &Records,
    dir: &Path,
    base_url: &str,
    meeting: &Meeting,
    now: Timestamp,
) -> Result<MeetingLinks, LinksError> {
    let file = dir.join(format!("{}-links.csv", plain(meeting.id.as_str())));
    let before = private::read(&file)?.unwrap_or_default();
    let known = read_codes(&before).map_err(|source| LinksError::Unreadable { path: file.clone(), source })?;

    let mut codes = HashMap::new();
    let mut missing = Vec::new();
    for (seat, _) in seats(meeting) {
        match known.get(&(seat.point.to_string(), seat.role)) {
            Some(code) if records.redeem(code).await?.as_ref() == Some(&seat) => {
                codes.insert(seat.point, code.clone());
            }
            _ => missing.push(seat),
        }
    }
    let made = records.invite_all(&missing, now).await?;
    codes.extend(missing.into_iter().map(|seat| seat.point).zip(made));

    let mut links = Vec::new();
    let mut table = csv::Writer::from_writer(BOM.as_bytes().to_vec());
    let unwritable = |source| LinksError::Unwritable { path: file.clone(), source };
    table.write_record(HEADER).map_err(unwritable)?;
    for (seat, point) in seats(meeting) {
        let Some(code) = codes.get(&point.id) else { continue };
        // In the fragment, which browsers never send: no server and no log sees it.
        let url = format!("{base_url}/j#{code}");
        let unit = point.parent.as_ref().and_then(|parent| meeting.point(parent)).map_or("", |unit| &unit.name);
        let row = [point.id.as_str(), &point.name, role_name(seat.role), code, unit, &url];
        table.write_record(row).map_err(unwritable)?;
        links.push(SeatLink { role: seat.role, name: point.name.clone(), url });
    }
    let bytes = table.into_inner().map_err(|error| unwritable(error.into_error().into()))?;
    let after = String::from_utf8_lossy(&bytes);
    if after != before {
        private::write(&file, &after)?;
    }
    Ok(MeetingLinks { meeting: meeting.id.clone(), title: meeting.title.clone(), file, seats: links })
}

/// The host's seat, then one for each other point.
fn seats(meeting: &Meeting) -> impl Iterator<Item = (Seat, &Point)> {
    let seat = |point: &Point, role| Seat { meeting: meeting.id.clone(), point: point.id.clone(), role };
    let host = meeting.point(&meeting.hub).map(|hub| (seat(hub, SeatRole::Host), hub));
    let others = meeting.points.iter().filter(|point| point.id != meeting.hub);
    host.into_iter().chain(others.map(move |point| (seat(point, SeatRole::Point), point)))
}

/// The codes of a file written before. Rows of another shape are left out: somebody may have edited it.
fn read_codes(text: &str) -> Result<HashMap<(String, SeatRole), String>, csv::Error> {
    let text = text.strip_prefix(BOM).unwrap_or(text);
    let mut codes = HashMap::new();
    for row in csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes()).records() {
        let row = row?;
        let role = match row.get(2) {
            Some("host") => SeatRole::Host,
            Some("point") => SeatRole::Point,
            _ => continue,
        };
        if let (Some(point), Some(code)) = (row.get(0), row.get(3)) {
            codes.insert((point.to_owned(), role), code.to_owned());
        }
    }
    Ok(codes)
}

fn role_name(role: SeatRole) -> &'static str {
    match role {
        SeatRole::Host => "host",
        SeatRole::Point => "point",
    }
}

/// What may stand in a file's name.
fn plain(id: &str) -> String {
    id.chars().map(|c| if c.is_ascii_alphanumeric() || "-_".contains(c) { c } else { '_' }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::meeting::test_meeting;

    const NOW: Timestamp = Timestamp::from_millis(1_634_605_200_000);

    #[tokio::test]
    async fn codes_stay_over_restarts_and_links_follow_the_address() {
        let dir = tempfile::tempdir().unwrap();
        let records = Records::open(dir.path(), NOW).await.unwrap();
        let meeting = test_meeting();
        records.create_meeting(&meeting).await.unwrap();

        let first = prepare(&records, dir.path(), "http://127.0.0.1:7880", NOW).await.unwrap();
        let second = prepare(&records, dir.path(), "https://192.168.1.10:7880", NOW).await.unwrap();
        let code = |links: &[MeetingLinks], at: usize| {
            links[0].seats[at].url.split_once("/j#").map(|(base, code)| (base.to_owned(), code.to_owned())).unwrap()
        };
        assert_eq!(first[0].seats.len(), meeting.points.len());
        assert_eq!(first[0].seats[0].role, SeatRole::Host);
        assert_eq!(code(&first, 1).1, code(&second, 1).1);
        assert_eq!(code(&second, 1).0, "https://192.168.1.10:7880");

        let seat = records.redeem(&code(&second, 0).1).await.unwrap().expect("the code opens a seat");
        assert_eq!((seat.role, seat.point), (SeatRole::Host, meeting.hub.clone()));
        records.close().await;
    }

    #[tokio::test]
    async fn a_code_that_was_revoked_is_replaced() {
        let dir = tempfile::tempdir().unwrap();
        let records = Records::open(dir.path(), NOW).await.unwrap();
        let meeting = test_meeting();
        records.create_meeting(&meeting).await.unwrap();
        let first = prepare(&records, dir.path(), "http://h", NOW).await.unwrap();
        let host = Seat { meeting: meeting.id.clone(), point: meeting.hub.clone(), role: SeatRole::Host };
        records.revoke(&host, NOW).await.unwrap();

        let second = prepare(&records, dir.path(), "http://h", NOW).await.unwrap();
        assert_ne!(first[0].seats[0].url, second[0].seats[0].url);
        assert_eq!(first[0].seats[1].url, second[0].seats[1].url);
        records.close().await;
    }
}

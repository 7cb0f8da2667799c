//! A meeting to try things out with: the units of Tuyên Quang in 2021, with an invite for every seat.

use std::{
    fs::{self, OpenOptions},
    io::{self, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::{DirectoryError, Opening, Page, Records, RecordsError};
use crate::{
    clock::Timestamp,
    directory::{Directory, Entry, Faults, Import, Kind, SelectionError, SelectionRequest, Sheet},
    ids::{DelegateId, MeetingId, PointId},
    meeting::{Meeting, Microphones, Officers, Place, Rules, Seat, SecondDevice},
};

const UNITS: &[u8] = include_bytes!("../../config/sample/tuyen-quang-2021.csv");
/// Nobody: names such as are put into forms as examples, with the titles that such units have.
const DELEGATES: &[u8] = include_bytes!("../../config/sample/tuyen-quang-2021-delegates.csv");
const MEETING: &str = "tuyen-quang";
const TITLE: &str = "Hội nghị trực tuyến toàn tỉnh";
const HUB: &str = "08";
const ZONE: &str = "Asia/Ho_Chi_Minh";
/// What the papers of the sample call the tiers that the list names in English.
const TIERS: [(&str, &str); 3] = [("province", "Tỉnh"), ("district", "Huyện"), ("commune", "Xã")];
/// The database keeps the codes only as hashes; the sample's are also kept here, for whoever tries it out.
pub const LINKS: &str = "sample-links.csv";

#[derive(Debug, Error)]
pub enum SampleError {
    #[error(transparent)]
    Records(#[from] RecordsError),
    #[error("the sample's lists: {0}")]
    Lists(#[from] Faults),
    #[error("the sample's points: {0}")]
    Points(#[from] SelectionError),
    #[error("the sample's directory: {0}")]
    Directory(#[from] DirectoryError),
    #[error("the sample's identifiers: {0}")]
    Id(#[from] crate::ids::InvalidId),
    #[error("{path}: {source}")]
    Links { path: PathBuf, source: io::Error },
    /// The sample is made only where nothing else is kept.
    #[error("the database has meetings, and the sample is not among them")]
    OtherMeetings,
}

/// The sample meeting with the codes of its invites.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sample {
    pub meeting: MeetingId,
    pub host_code: String,
    /// For each point its code in the directory, its name and the code of its invite; in the meeting's order.
    pub points: Vec<(PointId, String, String)>,
}

#[derive(Serialize, Deserialize)]
struct Link {
    place: Place,
    name: String,
    code: String,
}

/// Makes the sample meeting in an empty database, with an invite for the host and for every point; in one that has it
/// already, finds it and its codes again. Codes that are lost or valid no more are replaced by new ones.
pub async fn ensure_sample(records: &Records, now: Timestamp) -> Result<Sample, SampleError> {
    let id: MeetingId = MEETING.parse()?;
    let path = records.dir().join(LINKS);
    let meeting = match records.meeting(&id).await? {
        Some(meeting) => meeting,
        None if records.meetings(&Page::FIRST).await?.is_empty() => {
            let directory = directory(now)?;
            let meeting = sample(id, &directory, now)?;
            records.directory().found(&directory, now).await?;
            records.create_meeting(&meeting).await?;
            meeting
        }
        None => return Err(SampleError::OtherMeetings),
    };
    let seats = seats(&meeting);
    let failed = |source| SampleError::Links { path: path.clone(), source };
    if let Some(links) = read_links(&path).map_err(failed)?
        && open_seats(records, &links, &seats).await?
    {
        return Ok(Sample::from_links(meeting.id, links));
    }
    let codes = records.invite_all(&seats.iter().cloned().map(Opening::Seat).collect::<Vec<_>>(), now).await?;
    let links = links(&meeting, seats, codes);
    write_links(&path, &links).map_err(failed)?;
    Ok(Sample::from_links(meeting.id, links))
}

/// The units with a few delegates each.
fn directory(now: Timestamp) -> Result<Directory, Faults> {
    let import = Import { replace: false, now, fresh: DelegateId::random };
    let listed = Directory::default().import(&Sheet::read(Kind::Units, UNITS)?, &import)?.after;
    let units = listed.units().iter().cloned().map(|mut unit| {
        if let Some((_, tier)) = TIERS.iter().find(|(english, _)| *english == unit.row.level) {
            unit.row.level = (*tier).to_owned();
        }
        unit
    });
    let units: Vec<Entry<_>> = units.collect();
    let directory = Directory::new(0, units, Vec::new());
    Ok(directory.import(&Sheet::read(Kind::Delegates, DELEGATES)?, &import)?.after)
}

fn sample(id: MeetingId, directory: &Directory, starts_at: Timestamp) -> Result<Meeting, SampleError> {
    let hub: PointId = HUB.parse()?;
    let everybody = SelectionRequest {
        roots: vec![hub.clone()],
        hub,
        levels: Vec::new(),
        exclude: Vec::new(),
        omit: Vec::new(),
        gather: false,
    };
    let selection = directory.select(&everybody)?;
    Ok(Meeting {
        id,
        number: String::new(),
        title: TITLE.to_owned(),
        zone: ZONE.to_owned(),
        starts_at,
        hub: everybody.hub,
        officers: Officers::default(),
        points: selection.points,
        delegates: selection.delegates,
        agenda: Vec::new(),
        rules: Rules { microphones: Microphones::Free, second_device: SecondDevice::Replace, ..Rules::default() },
    })
}

/// The host's seat, then each point's.
fn seats(meeting: &Meeting) -> Vec<Seat> {
    let points = meeting.points.iter().map(|point| Place::Point(point.id.clone()));
    [Place::Hub].into_iter().chain(points).map(|place| Seat { meeting: meeting.id.clone(), place }).collect()
}

fn links(meeting: &Meeting, seats: Vec<Seat>, codes: Vec<String>) -> Vec<Link> {
    let name = |place: &Place| meeting.point_of(place).map_or_else(String::new, |point| point.name.clone());
    let link = |(seat, code): (Seat, String)| Link { name: name(&seat.place), place: seat.place, code };
    seats.into_iter().zip(codes).map(link).collect()
}

impl Sample {
    fn from_links(meeting: MeetingId, links: Vec<Link>) -> Sample {
        let mut sample = Sample { meeting, host_code: String::new(), points: Vec::with_capacity(links.len()) };
        for link in links {
            match link.place {
                Place::Point(point) => sample.points.push((point, link.name, link.code)),
                _ => sample.host_code = link.code,
            }
        }
        sample
    }
}

/// Whether the links are for exactly these seats and open them still.
async fn open_seats(records: &Records, links: &[Link], seats: &[Seat]) -> Result<bool, RecordsError> {
    if links.len() != seats.len() {
        return Ok(false);
    }
    for (link, seat) in links.iter().zip(seats) {
        if records.redeem(&link.code).await? != Some(Opening::Seat(seat.clone())) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// The links kept in a file; none when there is no file, or when it is not one that was written here.
fn read_links(path: &Path) -> io::Result<Option<Vec<Link>>> {
    let text = match fs::read(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    Ok(csv::Reader::from_reader(text.as_slice()).deserialize().collect::<Result<_, _>>().ok())
}

/// Writes the links for the owner's eyes alone, whole or not at all.
fn write_links(path: &Path, links: &[Link]) -> io::Result<()> {
    let unfinished = path.with_extension("csv.new");
    match fs::remove_file(&unfinished) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&unfinished)?;
    let mut text = csv::Writer::from_writer(Vec::new());
    for link in links {
        text.serialize(link)?;
    }
    file.write_all(&text.into_inner().map_err(csv::IntoInnerError::into_error)?)?;
    file.sync_all()?;
    fs::rename(unfinished, path)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use tempfile::tempdir;

    use super::*;
    use crate::meeting::test_meeting;

    const NOW: Timestamp = Timestamp::from_millis(1_634_605_200_000);

    #[tokio::test]
    async fn the_sample_has_an_invite_for_the_host_and_for_every_unit() {
        let dir = tempdir().unwrap();
        let records = Records::open(dir.path(), NOW).await.unwrap();
        let sample = ensure_sample(&records, NOW).await.unwrap();
        let meeting = records.meeting(&sample.meeting).await.unwrap().unwrap();
        assert_eq!(meeting.check_tree(), Ok(()));
        assert_eq!((meeting.title.as_str(), meeting.starts_at), ("Hội nghị trực tuyến toàn tỉnh", NOW));
        assert_eq!(sample.points.len(), 146);
        let count = |level: &str| meeting.points.iter().filter(|point| point.level == level).count();
        assert_eq!((count("Tỉnh"), count("Huyện"), count("Xã")), (1, 7, 138));

        let host = records.redeem(&sample.host_code).await.unwrap().unwrap();
        assert_eq!(host.place(), Place::Hub);
        for ((id, name, code), point) in sample.points.iter().zip(&meeting.points) {
            assert_eq!((id, name), (&point.id, &point.name));
            let seat = records.redeem(code).await.unwrap().unwrap();
            assert_eq!(seat.place(), Place::Point(id.clone()));
        }
    }

    #[tokio::test]
    async fn the_samples_units_and_its_invented_delegates_are_the_directory_of_a_new_database() {
        let dir = tempdir().unwrap();
        let records = Records::open(dir.path(), NOW).await.unwrap();
        let sample = ensure_sample(&records, NOW).await.unwrap();
        let meeting = records.meeting(&sample.meeting).await.unwrap().unwrap();
        let directory = records.directory().read().await.unwrap();
        assert_eq!((directory.revision(), directory.size()), (1, (146, meeting.delegates.len())));
        for point in &meeting.points {
            let expected = meeting.delegates.iter().filter(|delegate| delegate.point == point.id).count();
            assert!((2..=4).contains(&expected), "{expected} at {}", point.id);
        }
        assert_eq!(records.directory().changes(None, 10).await.unwrap()[0].by, "sample");
    }

    #[tokio::test]
    async fn a_directory_that_is_there_already_stays_as_it_is() {
        let dir = tempdir().unwrap();
        let records = Records::open(dir.path(), NOW).await.unwrap();
        let import = Import { replace: false, now: NOW, fresh: DelegateId::random };
        let sheet = Sheet::read(Kind::Units, "Mã,Cấp,Tên\n02,Tỉnh,Hà Giang\n".as_bytes()).unwrap();
        let author = crate::records::Author { name: "x", at: NOW };
        records.directory().import(sheet, import, None, author, "").await.unwrap();
        ensure_sample(&records, NOW).await.unwrap();
        assert_eq!(records.directory().read().await.unwrap().size(), (1, 0));
    }

    #[tokio::test]
    async fn a_later_start_finds_the_same_links_in_a_file_for_the_owner_alone() {
        let dir = tempdir().unwrap();
        let records = Records::open(dir.path(), NOW).await.unwrap();
        let first = ensure_sample(&records, NOW).await.unwrap();
        records.close().await;
        let records = Records::open(dir.path(), NOW).await.unwrap();
        assert_eq!(ensure_sample(&records, NOW.plus_millis(1)).await.unwrap(), first);

        let file = dir.path().join(LINKS);
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        let text = fs::read_to_string(file).unwrap();
        assert!(text.starts_with(&format!("place,name,code\nhub,Tỉnh Tuyên Quang,{}\n", first.host_code)));
    }

    #[tokio::test]
    async fn links_that_are_lost_damaged_or_revoked_are_replaced() {
        let dir = tempdir().unwrap();
        let records = Records::open(dir.path(), NOW).await.unwrap();
        let mut last = ensure_sample(&records, NOW).await.unwrap();
        let file = dir.path().join(LINKS);
        let host = records.redeem(&last.host_code).await.unwrap().unwrap();
        for damage in ["lost", "damaged", "cut short", "revoked"] {
            match damage {
                "lost" => fs::remove_file(&file).unwrap(),
                "damaged" => fs::write(&file, b"point,name\n\xff\xfe").unwrap(),
                "cut short" => {
                    let text = fs::read_to_string(&file).unwrap();
                    fs::write(&file, text.lines().take(3).collect::<Vec<_>>().join("\n")).unwrap();
                }
                _ => assert!(records.revoke(&host, NOW).await.unwrap()),
            }
            let sample = ensure_sample(&records, NOW).await.unwrap();
            assert_ne!(sample.host_code, last.host_code, "{damage}");
            assert_eq!(records.redeem(&sample.host_code).await.unwrap().as_ref(), Some(&host), "{damage}");
            last = sample;
        }
    }

    #[tokio::test]
    async fn the_sample_is_not_put_among_real_meetings() {
        let dir = tempdir().unwrap();
        let records = Records::open(dir.path(), NOW).await.unwrap();
        records.create_meeting(&test_meeting()).await.unwrap();
        assert!(matches!(ensure_sample(&records, NOW).await, Err(SampleError::OtherMeetings)));
    }
}

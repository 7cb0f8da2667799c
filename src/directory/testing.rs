//! What the tests of the directory share: small directories written in a line.

use super::{Delegate, Directory, Entry};
use crate::{clock::Timestamp, meeting::Point};

pub const NOW: Timestamp = Timestamp::from_millis(1_634_605_200_000);

/// `CODE` or `CODE:PARENT`, named after its code.
pub fn unit(text: &str) -> Entry<Point> {
    let (id, parent) = text.split_once(':').map_or((text, None), |(id, parent)| (id, Some(parent)));
    Entry {
        row: Point {
            id: id.parse().unwrap(),
            parent: parent.map(|parent| parent.parse().unwrap()),
            level: "level".to_owned(),
            name: format!("Đơn vị {id}"),
            room: String::new(),
        },
        retired_at: None,
    }
}

/// `ID:NAME:TITLE:UNIT`.
pub fn delegate(text: &str) -> Entry<Delegate> {
    let fields: Vec<&str> = text.split(':').collect();
    let [id, name, title, unit] = fields[..] else { panic!("not a delegate: {text}") };
    let row = Delegate {
        id: id.parse().unwrap(),
        name: name.to_owned(),
        title: title.to_owned(),
        unit: unit.parse().unwrap(),
        point: None,
    };
    Entry { row, retired_at: None }
}

pub fn directory(units: &[&str], delegates: &[&str]) -> Directory {
    let units = units.iter().map(|text| unit(text)).collect();
    Directory::new(7, units, delegates.iter().map(|text| delegate(text)).collect())
}

/// The province, two districts, three communes.
pub fn province(delegates: &[&str]) -> Directory {
    directory(&["08", "070:08", "02200:070", "071:08", "02233:071", "02242:071"], delegates)
}

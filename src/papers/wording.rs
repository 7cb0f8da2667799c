//! Puts the facts of a report into words: who a place or an actor is, what a state is called, what the clock showed.

use std::collections::BTreeMap;

use super::{Word, words::choose};
use crate::{
    ids::DelegateId,
    language::Language,
    meeting::{Actor, Person, Place, Presence, Speaker, Voter},
    report::{
        DelegateRow, Interval, LineFacts, Listing, Moment, Names, ProxyOutcome, Report, RequestOutcome, Scope, Status,
        VoteOutcome,
    },
};

pub struct Wording<'a> {
    pub report: &'a Report,
    pub names: Names<'a>,
    pub language: Language,
    /// Every offset from UTC that the clocks of the meeting had, `UTC+07:00`; in order.
    offsets: Vec<String>,
}

impl<'a> Wording<'a> {
    pub fn of(report: &'a Report, language: Language) -> Wording<'a> {
        let stays = report.points.iter().flat_map(|row| &row.line.stays);
        let marks = report.delegates.iter().flat_map(|row| &row.marks).map(|mark| mark.act.at);
        let told = [report.meeting.starts_at, report.as_of];
        let steps = report.life.plan_steps.iter().map(|step| step.act.at);
        let moments = told.into_iter().chain(steps).chain(marks).chain(stays.flat_map(|stay| [stay.from, stay.to]));
        let offsets: BTreeMap<i32, String> =
            moments.map(|moment| (moment.offset().seconds(), format!("UTC{}", offset_of(moment)))).collect();
        Wording { report, names: report.names(), language, offsets: offsets.into_values().collect() }
    }

    pub fn say(&self, word: Word) -> &'static str {
        word.text(self.language)
    }

    fn choose(&self, vietnamese: &'static str, english: &'static str) -> &'static str {
        choose(self.language, vietnamese, english)
    }

    // --- time ---

    /// The offset from UTC of everything that is told, or all of them, `UTC+01:00/UTC+02:00`.
    pub fn offset(&self) -> String {
        self.offsets.join("/")
    }

    /// Whether the clocks were changed meanwhile, so that one reading may mean two instants.
    pub fn clocks_changed(&self) -> bool {
        self.offsets.len() > 1
    }

    /// A date and a time as spreadsheets know them, `2021-10-19 08:02:11`; with the offset when the clocks were changed.
    pub fn sortable(&self, moment: Moment) -> String {
        let local = moment.local().strftime("%Y-%m-%d %H:%M:%S");
        if self.clocks_changed() { format!("{local}{}", offset_of(moment)) } else { local.to_string() }
    }

    /// A date and a time as people write them: `08:02:11 19/10/2021`.
    pub fn date_time(&self, moment: Moment) -> String {
        let format = self.choose("%H:%M:%S %d/%m/%Y", "%Y-%m-%d %H:%M:%S");
        let text = moment.local().strftime(format).to_string();
        if self.clocks_changed() { format!("{text} (UTC{})", offset_of(moment)) } else { text }
    }

    // --- who ---

    pub fn person(&self, person: &Person) -> String {
        match person.title.as_str() {
            "" => person.name.clone(),
            title => format!("{}, {title}", person.name),
        }
    }

    pub fn delegate(&self, id: &DelegateId) -> String {
        self.names.delegate(id).map_or_else(|| id.to_string(), |row| row.name.clone())
    }

    pub fn point(&self, id: &crate::ids::PointId) -> String {
        self.names.point_name(id)
    }

    pub fn place(&self, place: &Place) -> String {
        let officer = |word: Word| match self.names.officer(place) {
            Some(person) => format!("{} ({})", self.say(word), person.name),
            None => self.say(word).to_owned(),
        };
        match place {
            Place::Hub => self.say(Word::Hub).to_owned(),
            Place::Chair => officer(Word::Chair),
            Place::Secretary => officer(Word::Secretary),
            Place::Technician => officer(Word::Technician),
            Place::Point(point) => format!("{} {}", self.say(Word::PointOf), self.point(point)),
            Place::Delegate(delegate) => format!("{} {}", self.say(Word::DelegateOf), self.delegate(delegate)),
            Place::Observer(observer) => format!("{} {observer}", self.say(Word::Observer)),
        }
    }

    pub fn actor(&self, actor: &Actor) -> String {
        match actor {
            Actor::System => self.say(Word::Server).to_owned(),
            Actor::Administrator(name) => format!("{} {name}", self.say(Word::Administrator)),
            Actor::Seat(place) => self.place(place),
        }
    }

    /// The name that was told; of a delegate on the list the name there.
    pub fn speaker(&self, speaker: &Speaker) -> String {
        if speaker.name.is_empty()
            && let Some(delegate) = &speaker.delegate
        {
            return self.delegate(delegate);
        }
        speaker.name.clone()
    }

    pub fn voter(&self, voter: &Voter) -> String {
        match voter {
            Voter::Delegate(delegate) => self.delegate(delegate),
            Voter::Point(point) => self.point(point),
        }
    }

    // --- what ---

    pub fn yes(&self, yes: bool) -> &'static str {
        self.say(if yes { Word::Yes } else { Word::No })
    }

    /// `Bản chính thức`, or that it is provisional and until when.
    pub fn state(&self) -> String {
        let phase = Word::of_phase(self.report.phase, self.language);
        if !self.report.provisional {
            return phase.to_owned();
        }
        let until = self.date_time(self.report.as_of);
        match self.language {
            Language::Vietnamese => {
                format!(
                    "{}: hội nghị chưa kết thúc ({}), số liệu tính đến {until}",
                    self.say(Word::Provisional),
                    phase.to_lowercase()
                )
            }
            Language::English => {
                format!(
                    "{}: the meeting is not closed ({}), figures as of {until}",
                    self.say(Word::Provisional),
                    phase.to_lowercase()
                )
            }
        }
    }

    pub fn scope(&self) -> String {
        match (&self.report.scope, self.language) {
            (Scope::Meeting, _) => self.say(Word::WholeMeeting).to_owned(),
            (Scope::Point { point }, Language::Vietnamese) => format!("Trích: điểm cầu {}", self.point(point)),
            (Scope::Point { point }, Language::English) => format!("Extract: the point {}", self.point(point)),
            (Scope::Delegate { delegate }, Language::Vietnamese) => {
                format!("Trích: đại biểu {}", self.delegate(delegate))
            }
            (Scope::Delegate { delegate }, Language::English) => {
                format!("Extract: the delegate {}", self.delegate(delegate))
            }
        }
    }

    /// Of the line, not of the people: who was there is for the roll call to say.
    pub fn line(&self, line: &LineFacts) -> &'static str {
        self.say(match (line.connected, line.stays.is_empty()) {
            (true, _) => Word::LineUp,
            (false, false) => Word::LineDown,
            (false, true) => Word::LineNever,
        })
    }

    pub fn status(&self, row: &DelegateRow) -> &'static str {
        self.say(match row.status {
            Status::Unconfirmed => Word::Unconfirmed,
            Status::Present => Word::Present,
            Status::Left => Word::Left,
            Status::Absent => Word::Absent,
            Status::Excused { .. } => Word::Excused,
            Status::Proxy { .. } => Word::PresentByProxy,
        })
    }

    pub fn presence(&self, presence: &Presence) -> String {
        let word = self.say(Word::of_presence(presence));
        match presence {
            Presence::Excused { reason } => format!("{word}: {reason}"),
            Presence::Proxy { proxy } => match self.names.proxy(*proxy) {
                Some(row) => format!("{word}: {}", row.substitute.name),
                None => word.to_owned(),
            },
            _ => word.to_owned(),
        }
    }

    pub fn listing(&self, listing: Listing) -> &'static str {
        self.say(match listing {
            Listing::Planned => Word::Planned,
            Listing::Added => Word::ListedLater,
            Listing::Dropped => Word::Dropped,
        })
    }

    pub fn proxy_outcome(&self, outcome: &ProxyOutcome) -> &'static str {
        self.say(match outcome {
            ProxyOutcome::Pending => Word::Pending,
            ProxyOutcome::Approved { .. } => Word::Approved,
            ProxyOutcome::Refused { .. } => Word::Refused,
        })
    }

    pub fn request_outcome(&self, outcome: &RequestOutcome) -> &'static str {
        self.say(match outcome {
            RequestOutcome::Waiting => Word::Waiting,
            RequestOutcome::Withdrawn { .. } => Word::Withdrawn,
            RequestOutcome::Skipped { .. } => Word::Skipped,
            RequestOutcome::Removed { .. } => Word::PutOut,
            RequestOutcome::MeetingClosed => Word::TooLate,
        })
    }

    pub fn vote_outcome(&self, outcome: &VoteOutcome) -> &'static str {
        self.say(match outcome {
            VoteOutcome::UnderWay => Word::UnderWay,
            VoteOutcome::Closed { .. } => Word::VoteDone,
            VoteOutcome::Cancelled { .. } => Word::Cancelled,
        })
    }

    /// `Đủ: 5 trên 8 đại biểu, cần 4`; none where the meeting asks for no quorum.
    pub fn quorum(&self) -> Option<String> {
        let quorum = self.report.quorum?;
        let (present, expected, needed) = (quorum.present, quorum.expected, quorum.needed);
        let of = Word::of_electorate(quorum.of, self.language);
        Some(match (self.language, quorum.reached) {
            (Language::Vietnamese, true) => format!("Đủ: {present} trên {expected} {of}, cần {needed}"),
            (Language::Vietnamese, false) => format!("Chưa đủ: {present} trên {expected} {of}, cần {needed}"),
            (Language::English, true) => format!("Reached: {present} of {expected} {of}, {needed} needed"),
            (Language::English, false) => format!("Not reached: {present} of {expected} {of}, {needed} needed"),
        })
    }

    /// What else there is to say of a delegate: the excuse, who agreed to the proxy, why the roll call was corrected.
    pub fn notes(&self, row: &DelegateRow) -> String {
        let mut notes = Vec::new();
        match &row.status {
            Status::Excused { reason } => notes.push(reason.clone()),
            Status::Proxy { approved: Some(act), .. } => {
                notes.push(format!("{}: {}", self.say(Word::Approved), self.actor(&act.by)));
            }
            _ => {}
        }
        if let Some(reason) = row.confirmed.as_ref().and_then(|confirmed| confirmed.corrected.as_ref()) {
            notes.push(format!("{}: {reason}", self.say(Word::Corrections)));
        }
        notes.join("; ")
    }

    /// From one time to another; the day is told once, and again when it ended on another one.
    pub fn interval(&self, interval: Interval) -> String {
        let (from, to) = (interval.from, interval.to);
        if self.clocks_changed() || from.local().date() != to.local().date() {
            return format!("{} – {}", self.date_time(from), self.date_time(to));
        }
        let time = |moment: Moment| moment.local().strftime("%H:%M:%S").to_string();
        format!("{} – {}", time(from), time(to))
    }
}

/// `+07:00`.
fn offset_of(moment: Moment) -> String {
    let seconds = moment.offset().seconds();
    let (sign, seconds) = if seconds < 0 { ('-', -seconds) } else { ('+', seconds) };
    format!("{sign}{:02}:{:02}", seconds / 3600, seconds / 60 % 60)
}

/// Whole hours, minutes and seconds, `h:mm:ss`; the hours do not start over at 24.
pub fn duration(ms: u64) -> String {
    let seconds = ms / 1000;
    format!("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

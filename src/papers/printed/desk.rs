//! What all printed papers have in common: letterhead, signatures, how to check them; and the facts in the office's words.

use crate::{
    language::Language,
    meeting::{Actor, Person, Place},
    papers::Wording,
    report::{HeadRow, Moment, Report, Scope},
    stationery::{self, Sentence, Stationery, Words},
    typeset::{About, Align, Block, Document, Emphasis, Paper, Paragraph, Qr, Running, Side, Style, Width},
};

/// The longest title at the foot of a page, in characters; beside it stands the page's number.
const MAX_FOOT_CHARS: usize = 80;
/// What is left free for a signature and a seal, in millimetres.
pub const SIGNATURE_MM: f32 = 24.0;

pub struct Desk<'a> {
    pub wording: Wording<'a>,
    pub report: &'a Report,
    pub words: &'a Stationery,
}

/// What a letterhead says beside the office's name.
pub struct Letterhead<'a> {
    pub number: &'a Sentence<stationery::Letter>,
    pub dated: bool,
}

impl<'a> Desk<'a> {
    pub fn new(report: &'a Report, language: Language, words: &'a Stationery) -> Desk<'a> {
        Desk { wording: Wording::of(report, language), report, words }
    }

    pub fn document(&self, title: &Words, paper: Paper, blocks: Vec<Block>) -> Document {
        let meeting = &self.report.meeting;
        let about = About {
            title: format!("{} – {}", title.text(), meeting.title),
            author: one_line(&self.issuing_body()),
            language: self.wording.language,
            written_at: self.report.as_of.instant(),
        };
        Document { about, paper, running: self.running(), blocks }
    }

    fn running(&self) -> Running {
        let (report, words) = (self.report, &self.words.running);
        let as_of = stationery::TimeAndDate { time: self.time(report.as_of), date: self.date(report.as_of) };
        let warning = if report.provisional { words.provisional.fill(&as_of) } else { String::new() };
        let foot = stationery::Foot { meeting: report.meeting.id.to_string(), title: shortened(&report.meeting.title) };
        let pages = stationery::PageOfPages { page: Running::PAGE.to_string(), pages: Running::PAGES.to_string() };
        Running {
            numbered: true,
            warning,
            by_part: false,
            foot: words.foot.fill(&foot),
            foot_end: words.page.fill(&pages),
        }
    }

    // --- the parts of a paper ---

    /// The office at the left, the state at the right; below them number, place and date.
    pub fn letterhead(&self, head: &Letterhead<'_>) -> Vec<Block> {
        let words = &self.words.letterhead;
        let (left, right) = (Width::Share(0.4), Width::Share(0.6));
        let mut office = Vec::new();
        let parent = self.words.office.parent_body.text();
        if !parent.is_empty() {
            office.push(Paragraph::new(Style::ParentBody, parent).into());
        }
        office.extend([Paragraph::new(Style::IssuingBody, self.issuing_body()).into(), Block::Rule(22.0)]);
        let motto = Paragraph::new(Style::Motto, words.motto.text());
        let state =
            vec![Paragraph::new(Style::Nation, words.nation.text()).into(), motto.clone().into(), Block::RuleOf(motto)];
        let number = head.number.fill(&stationery::Letter { number: self.report.meeting.number.clone() });
        let date = if head.dated { self.place_and_date() } else { String::new() };
        let mut blocks =
            vec![Block::Beside(vec![Side { width: left, blocks: office }, Side { width: right, blocks: state }])];
        if !number.is_empty() || !date.is_empty() {
            blocks.push(Block::Beside(vec![
                Side { width: left, blocks: vec![Paragraph::new(Style::Number, number).into()] },
                Side { width: right, blocks: vec![Paragraph::new(Style::PlaceAndDate, date).into()] },
            ]));
        }
        blocks
    }

    /// What the paper is and what it is about, over a short line; an extract says of what.
    pub fn title(&self, title: &Words, subject: String) -> Vec<Block> {
        let mut blocks: Vec<Block> =
            vec![Paragraph::new(Style::Title, title.text()).into(), Paragraph::new(Style::Subject, subject).into()];
        if self.report.scope != Scope::Meeting {
            let extract = self.words.running.extract.fill(&stationery::Of { of: self.extract_of() });
            blocks.push(Paragraph::new(Style::Centred, extract).kept().into());
        }
        blocks.extend([Block::Rule(40.0), Block::Space(2.0)]);
        blocks
    }

    fn extract_of(&self) -> String {
        match &self.report.scope {
            Scope::Meeting => String::new(),
            Scope::Point { point } => self.wording.place(&Place::Point(point.clone())),
            Scope::Delegate { delegate } => self.wording.place(&Place::Delegate(delegate.clone())),
        }
    }

    /// Who signs: what they are, room for the signature, their name where it is known.
    pub fn signature(&self, who: &Words, room_mm: f32, name: &str) -> Vec<Block> {
        let name = (!name.is_empty()).then(|| Paragraph::new(Style::SignatoryName, name).into());
        let above = [
            Paragraph::new(Style::Signatory, who.text()).into(),
            Paragraph::new(Style::SignatureHint, self.words.signatures.hint.text()).into(),
            Block::Space(room_mm),
        ];
        above.into_iter().chain(name).collect()
    }

    pub fn recipients(&self, recipients: &[Words]) -> Vec<Block> {
        if recipients.is_empty() {
            return Vec::new();
        }
        let head = Paragraph::new(Style::RecipientsHead, self.words.signatures.recipients_head.text());
        let line = |to: &Words| Paragraph::new(Style::Recipient, format!("- {}", to.text())).into();
        [head.into()].into_iter().chain(recipients.iter().map(line)).collect()
    }

    /// Where the ledger stands that the paper was drawn from, and how anybody finds out whether it still does.
    pub fn check(&self) -> Vec<Block> {
        let words = &self.words.check;
        let block = |head: &HeadRow| {
            let record = stationery::LastRecord {
                meeting: self.report.meeting.id.to_string(),
                seq: head.seq.to_string(),
                time: self.time(head.at),
                date: self.date(head.at),
                hash: head.hash.to_string(),
            };
            let qr = Qr {
                text: format!("{}:{}", head.seq, head.hash),
                mm: 28.0,
                align: Align::Left,
                alt: words.qr.fill(&record),
            };
            let fine = |text: String| Block::from(Paragraph::new(Style::FinePrint, text));
            let text = vec![
                Block::Space(2.0),
                fine(words.text.fill(&record)),
                fine(words.command.fill(&record)),
                fine(words.meaning.text()),
            ];
            Block::Beside(vec![
                Side { width: Width::Mm(31.0), blocks: vec![Block::Qr(qr)] },
                Side { width: Width::Share(1.0), blocks: text },
            ])
        };
        self.report.heads.iter().map(block).collect()
    }

    // --- the office ---

    fn issuing_body(&self) -> String {
        let hub = self.hub().to_uppercase();
        self.words.office.issuing_body.fill(&stationery::Hub { hub })
    }

    fn place_and_date(&self) -> String {
        let words = &self.words.letterhead;
        let place = match self.words.office.place.text() {
            place if place.is_empty() => words.unknown_place.text(),
            place => place,
        };
        let at = self.report.as_of.local();
        // A day below 10 and the first two months have a nought before them, so that nobody puts a digit there.
        let two_digits = at.month() < 3 || self.wording.language == Language::English;
        let month = if two_digits { format!("{:02}", at.month()) } else { at.month().to_string() };
        let (day, year) = (format!("{:02}", at.day()), at.year().to_string());
        words.place_and_date.fill(&stationery::PlaceAndDate { place, day, month, year })
    }

    // --- the facts in words ---

    pub fn hub(&self) -> String {
        self.wording.point(&self.report.meeting.hub)
    }

    /// The room of the hub, and how many points there are beside it.
    pub fn location(&self) -> stationery::Where {
        let report = self.report;
        let hub = &report.meeting.hub;
        let room = self.wording.names.point(hub).map_or("", |row| row.room.as_str());
        let planned = report.points.iter().filter(|row| row.point != *hub && !row.line.stays.is_empty());
        let room = if room.is_empty() { self.words.letterhead.unknown_place.text() } else { room.to_owned() };
        stationery::Where { hub: self.hub(), room, points: planned.count().to_string() }
    }

    pub fn person(&self, person: &Person) -> String {
        match person.title.as_str() {
            "" => person.name.clone(),
            title => {
                let (name, title) = (person.name.clone(), title.to_owned());
                self.words.forms.person.fill(&stationery::PersonWithTitle { name, title })
            }
        }
    }

    /// A number to call, which no line end parts.
    pub fn phone_of(person: Option<&Person>) -> Option<String> {
        person.and_then(|person| phone(&person.phone))
    }

    /// The office's number for help.
    pub fn support_phone(&self) -> Option<String> {
        phone(&self.words.office.support_phone.text())
    }

    pub fn actor(&self, actor: &Actor) -> String {
        self.wording.actor(actor)
    }

    // --- time ---

    fn clock(at: Moment) -> stationery::Clock {
        let at = at.local();
        let two = |number: i8| format!("{number:02}");
        stationery::Clock {
            day: two(at.day()),
            month: two(at.month()),
            year: at.year().to_string(),
            hour: two(at.hour()),
            minute: two(at.minute()),
        }
    }

    pub fn time(&self, at: Moment) -> String {
        self.words.forms.time.fill(&Self::clock(at))
    }

    pub fn date(&self, at: Moment) -> String {
        self.words.forms.date.fill(&Self::clock(at))
    }

    pub fn time_in_words(&self, at: Moment) -> String {
        self.words.forms.time_in_words.fill(&Self::clock(at))
    }

    pub fn date_in_words(&self, at: Moment) -> String {
        self.words.forms.date_in_words.fill(&Self::clock(at))
    }

    /// The time of the day; with the date when that is not the meeting's, with the offset when the clocks were changed.
    pub fn when(&self, at: Moment) -> String {
        let day = self.report.life.opened.as_ref().map_or(self.report.meeting.starts_at, |act| act.at);
        let mut text = self.time(at);
        if self.wording.clocks_changed() {
            text = format!("{text} ({})", self.offset(at));
        }
        if at.local().date() == day.local().date() { text } else { format!("{text} {}", self.date(at)) }
    }

    /// `UTC+07:00`.
    pub fn offset(&self, at: Moment) -> String {
        let seconds = at.offset().seconds();
        let (sign, seconds) = if seconds < 0 { ('-', -seconds) } else { ('+', seconds) };
        format!("UTC{sign}{:02}:{:02}", seconds / 3600, seconds / 60 % 60)
    }

    /// In whole minutes, or seconds when it was less than one.
    pub fn duration(&self, ms: u64) -> String {
        let (forms, seconds) = (&self.words.forms, ms / 1000);
        let (hours, minutes) = (seconds / 3600, seconds / 60 % 60);
        let form = match (hours, minutes) {
            (0, 0) => &forms.seconds,
            (0, _) => &forms.minutes,
            _ => &forms.hours_and_minutes,
        };
        form.fill(&stationery::Duration {
            hours: hours.to_string(),
            minutes: minutes.to_string(),
            seconds: (seconds % 60).to_string(),
        })
    }
}

/// A line of the body; nothing for an empty sentence.
pub fn body(text: String) -> Option<Block> {
    (!text.is_empty()).then(|| Paragraph::new(Style::Body, text).into())
}

/// A line of the body whose beginning, up to and with the first colon, stands out.
pub fn labelled(text: &str) -> Block {
    match text.split_once(':') {
        Some((label, rest)) => Paragraph::empty(Style::Body)
            .then(Emphasis::Bold, format!("{label}:"))
            .then(Emphasis::None, rest.to_owned())
            .into(),
        None => Paragraph::new(Style::Body, text).into(),
    }
}

pub fn heading(words: &Words) -> Block {
    Paragraph::new(Style::Heading, words.text()).into()
}

fn phone(number: &str) -> Option<String> {
    let number = number.split_whitespace().collect::<Vec<_>>().join("\u{a0}");
    (!number.is_empty()).then_some(number)
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn shortened(title: &str) -> String {
    let title = one_line(title);
    if title.chars().count() <= MAX_FOOT_CHARS {
        return title;
    }
    let cut: String = title.chars().take(MAX_FOOT_CHARS).collect();
    format!("{}…", cut.rsplit_once(' ').map_or(cut.as_str(), |(words, _)| words))
}

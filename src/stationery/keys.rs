//! The keys of `config/papers.*.toml`, section by section, and what each sentence may name.

use serde::{Deserialize, Deserializer, de};

use super::{Sentence, Words, sentence::slots};

slots! {
    /// The name of the hub, in capitals.
    Hub { hub }
    PlaceAndDate { place, day, month, year }
    Clock { day, month, year, hour, minute }
    Duration { hours, minutes, seconds }
    PersonWithTitle { name, title }
    TimeAndDate { time, date }
    Of { of }
    Foot { meeting, title }
    PageOfPages { page, pages }
    LastRecord { meeting, seq, time, date, hash }
    Letter { number }
    Title { title }
    Span { from_time, from_date, to_time, to_date, offset }
    Start { time, date, offset }
    Where { hub, room, points }
    Person { person }
    Room { point, attended, expected, added }
    Heads { expected, attended, present, proxy, left, excused, absent, unconfirmed, added, late }
    Rows { rows }
    For { duration }
    Substitute { person, by, time }
    Reason { reason }
    At { time }
    Times { count, duration }
    Quorum { present, expected, needed, of }
    Summary { summary }
    Pause { time, until, reason }
    Chair { time, from, to }
    Removal { time, place, reason }
    Correction { time, name, old, new, reason, by }
    Question { number, question }
    Vote { kind, by, opened, closed, reason }
    Ballots { eligible, present, voted }
    Point { point }
    Session { time, date, offset, room }
    Phone { phone }
    Addressee { to }
}

/// The words of printed papers in one language.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stationery {
    pub office: Office,
    pub letterhead: Letterhead,
    pub forms: Forms,
    pub running: Running,
    pub check: Check,
    pub signatures: Signatures,
    pub attendance: Attendance,
    pub notes: Notes,
    pub minutes: Minutes,
    pub sheet: Sheet,
    pub invitation: Invitation,
}

/// Declares a section of the file.
macro_rules! section {
    ($($(#[$doc:meta])* $name:ident { $($(#[$attribute:meta])* $key:ident: $kind:ty),* $(,)? })*) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Debug, PartialEq, Deserialize)]
            #[serde(deny_unknown_fields)]
            pub struct $name {
                $($(#[$attribute])* pub $key: $kind,)*
            }
        )*
    };
}

section! {
    Office {
        parent_body: Words,
        issuing_body: Sentence<Hub>,
        place: Words,
        support_phone: Words,
    }
    Letterhead {
        nation: Words,
        motto: Words,
        place_and_date: Sentence<PlaceAndDate>,
        unknown_place: Words,
    }
    Forms {
        date: Sentence<Clock>,
        time: Sentence<Clock>,
        date_in_words: Sentence<Clock>,
        time_in_words: Sentence<Clock>,
        hours_and_minutes: Sentence<Duration>,
        minutes: Sentence<Duration>,
        seconds: Sentence<Duration>,
        person: Sentence<PersonWithTitle>,
    }
    Running {
        provisional: Sentence<TimeAndDate>,
        extract: Sentence<Of>,
        foot: Sentence<Foot>,
        page: Sentence<PageOfPages>,
    }
    Check {
        text: Sentence<LastRecord>,
        command: Sentence<LastRecord>,
        meaning: Words,
        qr: Sentence<LastRecord>,
    }
    Signatures {
        hint: Words,
        recipients_head: Words,
    }
    Attendance {
        number: Sentence<Letter>,
        dated: bool,
        title: Words,
        subject: Sentence<Title>,
        time: Sentence<Span>,
        time_open: Sentence<Span>,
        time_planned: Sentence<Span>,
        #[serde(rename = "where")]
        location: Sentence<Where>,
        chair: Sentence<Person>,
        secretary: Sentence<Person>,
        units: Words,
        delegates: Words,
        lines: Words,
        lines_note: Words,
        room: Sentence<Room>,
        room_added: Sentence<Room>,
        summary: Sentence<Heads>,
        closing: Sentence<Rows>,
        signatory: Words,
        #[serde(deserialize_with = "lines")]
        recipients: Vec<Words>,
        columns: AttendanceColumns,
    }
    AttendanceColumns {
        number: Words,
        unit: Words,
        expected: Words,
        attended: Words,
        proxy: Words,
        left: Words,
        late: Words,
        excused: Words,
        absent: Words,
        unconfirmed: Words,
        added: Words,
        total: Words,
        name: Words,
        title: Words,
        status: Words,
        confirmed: Words,
        note: Words,
        point: Words,
        first: Words,
        last: Words,
        connected: Words,
        while_open: Words,
        gaps: Words,
    }
    /// What is remarked of a delegate or a line.
    Notes {
        late: Sentence<For>,
        left_early: Sentence<For>,
        substitute: Sentence<Substitute>,
        substitute_unanswered: Sentence<Person>,
        corrected: Sentence<Reason>,
        checked_in: Sentence<At>,
        added: Words,
        dropped: Words,
        never_connected: Words,
        connected_still: Words,
        gaps: Sentence<Times>,
    }
    Minutes {
        number: Sentence<Letter>,
        dated: bool,
        title: Words,
        subject: Sentence<Title>,
        began: Sentence<Start>,
        not_begun: Sentence<Start>,
        #[serde(rename = "where")]
        location: Sentence<Where>,
        by_letter: Sentence<Letter>,
        people: Words,
        chair: Sentence<Person>,
        secretary: Sentence<Person>,
        unknown_person: Words,
        delegates: Sentence<Summary>,
        quorum_reached: Sentence<Quorum>,
        quorum_missed: Sentence<Quorum>,
        list: Words,
        absent: Words,
        no_absent: Words,
        proxies: Words,
        course: Words,
        agenda: Words,
        no_agenda: Words,
        floor: Words,
        no_floor: Words,
        unheard: Words,
        announcements: Words,
        incidents: Words,
        paused: Sentence<Pause>,
        paused_still: Sentence<Pause>,
        handed_over: Sentence<Chair>,
        taken_over: Sentence<Chair>,
        outage: Sentence<Pause>,
        removed: Sentence<Removal>,
        readmitted: Sentence<Removal>,
        correction: Sentence<Correction>,
        votes: Words,
        no_votes: Words,
        vote: Sentence<Question>,
        vote_held: Sentence<Vote>,
        vote_cancelled: Sentence<Vote>,
        vote_open: Sentence<Vote>,
        secret: Words,
        open: Words,
        by_delegates: Words,
        by_points: Words,
        vote_counts: Sentence<Ballots>,
        quorum_of_vote: Words,
        no_quorum_of_vote: Words,
        conclusion: Words,
        conclusion_hint: Words,
        #[serde(deserialize_with = "whole::<_, 40>")]
        conclusion_lines: u8,
        ended: Sentence<TimeAndDate>,
        not_ended: Words,
        left_signatory: Words,
        right_signatory: Words,
        #[serde(deserialize_with = "lines")]
        recipients: Vec<Words>,
        columns: MinutesColumns,
    }
    MinutesColumns {
        number: Words,
        name: Words,
        title: Words,
        unit: Words,
        reason: Words,
        substitute: Words,
        answer: Words,
        subject: Words,
        presenter: Words,
        planned: Words,
        time: Words,
        taken: Words,
        speaker: Words,
        place: Words,
        option: Words,
        votes: Words,
        share: Words,
    }
    Sheet {
        number: Sentence<Letter>,
        dated: bool,
        title: Words,
        subject: Sentence<Point>,
        meeting: Sentence<Title>,
        when: Sentence<Session>,
        #[serde(rename = "use")]
        directions: Sentence<Phone>,
        use_phone: Sentence<Phone>,
        added: Words,
        #[serde(deserialize_with = "whole::<_, 20>")]
        empty_rows: u8,
        time_of_call: Words,
        signatory: Words,
        columns: SheetColumns,
    }
    SheetColumns {
        number: Words,
        name: Words,
        title: Words,
        unit: Words,
        present: Words,
        excused: Words,
        absent: Words,
        substitute: Words,
        signature: Words,
    }
    Invitation {
        number: Sentence<Letter>,
        dated: bool,
        title: Words,
        subject: Sentence<Title>,
        to: Sentence<Addressee>,
        when: Sentence<Start>,
        #[serde(rename = "where")]
        location: Sentence<Session>,
        led: Sentence<Where>,
        code: Words,
        link: Words,
        steps: Words,
        step_1: Words,
        step_2: Words,
        step_3: Words,
        check_in_step_1: Words,
        check_in_step_2: Words,
        check_in_step_3: Words,
        help: Sentence<Person>,
        help_phone: Sentence<Phone>,
        secret: Words,
        qr: Words,
    }
}

/// The most lines that a list may have.
const MAX_LINES: usize = 30;

fn lines<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Words>, D::Error> {
    let lines = Vec::<Words>::deserialize(deserializer)?;
    if lines.len() > MAX_LINES {
        return Err(de::Error::custom(format!("{} lines, expected at most {MAX_LINES}", lines.len())));
    }
    Ok(lines)
}

/// A whole number from 0 to `MAX`.
fn whole<'de, D: Deserializer<'de>, const MAX: i64>(deserializer: D) -> Result<u8, D::Error> {
    let number = i64::deserialize(deserializer)?;
    let fits = u8::try_from(number).ok().filter(|_| number <= MAX);
    fits.ok_or_else(|| de::Error::custom(format!("{number}, expected a whole number from 0 to {MAX}")))
}

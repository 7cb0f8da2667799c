//! Invitations to be printed: a page for each place, with its code in letters, as a link and as a QR code.

use super::desk::{Desk, Letterhead, body, labelled};
use crate::{
    meeting::Place,
    stationery,
    typeset::{Align, Block, Document, Paper, Paragraph, Qr, Side, Style, Width},
};

/// A code that was just issued. It is shown once: what is printed here is kept nowhere.
#[derive(Clone)]
pub struct Invite {
    pub place: Place,
    pub kind: InviteKind,
    /// As people type it.
    pub code: String,
    /// With the code in its fragment.
    pub link: String,
}

/// What the code opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InviteKind {
    /// The place's seat.
    Seat,
    /// The page on which the delegates of a room say that they are here.
    CheckIn,
}

pub fn write(desk: &Desk<'_>, invites: &[Invite]) -> Document {
    let mut blocks = Vec::new();
    for invite in invites {
        if !blocks.is_empty() {
            blocks.push(Block::NewPage);
        }
        blocks.extend(page(desk, invite));
    }
    let mut document = desk.document(&desk.words.invitation.title, Paper::Upright, blocks);
    document.running.warning = String::new();
    document.running.numbered = false;
    document.running.foot_end = String::new();
    document
}

fn page(desk: &Desk<'_>, invite: &Invite) -> Vec<Block> {
    let (words, meeting) = (&desk.words.invitation, &desk.report.meeting);
    let mut blocks = desk.letterhead(&Letterhead { number: &words.number, dated: words.dated });
    let title = meeting.title.clone();
    blocks.push(Paragraph::new(Style::Title, words.title.text()).into());
    blocks.push(Paragraph::new(Style::Subject, words.subject.fill(&stationery::Title { title })).into());
    blocks.extend([Block::Rule(40.0), Block::Space(3.0)]);
    blocks.push(labelled(&words.to.fill(&stationery::Addressee { to: desk.wording.place(&invite.place) })));
    let at = meeting.starts_at;
    let start =
        stationery::Start { time: desk.time_in_words(at), date: desk.date_in_words(at), offset: desk.offset(at) };
    blocks.push(labelled(&words.when.fill(&start)));
    let room = desk.wording.names.room(&invite.place).map(|row| row.room.clone()).filter(|room| !room.is_empty());
    if let Some(room) = room {
        let session = stationery::Session { time: start.time, date: start.date, offset: start.offset, room };
        blocks.push(labelled(&words.location.fill(&session)));
    }
    blocks.push(labelled(&words.led.fill(&desk.location())));

    let way = vec![
        Paragraph::new(Style::Centred, words.code.text()).into(),
        Paragraph::new(Style::Code, &*invite.code).into(),
        Block::Space(2.0),
        Paragraph::new(Style::Centred, words.link.text()).into(),
        Paragraph::new(Style::Centred, &*invite.link).into(),
    ];
    let qr = Qr { text: invite.link.clone(), mm: 48.0, align: Align::Centre, alt: words.qr.text() };
    blocks.push(Block::Space(5.0));
    blocks.push(Block::Beside(vec![
        Side { width: Width::Share(1.0), blocks: way },
        Side { width: Width::Mm(52.0), blocks: vec![Block::Qr(qr)] },
    ]));
    blocks.push(Block::Space(3.0));

    blocks.push(Paragraph::new(Style::Heading, words.steps.text()).into());
    let steps = match invite.kind {
        InviteKind::Seat => [&words.step_1, &words.step_2, &words.step_3],
        InviteKind::CheckIn => [&words.check_in_step_1, &words.check_in_step_2, &words.check_in_step_3],
    };
    blocks.extend(steps.into_iter().filter_map(|step| body(step.text())));
    blocks.extend(help(desk).map(|help| labelled(&help)));
    blocks.push(Paragraph::new(Style::Note, words.secret.text()).into());
    blocks
}

/// Whom to call; none when nobody is known.
fn help(desk: &Desk<'_>) -> Option<String> {
    let words = &desk.words.invitation;
    let technician = desk.report.meeting.officers.technician.as_ref();
    let own = Desk::phone_of(technician);
    let office = desk.support_phone().filter(|phone| own.as_ref() != Some(phone));
    let phones = own.into_iter().chain(office).map(|phone| words.help_phone.fill(&stationery::Phone { phone }));
    let known: Vec<String> = technician.map(|person| desk.person(person)).into_iter().chain(phones).collect();
    (!known.is_empty()).then(|| words.help.fill(&stationery::Person { person: known.join(", ") }))
}

//! Offers and what follows from them for the worker; the request for more media sections.

use super::{
    Room, SECTIONS_RETRY,
    participant::Sections,
    proto::{self, DisconnectReason, leave_request::Action, signal_response},
};
use crate::{
    ids::PeerId,
    media::{
        Command,
        sdp::{Negotiation, SdpError, SectionsWanted},
    },
    meeting::DownReason,
};

impl Room {
    /// Answers an offer. One that cannot be answered ends the stay: the client would only wait for the answer.
    pub(super) fn offer(&mut self, peer: PeerId, description: &proto::SessionDescription) {
        let Some(participant) = self.participants.get_mut(&peer) else { return };
        let settled = match participant.negotiation.offer(&description.sdp) {
            Ok(settled) => settled,
            Err(error) => {
                let first = matches!(participant.sections, Sections::Unoffered);
                tracing::warn!(participant = %participant.sid, %error, first, "offer refused");
                let farewell = match error {
                    SdpError::FingerprintChanged => (Action::Reconnect, DisconnectReason::StateMismatch),
                    _ if first => (Action::Disconnect, DisconnectReason::JoinFailure),
                    _ => (Action::Reconnect, DisconnectReason::StateMismatch),
                };
                return self.depart(peer, DownReason::Lost, Some(farewell));
            }
        };
        // An offer that crossed our request does not answer it; one that brought a section does.
        participant.sections = match participant.sections {
            Sections::Asked { at } if settled.forwarded.is_empty() && wants_offer(&participant.negotiation) => {
                Sections::Asked { at }
            }
            _ => Sections::Offered,
        };
        let transport = (participant.transport.as_ref() != Some(&settled.transport)).then(|| settled.transport.clone());
        participant.transport = Some(settled.transport);
        self.unsettled.insert(peer);

        if let Some(settings) = transport {
            self.command(Command::SetTransport { peer, settings });
        }
        let mut shown_changed = !settled.ended.is_empty();
        for track in settled.ended {
            self.unpublish(track);
        }
        for section in settled.published {
            shown_changed |= self.bind_track(peer, section);
        }
        for forward in settled.forwarded {
            self.forward(peer, forward);
        }
        self.send(
            peer,
            signal_response::Message::Answer(proto::SessionDescription {
                r#type: "answer".into(),
                sdp: settled.answer,
                id: description.id,
                mid_to_track_id: settled.mid_to_track_id,
            }),
        );
        if shown_changed {
            self.announce(peer, false);
        }
    }

    /// Asks those clients for a new offer whose subscriptions need one, one request at a time and only for what the last
    /// offer had no room for.
    pub(super) fn ask_for_sections(&mut self) {
        while let Some(peer) = self.unsettled.pop_first() {
            let Some(participant) = self.participants.get_mut(&peer) else { continue };
            if participant.session().is_none() || !matches!(participant.sections, Sections::Offered) {
                continue;
            }
            if !wants_offer(&participant.negotiation) {
                continue;
            }
            let wanted = participant.negotiation.sections_wanted();
            participant.sections = Sections::Asked { at: self.now };
            let requirement = proto::MediaSectionsRequirement { num_audios: wanted.audios, num_videos: wanted.videos };
            self.send(peer, signal_response::Message::MediaSectionsRequirement(requirement));
        }
    }

    /// Lets requests be repeated that stayed without effect for too long.
    pub(super) fn retry_sections(&mut self) {
        for participant in self.participants.values_mut() {
            if let Sections::Asked { at } = participant.sections
                && at + SECTIONS_RETRY <= self.now
            {
                participant.sections = Sections::Offered;
                self.unsettled.insert(participant.peer);
            }
        }
    }
}

fn wants_offer(negotiation: &Negotiation) -> bool {
    negotiation.offer_wanted() || negotiation.sections_wanted() != SectionsWanted::default()
}

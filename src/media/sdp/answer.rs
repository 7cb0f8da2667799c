//! Writing the answer to an offer (RFC 3264, 8829): one section for each offered one, in the same order.

use std::{collections::HashMap, fmt, net::SocketAddr};

use super::{
    SoundOptions,
    lines::Direction,
    offer::{Content, Media, Offer, Section},
    outbound::Outgoing,
};
use crate::media::{Fingerprint, IceCredentials, LocalEndpoint};

/// The SCTP port (RFC 8841) is a constant: the DTLS connection carries nothing else.
const SCTP_PORT: u16 = 5000;
/// Largest data-channel message that we take, in bytes.
pub(super) const MAX_MESSAGE_SIZE: u32 = 65_536;

/// The answer from its third line on; the first two name the session and its version.
pub(super) struct Answer<'a> {
    pub offer: &'a Offer<'a>,
    pub endpoint: &'a LocalEndpoint,
    pub local: &'a IceCredentials,
    /// What we send, by mid.
    pub sending: HashMap<&'a str, &'a Outgoing>,
    /// How the client is to send sound, by mid; as well as it can where nothing is said.
    pub sounds: HashMap<&'a str, SoundOptions>,
}

impl fmt::Display for Answer<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("s=-\r\nt=0 0\r\na=group:BUNDLE")?;
        let tagged = self.offer.bundle.first().copied();
        for &index in &self.offer.bundle {
            let section = self.offer.sections.get(index);
            // The tagged section is never refused: the transport of all the others would go with it.
            if let Some(section) = section.filter(|section| tagged == Some(index) || section.is_usable()) {
                write!(f, " {}", section.mid.unwrap_or_default())?;
            }
        }
        f.write_str("\r\na=msid-semantic:WMS *\r\na=ice-lite\r\n")?;
        for (index, section) in self.offer.sections.iter().enumerate() {
            self.section(f, section, tagged == Some(index))?;
        }
        Ok(())
    }
}

impl Answer<'_> {
    fn section(&self, f: &mut fmt::Formatter<'_>, section: &Section<'_>, tagged: bool) -> fmt::Result {
        let Section { media, protocol, format, .. } = section;
        let port = if tagged || section.is_usable() { 9 } else { 0 };
        write!(f, "m={media} {port} {protocol} ")?;
        match &section.content {
            Content::Media(media) => {
                let types = media.codec.payload_types;
                // The first is what the client sends.
                if let Some(red) = self.redundancy(section, media) {
                    write!(f, "{red} ")?;
                }
                write!(f, "{}", types.media)?;
                if let Some(rtx) = types.rtx {
                    write!(f, " {rtx}")?;
                }
            }
            Content::Data | Content::Unusable => f.write_str(format)?,
        }
        f.write_str("\r\nc=IN IP4 0.0.0.0\r\n")?;
        if let Some(mid) = section.mid {
            write!(f, "a=mid:{mid}\r\n")?;
        }
        if port == 0 {
            return f.write_str("a=inactive\r\n");
        }
        self.transport(f, tagged)?;
        match &section.content {
            Content::Media(media) => self.media(f, section, media),
            Content::Data => {
                write!(f, "a=sctp-port:{SCTP_PORT}\r\na=max-message-size:{MAX_MESSAGE_SIZE}\r\n")
            }
            Content::Unusable => {
                f.write_str("a=rtcp-mux\r\na=inactive\r\n")?;
                match section.encoding {
                    Some(encoding) => write!(f, "a=rtpmap:{format} {encoding}\r\n"),
                    None => Ok(()),
                }
            }
        }
    }

    fn transport(&self, f: &mut fmt::Formatter<'_>, tagged: bool) -> fmt::Result {
        let IceCredentials { ufrag, pwd } = self.local;
        write!(f, "a=ice-ufrag:{ufrag}\r\na=ice-pwd:{pwd}\r\n")?;
        write!(f, "a=fingerprint:sha-256 {}\r\na=setup:passive\r\n", Hex(&self.endpoint.fingerprint))?;
        if tagged {
            for (index, address) in self.endpoint.candidates.iter().enumerate() {
                candidate(f, Protocol::Udp, index, address)?;
            }
            if self.endpoint.tcp {
                for (index, address) in self.endpoint.candidates.iter().enumerate() {
                    candidate(f, Protocol::Tcp, index, address)?;
                }
            }
            f.write_str("a=end-of-candidates\r\n")?;
        }
        Ok(())
    }

    fn sound(&self, section: &Section<'_>) -> SoundOptions {
        section.mid.and_then(|mid| self.sounds.get(mid).copied()).unwrap_or_default()
    }

    fn redundancy(&self, section: &Section<'_>, media: &Media<'_>) -> Option<u8> {
        media.codec.payload_types.red.filter(|_| self.sound(section).redundant)
    }

    fn media(&self, f: &mut fmt::Formatter<'_>, section: &Section<'_>, media: &Media<'_>) -> fmt::Result {
        let sending = section.mid.and_then(|mid| self.sending.get(mid).copied());
        let receives = media.direction.sends();
        let direction = Direction::new(sending.is_some(), receives).as_str();
        write!(f, "a=rtcp-mux\r\na=rtcp-rsize\r\na={direction}\r\n")?;
        // In inactive sections too: a client refuses a bundle where only some of them have the rid.
        for extension in &media.extensions {
            write!(f, "a=extmap:{}", extension.id)?;
            if let Some(direction) = extension.direction {
                write!(f, "/{}", direction.reversed().as_str())?;
            }
            write!(f, " {}\r\n", extension.uri)?;
        }

        let codec = &media.codec;
        let number = codec.payload_types.media;
        write!(f, "a=rtpmap:{number} {}\r\n", codec.codec.encoding)?;
        let parameters = codec.codec.parameters(receives && self.sound(section).pauses);
        if !parameters.is_empty() {
            write!(f, "a=fmtp:{number} {parameters}\r\n")?;
        }
        if let Some(red) = self.redundancy(section, media) {
            write!(f, "a=rtpmap:{red} red/48000/2\r\na=fmtp:{red} {number}/{number}\r\n")?;
        }
        for feedback in &codec.feedback {
            write!(f, "a=rtcp-fb:{number} {feedback}\r\n")?;
        }
        if let Some(rtx) = codec.payload_types.rtx {
            write!(f, "a=rtpmap:{rtx} rtx/90000\r\na=fmtp:{rtx} apt={number}\r\n")?;
        }

        let rids: Vec<_> = media.encodings.iter().filter_map(|encoding| encoding.rid.as_deref()).collect();
        if receives && !rids.is_empty() {
            for rid in &rids {
                write!(f, "a=rid:{rid} recv\r\n")?;
            }
            write!(f, "a=simulcast:recv {}\r\n", rids.join(";"))?;
        }
        if let Some(Outgoing { stream_id, track_id, ssrc, rtx_ssrc, .. }) = sending {
            write!(f, "a=msid:{stream_id} {track_id}\r\n")?;
            if codec.payload_types.rtx.is_some() {
                write!(f, "a=ssrc-group:FID {ssrc} {rtx_ssrc}\r\na=ssrc:{ssrc} cname:{stream_id}\r\n")?;
                write!(f, "a=ssrc:{rtx_ssrc} cname:{stream_id}\r\n")?;
            } else {
                write!(f, "a=ssrc:{ssrc} cname:{stream_id}\r\n")?;
            }
        }
        Ok(())
    }
}

#[derive(Clone, Copy)]
enum Protocol {
    Udp,
    Tcp,
}

/// A host candidate (RFC 8839 section 5.1, RFC 6544 section 4.5); the priority of RFC 8445 section 5.1.2.1 falls with the
/// order, and TCP is for where UDP is blocked.
fn candidate(f: &mut fmt::Formatter<'_>, protocol: Protocol, index: usize, address: &SocketAddr) -> fmt::Result {
    let (name, preference, foundation, end) = match protocol {
        Protocol::Udp => ("udp", 126, index + 1, ""),
        Protocol::Tcp => ("tcp", 90, index + 1_001, " tcptype passive"),
    };
    let local = u16::MAX - u16::try_from(index).unwrap_or(u16::MAX);
    let priority = preference << 24 | u32::from(local) << 8 | 255;
    let (ip, port) = (address.ip(), address.port());
    write!(f, "a=candidate:{foundation} 1 {name} {priority} {ip} {port} typ host{end}\r\n")
}

struct Hex<'a>(&'a Fingerprint);

impl fmt::Display for Hex<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, byte) in self.0.0.iter().enumerate() {
            let colon = if index == 0 { "" } else { ":" };
            write!(f, "{colon}{byte:02X}")?;
        }
        Ok(())
    }
}

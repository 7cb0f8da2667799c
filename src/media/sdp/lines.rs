//! The grammar of an offer (RFC 8866): its lines, within limits, into the attributes that matter to us.
//!
//! Nothing here knows what an attribute is good for; a line of no interest is skipped, a broken one of interest
//! refuses the whole text.

use std::ops::RangeInclusive;

use super::{SdpError, codec::HeaderExtension};
use crate::media::Fingerprint;

/// The longest offer that is read, in bytes. A browser's video section takes 5 to 8 KiB, an audio section 1 to 2 KiB.
pub const MAX_OFFER_BYTES: usize = 1 << 20;
/// Most media sections in an offer, rejected ones included.
pub const MAX_SECTIONS: usize = 512;
/// Most attributes in one section, and in the session part. Browsers write about 150.
const MAX_ATTRIBUTES: usize = 512;
const MAX_LINE_BYTES: usize = 16 << 10;
/// Payload types have seven bits.
const MAX_FORMATS: usize = 128;
/// A header extension carries a mid or a rid in at most 16 bytes (RFC 8285 section 4.2).
const STREAM_NAME_LEN: RangeInclusive<usize> = 1..=16;
/// RFC 8830 allows 64 bytes to each half.
const MSID_LEN: RangeInclusive<usize> = 1..=256;
/// RFC 8839 section 5.4.
const UFRAG_LEN: RangeInclusive<usize> = 4..=256;
const PWD_LEN: RangeInclusive<usize> = 22..=256;
const TOKEN_LEN: RangeInclusive<usize> = 1..=64;
/// More rids than any client's layers; what comes after them is not looked at.
const MAX_RIDS: usize = 16;

/// The part before the first section.
#[derive(Debug, Default)]
pub(super) struct Session<'a> {
    pub transport: Transport<'a>,
    /// The mids of the BUNDLE group (RFC 9143), in its order.
    pub bundle: Vec<&'a str>,
}

/// One `m=` line and its attributes.
#[derive(Debug)]
pub(super) struct Block<'a> {
    pub media: &'a str,
    pub port_is_zero: bool,
    pub protocol: &'a str,
    /// Never empty.
    pub formats: Vec<&'a str>,
    pub attributes: Attributes<'a>,
}

/// What may stand in the session part for all sections or in each one.
#[derive(Debug, Default)]
pub(super) struct Transport<'a> {
    pub ufrag: Option<&'a str>,
    pub pwd: Option<&'a str>,
    pub fingerprint: Option<Fingerprint>,
    pub setup: Option<&'a str>,
}

#[derive(Debug, Default)]
pub(super) struct Attributes<'a> {
    pub transport: Transport<'a>,
    pub mid: Option<&'a str>,
    pub direction: Direction,
    pub bundle_only: bool,
    pub rtcp_mux: bool,
    pub extensions: Vec<Extension<'a>>,
    /// The track half of the msid (RFC 8830).
    pub msid_track: Option<&'a str>,
    pub ssrcs: Vec<u32>,
    /// The first pair of a stream and its retransmissions (RFC 5576, 4588).
    pub retransmitted: Option<(u32, u32)>,
    /// Rids (RFC 8851) that the client sends.
    pub rids: Vec<&'a str>,
    /// Rids of the simulcast (RFC 8853) that the client sends.
    pub simulcast: Vec<&'a str>,
    pub has_sctp_port: bool,
    pub max_message_size: Option<u32>,
    encodings: Vec<(u8, &'a str)>,
    parameters: Vec<(u8, &'a str)>,
    /// Payload type, or none for all of them.
    feedback: Vec<(Option<u8>, &'a str)>,
}

/// One `a=extmap` line.
#[derive(Clone, Copy, Debug)]
pub(super) struct Extension<'a> {
    pub id: u16,
    pub uri: &'a str,
    /// What it is to us, if anything.
    pub known: Option<HeaderExtension>,
    /// Where the offer restricts it.
    pub direction: Option<Direction>,
}

/// Who sends, as the side that wrote the description sees it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Direction {
    #[default]
    SendRecv,
    SendOnly,
    RecvOnly,
    Inactive,
}

impl Direction {
    pub fn new(sends: bool, receives: bool) -> Self {
        match (sends, receives) {
            (true, true) => Self::SendRecv,
            (true, false) => Self::SendOnly,
            (false, true) => Self::RecvOnly,
            (false, false) => Self::Inactive,
        }
    }

    fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "sendrecv" => Self::SendRecv,
            "sendonly" => Self::SendOnly,
            "recvonly" => Self::RecvOnly,
            "inactive" => Self::Inactive,
            _ => return None,
        })
    }

    pub fn as_str(self) -> &'static str {
        match self {
            Self::SendRecv => "sendrecv",
            Self::SendOnly => "sendonly",
            Self::RecvOnly => "recvonly",
            Self::Inactive => "inactive",
        }
    }

    pub fn sends(self) -> bool {
        matches!(self, Self::SendRecv | Self::SendOnly)
    }

    pub fn receives(self) -> bool {
        matches!(self, Self::SendRecv | Self::RecvOnly)
    }

    /// The same as the other side sees it.
    pub fn reversed(self) -> Self {
        Self::new(self.receives(), self.sends())
    }
}

/// Splits a description into its session part and its sections.
pub(super) fn read(text: &str) -> Result<(Session<'_>, Vec<Block<'_>>), SdpError> {
    if text.len() > MAX_OFFER_BYTES {
        return Err(SdpError::Unacceptable("too long"));
    }
    let mut session = Session::default();
    let mut blocks: Vec<Block<'_>> = Vec::new();
    let mut attributes = 0;
    for (index, line) in text.lines().enumerate() {
        let malformed = |problem| SdpError::Malformed { line: index + 1, problem };
        let (name, value) = split_line(line).map_err(malformed)?;
        match name {
            _ if index == 0 && (name, value) != ('v', "0") => return Err(malformed("the text must begin with v=0")),
            'm' if blocks.len() == MAX_SECTIONS => return Err(malformed("too many sections")),
            'm' => {
                attributes = 0;
                blocks.push(Block::parse(value).map_err(malformed)?);
            }
            'a' if attributes == MAX_ATTRIBUTES => return Err(malformed("too many attributes")),
            'a' => {
                attributes += 1;
                let (name, value) = value.split_once(':').unwrap_or((value, ""));
                match blocks.last_mut() {
                    Some(block) => block.attributes.take(name, value),
                    None => session.take(name, value),
                }
                .map_err(malformed)?;
            }
            _ => {}
        }
    }
    if blocks.is_empty() {
        return Err(SdpError::Unacceptable("no media sections"));
    }
    Ok((session, blocks))
}

fn split_line(line: &str) -> Result<(char, &str), Problem> {
    if line.len() > MAX_LINE_BYTES {
        return Err("too long");
    }
    if line.bytes().any(|byte| byte.is_ascii_control()) {
        return Err("control character");
    }
    let (name, value) = line.split_once('=').ok_or("not of the form x=…")?;
    let mut letters = name.chars();
    match (letters.next(), letters.next()) {
        (Some(letter), None) if letter.is_ascii_lowercase() => Ok((letter, value)),
        _ => Err("not of the form x=…"),
    }
}

type Problem = &'static str;

impl<'a> Session<'a> {
    fn take(&mut self, name: &str, value: &'a str) -> Result<(), Problem> {
        // Of several BUNDLE groups only the first has a transport with us.
        if name == "group" && self.bundle.is_empty() {
            if let Some(mids) = value.strip_prefix("BUNDLE ") {
                self.bundle = mids.split_ascii_whitespace().take(MAX_SECTIONS).collect();
            }
            return Ok(());
        }
        self.transport.take(name, value)
    }
}

impl<'a> Block<'a> {
    /// RFC 8866 section 5.14: `<media> <port> <proto> <fmt> …`.
    fn parse(value: &'a str) -> Result<Self, Problem> {
        let mut words = value.split(' ');
        let mut word = || words.next().and_then(|word| token(word, TOKEN_LEN)).ok_or("m= line");
        let (media, port, protocol) = (word()?, word()?, word()?);
        let port: u16 = port.parse().map_err(|_| "port")?;
        let formats = words.map(|format| token(format, TOKEN_LEN)).collect::<Option<Vec<_>>>();
        let formats =
            formats.filter(|formats| (1..=MAX_FORMATS).contains(&formats.len())).ok_or("formats of the m= line")?;
        Ok(Self { media, port_is_zero: port == 0, protocol, formats, attributes: Attributes::default() })
    }
}

impl<'a> Transport<'a> {
    fn take(&mut self, name: &str, value: &'a str) -> Result<(), Problem> {
        match name {
            "ice-ufrag" => self.ufrag = Some(token(value, UFRAG_LEN).ok_or("ice-ufrag")?),
            "ice-pwd" => self.pwd = Some(token(value, PWD_LEN).ok_or("ice-pwd")?),
            "setup" => self.setup = Some(token(value, TOKEN_LEN).ok_or("setup")?),
            "fingerprint" => {
                let (hash, digits) = value.split_once(' ').ok_or("fingerprint")?;
                if hash.eq_ignore_ascii_case("sha-256") {
                    self.fingerprint = Some(fingerprint(digits).ok_or("fingerprint")?);
                }
            }
            _ => {}
        }
        Ok(())
    }
}

impl<'a> Attributes<'a> {
    fn take(&mut self, name: &str, value: &'a str) -> Result<(), Problem> {
        match name {
            "mid" => self.mid = Some(token(value, STREAM_NAME_LEN).ok_or("mid")?),
            "bundle-only" => self.bundle_only = true,
            "rtcp-mux" => self.rtcp_mux = true,
            "rtpmap" => self.encodings.push(numbered(value, TOKEN_LEN).ok_or("rtpmap")?),
            "fmtp" => self.parameters.push(numbered(value, 1..=MAX_LINE_BYTES).ok_or("fmtp")?),
            "rtcp-fb" => {
                let (format, feedback) = value.split_once(' ').ok_or("rtcp-fb")?;
                let format = if format == "*" { None } else { Some(format.parse().map_err(|_| "rtcp-fb")?) };
                self.feedback.push((format, feedback.trim()));
            }
            "extmap" => self.extensions.push(Extension::parse(value).ok_or("extmap")?),
            "msid" => {
                let mut halves = value.split(' ');
                token(halves.next().unwrap_or_default(), MSID_LEN).ok_or("msid")?;
                self.msid_track = halves.next().map(|track| token(track, MSID_LEN).ok_or("msid")).transpose()?;
            }
            "ssrc" => {
                let ssrc = value.split(' ').next().and_then(|ssrc| ssrc.parse().ok()).ok_or("ssrc")?;
                if self.ssrcs.last() != Some(&ssrc) {
                    self.ssrcs.push(ssrc);
                }
            }
            "ssrc-group" => {
                if let Some(pair) = value.strip_prefix("FID ") {
                    let (media, rtx) = pair.split_once(' ').ok_or("ssrc-group")?;
                    let pair = media.parse().ok().zip(rtx.parse().ok()).ok_or("ssrc-group")?;
                    self.retransmitted.get_or_insert(pair);
                }
            }
            "rid" => {
                let mut words = value.split(' ');
                let rid = token(words.next().unwrap_or_default(), STREAM_NAME_LEN).ok_or("rid")?;
                if words.next() == Some("send") && self.rids.len() < MAX_RIDS {
                    self.rids.push(rid);
                }
            }
            "simulcast" => self.simulcast = sent_rids(value),
            "sctp-port" => self.has_sctp_port = true,
            "max-message-size" => self.max_message_size = Some(value.parse().map_err(|_| "max-message-size")?),
            _ => match Direction::parse(name) {
                Some(direction) => self.direction = direction,
                None => self.transport.take(name, value)?,
            },
        }
        Ok(())
    }

    /// The `rtpmap` of a payload type: name, clock rate, channels.
    pub fn encoding(&self, payload_type: u8) -> Option<&'a str> {
        self.encodings.iter().find(|(number, _)| *number == payload_type).map(|(_, encoding)| *encoding)
    }

    /// The format parameters of a payload type, as written.
    pub fn parameters(&self, payload_type: u8) -> Option<&'a str> {
        self.parameters.iter().find(|(number, _)| *number == payload_type).map(|(_, parameters)| *parameters)
    }

    pub fn has_feedback(&self, payload_type: u8, feedback: &str) -> bool {
        self.feedback.iter().any(|(number, offered)| number.is_none_or(|n| n == payload_type) && *offered == feedback)
    }
}

impl<'a> Extension<'a> {
    /// RFC 8285 section 8: `<id>[/<direction>] <uri> …`.
    fn parse(value: &'a str) -> Option<Self> {
        let mut words = value.split(' ');
        let (id, uri) = words.next().zip(words.next())?;
        let (id, direction) = match id.split_once('/') {
            Some((id, direction)) => (id, Some(Direction::parse(direction)?)),
            None => (id, None),
        };
        Some(Self { id: id.parse().ok()?, uri, known: HeaderExtension::from_uri(uri), direction })
    }

    /// The number, if the one-byte form of the extension can carry it (RFC 8285 section 4.2).
    pub fn one_byte_id(&self) -> Option<u8> {
        u8::try_from(self.id).ok().filter(|id| (1..=14).contains(id))
    }
}

/// RFC 8853 section 5.1: `send a;~b,c recv d`; of alternatives the first counts, paused or not.
fn sent_rids(value: &str) -> Vec<&str> {
    let mut words = value.split(' ');
    words.find(|word| *word == "send");
    let layers = words.next().unwrap_or_default().split(';').take(MAX_RIDS);
    layers.filter_map(|layer| layer.split(',').next()).map(|rid| rid.trim_start_matches('~')).collect()
}

fn numbered(value: &str, len: RangeInclusive<usize>) -> Option<(u8, &str)> {
    let (number, text) = value.split_once(' ')?;
    Some((number.parse().ok()?, text)).filter(|_| len.contains(&text.len()))
}

/// A word that may be written again as it is.
fn token(text: &str, len: RangeInclusive<usize>) -> Option<&str> {
    Some(text).filter(|text| len.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic()))
}

/// RFC 8122 section 5: 32 bytes as hexadecimal pairs between colons.
fn fingerprint(digits: &str) -> Option<Fingerprint> {
    let mut bytes = [0; 32];
    let mut pairs = digits.trim_end().split(':');
    for byte in &mut bytes {
        let pair = pairs.next().filter(|pair| pair.len() == 2 && pair.bytes().all(|b| b.is_ascii_hexdigit()))?;
        *byte = u8::from_str_radix(pair, 16).ok()?;
    }
    pairs.next().is_none().then_some(Fingerprint(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\n";

    fn refusal(text: &str) -> String {
        read(text).expect_err("a broken text").to_string()
    }

    #[test]
    fn a_broken_line_is_named_by_number_and_kind_and_never_repeated() {
        let long = "x".repeat(17);
        let mid = format!("a=mid:{long}");
        for (line, problem) in [
            ("nonsense", "not of the form x=…"),
            ("", "not of the form x=…"),
            ("A=upper case", "not of the form x=…"),
            ("a=mid:tab\there", "control character"),
            ("m=audio", "m= line"),
            ("m=audio 70000 UDP/TLS/RTP/SAVPF 0", "port"),
            ("m=audio 9 UDP/TLS/RTP/SAVPF", "formats of the m= line"),
            ("m=audio 9 UDP/TLS/RTP/SAVPF 0  1", "formats of the m= line"),
            (mid.as_str(), "mid"),
            ("a=mid:two words", "mid"),
            ("a=rid: send", "rid"),
            ("a=ice-ufrag:abc", "ice-ufrag"),
            ("a=ice-pwd:short", "ice-pwd"),
            ("a=fingerprint:sha-256 AB:CD", "fingerprint"),
            ("a=extmap:one urn:x", "extmap"),
            ("a=extmap:1/upwards urn:x", "extmap"),
            ("a=rtpmap:256 opus/48000/2", "rtpmap"),
            ("a=rtcp-fb:x nack", "rtcp-fb"),
            ("a=ssrc:4294967296 cname:x", "ssrc"),
            ("a=ssrc-group:FID 1", "ssrc-group"),
            ("a=max-message-size:-1", "max-message-size"),
        ] {
            assert_eq!(refusal(&format!("{HEAD}{line}\r\n")), format!("line 3: {problem}"), "{line}");
        }
    }

    #[test]
    fn a_text_beyond_the_limits_is_refused() {
        assert_eq!(refusal("s=-\r\n"), "line 1: the text must begin with v=0");
        assert_eq!(refusal("v=0\r\n"), "offer: no media sections");
        assert_eq!(refusal(&" ".repeat(MAX_OFFER_BYTES + 1)), "offer: too long");
        assert_eq!(refusal(&format!("{HEAD}a={}", "x".repeat(MAX_LINE_BYTES))), "line 3: too long");

        let attributes = |count| format!("{HEAD}{}", "a=x\r\n".repeat(count));
        assert!(read(&attributes(MAX_ATTRIBUTES)).is_ok());
        assert_eq!(
            refusal(&attributes(MAX_ATTRIBUTES + 1)),
            format!("line {}: too many attributes", MAX_ATTRIBUTES + 3)
        );

        let sections = |count| format!("v=0\r\n{}", "m=audio 0 x 0\r\n".repeat(count));
        assert!(read(&sections(MAX_SECTIONS)).is_ok());
        assert_eq!(refusal(&sections(MAX_SECTIONS + 1)), format!("line {}: too many sections", MAX_SECTIONS + 2));
    }

    #[test]
    fn attributes_of_no_interest_are_skipped() {
        let text =
            format!("{HEAD}a=sctp-init:AQAAHg==\r\na=candidate:junk\r\na=fingerprint:sha-1 junk\r\na=x\r\nb=AS:64\r\n");
        assert!(read(&text).is_ok());
    }

    #[test]
    fn of_a_simulcast_the_first_alternatives_that_are_sent_count() {
        assert_eq!(sent_rids("send q;~h,x;f recv 1;2"), ["q", "h", "f"]);
        assert_eq!(sent_rids("recv 1;2 send q"), ["q"]);
        assert!(sent_rids("recv 1").iter().all(|rid| rid.is_empty()));
        assert_eq!(sent_rids(&format!("send {}", "a;".repeat(1000))).len(), MAX_RIDS);
    }
}

//! The codecs that we take, one table row each, and how an offer's payload types become ours.

use super::lines::Attributes;
use crate::media::{MediaKind, PayloadTypes};

/// A row of the table. Everything in an answer that depends on the codec is here.
#[derive(Debug)]
pub(super) struct Codec {
    kind: MediaKind,
    /// The `rtpmap` encoding (RFC 8866 section 6.6), compared without case.
    pub encoding: &'static str,
    /// Format parameters that we always answer.
    parameters: &'static str,
    /// Format parameters that we answer when the offer has them.
    accepted_parameters: &'static [&'static str],
    /// Feedback (RFC 4585, 5104) that we answer when it is offered.
    feedback: &'static [&'static str],
    /// Whether we retransmit it and ask for retransmissions (RFC 4588).
    retransmitted: bool,
}

const CODECS: [Codec; 2] = [
    Codec {
        kind: MediaKind::Audio,
        encoding: "opus/48000/2",
        parameters: "minptime=10;useinbandfec=1",
        accepted_parameters: &["usedtx=1"],
        feedback: &["transport-cc"],
        retransmitted: false,
    },
    Codec {
        kind: MediaKind::Video,
        encoding: "VP8/90000",
        parameters: "",
        accepted_parameters: &[],
        feedback: &["transport-cc", "ccm fir", "nack", "nack pli"],
        retransmitted: true,
    },
];

/// A codec as one section's offer numbers and tunes it.
#[derive(Debug)]
pub(super) struct Negotiable {
    pub codec: &'static Codec,
    pub payload_types: PayloadTypes,
    /// Answered format parameters, empty for none.
    pub parameters: String,
    pub feedback: Vec<&'static str>,
}

/// The first of the section's formats, in the client's order, that is a codec of ours.
pub(super) fn choose(kind: MediaKind, formats: &[&str], attributes: &Attributes<'_>) -> Option<Negotiable> {
    formats.iter().filter_map(|format| payload_type(format)).find_map(|media| {
        let encoding = attributes.encoding(media)?;
        let codec = CODECS.iter().find(|codec| codec.kind == kind && codec.encoding.eq_ignore_ascii_case(encoding))?;
        let rtx = if codec.retransmitted { retransmission_of(media, formats, attributes) } else { None };
        Some(Negotiable {
            codec,
            payload_types: PayloadTypes { media, rtx },
            parameters: codec.answered_parameters(attributes.parameters(media).unwrap_or_default()),
            feedback: codec.feedback.iter().copied().filter(|f| attributes.has_feedback(media, f)).collect(),
        })
    })
}

impl Codec {
    fn answered_parameters(&self, offered: &str) -> String {
        let offered: Vec<_> = offered.split(';').map(str::trim).collect();
        let accepted = self.accepted_parameters.iter().filter(|parameter| offered.contains(parameter));
        let always = Some(&self.parameters).filter(|parameters| !parameters.is_empty());
        always.into_iter().chain(accepted).copied().collect::<Vec<_>>().join(";")
    }
}

fn retransmission_of(media: u8, formats: &[&str], attributes: &Attributes<'_>) -> Option<u8> {
    formats.iter().filter_map(|format| payload_type(format)).find(|&rtx| {
        attributes.encoding(rtx).is_some_and(|encoding| encoding.eq_ignore_ascii_case("rtx/90000"))
            && attributes
                .parameters(rtx)
                .unwrap_or_default()
                .split(';')
                .filter_map(|parameter| parameter.trim().strip_prefix("apt="))
                .any(|apt| apt.parse() == Ok(media))
    })
}

/// A payload type that can share a port with RTCP (RFC 5761 section 4).
fn payload_type(format: &str) -> Option<u8> {
    format.parse().ok().filter(|number| matches!(number, 0..=63 | 96..=127))
}

/// The header extensions (RFC 8285) that we take, in any section that offers them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum HeaderExtension {
    Mid,
    Rid,
    RepairedRid,
    TransportCc,
    AudioLevel,
}

impl HeaderExtension {
    pub fn from_uri(uri: &str) -> Option<Self> {
        Some(match uri {
            "urn:ietf:params:rtp-hdrext:sdes:mid" => Self::Mid,
            "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id" => Self::Rid,
            "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id" => Self::RepairedRid,
            "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01" => Self::TransportCc,
            "urn:ietf:params:rtp-hdrext:ssrc-audio-level" => Self::AudioLevel,
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media::sdp::lines;

    fn chosen(kind: MediaKind, formats: &str, attributes: &str) -> Option<(u8, Option<u8>, String, Vec<&'static str>)> {
        let text = format!("v=0\r\nm=x 9 y {formats}\r\n{attributes}");
        let (_, blocks) = lines::read(&text).expect("a text");
        let block = blocks.first().expect("a section");
        let Negotiable { payload_types, parameters, feedback, .. } = choose(kind, &block.formats, &block.attributes)?;
        Some((payload_types.media, payload_types.rtx, parameters, feedback))
    }

    #[test]
    fn opus_is_answered_with_the_offered_number_and_silence_only_when_offered() {
        let plain = "a=rtpmap:109 opus/48000/2\r\na=fmtp:109 maxplaybackrate=48000;stereo=1\r\n";
        let parameters = "minptime=10;useinbandfec=1".to_owned();
        assert_eq!(chosen(MediaKind::Audio, "9 109", plain), Some((109, None, parameters.clone(), vec![])));
        let silent = "a=rtpmap:111 OPUS/48000/2\r\na=fmtp:111 minptime=10; usedtx=1\r\na=rtcp-fb:111 transport-cc\r\na=rtcp-fb:111 nack\r\n";
        let expected = Some((111, None, parameters + ";usedtx=1", vec!["transport-cc"]));
        assert_eq!(chosen(MediaKind::Audio, "111", silent), expected);
    }

    #[test]
    fn retransmission_belongs_to_the_codec_that_it_names() {
        let lines = "a=rtpmap:96 VP8/90000\r\na=rtpmap:97 rtx/90000\r\na=fmtp:97 apt=98\r\na=rtpmap:99 rtx/90000\r\n\
                     a=fmtp:99 rtx-time=200;apt=96\r\na=rtcp-fb:* nack\r\na=rtcp-fb:96 nack pli\r\na=rtcp-fb:98 ccm fir\r\n";
        let expected = Some((96, Some(99), String::new(), vec!["nack", "nack pli"]));
        assert_eq!(chosen(MediaKind::Video, "98 97 96 99", lines), expected);
        assert_eq!(chosen(MediaKind::Video, "96 97", lines).map(|found| found.1), Some(None), "not on the m= line");
    }

    #[test]
    fn what_is_not_ours_is_not_chosen() {
        assert_eq!(chosen(MediaKind::Audio, "0 8", "a=rtpmap:0 PCMU/8000\r\n"), None);
        assert_eq!(chosen(MediaKind::Video, "96", "a=rtpmap:96 opus/48000/2\r\n"), None);
        assert_eq!(chosen(MediaKind::Video, "72", "a=rtpmap:72 VP8/90000\r\n"), None, "an RTCP packet type");
    }
}

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
    /// The one by which we ask that silence be not sent.
    silence: &'static str,
    /// Feedback (RFC 4585, 5104) that we answer when it is offered.
    feedback: &'static [&'static str],
    /// Whether we retransmit it and ask for retransmissions (RFC 4588).
    retransmitted: bool,
    /// Whether we take it with redundancy (RFC 2198) and pass that on.
    redundant: bool,
}

const CODECS: [Codec; 2] = [
    Codec {
        kind: MediaKind::Audio,
        encoding: "opus/48000/2",
        parameters: "minptime=10;useinbandfec=1",
        silence: "usedtx=1",
        feedback: &["transport-cc"],
        retransmitted: false,
        redundant: true,
    },
    Codec {
        kind: MediaKind::Video,
        encoding: "VP8/90000",
        parameters: "",
        silence: "",
        feedback: &["transport-cc", "ccm fir", "nack", "nack pli"],
        retransmitted: true,
        redundant: false,
    },
];

/// A codec as one section's offer numbers and tunes it.
#[derive(Debug)]
pub(super) struct Negotiable {
    pub codec: &'static Codec,
    pub payload_types: PayloadTypes,
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
            payload_types: PayloadTypes {
                media,
                rtx,
                red: codec.redundant.then(|| redundancy_of(media, formats, attributes)).flatten(),
            },
            feedback: codec.feedback.iter().copied().filter(|f| attributes.has_feedback(media, f)).collect(),
        })
    })
}

impl Codec {
    /// What we answer of its format parameters; with `silence`, also that silence need not be sent.
    pub fn parameters(&self, silence: bool) -> String {
        let parts = [self.parameters, if silence { self.silence } else { "" }];
        parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(";")
    }
}

/// The redundancy whose frames are all of `media`; its encoding has that one's clock and channels.
fn redundancy_of(media: u8, formats: &[&str], attributes: &Attributes<'_>) -> Option<u8> {
    formats.iter().filter_map(|format| payload_type(format)).find(|&red| {
        attributes.encoding(red).is_some_and(|encoding| encoding.eq_ignore_ascii_case("red/48000/2"))
            && attributes
                .parameters(red)
                .is_some_and(|frames| frames.trim().split('/').all(|frame| frame.parse() == Ok(media)))
    })
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

    fn chosen(kind: MediaKind, formats: &str, attributes: &str) -> Option<(PayloadTypes, Vec<&'static str>)> {
        let text = format!("v=0\r\nm=x 9 y {formats}\r\n{attributes}");
        let (_, blocks) = lines::read(&text).expect("a text");
        let block = blocks.first().expect("a section");
        let Negotiable { payload_types, feedback, .. } = choose(kind, &block.formats, &block.attributes)?;
        Some((payload_types, feedback))
    }

    #[test]
    fn opus_is_answered_with_the_offered_number_and_the_redundancy_that_is_of_it() {
        let plain = "a=rtpmap:109 opus/48000/2\r\na=fmtp:109 maxplaybackrate=48000;stereo=1\r\n";
        let alone = |media| PayloadTypes { media, rtx: None, red: None };
        assert_eq!(chosen(MediaKind::Audio, "9 109", plain), Some((alone(109), vec![])));
        let both = "a=rtpmap:111 OPUS/48000/2\r\na=rtcp-fb:111 transport-cc\r\na=rtcp-fb:111 nack\r\n\
                    a=rtpmap:63 red/48000/2\r\na=fmtp:63 111/111\r\n";
        let expected = Some((PayloadTypes { red: Some(63), ..alone(111) }, vec!["transport-cc"]));
        assert_eq!(chosen(MediaKind::Audio, "111 63", both), expected);
        let of_another = both.replace("111/111", "111/9");
        assert_eq!(chosen(MediaKind::Audio, "111 63", &of_another), Some((alone(111), vec!["transport-cc"])));
        assert_eq!(
            chosen(MediaKind::Audio, "111", both),
            Some((alone(111), vec!["transport-cc"])),
            "not on the m= line"
        );
    }

    #[test]
    fn opus_repairs_itself_and_leaves_silence_out_where_that_is_wanted() {
        assert_eq!(CODECS[0].parameters(true), "minptime=10;useinbandfec=1;usedtx=1");
        assert_eq!(CODECS[0].parameters(false), "minptime=10;useinbandfec=1");
        assert_eq!(CODECS[1].parameters(true), "");
    }

    #[test]
    fn retransmission_belongs_to_the_codec_that_it_names() {
        let lines = "a=rtpmap:96 VP8/90000\r\na=rtpmap:97 rtx/90000\r\na=fmtp:97 apt=98\r\na=rtpmap:99 rtx/90000\r\n\
                     a=fmtp:99 rtx-time=200;apt=96\r\na=rtcp-fb:* nack\r\na=rtcp-fb:96 nack pli\r\na=rtcp-fb:98 ccm fir\r\n";
        let expected = Some((PayloadTypes { media: 96, rtx: Some(99), red: None }, vec!["nack", "nack pli"]));
        assert_eq!(chosen(MediaKind::Video, "98 97 96 99", lines), expected);
        assert_eq!(chosen(MediaKind::Video, "96 97", lines).map(|found| found.0.rtx), Some(None), "not on the m= line");
    }

    #[test]
    fn what_is_not_ours_is_not_chosen() {
        assert_eq!(chosen(MediaKind::Audio, "0 8", "a=rtpmap:0 PCMU/8000\r\n"), None);
        assert_eq!(chosen(MediaKind::Video, "96", "a=rtpmap:96 opus/48000/2\r\n"), None);
        assert_eq!(chosen(MediaKind::Video, "72", "a=rtpmap:72 VP8/90000\r\n"), None, "an RTCP packet type");
    }
}

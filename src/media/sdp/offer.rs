//! What an offer means to us: one shared transport, and for each section what it can carry.

use std::collections::{HashMap, HashSet};

use super::{
    SdpError,
    codec::{self, HeaderExtension, Negotiable},
    lines::{self, Attributes, Block, Direction, Extension},
};
use crate::media::{Encoding, ExtensionIds, Fingerprint, Layer, MediaKind};

/// What a client takes that does not say, in bytes (RFC 8841 section 6.1).
const DEFAULT_MESSAGE_SIZE: u32 = 65_536;

/// An offer that can be answered.
#[derive(Debug)]
pub(super) struct Offer<'a> {
    pub ufrag: &'a str,
    pub pwd: &'a str,
    pub fingerprint: Fingerprint,
    pub extensions: ExtensionIds,
    pub sections: Vec<Section<'a>>,
    /// Indices of the sections that share the transport, in the group's order; never empty. The first one carries it.
    pub bundle: Vec<usize>,
    /// Every SSRC that the client names.
    pub ssrcs: HashSet<u32>,
    /// Largest data-channel message that the client takes, in bytes.
    pub max_message_size: u32,
}

/// One `m=` section.
#[derive(Debug)]
pub(super) struct Section<'a> {
    pub media: &'a str,
    pub protocol: &'a str,
    /// The first format and its encoding: a section without a codec of ours has nothing else to name.
    pub format: &'a str,
    pub encoding: Option<&'a str>,
    /// Missing only in sections that the client itself rejects.
    pub mid: Option<&'a str>,
    pub content: Content<'a>,
}

#[derive(Debug)]
pub(super) enum Content<'a> {
    Media(Media<'a>),
    Data,
    /// Rejected by the client, outside the bundle, or without anything that we speak.
    Unusable,
}

/// A bundled audio or video section with a codec of ours.
#[derive(Debug)]
pub(super) struct Media<'a> {
    pub kind: MediaKind,
    /// As the client sees it.
    pub direction: Direction,
    pub codec: Negotiable,
    /// Those that we know, to be echoed.
    pub extensions: Vec<Extension<'a>>,
    /// The track half of the msid (RFC 8830).
    pub msid_track: Option<&'a str>,
    /// What the client sends here while its direction says so.
    pub encodings: Vec<Encoding>,
}

impl<'a> Offer<'a> {
    pub fn parse(text: &'a str) -> Result<Self, SdpError> {
        let (session, blocks) = lines::read(text)?;
        let bundle = bundle_of(&session.bundle, &blocks)?;
        let bundled = || bundle.iter().filter_map(|&index| blocks.get(index));

        // RFC 9143 section 7.2: the first bundled section has the transport. What it lacks holds for all sections.
        let Some(tagged) = bundled().next() else {
            return Err(SdpError::Unacceptable("no BUNDLE group"));
        };
        let (own, common) = (&tagged.attributes.transport, &session.transport);
        let credentials = own.ufrag.zip(own.pwd).or(common.ufrag.zip(common.pwd));
        let (ufrag, pwd) = credentials.ok_or(SdpError::Unacceptable("no ICE credentials"))?;
        let fingerprint = own.fingerprint.or(common.fingerprint);
        let fingerprint = fingerprint.ok_or(SdpError::Unacceptable("no SHA-256 fingerprint"))?;
        if !matches!(own.setup.or(common.setup), Some("actpass" | "active") | None) {
            return Err(SdpError::Unacceptable("the client must be able to open DTLS"));
        }

        let extensions = extension_ids(bundled())?;
        let ssrcs = blocks.iter().flat_map(|block| block.attributes.ssrcs.iter().copied()).collect();
        let mut max_message_size = None;
        let members: HashSet<usize> = bundle.iter().copied().collect();
        let mut sections = Vec::with_capacity(blocks.len());
        for (index, block) in blocks.iter().enumerate() {
            let content = match kind_of(block) {
                _ if !members.contains(&index) => Content::Unusable,
                Some(_) if !block.attributes.rtcp_mux => return Err(SdpError::Unacceptable("media without rtcp-mux")),
                Some(kind) => Media::of(kind, block).map_or(Content::Unusable, Content::Media),
                // One DTLS transport carries one SCTP association (RFC 8841 section 8).
                None if is_data(block) && max_message_size.is_none() => {
                    max_message_size = Some(block.attributes.max_message_size.unwrap_or(DEFAULT_MESSAGE_SIZE));
                    Content::Data
                }
                None => Content::Unusable,
            };
            let format = block.formats.first().copied().unwrap_or_default();
            sections.push(Section {
                media: block.media,
                protocol: block.protocol,
                format,
                encoding: format.parse().ok().and_then(|number| block.attributes.encoding(number)),
                mid: block.attributes.mid,
                content,
            });
        }
        // Zero stands for "no limit".
        let max_message_size = match max_message_size {
            Some(0) => u32::MAX,
            Some(size) => size,
            None => DEFAULT_MESSAGE_SIZE,
        };
        Ok(Self { ufrag, pwd, fingerprint, extensions, sections, bundle, ssrcs, max_message_size })
    }

    /// The sections with a codec of ours, by mid, in the offer's order.
    pub fn media(&self) -> impl Iterator<Item = (&'a str, &Media<'a>)> {
        self.sections.iter().filter_map(|section| match &section.content {
            Content::Media(media) => section.mid.map(|mid| (mid, media)),
            Content::Data | Content::Unusable => None,
        })
    }
}

/// The live members of the BUNDLE group. A mid that names a rejected section or none at all is left out, as a client
/// may keep it in the group that it once was in.
fn bundle_of(group: &[&str], blocks: &[Block<'_>]) -> Result<Vec<usize>, SdpError> {
    let mut by_mid = HashMap::new();
    for (index, block) in blocks.iter().enumerate() {
        let rejected = block.port_is_zero && !block.attributes.bundle_only;
        match block.attributes.mid {
            Some(mid) => {
                if by_mid.insert(mid, (index, rejected)).is_some() {
                    return Err(SdpError::Unacceptable("two sections of the same mid"));
                }
            }
            None if rejected => {}
            None => return Err(SdpError::Unacceptable("a section without mid")),
        }
    }
    // Taken out as they are found: a mid named twice counts once.
    Ok(group.iter().filter_map(|mid| by_mid.remove(mid)).filter(|(_, rejected)| !rejected).map(|(i, _)| i).collect())
}

fn kind_of(block: &Block<'_>) -> Option<MediaKind> {
    match (block.media, block.protocol) {
        ("audio", "UDP/TLS/RTP/SAVPF" | "TCP/DTLS/RTP/SAVPF") => Some(MediaKind::Audio),
        ("video", "UDP/TLS/RTP/SAVPF" | "TCP/DTLS/RTP/SAVPF") => Some(MediaKind::Video),
        _ => None,
    }
}

fn is_data(block: &Block<'_>) -> bool {
    block.media == "application"
        && matches!(block.protocol, "UDP/DTLS/SCTP" | "TCP/DTLS/SCTP")
        && block.formats.first() == Some(&"webrtc-datachannel")
        && block.attributes.has_sctp_port
}

/// A number must mean the same in all sections of the bundle (RFC 9143 section 9.2): packets are read before their
/// section is known. Numbers above 14 need the two-byte form, which we do not answer.
fn extension_ids<'b, 'a: 'b>(bundled: impl Iterator<Item = &'b Block<'a>>) -> Result<ExtensionIds, SdpError> {
    let mut ids = ExtensionIds::default();
    let mut uris: [Option<&str>; 15] = [None; 15];
    for extension in bundled.flat_map(|block| &block.attributes.extensions) {
        let Some((slot, id)) = uris.get_mut(usize::from(extension.id)).zip(extension.one_byte_id()) else { continue };
        if *slot.get_or_insert(extension.uri) != extension.uri {
            return Err(SdpError::Unacceptable("a header extension number with two meanings"));
        }
        let Some(known) = extension.known else { continue };
        let field = match known {
            HeaderExtension::Mid => &mut ids.mid,
            HeaderExtension::Rid => &mut ids.rid,
            HeaderExtension::RepairedRid => &mut ids.repaired_rid,
            HeaderExtension::TransportCc => &mut ids.transport_cc,
            HeaderExtension::AudioLevel => &mut ids.audio_level,
        };
        if *field.get_or_insert(id) != id {
            return Err(SdpError::Unacceptable("a header extension with two numbers"));
        }
    }
    Ok(ids)
}

impl Section<'_> {
    pub fn is_usable(&self) -> bool {
        !matches!(self.content, Content::Unusable)
    }
}

impl<'a> Media<'a> {
    fn of(kind: MediaKind, block: &Block<'a>) -> Option<Self> {
        let attributes = &block.attributes;
        let codec = codec::choose(kind, &block.formats, attributes)?;
        let extensions: Vec<_> = attributes
            .extensions
            .iter()
            .filter(|extension| extension.known.is_some() && extension.one_byte_id().is_some())
            .copied()
            .collect();
        let has_rids = extensions.iter().any(|extension| extension.known == Some(HeaderExtension::Rid));
        let encodings = match simulcast(attributes) {
            layers if kind == MediaKind::Video && has_rids && !layers.is_empty() => layers,
            _ => vec![plain(attributes, codec.payload_types.rtx.is_some())],
        };
        Some(Self {
            kind,
            direction: attributes.direction,
            codec,
            extensions,
            msid_track: attributes.msid_track,
            encodings,
        })
    }
}

/// The layers of a simulcast (RFC 8853). Names that the LiveKit clients do not use count by their order, smallest
/// first; what goes beyond three layers is not answered, and so not sent.
fn simulcast(attributes: &Attributes<'_>) -> Vec<Encoding> {
    let mut rids: Vec<&str> = Vec::with_capacity(Layer::ALL.len());
    for rid in attributes.simulcast.iter().filter(|rid| attributes.rids.contains(rid)) {
        if rids.len() < Layer::ALL.len() && !rids.contains(rid) {
            rids.push(rid);
        }
    }
    let layers: Vec<Layer> = match rids.as_slice() {
        [_] => vec![Layer::Full],
        rids => {
            let named: Option<Vec<_>> = rids.iter().map(|rid| Layer::from_rid(rid)).collect();
            named.unwrap_or_else(|| Layer::ALL.to_vec())
        }
    };
    let encoding =
        |(rid, layer): (&str, Layer)| Encoding { layer, rid: Some(rid.to_owned()), ssrc: None, rtx_ssrc: None };
    rids.into_iter().zip(layers).map(encoding).collect()
}

fn plain(attributes: &Attributes<'_>, retransmitted: bool) -> Encoding {
    let (ssrc, rtx_ssrc) = match attributes.retransmitted {
        Some((media, rtx)) => (Some(media), Some(rtx).filter(|_| retransmitted)),
        None => (attributes.ssrcs.first().copied(), None),
    };
    Encoding { layer: Layer::Full, rid: None, ssrc, rtx_ssrc }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media::sdp::fixture::{Client, SIMULCAST, golden};

    fn refusal(sdp: &str) -> &'static str {
        match Offer::parse(sdp) {
            Err(SdpError::Unacceptable(problem)) => problem,
            other => panic!("not refused: {other:?}"),
        }
    }

    /// What a video section with these lines sends.
    fn sent(lines: &str) -> Vec<Encoding> {
        let mut client = Client::default();
        client.publish(MediaKind::Video, "cam", lines);
        let sdp = client.offer();
        let mut offer = Offer::parse(&sdp).expect("an offer");
        match offer.sections.pop().map(|section| section.content) {
            Some(Content::Media(media)) => media.encodings,
            other => panic!("not the video section: {other:?}"),
        }
    }

    fn layers(rids: &[&str]) -> Vec<(Layer, String)> {
        let lines: String = rids.iter().map(|rid| format!("a=rid:{rid} send\r\n")).collect();
        let lines = format!("{lines}a=simulcast:send {}\r\n", rids.join(";"));
        sent(&lines).into_iter().map(|encoding| (encoding.layer, encoding.rid.unwrap_or_default())).collect()
    }

    #[test]
    fn simulcast_layers_are_known_by_name_or_else_by_order() {
        use Layer::{Full, Half, Quarter};
        let expect = |pairs: &[(Layer, &str)]| pairs.iter().map(|(l, r)| (*l, (*r).to_owned())).collect::<Vec<_>>();
        assert_eq!(layers(&["q", "h", "f"]), expect(&[(Quarter, "q"), (Half, "h"), (Full, "f")]));
        assert_eq!(layers(&["f", "h", "q"]), expect(&[(Full, "f"), (Half, "h"), (Quarter, "q")]));
        assert_eq!(layers(&["q", "h"]), expect(&[(Quarter, "q"), (Half, "h")]));
        assert_eq!(layers(&["lo", "mid", "hi"]), expect(&[(Quarter, "lo"), (Half, "mid"), (Full, "hi")]));
        assert_eq!(layers(&["a", "b", "c", "d"]), expect(&[(Quarter, "a"), (Half, "b"), (Full, "c")]));
        assert_eq!(layers(&["q"]), expect(&[(Full, "q")]));
        assert_eq!(layers(&["q", "q", "h"]), expect(&[(Quarter, "q"), (Half, "h")]));
    }

    #[test]
    fn a_track_without_simulcast_is_one_full_layer() {
        let full = |ssrc, rtx_ssrc| [Encoding { layer: Layer::Full, rid: None, ssrc, rtx_ssrc }];
        assert_eq!(sent(""), full(None, None));
        assert_eq!(sent("a=ssrc:5 cname:x\r\na=ssrc:5 msid:a b\r\n"), full(Some(5), None));
        let pair = "a=ssrc-group:FID 5 6\r\na=ssrc:6 cname:x\r\na=ssrc:5 cname:x\r\n";
        assert_eq!(sent(pair), full(Some(5), Some(6)));
        assert_eq!(sent("a=simulcast:send q;h;f\r\n"), full(None, None), "names that no a=rid has");
    }

    #[test]
    fn rids_need_their_header_extension() {
        let mut client = Client::default();
        client.publish(MediaKind::Video, "cam", SIMULCAST);
        let sdp = client.offer().replace("sdes:rtp-stream-id", "sdes:other");
        let offer = Offer::parse(&sdp).expect("an offer");
        let (_, media) = offer.media().next().expect("the video section");
        assert_eq!(media.encodings.len(), 1);
        assert_eq!(offer.extensions, ExtensionIds { mid: Some(4), ..ExtensionIds::default() });
    }

    #[test]
    fn port_zero_rejects_a_section_unless_it_is_bundle_only() {
        let sdp = golden("firefox/join");
        assert!(sdp.contains("m=video 0 "));
        assert_eq!(Offer::parse(&sdp).expect("an offer").media().count(), 6);
        let sdp = sdp.replace("a=bundle-only\r\n", "");
        assert_eq!(Offer::parse(&sdp).expect("an offer").media().count(), 2);
    }

    #[test]
    fn credentials_and_certificate_may_stand_before_the_sections() {
        let sdp = Client::livekit().offer();
        let mut lines: Vec<&str> = sdp.lines().collect();
        let of_transport =
            |line: &&str| ["a=ice-", "a=fingerprint", "a=setup"].iter().any(|name| line.starts_with(name));
        let moved: Vec<&str> = lines.iter().copied().filter(of_transport).take(4).collect();
        lines.retain(|line| !of_transport(line));
        assert_eq!(refusal(&lines.join("\r\n")), "no ICE credentials");
        lines.splice(1..1, moved);
        let text = lines.join("\r\n");
        let (there, here) = (Offer::parse(&sdp).expect("an offer"), Offer::parse(&text).expect("an offer"));
        assert_eq!((there.ufrag, there.pwd, there.fingerprint), (here.ufrag, here.pwd, here.fingerprint));
    }

    #[test]
    fn what_we_cannot_serve_is_refused_whole() {
        let sdp = Client::livekit().offer();
        assert_eq!(refusal(&sdp.replace("a=group:BUNDLE", "a=group:LS")), "no BUNDLE group");
        assert_eq!(refusal(&sdp.replace("a=fingerprint:sha-256", "a=fingerprint:sha-1")), "no SHA-256 fingerprint");
        assert_eq!(refusal(&sdp.replace("actpass", "passive")), "the client must be able to open DTLS");
        assert_eq!(refusal(&sdp.replace("a=rtcp-mux\r\n", "")), "media without rtcp-mux");
        assert_eq!(refusal(&sdp.replace("a=mid:2\r\n", "a=mid:1\r\n")), "two sections of the same mid");
        assert_eq!(refusal(&sdp.replace("a=mid:2\r\n", "")), "a section without mid");
        let other = sdp.replacen("extmap:4", "extmap:5", 1);
        assert_eq!(refusal(&other), "a header extension with two numbers");
        let other = sdp.replace("extmap:10", "extmap:4");
        assert_eq!(refusal(&other), "a header extension number with two meanings");
    }

    #[test]
    fn one_data_section_counts_and_zero_means_messages_of_any_size() {
        let sdp = Client::default().offer();
        let size = |sdp: &str| Offer::parse(sdp).expect("an offer").max_message_size;
        assert_eq!(size(&sdp), 262_144);
        assert_eq!(size(&sdp.replace(":262144", ":0")), u32::MAX);
        assert_eq!(size(&sdp.replace("a=max-message-size:262144\r\n", "")), DEFAULT_MESSAGE_SIZE);

        let (head, section) = sdp.split_at(sdp.find("m=").expect("a section"));
        let twice = format!("{}{section}{}", head.replace("BUNDLE 0", "BUNDLE 0 1"), section.replace("mid:0", "mid:1"));
        let offer = Offer::parse(&twice).expect("an offer");
        assert_eq!(offer.sections.iter().map(Section::is_usable).collect::<Vec<_>>(), [true, false]);
    }
}

// From the SDK's live room to the plain values of the views.
import { ConnectionQuality, RoomEvent, Track, type Participant, type Room } from 'livekit-client';
import { useSyncExternalStore } from 'react';

import { seatOrder, type LineQuality, type Picture, type Seat } from './seats';

export function seatsOf(room: Room): Seat[] {
  return [room.localParticipant, ...room.remoteParticipants.values()]
    .filter((participant) => participant.identity !== '')
    .map((participant) => seatOf(participant))
    .sort(seatOrder);
}

function seatOf(participant: Participant): Seat {
  const microphone = participant.getTrackPublication(Track.Source.Microphone);
  const name = participant.name || participant.identity;
  const unit = participant.attributes.unit ?? '';
  return {
    identity: participant.identity,
    point: participant.attributes.point ?? '',
    name,
    // The top of the tree has no unit above it but itself.
    unit: unit === name ? '' : unit,
    host: participant.attributes.role === 'host',
    presides: false,
    hasFloor: false,
    spotlit: false,
    self: participant.isLocal,
    speaking: participant.isSpeaking,
    line: lineQuality(participant.connectionQuality),
    sound: microphone === undefined ? 'none' : microphone.isMuted ? 'muted' : 'live',
    audio: [...participant.audioTrackPublications.keys()],
    camera: pictureOf(participant, Track.Source.Camera),
    screen: pictureOf(participant, Track.Source.ScreenShare),
  };
}

function pictureOf(participant: Participant, source: Track.Source): Picture | null {
  const publication = participant.getTrackPublication(source);
  return publication ? { sid: publication.trackSid, live: !publication.isMuted, rests: publication.track?.streamState === Track.StreamState.Paused } : null;
}

function lineQuality(quality: ConnectionQuality): LineQuality {
  switch (quality) {
    case ConnectionQuality.Excellent:
      return 'good';
    case ConnectionQuality.Good:
      return 'fair';
    case ConnectionQuality.Poor:
      return 'poor';
    case ConnectionQuality.Lost:
      return 'lost';
    default:
      return null;
  }
}

/** Everything after which the views may look different. */
const EVENTS = [
  RoomEvent.Connected,
  RoomEvent.Disconnected,
  RoomEvent.Reconnected,
  RoomEvent.ParticipantConnected,
  RoomEvent.ParticipantDisconnected,
  RoomEvent.ParticipantNameChanged,
  RoomEvent.ParticipantAttributesChanged,
  RoomEvent.TrackPublished,
  RoomEvent.TrackUnpublished,
  RoomEvent.TrackSubscribed,
  RoomEvent.TrackUnsubscribed,
  RoomEvent.TrackMuted,
  RoomEvent.TrackUnmuted,
  RoomEvent.TrackStreamStateChanged,
  RoomEvent.LocalTrackPublished,
  RoomEvent.LocalTrackUnpublished,
  RoomEvent.ActiveSpeakersChanged,
  RoomEvent.ConnectionQualityChanged,
  RoomEvent.RoomMetadataChanged,
  RoomEvent.ParticipantPermissionsChanged,
] as const;

/** A hundred points that join at once are one new picture, not a hundred. */
const COALESCE_MS = 50;

export interface Roster {
  subscribe: (listener: () => void) => () => void;
  seats: () => Seat[];
}

export function rosterOf(room: Room): Roster {
  let seats = seatsOf(room);
  return {
    seats: () => seats,
    subscribe: (listener) => {
      let timer: ReturnType<typeof setTimeout> | undefined;
      const look = () => {
        timer = undefined;
        seats = seatsOf(room);
        listener();
      };
      const soon = () => {
        timer ??= setTimeout(look, COALESCE_MS);
      };
      for (const event of EVENTS) room.on(event, soon);
      // What happened between the first look and now.
      soon();
      return () => {
        clearTimeout(timer);
        for (const event of EVENTS) room.off(event, soon);
      };
    },
  };
}

export const useSeats = (roster: Roster): Seat[] => useSyncExternalStore(roster.subscribe, roster.seats);

// How a point sends its camera, its sound and its screen: the same in the hall and in the line check before it.
import { AudioPresets, ScreenSharePresets, VideoPresets, type TrackPublishDefaults } from 'livekit-client';

export const PUBLISHING: TrackPublishDefaults = {
  videoCodec: 'vp8',
  backupCodec: false,
  simulcast: true,
  videoEncoding: VideoPresets.h720.encoding,
  videoSimulcastLayers: [VideoPresets.h180, VideoPresets.h360],
  screenShareEncoding: ScreenSharePresets.h1080fps15.encoding,
  audioPreset: AudioPresets.speech,
  dtx: true,
  red: true,
};

// The last step before the hall: devices tried, choices made.
import { useEffect, useState } from 'react';

import type { Admission } from '../api/join';
import { LineCheckCard } from '../lineCheck/LineCheckCard';
import { useLineCheck } from '../lineCheck/useLineCheck';
import { LobbyView } from './LobbyView';
import { loadSetup, saveSetup, type Setup } from './setup';
import { browserFamily } from './trouble';
import { usePreview, type Feed } from './usePreview';

interface Props {
  admission: Admission;
  /** The hall is being loaded. */
  entering: boolean;
  onEnter: (setup: Setup) => void;
}

export function LobbyPage({ admission, entering, onEnter }: Props) {
  const [setup, setSetup] = useState(loadSetup);
  const preview = usePreview(setup);
  useEffect(() => saveSetup(setup), [setup]);
  const [camera, microphone] = [trackOf(preview.camera), trackOf(preview.microphone)];
  // Who only watches, or has but a device of their own, has no room whose line it would be.
  const point = admission.role === 'host' || admission.role === 'point' ? admission.point.id : null;
  const checker = useLineCheck({ meeting: admission.meeting.id, point, camera, microphone });
  return (
    <LobbyView
      admission={admission}
      setup={setup}
      preview={preview}
      entering={entering}
      family={browserFamily(navigator.userAgent)}
      lineCheck={
        <LineCheckCard
          checker={checker}
          cameraOn={camera !== null}
          microphoneOn={microphone !== null}
          zone={admission.meeting.zone}
        />
      }
      onChange={(change) => setSetup((before) => ({ ...before, ...change }))}
      onEnter={() =>
        // What does not work here is not tried again on the way in: the hall has its own buttons for that.
        onEnter({
          ...setup,
          cameraOn: setup.cameraOn && preview.camera.is !== 'failed',
          microphoneOn: setup.microphoneOn && preview.microphone.is !== 'failed',
        })
      }
    />
  );
}

const trackOf = (feed: Feed): MediaStreamTrack | null => (feed.is === 'on' ? (feed.stream.getTracks()[0] ?? null) : null);

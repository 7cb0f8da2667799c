// The last step before the hall: devices tried, choices made.
import { useEffect, useState } from 'react';

import type { Admission } from '../api/join';
import { LobbyView } from './LobbyView';
import { loadSetup, saveSetup, type Setup } from './setup';
import { browserFamily } from './trouble';
import { usePreview } from './usePreview';

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
  return (
    <LobbyView
      admission={admission}
      setup={setup}
      preview={preview}
      entering={entering}
      family={browserFamily(navigator.userAgent)}
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

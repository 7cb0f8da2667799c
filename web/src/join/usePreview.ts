// The preview's camera and microphone: asked for once, apart from each other, so that one may fail alone.
import { useCallback, useEffect, useState } from 'react';

import type { Setup } from './setup';
import { troubleOfError, troubleOfPage, type Trouble } from './trouble';

export type Feed =
  | { is: 'off' }
  | { is: 'asking' }
  | { is: 'on'; stream: MediaStream }
  | { is: 'failed'; trouble: Trouble };

export interface Device {
  id: string;
  /** Empty until the person has allowed the device. */
  label: string;
}

export interface Devices {
  cameras: Device[];
  microphones: Device[];
  /** Empty where the browser cannot choose a speaker. */
  speakers: Device[];
}

export interface Preview {
  camera: Feed;
  microphone: Feed;
  devices: Devices;
  retry: () => void;
}

const NO_DEVICES: Devices = { cameras: [], microphones: [], speakers: [] };

export function usePreview(setup: Setup): Preview {
  const [attempt, setAttempt] = useState(0);
  const [devices, setDevices] = useState(NO_DEVICES);
  const primed = usePermissionPrompt(setup.cameraOn && setup.microphoneOn);
  const camera = useFeed('video', primed && setup.cameraOn, setup.cameraId, attempt);
  const microphone = useFeed('audio', primed && setup.microphoneOn, setup.microphoneId, attempt);

  useEffect(() => {
    const media = navigator.mediaDevices as MediaDevices | undefined;
    if (!media) return;
    let current = true;
    const list = () => {
      media.enumerateDevices().then(
        (all) => current && setDevices(sortDevices(all, 'setSinkId' in HTMLMediaElement.prototype)),
        () => {},
      );
    };
    list();
    media.addEventListener('devicechange', list);
    return () => {
      current = false;
      media.removeEventListener('devicechange', list);
    };
    // Names and ids appear once a device is open: list anew then.
  }, [camera.is, microphone.is]);

  const retry = useCallback(() => setAttempt((n) => n + 1), []);
  return {
    camera: setup.cameraOn && !primed ? { is: 'asking' } : camera,
    microphone: setup.microphoneOn && !primed ? { is: 'asking' } : microphone,
    devices,
    retry,
  };
}

/** Devices by kind, without the browser's aliases of the default one. */
export function sortDevices(all: readonly MediaDeviceInfo[], speakersToo: boolean): Devices {
  const of = (kind: MediaDeviceKind) =>
    all
      .filter((device) => device.kind === kind && !['', 'default', 'communications'].includes(device.deviceId))
      .map((device) => ({ id: device.deviceId, label: device.label }));
  return {
    cameras: of('videoinput'),
    microphones: of('audioinput'),
    speakers: speakersToo ? of('audiooutput') : [],
  };
}

/**
 * Lets the browser ask for both permissions in one question, where it would otherwise ask two in a row.
 * True when the devices may be opened one by one.
 */
function usePermissionPrompt(both: boolean): boolean {
  const [primed, setPrimed] = useState(() => !both || pageTrouble() !== null);
  useEffect(() => {
    if (primed) return;
    let current = true;
    void askForBoth().finally(() => current && setPrimed(true));
    return () => {
      current = false;
    };
  }, [primed]);
  return primed;
}

async function askForBoth(): Promise<void> {
  try {
    const states = await Promise.all(
      (['camera', 'microphone'] as const).map((name) =>
        navigator.permissions.query({ name: name as PermissionName }),
      ),
    );
    if (!states.every(({ state }) => state === 'prompt')) return;
    const stream = await navigator.mediaDevices.getUserMedia({ audio: true, video: true });
    stop(stream);
  } catch {
    // A browser that cannot tell, or a refusal: each device then gives its own answer.
  }
}

function useFeed(kind: 'audio' | 'video', on: boolean, deviceId: string, attempt: number): Feed {
  const [feed, setFeed] = useState<Feed>({ is: 'off' });
  useEffect(() => {
    if (!on) {
      setFeed({ is: 'off' });
      return;
    }
    const trouble = pageTrouble();
    if (trouble !== null) {
      setFeed({ is: 'failed', trouble });
      return;
    }
    let current = true;
    let opened: MediaStream | undefined;
    setFeed({ is: 'asking' });
    navigator.mediaDevices.getUserMedia(constraints(kind, deviceId)).then(
      (stream) => {
        if (!current) return stop(stream);
        opened = stream;
        // Unplugged, or the permission taken back, while it runs.
        stream.getTracks()[0]?.addEventListener('ended', () => current && setFeed({ is: 'failed', trouble: 'missing' }));
        setFeed({ is: 'on', stream });
      },
      (error: unknown) => current && setFeed({ is: 'failed', trouble: troubleOfError(error) }),
    );
    return () => {
      current = false;
      if (opened) stop(opened);
    };
  }, [kind, on, deviceId, attempt]);
  return feed;
}

function constraints(kind: 'audio' | 'video', deviceId: string): MediaStreamConstraints {
  // A remembered device that is gone today gives way to the default one.
  const device = deviceId === '' ? {} : { deviceId: { ideal: deviceId } };
  return kind === 'video'
    ? { video: { ...device, width: { ideal: 1280 }, height: { ideal: 720 } } }
    : { audio: { ...device, echoCancellation: true, noiseSuppression: true } };
}

const pageTrouble = () =>
  troubleOfPage({ secure: window.isSecureContext, hasMediaDevices: 'mediaDevices' in navigator });

const stop = (stream: MediaStream) => stream.getTracks().forEach((track) => track.stop());

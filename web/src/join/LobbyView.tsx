// How the preparation page looks, from props alone.
import { useEffect, useId, useRef, useState, type FormEvent, type ReactNode } from 'react';

import type { Admission } from '../api/join';
import { Link } from '../app/navigation';
import { useText } from '../i18n';
import { useLobbyText, type LobbyMessages } from '../i18n/lobby';
import { pointOf } from '../meeting/places';
import { Button } from '../ui/Button';
import { Frame } from '../ui/Frame';
import { Icon } from '../ui/Icon';
import styles from './LobbyView.module.css';
import { watchLevel } from './meter';
import type { Setup } from './setup';
import { testSpeaker } from './speakerTest';
import type { BrowserFamily, Trouble } from './trouble';
import type { Device, Feed, Preview } from './usePreview';
import { whenOf } from './when';

interface Props {
  admission: Admission;
  setup: Setup;
  preview: Preview;
  family: BrowserFamily;
  entering: boolean;
  /** The line check. */
  lineCheck: ReactNode;
  onChange: (change: Partial<Setup>) => void;
  onEnter: () => void;
}

export function LobbyView({ admission, setup, preview, family, entering, lineCheck, onChange, onEnter }: Props) {
  const core = useText();
  const text = useLobbyText();
  const { camera, microphone, devices } = preview;
  const enter = useRef<HTMLButtonElement>(null);
  // Enter alone is enough for whoever has nothing to change.
  useEffect(() => enter.current?.focus(), []);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    onEnter();
  };

  return (
    <Frame>
      <form className={styles.lobby} onSubmit={submit}>
        <section className={styles.picture} aria-label={text.lobby.preview}>
          <CameraView feed={camera} />
          <Troubles camera={camera} microphone={microphone} family={family} onRetry={preview.retry} />
          {lineCheck}
        </section>

        <div className={styles.side}>
          <Facts admission={admission} />
          <section className={styles.devices} aria-label={text.lobby.title}>
            <DeviceRow
              label={text.lobby.camera}
              switchLabel={text.lobby.useCamera}
              on={setup.cameraOn}
              onSwitch={(cameraOn) => onChange({ cameraOn })}
              devices={devices.cameras}
              chosen={setup.cameraId}
              onChoose={(cameraId) => onChange({ cameraId })}
            />
            <DeviceRow
              label={text.lobby.microphone}
              switchLabel={text.lobby.useMicrophone}
              on={setup.microphoneOn}
              onSwitch={(microphoneOn) => onChange({ microphoneOn })}
              devices={devices.microphones}
              chosen={setup.microphoneId}
              onChoose={(microphoneId) => onChange({ microphoneId })}
            />
            <Meter feed={microphone} />
            {devices.speakers.length > 1 && (
              <DeviceRow
                label={text.lobby.speaker}
                devices={devices.speakers}
                chosen={setup.speakerId}
                onChoose={(speakerId) => onChange({ speakerId })}
              />
            )}
            <SpeakerTest speakerId={setup.speakerId} />
          </section>
          <div className={styles.enter}>
            <Button ref={enter} tone="primary" size="large" type="submit" aria-busy={entering}>
              {entering ? core.app.loading : text.lobby.enter}
            </Button>
            <p>{text.lobby.enterHint}</p>
          </div>
          <OtherPages admission={admission} />
        </div>
      </form>
    </Frame>
  );
}

/** Those who run the meeting, and a room's clerk, may do so without the hall, from another machine. */
function OtherPages({ admission }: { admission: Admission }) {
  const { hosts, clerks } = useLobbyText();
  const { id } = admission.meeting;
  if (admission.role !== 'host') {
    return pointOf(admission.identity) === null ? null : (
      <nav className={styles.hosts} aria-label={clerks.title}>
        <Link to={{ page: 'meeting', id, part: 'roll' }}>{clerks.roll}</Link>
        <Link to={{ page: 'meeting', id, part: 'report' }}>{clerks.report}</Link>
      </nav>
    );
  }
  return (
    <nav className={styles.hosts} aria-label={hosts.title}>
      <Link to={{ page: 'meeting', id, part: 'desk' }}>{hosts.desk}</Link>
      <Link to={{ page: 'meeting', id, part: 'ready' }}>{hosts.ready}</Link>
      <Link to={{ page: 'meeting', id, part: 'roll' }}>{hosts.roll}</Link>
      <Link to={{ page: 'meeting', id, part: 'report' }}>{hosts.report}</Link>
    </nav>
  );
}

function SpeakerTest({ speakerId }: { speakerId: string }) {
  const { speakerTest: text } = useLobbyText();
  const [state, setState] = useState<'idle' | 'playing' | 'failed'>('idle');
  const play = () => {
    setState('playing');
    testSpeaker(speakerId).then(
      () => setState('idle'),
      () => setState('failed'),
    );
  };
  return (
    <div className={styles.speaker}>
      <Button disabled={state === 'playing'} onClick={play}>
        <Icon name="sound" size={20} />
        {state === 'playing' ? text.playing : text.play}
      </Button>
      <span role="status">{state === 'failed' && text.failed}</span>
    </div>
  );
}

function Facts({ admission: { meeting, point, role } }: { admission: Admission }) {
  const { locale } = useText();
  const text = useLobbyText();
  const when = whenOf(meeting.startsAt, meeting.zone, locale);
  const unit = point.path.filter((part) => part !== point.name).at(-1);
  return (
    <section className={styles.facts}>
      <h1>{meeting.title}</h1>
      <p className={styles.when}>
        <time dateTime={meeting.startsAt.toISOString()}>
          <strong>{when.time}</strong> <span>{when.date}</span>
        </time>{' '}
        <span title={text.lobby.zone(meeting.zone)}>({when.offset})</span>
      </p>
      <dl>
        <dt>{text.lobby.you}</dt>
        <dd className={styles.name}>{point.name}</dd>
        {role === 'host' && (
          <>
            <dt className="visually-hidden">{text.lobby.host}</dt>
            <dd className={styles.host}>{text.lobby.hostRole}</dd>
          </>
        )}
        {unit !== undefined && (
          <>
            <dt className="visually-hidden">{text.lobby.unit}</dt>
            <dd>{unit}</dd>
          </>
        )}
        {point.room !== '' && (
          <>
            <dt className="visually-hidden">{text.lobby.room}</dt>
            <dd>{point.room}</dd>
          </>
        )}
      </dl>
    </section>
  );
}

function CameraView({ feed }: { feed: Feed }) {
  const { lobby } = useLobbyText();
  const video = useRef<HTMLVideoElement>(null);
  const stream = feed.is === 'on' ? feed.stream : null;
  useEffect(() => {
    if (video.current) video.current.srcObject = stream;
  }, [stream]);
  return (
    <div className={styles.camera}>
      {stream ? (
        <video ref={video} aria-label={lobby.previewAlt} autoPlay playsInline muted />
      ) : (
        <p>
          <Icon name={feed.is === 'asking' ? 'camera' : 'cameraOff'} size={40} />
          {feed.is === 'asking' ? lobby.cameraAsking : feed.is === 'off' ? lobby.cameraOff : lobby.cameraFailed}
        </p>
      )}
    </div>
  );
}

function Meter({ feed }: { feed: Feed }) {
  const { lobby } = useLobbyText();
  const meter = useRef<HTMLDivElement>(null);
  const stream = feed.is === 'on' ? feed.stream : null;
  useEffect(() => {
    const element = meter.current;
    if (!element || !stream) return;
    // Straight into the element: twenty renders a second would be for nothing.
    const end = watchLevel(stream, (level) => {
      element.style.setProperty('--level', level.toFixed(3));
      element.setAttribute('aria-valuenow', String(Math.round(level * 100)));
    });
    return () => {
      end();
      element.style.setProperty('--level', '0');
      element.setAttribute('aria-valuenow', '0');
    };
  }, [stream]);
  return (
    <div className={styles.level}>
      <div
        ref={meter}
        className={styles.meter}
        role="meter"
        aria-label={lobby.level}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={0}
      />
      {feed.is !== 'failed' && <p>{feed.is === 'off' ? lobby.microphoneOff : lobby.levelHint}</p>}
    </div>
  );
}

interface DeviceRowProps {
  label: string;
  switchLabel?: string;
  on?: boolean;
  onSwitch?: (on: boolean) => void;
  devices: Device[];
  chosen: string;
  onChoose: (id: string) => void;
}

function DeviceRow({ label, switchLabel, on, onSwitch, devices, chosen, onChoose }: DeviceRowProps) {
  const { lobby } = useLobbyText();
  const id = useId();
  const known = devices.some((device) => device.id === chosen);
  return (
    <div className={styles.device}>
      <label htmlFor={id}>{label}</label>
      <select id={id} value={known ? chosen : ''} onChange={(event) => onChoose(event.target.value)}>
        <option value="">{lobby.defaultDevice}</option>
        {devices.map((device, index) => (
          <option key={device.id} value={device.id}>
            {device.label || lobby.unnamedDevice(index + 1)}
          </option>
        ))}
      </select>
      {onSwitch && (
        <label className={styles.switch}>
          <input type="checkbox" role="switch" checked={on} onChange={(event) => onSwitch(event.target.checked)} />
          <span className="visually-hidden">{switchLabel}</span>
        </label>
      )}
    </div>
  );
}

interface TroublesProps {
  camera: Feed;
  microphone: Feed;
  family: BrowserFamily;
  onRetry: () => void;
}

function Troubles({ camera, microphone, family, onRetry }: TroublesProps) {
  const text = useLobbyText();
  const failed = [
    ...(camera.is === 'failed' ? [{ device: text.device.camera, trouble: camera.trouble }] : []),
    ...(microphone.is === 'failed' ? [{ device: text.device.microphone, trouble: microphone.trouble }] : []),
  ];
  const asking = camera.is === 'asking' || microphone.is === 'asking';
  return (
    <div role="status" className={styles.troubles}>
      {asking && <p className={styles.hint}>{text.lobby.allowPrompt}</p>}
      {mergeSame(failed).map(({ devices, trouble }) => {
        const { title, help } = describe(text.device, trouble, devices.join(', '), family);
        return (
          <div key={trouble} className={styles.trouble}>
            <Icon name="warning" />
            <div>
              <h2>{title}</h2>
              <p>{help}</p>
              {trouble !== 'insecure' && trouble !== 'unsupported' && (
                <Button onClick={onRetry}>{text.device.retry}</Button>
              )}
            </div>
          </div>
        );
      })}
    </div>
  );
}

/** One box for both devices when the same thing is wrong with both. */
function mergeSame(failed: { device: string; trouble: Trouble }[]): { devices: string[]; trouble: Trouble }[] {
  const merged = new Map<Trouble, string[]>();
  for (const { device, trouble } of failed) merged.set(trouble, [...(merged.get(trouble) ?? []), device]);
  return [...merged].map(([trouble, devices]) => ({ trouble, devices }));
}

function describe(text: LobbyMessages['device'], trouble: Trouble, device: string, family: BrowserFamily) {
  switch (trouble) {
    case 'denied':
      return { title: text.denied.title(device), help: text.denied[family] };
    case 'insecure':
    case 'unsupported':
      return { title: text[trouble].title, help: text[trouble].text };
    default:
      return { title: text[trouble].title(device), help: text[trouble].text };
  }
}

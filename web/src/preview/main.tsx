// The hall's views with made-up points, for looking at them without a server. Served by `npm run dev` as
// /preview.html?scene=stage&points=20&role=point; no build contains it.
import { useEffect, useMemo, useRef, useState } from 'react';
import { createRoot } from 'react-dom/client';

import { LeaveDialog } from '../hall/dialogs';
import { HallView } from '../hall/HallView';
import type { Line } from '../hall/line';
import { LineBanner } from '../hall/LineBanner';
import type { Seat } from '../hall/seats';
import { useHall } from '../hall/useHall';
import { LanguageProvider } from '../i18n';
import '../theme/global.css';
import { followTheme } from '../theme/theme';

const query = new URLSearchParams(location.search);
const scene = query.get('scene') ?? 'stage';
const role = query.get('role') === 'host' ? 'host' : 'point';
const wanted = Number(query.get('points') ?? 20);

const PLACES = [
  'Huyện Lâm Bình', 'Huyện Na Hang', 'Huyện Chiêm Hóa', 'Huyện Hàm Yên', 'Huyện Yên Sơn', 'Huyện Sơn Dương',
  'Thành phố Tuyên Quang', 'Xã Thượng Lâm', 'Xã Khuôn Hà', 'Xã Phúc Yên', 'Xã Xuân Lập', 'Xã Bình An', 'Xã Hồng Quang',
  'Xã Thổ Bình', 'Thị trấn Lăng Can', 'Xã Phúc Sơn', 'Xã Minh Quang',
];

function madeUpSeats(): Seat[] {
  const seat = (index: number, name: string, change: Partial<Seat> = {}): Seat => ({
    identity: `point:${index}`,
    point: String(index),
    name,
    unit: name.startsWith('Xã') || name.startsWith('Thị') ? 'Huyện Lâm Bình' : 'Tỉnh Tuyên Quang',
    host: false,
    presides: false,
    hasFloor: index === 3,
    spotlit: index === 6,
    self: false,
    speaking: index === 3,
    line: index === 5 ? 'poor' : index === 9 ? 'lost' : index % 2 ? 'fair' : 'good',
    sound: index % 3 === 0 || index === 1 ? 'live' : index === 8 ? 'none' : 'muted',
    audio: [],
    camera: { sid: `TR_${index}`, live: index !== 4, rests: index === 7 },
    screen: null,
    ...change,
  });
  const hub = seat(0, 'UBND tỉnh Tuyên Quang', {
    identity: 'hub', unit: '', host: true, presides: true, self: role === 'host', speaking: scene === 'stage', sound: 'live',
    screen: scene === 'screen' ? { sid: 'TR_screen', live: true, rests: false } : null,
  });
  const own = seat(1, PLACES[0] ?? '', { self: role === 'point' });
  if (scene === 'alone') return [role === 'host' ? hub : own];
  const others = Array.from({ length: Math.max(0, wanted - 2) }, (_, i) => {
    const name = PLACES[(i + 1) % PLACES.length] ?? '';
    return seat(i + 2, i + 1 < PLACES.length ? name : `${name} ${i}`);
  });
  return [hub, own, ...others];
}

function Picture({ hue, words }: { hue: number; words: string }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const context = canvas.current?.getContext('2d');
    if (!context) return;
    const sky = context.createLinearGradient(0, 0, 640, 360);
    sky.addColorStop(0, `hsl(${hue} 30% 62%)`);
    sky.addColorStop(1, `hsl(${hue + 40} 35% 30%)`);
    context.fillStyle = sky;
    context.fillRect(0, 0, 640, 360);
    context.fillStyle = 'rgb(255 255 255 / 60%)';
    for (let i = 0; i < 5; i++) {
      context.beginPath();
      context.arc(100 + i * 110, 190, 26, 0, 7);
      context.fillRect(68 + i * 110, 222, 64, 70);
      context.fill();
    }
    context.font = '28px sans-serif';
    context.fillText(words, 24, 60);
  }, [hue, words]);
  return <canvas ref={canvas} width={640} height={360} />;
}

const UP: Line = { at: 'up', back: false };
const LINES: Record<string, Line> = {
  lost: { at: 'resuming' },
  waiting: { at: 'waiting', attempt: 2, retryAtMs: Date.now() + 8_000 },
  back: { at: 'up', back: true },
  joining: { at: 'joining' },
};

function PreviewHall() {
  const seats = useMemo(madeUpSeats, []);
  const hall = useHall(seats);
  const [dialog, setDialog] = useState(query.get('dialog'));
  const { setLayout } = hall;
  useEffect(() => {
    if (scene === 'grid') setLayout('grid');
  }, [setLayout]);
  const nothing = () => {};
  return (
    <>
      <HallView
        meeting={{
          id: 'm', zone: 'Asia/Ho_Chi_Minh', startsAt: new Date(),
          title: 'Hội nghị trực tuyến triển khai Nghị quyết 76/NQ-CP về cải cách hành chính nhà nước',
        }}
        hall={hall}
        line={LINES[scene] ?? UP}
        controls={{
          mayPublish: true, microphoneOn: true, cameraOn: scene !== 'grid', sharing: false, canShare: true, layout: hall.layout,
          enabled: !(scene in LINES), hand: { is: 'waits', position: 3 }, panelOpen: false, unread: 2,
        }}
        actions={{
          toggleMicrophone: nothing, toggleCamera: nothing, toggleSharing: nothing, raiseHand: nothing, togglePanel: nothing,
          toggleLayout: () => setLayout(hall.layout === 'stage' ? 'grid' : 'stage'),
          openOptions: nothing,
          askToLeave: () => setDialog('leave'),
        }}
        aheadMs={0}
        currentItem={scene === 'alone' ? null : 'Thảo luận tại các điểm cầu'}
        banners={<LineBanner line={LINES[scene] ?? UP} onRetry={nothing} />}
        panel={null}
        announcement=""
        renderVideo={(seat, kind) => (
          <Picture hue={(seat.identity.length * 47 + seat.name.length * 31) % 360} words={kind === 'screen' ? 'Trang trình chiếu 1' : seat.name} />
        )}
      />
      {dialog === 'leave' && <LeaveDialog role={role} onLeave={nothing} onStay={() => setDialog(null)} />}
    </>
  );
}

followTheme();
const root = document.getElementById('root');
if (root) {
  createRoot(root).render(
    <LanguageProvider>
      <PreviewHall />
    </LanguageProvider>,
  );
}

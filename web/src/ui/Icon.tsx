// Drawn by hand on a 24-unit grid; always beside words or with a label of the element around them.
const PATHS = {
  microphone: 'M12 3a3 3 0 0 0-3 3v6a3 3 0 0 0 6 0V6a3 3 0 0 0-3-3ZM5.5 11.5a6.5 6.5 0 0 0 13 0M12 18v3M8.5 21h7',
  microphoneOff: 'M9 9v3a3 3 0 0 0 4.9 2.3M15 10.5V6a3 3 0 0 0-5.8-1M5.5 11.5a6.5 6.5 0 0 0 10.3 5.3M18.5 11.5a6.4 6.4 0 0 1-.6 2.7M12 18v3M8.5 21h7M4 4l16 16',
  camera: 'M4.5 6.5h9a2 2 0 0 1 2 2v7a2 2 0 0 1-2 2h-9a2 2 0 0 1-2-2v-7a2 2 0 0 1 2-2ZM15.5 11l6-3.5v9l-6-3.5',
  cameraOff: 'M6 6.5H4.5a2 2 0 0 0-2 2v7a2 2 0 0 0 2 2h9c.5 0 .9-.2 1.3-.4M10 6.5h3.5a2 2 0 0 1 2 2v2.5l6-3.5v9l-3-1.7M4 4l16 16',
  share: 'M4 4.5h16a1.5 1.5 0 0 1 1.5 1.5v9.5a1.5 1.5 0 0 1-1.5 1.5h-16a1.5 1.5 0 0 1-1.5-1.5v-9.5a1.5 1.5 0 0 1 1.5-1.5ZM8 20.5h8M12 13.5v-6M9.3 9.8l2.7-2.7 2.7 2.7',
  grid: 'M4 4h6.5v6.5h-6.5ZM13.5 4h6.5v6.5h-6.5ZM4 13.5h6.5v6.5h-6.5ZM13.5 13.5h6.5v6.5h-6.5Z',
  stage: 'M3 5h12.5v14h-12.5ZM18.5 5h2.5v3.5h-2.5ZM18.5 10.25h2.5v3.5h-2.5ZM18.5 15.5h2.5v3.5h-2.5Z',
  keyboard: 'M4 6.5h16a1.5 1.5 0 0 1 1.5 1.5v8a1.5 1.5 0 0 1-1.5 1.5h-16a1.5 1.5 0 0 1-1.5-1.5v-8a1.5 1.5 0 0 1 1.5-1.5ZM6.5 10.5h.01M10.2 10.5h.01M13.8 10.5h.01M17.5 10.5h.01M8 14h8',
  download: 'M12 4v11M7.5 10.8l4.5 4.5 4.5-4.5M4.5 19.5h15',
  leave: 'M10 4h-4.5a1.5 1.5 0 0 0-1.5 1.5v13a1.5 1.5 0 0 0 1.5 1.5h4.5M9.5 12h11M16.5 8l4 4-4 4',
  sound: 'M4 9.5h3.5l4.5-4v13l-4.5-4h-3.5ZM15.5 9a4.5 4.5 0 0 1 0 6M18 6.5a8 8 0 0 1 0 11',
  warning: 'M12 4 2.8 19.5h18.4ZM12 10v4.5M12 17.2v.01',
  previous: 'M14.5 5.5 8 12l6.5 6.5',
  next: 'M9.5 5.5 16 12l-6.5 6.5',
  pin: 'M9 3.5h6l-.7 6 3.2 3.5h-11l3.2-3.5ZM12 13v7.5',
  unpin: 'M10.2 3.5h4.8l-.5 4.5M13.9 9.5l.4.2 2.9 3.3h-.3M13 13h-6.2l3-3.3.1-1M12 13v7.5M4 4l16 16',
  people: 'M9 11.5a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7ZM2.5 19.5a6.5 6.5 0 0 1 13 0M15.5 4.9a3.5 3.5 0 0 1 0 6.2M18 13.9a6.5 6.5 0 0 1 3.5 5.6',
  // Levels go by their shape first.
  levelRed: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18ZM8.8 8.8l6.4 6.4M15.2 8.8l-6.4 6.4',
  levelAmber: 'M12 4 2.8 19.5h18.4ZM12 10v4.5M12 17.2v.01',
  levelGreen: 'M4.5 12.8l5 4.7 10-11',
  levelQuiet: 'M6.5 12h11',
  hand: 'M8 13V6.5a1.5 1.5 0 0 1 3 0V11M11 11V5a1.5 1.5 0 0 1 3 0v6M14 11V6.5a1.5 1.5 0 0 1 3 0V14a6.5 6.5 0 0 1-6.5 6.5c-3 0-4.4-1.5-6-4.6L3.3 13.4a1.4 1.4 0 0 1 2.4-1.4L8 15',
  chair: 'M12 3.5l2.6 5.4 5.9.8-4.3 4.1 1 5.9-5.2-2.8-5.2 2.8 1-5.9-4.3-4.1 5.9-.8Z',
  up: 'M5.5 14.5 12 8l6.5 6.5',
  down: 'M5.5 9.5 12 16l6.5-6.5',
  lock: 'M6 11h12v9h-12ZM8.5 11V8a3.5 3.5 0 0 1 7 0v3',
  unlock: 'M6 11h12v9h-12ZM8.5 11V8a3.5 3.5 0 0 1 6.8-1.2',
  chat: 'M5 5h14a1.5 1.5 0 0 1 1.5 1.5v8a1.5 1.5 0 0 1-1.5 1.5h-7l-4.5 4v-4H5a1.5 1.5 0 0 1-1.5-1.5v-8A1.5 1.5 0 0 1 5 5ZM8 9.5h8M8 12.5h5',
  panel: 'M4 5h16v14h-16ZM14.5 5v14M16.8 8.5h1.2M16.8 11.5h1.2',
  more: 'M4.5 12a1 1 0 1 0 2 0 1 1 0 1 0-2 0M11 12a1 1 0 1 0 2 0 1 1 0 1 0-2 0M17.5 12a1 1 0 1 0 2 0 1 1 0 1 0-2 0',
  document: 'M7 3.5h7l4 4v13h-11ZM14 3.5v4h4M9.5 12h6M9.5 15.5h6',
  close: 'M6 6l12 12M18 6 6 18',
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name, size = 22 }: { name: IconName; size?: number }) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.8"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      <path d={PATHS[name]} />
    </svg>
  );
}

// The addresses of the pages, as values; pure. The server serves the app at the same ones (`src/http/assets.rs`).

export const MEETING_PARTS = ['hall', 'desk', 'ready', 'roll', 'screen', 'report'] as const;
export type MeetingPart = (typeof MEETING_PARTS)[number];

export type SetupPlace =
  | { at: 'meetings' }
  | { at: 'directory' }
  | { at: 'administrators' }
  | { at: 'account' }
  /** A meeting's plan, at a step of the wizard. */
  | { at: 'plan'; id: string; step: PlanStep }
  | { at: 'invites'; id: string };

export const PLAN_STEPS = ['facts', 'points', 'delegates', 'agenda', 'rules', 'review'] as const;
export type PlanStep = (typeof PLAN_STEPS)[number];

export type Route =
  /** From an invitation to the hall. */
  | { page: 'join' }
  /** Delegates on their own phones. */
  | { page: 'checkIn' }
  /** An administrator's one-time link. */
  | { page: 'welcome' }
  | { page: 'signIn' }
  | { page: 'setup'; place: SetupPlace }
  | { page: 'meeting'; id: string; part: MeetingPart }
  | { page: 'unknown' };

const MEETINGS: SetupPlace = { at: 'meetings' };

export function routeOf(path: string): Route {
  const parts = path.split('/').slice(1).map(decode);
  const [first = '', second, third, fourth, ...rest] = parts;
  if (rest.length > 0) return { page: 'unknown' };
  if (parts.length === 1) {
    if (first === '' || first === 'j') return { page: 'join' };
    if (first === 'c') return { page: 'checkIn' };
    if (first === 'a') return { page: 'welcome' };
    if (first === 'sign-in') return { page: 'signIn' };
  }
  if (first === 'm' && second && fourth === undefined) {
    const part = MEETING_PARTS.find((name) => name === third);
    return part ? { page: 'meeting', id: second, part } : { page: 'unknown' };
  }
  if (first === 'setup') {
    const place = setupPlaceOf(second, third, fourth);
    if (place) return { page: 'setup', place };
  }
  return { page: 'unknown' };
}

function setupPlaceOf(area: string | undefined, id: string | undefined, step: string | undefined): SetupPlace | null {
  if (area === undefined || area === '') return MEETINGS;
  if (area === 'meetings') {
    if (id === undefined) return MEETINGS;
    if (id === '') return null;
    if (step === 'invites') return { at: 'invites', id };
    const known = step === undefined ? 'facts' : PLAN_STEPS.find((name) => name === step);
    return known ? { at: 'plan', id, step: known } : null;
  }
  const alone = (['directory', 'administrators', 'account'] as const).find((name) => name === area);
  return alone && id === undefined ? { at: alone } : null;
}

export function pathOf(route: Route): string {
  switch (route.page) {
    case 'join':
    case 'unknown':
      return '/';
    case 'checkIn':
      return '/c';
    case 'welcome':
      return '/a';
    case 'signIn':
      return '/sign-in';
    case 'meeting':
      return `/m/${encodeURIComponent(route.id)}/${route.part}`;
    case 'setup':
      return setupPathOf(route.place);
  }
}

function setupPathOf(place: SetupPlace): string {
  switch (place.at) {
    case 'plan':
      return `/setup/meetings/${encodeURIComponent(place.id)}/${place.step}`;
    case 'invites':
      return `/setup/meetings/${encodeURIComponent(place.id)}/invites`;
    default:
      return `/setup/${place.at}`;
  }
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

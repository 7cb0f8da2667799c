// A meeting's plan while it is edited; pure. Each edit yields a new plan, and leaves alone what it does not touch.
import type { AgendaItem, AgendaKind, Delegate, Document, Meeting, Officers, Person, Point, Rules } from '../../api/schema';
import { wallTime } from '../../ui/localTime';

/** A plan in which nothing is left out. */
export interface Plan extends Required<Omit<Meeting, 'agenda'>> {
  agenda: Item[];
}

export interface Item extends Required<Omit<AgendaItem, 'documents'>> {
  documents: Required<Document>[];
}

export type Officer = keyof Officers;
export const OFFICERS = ['chair', 'secretary', 'technician'] as const satisfies readonly Officer[];

export const DEFAULT_RULES: Rules = { lateAfterMinutes: 15, quorum: null, secondDevice: 'refuse', microphones: 'floor' };
export const NOBODY: Officers = { chair: null, secretary: null, technician: null };

/** The authority's own: its papers go by it where a meeting does not say otherwise. */
export const USUAL_ZONE = 'Asia/Ho_Chi_Minh';

export function wholePlan(meeting: Meeting): Plan {
  return {
    ...meeting,
    number: meeting.number ?? '',
    zone: meeting.zone ?? USUAL_ZONE,
    officers: { ...NOBODY, ...meeting.officers },
    delegates: meeting.delegates ?? [],
    agenda: (meeting.agenda ?? []).map((item) => ({
      ...item,
      presenter: item.presenter ?? '',
      point: item.point ?? null,
      minutes: item.minutes ?? 0,
      documents: (item.documents ?? []).map(({ title, link }) => ({ title, link: link ?? '' })),
    })),
    rules: { ...DEFAULT_RULES, ...meeting.rules },
  };
}

export type PlanEdit =
  | { edit: 'facts'; facts: Partial<Pick<Plan, 'title' | 'number' | 'zone' | 'startsAt'>> }
  /** An officer without a name has no seat. */
  | { edit: 'officer'; officer: Officer; person: Person | null }
  /** Whoever is invited now; those expected at a point that is not go too. */
  | { edit: 'points'; points: Point[]; delegates: Delegate[] }
  | { edit: 'hub'; hub: string }
  | { edit: 'point'; id: string; change: Partial<Pick<Point, 'name' | 'room'>> }
  /** With all that is below it. */
  | { edit: 'removePoint'; id: string }
  | { edit: 'addDelegate'; delegate: Delegate }
  | { edit: 'delegate'; id: string; change: Partial<Omit<Delegate, 'id'>> }
  | { edit: 'removeDelegate'; id: string }
  | { edit: 'addItem'; kind: AgendaKind; title: string }
  | { edit: 'item'; id: number; change: Partial<Omit<Item, 'id'>> }
  | { edit: 'removeItem'; id: number }
  /** By so many places, up or down. */
  | { edit: 'moveItem'; id: number; by: number }
  | { edit: 'agenda'; agenda: Item[] }
  | { edit: 'rules'; rules: Partial<Rules> }
  /** Back to another state of it: undone, or read anew. */
  | { edit: 'all'; plan: Plan };

export function editPlan(plan: Plan, edit: PlanEdit): Plan {
  switch (edit.edit) {
    case 'facts':
      return { ...plan, ...edit.facts };
    case 'officer':
      return { ...plan, officers: { ...plan.officers, [edit.officer]: edit.person } };
    case 'points':
      return invite(plan, edit.points, edit.delegates);
    case 'hub':
      return { ...plan, hub: edit.hub };
    case 'point':
      return { ...plan, points: plan.points.map((point) => (point.id === edit.id ? { ...point, ...edit.change } : point)) };
    case 'removePoint': {
      const gone = new Set(subtree(plan.points, edit.id));
      // Without its hub there is no conference.
      if (gone.has(plan.hub)) return plan;
      return invite(plan, plan.points.filter(({ id }) => !gone.has(id)), plan.delegates);
    }
    case 'addDelegate':
      return { ...plan, delegates: [...plan.delegates, edit.delegate] };
    case 'delegate':
      return { ...plan, delegates: plan.delegates.map((one) => (one.id === edit.id ? { ...one, ...edit.change } : one)) };
    case 'removeDelegate':
      return { ...plan, delegates: plan.delegates.filter(({ id }) => id !== edit.id) };
    case 'addItem':
      return { ...plan, agenda: [...plan.agenda, newItem(plan.agenda, edit.kind, edit.title)] };
    case 'item':
      return { ...plan, agenda: plan.agenda.map((item) => (item.id === edit.id ? { ...item, ...edit.change } : item)) };
    case 'removeItem':
      return { ...plan, agenda: plan.agenda.filter(({ id }) => id !== edit.id) };
    case 'moveItem':
      return { ...plan, agenda: moved(plan.agenda, edit.id, edit.by) };
    case 'agenda':
      return { ...plan, agenda: edit.agenda };
    case 'rules':
      return { ...plan, rules: { ...plan.rules, ...edit.rules } };
    case 'all':
      return edit.plan;
  }
}

/** The ledger names agenda items by their numbers: a new one's is above all that are there. */
function newItem(agenda: readonly Item[], kind: AgendaKind, title: string): Item {
  const id = Math.max(0, ...agenda.map((item) => item.id)) + 1;
  return { id, type: kind, title, presenter: '', point: null, minutes: 0, documents: [] };
}

function moved(agenda: readonly Item[], id: number, by: number): Item[] {
  const from = agenda.findIndex((item) => item.id === id);
  const to = from + by;
  const item = agenda[from];
  if (item === undefined || to < 0 || to >= agenda.length) return [...agenda];
  const rest = agenda.filter((other) => other.id !== id);
  return [...rest.slice(0, to), item, ...rest.slice(to)];
}

function invite(plan: Plan, points: Point[], delegates: Delegate[]): Plan {
  const invited = new Set(points.map(({ id }) => id));
  return {
    ...plan,
    points,
    delegates: delegates.filter(({ point }) => invited.has(point)),
    // What is presented from a point that is not there any more is presented from nowhere in particular.
    agenda: plan.agenda.map((item) => (item.point === null || invited.has(item.point) ? item : { ...item, point: null })),
  };
}

/** A point and all below it, by id. */
export function subtree(points: readonly Point[], root: string): string[] {
  const found = new Set([root]);
  // Parents come before their children.
  for (const { id, parent } of points) if (parent && found.has(parent)) found.add(id);
  return [...found];
}

/** How long the agenda lasts as planned, in minutes; items without a time add nothing. */
export const plannedMinutes = (agenda: readonly Item[]): number => agenda.reduce((sum, { minutes }) => sum + minutes, 0);

export type TemplateName = 'briefing' | 'rollout' | 'council';
export const TEMPLATES: readonly TemplateName[] = ['briefing', 'rollout', 'council'];

/** What a template says of the meeting besides its agenda. */
export const TEMPLATE_RULES: Record<TemplateName, Partial<Rules>> = {
  briefing: { microphones: 'free', lateAfterMinutes: 10 },
  rollout: {},
  council: { quorum: { of: 'delegates', percent: 67 } },
};

/** An agenda of nothing but kinds, titles and minutes. */
export function agendaOf(items: readonly (readonly [AgendaKind, string, number])[]): Item[] {
  return items.reduce<Item[]>((agenda, [kind, title, minutes]) => [...agenda, { ...newItem(agenda, kind, title), minutes }], []);
}

/** Another meeting like this one: the same people and rules, on another day. Only what is said anew is another. */
export function likeThis(plan: Plan, facts: Pick<Plan, 'id' | 'title' | 'startsAt'>): Plan {
  return { ...plan, ...facts, number: '' };
}

const HOUR_MS = 3_600_000;

/** When a meeting is rehearsed unless somebody says otherwise: a day before it, or in an hour when that has passed. */
export function rehearsalTime(startsAt: string, now: number): string {
  const dayBefore = Date.parse(startsAt) - 24 * HOUR_MS;
  const soon = Math.ceil((now + HOUR_MS) / (HOUR_MS / 4)) * (HOUR_MS / 4);
  return new Date(dayBefore > now ? dayBefore : soon).toISOString();
}

/** An id that people can read in an address: the day, and the first words of the title. */
export function meetingIdOf(title: string, startsAt: string, taken: ReadonlySet<string>): string {
  const words = title
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .replace(/[đĐ]/g, 'd')
    .toLowerCase()
    .match(/[a-z0-9]+/g);
  const base = [wallTime(startsAt, USUAL_ZONE).slice(0, 10), ...(words ?? []).slice(0, 6)].join('-').slice(0, 56);
  for (let number = 1; ; number++) {
    const id = number === 1 ? base : `${base}-${number}`;
    if (!taken.has(id)) return id;
  }
}

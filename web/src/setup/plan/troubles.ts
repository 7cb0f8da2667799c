// What is still wrong or missing in a plan, by step; pure. What is wrong the server would refuse; it has the last word.
import type { PlanStep } from '../../app/route';
import type { Plan } from './plan';

export interface Trouble {
  step: PlanStep;
  /** A wrong plan cannot be kept; a note is only worth a look before it is published. */
  grade: 'wrong' | 'note';
  what: What;
}

/** Names of messages, with what fills them. */
export type What =
  | { is: 'noTitle' }
  | { is: 'noStart' }
  | { is: 'noChair' }
  | { is: 'onlyHub' }
  | { is: 'noRoom'; count: number }
  | { is: 'noPointName'; id: string }
  | { is: 'noDelegates' }
  | { is: 'emptyPoints'; count: number }
  | { is: 'noDelegateName'; count: number }
  | { is: 'noAgenda' }
  | { is: 'noItemTitle'; item: number }
  | { is: 'badLink'; item: number }
  | { is: 'badMinutes'; item: number }
  | { is: 'badLateness' }
  | { is: 'badQuorum' };

const DAY_MINUTES = 24 * 60;

export function troublesOf(plan: Plan): Trouble[] {
  const troubles: Trouble[] = [];
  const add = (step: PlanStep, grade: Trouble['grade'], what: What) => troubles.push({ step, grade, what });

  if (plan.title.trim() === '') add('facts', 'wrong', { is: 'noTitle' });
  if (Number.isNaN(Date.parse(plan.startsAt))) add('facts', 'wrong', { is: 'noStart' });
  if (plan.officers.chair === null) add('facts', 'note', { is: 'noChair' });

  for (const { id, name } of plan.points) if (name.trim() === '') add('points', 'wrong', { is: 'noPointName', id });
  if (plan.points.length <= 1) add('points', 'note', { is: 'onlyHub' });
  const roomless = plan.points.filter(({ room }) => room.trim() === '').length;
  if (roomless > 0) add('points', 'note', { is: 'noRoom', count: roomless });

  const nameless = plan.delegates.filter(({ name }) => name.trim() === '').length;
  if (nameless > 0) add('delegates', 'wrong', { is: 'noDelegateName', count: nameless });
  if (plan.delegates.length === 0) add('delegates', 'note', { is: 'noDelegates' });
  else {
    const peopled = new Set(plan.delegates.map(({ point }) => point));
    const empty = plan.points.filter(({ id }) => !peopled.has(id)).length;
    if (empty > 0) add('delegates', 'note', { is: 'emptyPoints', count: empty });
  }

  if (plan.agenda.length === 0) add('agenda', 'note', { is: 'noAgenda' });
  plan.agenda.forEach(({ title, minutes, documents }, index) => {
    const item = index + 1;
    if (title.trim() === '') add('agenda', 'wrong', { is: 'noItemTitle', item });
    if (!isWhole(minutes, 0, DAY_MINUTES)) add('agenda', 'wrong', { is: 'badMinutes', item });
    const bad = documents.some((document) => document.title.trim() === '' || !isLink(document.link));
    if (bad) add('agenda', 'wrong', { is: 'badLink', item });
  });

  if (!isWhole(plan.rules.lateAfterMinutes, 0, DAY_MINUTES)) add('rules', 'wrong', { is: 'badLateness' });
  const { quorum } = plan.rules;
  if (quorum !== null && !isWhole(quorum.percent, 1, 100)) add('rules', 'wrong', { is: 'badQuorum' });
  return troubles;
}

const isWhole = (value: number, least: number, most: number) => Number.isInteger(value) && value >= least && value <= most;

/** Nothing, a path on this site, or an address of the web. */
export const isLink = (link: string): boolean => link === '' || /^\/(?!\/)\S*$/.test(link) || /^https?:\/\/[^\s/]\S*$/i.test(link);

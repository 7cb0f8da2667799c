// What the chair does, each with the words for it and the way back where there is one.
import { useMemo } from 'react';

import type { FloorRequest, HostView, Turn } from '../api/schema';
import type { DeskMessages } from '../i18n/desk';
import type { Give } from '../meeting/conduct';
import type { Places } from '../meeting/places';

export type HostState = HostView;

/** How a speaker is called: by their own name, and whose point it is. */
export const speakerName = (place: string, speaker: { name?: string }, places: Places): string => {
  const point = places.name(place);
  return speaker.name ? `${speaker.name} (${point})` : point;
};

/** In whose way to stand back: the request that is to be behind after the move, or none for the end. */
export function moveBefore(queue: readonly FloorRequest[], index: number, step: 1 | -1): number | null | undefined {
  const to = index + step;
  if (to < 0 || to >= queue.length) return undefined;
  // Down by one: before whoever stands behind the next one.
  return step < 0 ? queue[to]?.request : (queue[to + 1]?.request ?? null);
}

export function actsOf(give: Give, places: Places, { done }: DeskMessages, current: () => HostState | null) {
  return {
    spotlight: (place: string | null) => {
      const before = current()?.spotlight ?? null;
      return give(
        { do: 'spotlight', place },
        { done: place === null ? done.unlit : done.spotlit(places.name(place)), undo: { do: 'spotlight', place: before } },
      );
    },
    grant: ({ request, place, speaker }: FloorRequest, seconds: number) =>
      give(
        { do: 'grant-floor', request, seconds },
        { done: done.granted(speakerName(place, speaker, places)), undo: { do: 'take-floor-back' } },
      ),
    give: (place: string, speaker: { delegate?: string | null; name?: string }, subject: string, seconds: number) =>
      give(
        { do: 'give-floor', place, speaker, subject, seconds },
        { done: done.granted(speakerName(place, speaker, places)), undo: { do: 'take-floor-back' } },
      ),
    extend: (minutes: number) => give({ do: 'extend-floor', seconds: minutes * 60 }, { done: done.extended(minutes) }),
    /** Taking it back gives what was left of the time box anew. */
    takeBack: ({ place, speaker, subject, until }: Turn, nowMs: number) => {
      const seconds = until ? Math.max(1, Math.ceil((Date.parse(until) - nowMs) / 1000)) : 0;
      const { delegate, name } = speaker;
      return give(
        { do: 'take-floor-back' },
        {
          done: done.takenBack(speakerName(place, speaker, places)),
          undo: { do: 'give-floor', place, speaker: { delegate, name }, subject, seconds },
        },
      );
    },
    move: (queue: readonly FloorRequest[], index: number, step: 1 | -1) => {
      const [moved, before] = [queue[index], moveBefore(queue, index, step)];
      if (!moved || before === undefined) return Promise.resolve(false);
      const behind = queue[index + 1]?.request ?? null;
      return give(
        { do: 'move-request', request: moved.request, before },
        { done: done.moved, undo: { do: 'move-request', request: moved.request, before: behind } },
      );
    },
    mute: (place: string) =>
      give({ do: 'mute', place }, { done: done.muted(places.name(place)), undo: { do: 'ask-unmute', place } }),
    askUnmute: (place: string) => give({ do: 'ask-unmute', place }, { done: done.unmuteAsked(places.name(place)) }),
    remove: (place: string, reason: string) =>
      give({ do: 'remove', place, reason }, { done: done.removed(places.name(place)), undo: { do: 'readmit', place } }),
    readmit: (place: string) => give({ do: 'readmit', place }, { done: done.readmitted(places.name(place)) }),
    lock: (on: boolean) =>
      on
        ? give({ do: 'lock' }, { done: done.locked, undo: { do: 'unlock' } })
        : give({ do: 'unlock' }, { done: done.unlocked, undo: { do: 'lock' } }),
    startItem: (item: number, title: string) =>
      give({ do: 'start-item', item }, { done: done.started(title), undo: { do: 'finish-item', item } }),
    finishItem: (item: number, title: string) =>
      give({ do: 'finish-item', item }, { done: done.finished(title), undo: { do: 'start-item', item } }),
    /** The next item starts, and what is under way is done. */
    nextItem: async () => {
      const seen = current();
      const next = seen?.agenda.find((entry) => !entry.course);
      const running = seen?.agenda.filter((entry) => entry.course && !entry.course.finished) ?? [];
      for (const { id } of running) await give({ do: 'finish-item', item: id });
      if (next) return give({ do: 'start-item', item: next.id }, { done: done.started(next.title) });
      return false;
    },
    resume: () => give({ do: 'resume' }, { done: done.resumed }),
  };
}

export type Acts = ReturnType<typeof actsOf>;

export function useActs(give: Give, places: Places, text: DeskMessages, current: () => HostState | null): Acts {
  return useMemo(() => actsOf(give, places, text, current), [give, places, text, current]);
}

// How long somebody may still speak, in the hall's words.
import type { Turn } from '../api/schema';
import { useHallText } from '../i18n/hall';
import { duration, timeBoxOf } from '../meeting/time';

export function useBoxWords(turn: Turn, nowMs: number): { words: string; isOver: boolean } {
  const { floor } = useHallText();
  const box = timeBoxOf(turn, nowMs);
  const length = duration(box.ms);
  const words = box.is === 'over' ? floor.over(length) : box.is === 'open' ? floor.spoken(length) : floor.left(length);
  return { words, isOver: box.is === 'over' };
}

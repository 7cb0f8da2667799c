import { describe, expect, it } from 'vitest';

type Module = Record<string, unknown>;
const vietnamese = import.meta.glob<Module>('./vi/*.ts', { eager: true });
const english = import.meta.glob<Module>('./en/*.ts', { eager: true });
const areas = Object.keys(vietnamese)
  .map((path) => path.replace(/^.*\/|\.ts$/g, ''))
  .filter((area) => area !== 'numbers');

const of = (modules: Record<string, Module>, language: string, area: string) => modules[`./${language}/${area}.ts`]?.[area];

/** Paths of all messages; a function stands for its text. */
function paths(value: unknown, at = ''): string[] {
  return typeof value === 'object' && value !== null
    ? Object.entries(value).flatMap(([key, inner]) => paths(inner, `${at}.${key}`))
    : [`${at}:${typeof value}`];
}

it('has the same areas in both languages', () => {
  const areasInEnglish = Object.keys(english).map((path) => path.replace(/^.*\/|\.ts$/g, ''));
  expect(areasInEnglish.sort()).toEqual([...areas, 'numbers'].sort());
});

describe.each(areas)('the area %s', (area) => {
  it('says everything in both languages', () => {
    const inVietnamese = of(vietnamese, 'vi', area);
    expect(inVietnamese).toBeTypeOf('object');
    expect(paths(of(english, 'en', area))).toEqual(paths(inVietnamese));
  });

  it('leaves nothing unsaid', () => {
    for (const messages of [of(vietnamese, 'vi', area), of(english, 'en', area)]) {
      const empty = JSON.stringify(messages, (_, value: unknown) => (value === '' ? 'EMPTY' : value));
      expect(empty).not.toContain('EMPTY');
    }
  });
});

import ts from 'typescript';
import { expect, it } from 'vitest';

const components = import.meta.glob<string>('../**/*.tsx', { eager: true, query: '?raw', import: 'default' });

/** Attributes that people see or hear. */
const SPOKEN = new Set(['alt', 'aria-description', 'aria-label', 'aria-roledescription', 'label', 'placeholder', 'title']);
const isWords = (text: string) => /\p{L}/u.test(text);

/** Texts that stand in a component itself. */
function wordsIn(path: string, source: string): string[] {
  const file = ts.createSourceFile(path, source, ts.ScriptTarget.ES2022, true, ts.ScriptKind.TSX);
  const found: string[] = [];
  const look = (node: ts.Node): void => {
    const spoken = ts.isJsxAttribute(node) && SPOKEN.has(node.name.getText(file)) && node.initializer;
    if (ts.isJsxText(node) && isWords(node.text)) found.push(node.text.trim());
    if (spoken && ts.isStringLiteral(spoken) && isWords(spoken.text)) found.push(spoken.text);
    ts.forEachChild(node, look);
  };
  look(file);
  return found;
}

it('has every word that people see in the messages, and none in a component', () => {
  const found = Object.entries(components)
    .filter(([path]) => !path.startsWith('../preview/'))
    .map(([path, source]) => [path, wordsIn(path, source)])
    .filter(([, words]) => words?.length);
  expect(found).toEqual([]);
});

it('would find them', () => {
  expect(wordsIn('a.tsx', `const a = <p title="Xin chào">{b} Tạm biệt<i data-x="no" aria-label={c}>×</i></p>;`)).toEqual([
    'Xin chào',
    'Tạm biệt',
  ]);
});

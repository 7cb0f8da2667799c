// The language in force, and the messages in it. A page's messages come with that page: each area has a file for each
// language (`vi/hall.ts`, `en/hall.ts`) and a hook made by `areaText`.
import { createContext, useContext, useEffect, useMemo, useState, type ReactNode } from 'react';

import { readText, writeText } from '../app/storage';
import { app as appInEnglish } from './en/app';
import { join as joinInEnglish } from './en/join';
import type { Language } from './language';
import { app } from './vi/app';
import { join } from './vi/join';

export type { Language };

const CORE = { vi: { ...app, ...join }, en: { ...appInEnglish, ...joinInEnglish } };
/** What every page may say. */
export type Messages = (typeof CORE)['vi'];

const KEY = 'diemcau.language';

interface Speech {
  language: Language;
  text: Messages;
  setLanguage: (language: Language) => void;
}

const SpeechContext = createContext<Speech>({ language: 'vi', text: CORE.vi, setLanguage: () => {} });

export function LanguageProvider({ children }: { children: ReactNode }) {
  const [language, setLanguage] = useState<Language>(() => (readText(KEY) === 'en' ? 'en' : 'vi'));
  useEffect(() => {
    document.documentElement.lang = language;
    writeText(KEY, language);
  }, [language]);
  const speech = useMemo(() => ({ language, text: CORE[language], setLanguage }), [language]);
  return <SpeechContext value={speech}>{children}</SpeechContext>;
}

export const useSpeech = () => useContext(SpeechContext);
export const useText = () => useContext(SpeechContext).text;

/** The hook of an area: its messages in the language in force. The Vietnamese ones are the type of the others. */
export function areaText<Texts>(vi: Texts, en: NoInfer<Texts>): () => Texts {
  return () => (useContext(SpeechContext).language === 'en' ? en : vi);
}

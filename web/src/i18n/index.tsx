// The language in force, and the messages in it.
import { createContext, useContext, useEffect, useMemo, useState, type ReactNode } from 'react';

import { readText, writeText } from '../app/storage';
import { en } from './en';
import { vi, type Messages } from './vi';

export type { Messages };
export type Language = 'vi' | 'en';

const MESSAGES: Record<Language, Messages> = { vi, en };
const KEY = 'diemcau.language';

interface Speech {
  language: Language;
  text: Messages;
  setLanguage: (language: Language) => void;
}

const SpeechContext = createContext<Speech>({ language: 'vi', text: vi, setLanguage: () => {} });

export function LanguageProvider({ children }: { children: ReactNode }) {
  const [language, setLanguage] = useState<Language>(() => (readText(KEY) === 'en' ? 'en' : 'vi'));
  useEffect(() => {
    document.documentElement.lang = language;
    writeText(KEY, language);
  }, [language]);
  const speech = useMemo(() => ({ language, text: MESSAGES[language], setLanguage }), [language]);
  return <SpeechContext value={speech}>{children}</SpeechContext>;
}

export const useSpeech = () => useContext(SpeechContext);
export const useText = () => useContext(SpeechContext).text;

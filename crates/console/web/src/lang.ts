// The language of the page: chosen, remembered, else the browser's.
import { createContext, useContext } from 'react';
import { texts, type TextKey } from './texts';

export type Lang = 'en' | 'zh';

const KEPT = 'linewright.language';

export function firstLang(): Lang {
  const kept = localStorage.getItem(KEPT);
  if (kept === 'en' || kept === 'zh') return kept;
  return navigator.language.toLowerCase().startsWith('zh') ? 'zh' : 'en';
}

export function keepLang(lang: Lang): void {
  localStorage.setItem(KEPT, lang);
}

export function pick(lang: Lang, pair: readonly [en: string, zh: string]): string {
  return lang === 'en' ? pair[0] : pair[1];
}

export function say(lang: Lang, key: TextKey): string {
  return pick(lang, texts[key]);
}

export const LangContext = createContext<Lang>('en');

export interface Tongue {
  lang: Lang;
  t: (key: TextKey) => string;
  /** `: ` in the language's own signs. */
  colon: string;
}

export function useLang(): Tongue {
  const lang = useContext(LangContext);
  return { lang, t: (key) => say(lang, key), colon: lang === 'zh' ? '：' : ': ' };
}

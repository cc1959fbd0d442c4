// Language, theme and session around everything.
import { useCallback, useEffect, useState } from 'react';
import { ConfigProvider, Spin, theme as antTheme } from 'antd';
import enUS from 'antd/locale/en_US';
import zhCN from 'antd/locale/zh_CN';
import { api, notReached, rememberToken, speak, whenLoggedOut, type Me, type Problem } from './api/client';
import { firstLang, keepLang, LangContext, say, type Lang } from './lang';
import type { Theme } from './map/palette';
import { Entrance } from './shell/entrance';
import { Nothing } from './shell/nothing';
import { Workbench } from './shell/workbench';

const KEPT_THEME = 'linewright.theme';

function firstTheme(): Theme {
  const kept = localStorage.getItem(KEPT_THEME);
  if (kept === 'light' || kept === 'dark') return kept;
  return window.matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
}

/** Everything is one page; at any other path there is nothing. */
function isPage(path: string): boolean {
  return path === '/' || path === '/index.html';
}

const TOKENS = {
  light: { colorPrimary: '#0b6b5e', colorInfo: '#0b6b5e', colorLink: '#0b6b5e', colorTextSecondary: '#4e5f66', colorTextTertiary: '#5a6a71', colorTextDescription: '#53636a', colorTextPlaceholder: '#66757b' },
  dark: { colorPrimary: '#22a892', colorInfo: '#22a892', colorLink: '#59d9c3', colorBgBase: '#121b21', colorBgContainer: '#17232b', colorBgElevated: '#1b2932', colorBorder: '#3a4b55', colorBorderSecondary: '#27363f', colorTextPlaceholder: '#94a5ad', colorTextDescription: '#a9bac1' },
};

export interface Surroundings {
  lang: Lang;
  theme: Theme;
  setLang: (lang: Lang) => void;
  setTheme: (theme: Theme) => void;
}

export function App() {
  const [lang, changeLang] = useState(firstLang);
  const [theme, changeTheme] = useState(firstTheme);
  const [me, setMe] = useState<Me | null>(null);
  const [asked, setAsked] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);

  speak(lang, say(lang, 'unreachable'), say(lang, 'unreachable_detail'));

  useEffect(() => {
    document.documentElement.lang = lang === 'zh' ? 'zh-CN' : 'en';
    document.documentElement.dataset.theme = theme;
  }, [lang, theme]);

  const enter = useCallback((someone: Me | null) => {
    rememberToken(someone?.csrf_token ?? '');
    setMe(someone);
    setProblem(null);
  }, []);

  const ask = useCallback(async () => {
    try {
      // Without `answered`: a 401 here ends no session, there was none.
      const { data } = await api.GET('/api/v1/session');
      enter(data ?? null);
    } catch {
      setProblem(notReached());
    } finally {
      setAsked(true);
    }
  }, [enter]);

  useEffect(() => {
    whenLoggedOut(() => enter(null));
    void ask();
  }, [ask, enter]);

  const around: Surroundings = {
    lang,
    theme,
    setLang: (next) => { keepLang(next); changeLang(next); },
    setTheme: (next) => { localStorage.setItem(KEPT_THEME, next); changeTheme(next); },
  };

  return (
    <LangContext value={lang}>
      <ConfigProvider
        locale={lang === 'zh' ? zhCN : enUS}
        theme={{
          algorithm: theme === 'dark' ? antTheme.darkAlgorithm : antTheme.defaultAlgorithm,
          // White on the dark theme's green would be too faint to read.
          components: theme === 'dark' ? { Button: { primaryColor: '#04211c' }, Tabs: { itemSelectedColor: '#59d9c3', itemHoverColor: '#59d9c3' } } : {},
          token: { ...TOKENS[theme], borderRadius: 8, fontSize: 14, fontFamily: 'var(--font)' },
        }}
      >
        {!isPage(window.location.pathname) ? (
          <main className="opening">
            <Nothing title={say(lang, 'no_such_page')} detail={window.location.pathname}>
              <a href="/">{say(lang, 'to_start')}</a>
            </Nothing>
          </main>
        ) : !asked ? <Spin className="opening" size="large" /> : me ? (
          <Workbench me={me} around={around} onLeave={() => enter(null)} />
        ) : (
          <Entrance around={around} problem={problem} onEnter={enter} onRetry={() => void ask()} />
        )}
      </ConfigProvider>
    </LangContext>
  );
}

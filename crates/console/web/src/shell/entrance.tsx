// Before the workbench: log in, or make the first administrator with the one-time link.
import { useEffect, useState } from 'react';
import { Alert, Button, Divider, Form, Input } from 'antd';
import { answered, api, asProblem, Problem, type Me, type Ways } from '../api/client';
import type { Surroundings } from '../app';
import { useLang } from '../lang';
import { Brand } from './brand';
import { refusedBy } from './refused';
import { Switches } from './switches';

interface Filled {
  username: string;
  password: string;
}

interface Props {
  around: Surroundings;
  problem: Problem | null;
  onEnter: (me: Me) => void;
  onRetry: () => void;
}

function setupLink(): string | null {
  const match = /^#setup=(.+)$/.exec(window.location.hash);
  return match?.[1] ? decodeURIComponent(match[1]) : null;
}

export function Entrance({ around, problem, onEnter, onRetry }: Props) {
  const { t } = useLang();
  const [link] = useState(setupLink);
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState<Problem | null>(problem);
  const [door, setDoor] = useState<Ways['oidc']>(null);
  const [turnedAway, setTurnedAway] = useState(refusedBy);
  // In the language of now, which may change while it is shown.
  const shown = refused ?? (turnedAway && new Problem(t(turnedAway.title), t(turnedAway.detail), 403));

  useEffect(() => {
    // It would stay in the address bar, and come back with every reload.
    if (turnedAway) window.history.replaceState(null, '', window.location.pathname);
  }, [turnedAway]);

  useEffect(() => {
    // Where the server cannot be asked, the password's form says so.
    api.GET('/api/v1/login').then(({ data }) => setDoor(data?.oidc ?? null), () => undefined);
  }, []);

  const enter = async (filled: Filled) => {
    const { username, password } = filled;
    setBusy(true);
    setRefused(null);
    setTurnedAway(null);
    try {
      const me = link
        ? await answered(api.POST('/api/v1/setup', { body: { link, username, password } }))
        : await answered(api.POST('/api/v1/session', { body: { username, password } }));
      // The link is spent, and would stay in the address bar.
      if (link) window.history.replaceState(null, '', window.location.pathname);
      onEnter(me);
    } catch (error) {
      setRefused(asProblem(error));
      setBusy(false);
    }
  };

  const required = [{ required: true, message: t('required') }];
  return (
    <div className="entrance">
      <header><Brand /><span className="gap" /><Switches around={around} /></header>
      <main>
        <section className="hero" aria-hidden>
          <svg viewBox="0 0 420 420" className="glass">
            <path d="M-10 330 H120 a40 40 0 0 0 40-40 V150 a40 40 0 0 1 40-40 H430" className="one" />
            <path d="M-10 352 H142 a40 40 0 0 0 40-40 V172 a40 40 0 0 1 40-40 H430" className="two" />
            <path d="M-10 374 H260 a40 40 0 0 0 40-40 V260 a40 40 0 0 1 40-40 H430" className="three" />
            <circle cx="160" cy="220" r="9" /><circle cx="182" cy="240" r="9" /><circle cx="300" cy="300" r="9" />
            <rect x="236" y="98" width="46" height="46" rx="8" />
          </svg>
        </section>
        <section className="door">
          <h1>{link ? t('setup_title') : t('product_line')}</h1>
          <p>{link ? t('setup_lead') : t('welcome')}</p>
          {shown && (
            <Alert
              type="error" showIcon title={shown.title} description={shown.message}
              action={problem && shown.status === 0 ? <Button size="small" onClick={onRetry}>{t('retry')}</Button> : undefined}
            />
          )}
          {door && !link && (
            <>
              <Button type="primary" size="large" block href={door.href} className="elsewhere">{t('sign_in_with').replace('{}', door.name)}</Button>
              <Divider plain className="or">{t('or_password')}</Divider>
            </>
          )}
          <Form<Filled> layout="vertical" requiredMark={false} onFinish={(filled) => void enter(filled)} disabled={busy}>
            <Form.Item name="username" label={t('username')} rules={required}>
              <Input autoFocus autoComplete="username" size="large" maxLength={64} />
            </Form.Item>
            <Form.Item
              name="password" label={t('password')}
              rules={link ? [...required, { min: 10, message: t('password_short') }] : required}
            >
              <Input.Password autoComplete={link ? 'new-password' : 'current-password'} size="large" maxLength={200} />
            </Form.Item>
            {link && (
              <Form.Item
                name="again" label={t('password_again')} dependencies={['password']}
                rules={[...required, ({ getFieldValue }) => ({
                  validator: (_, value) =>
                    value === getFieldValue('password') ? Promise.resolve() : Promise.reject(new Error(t('passwords_differ'))),
                })]}
              >
                <Input.Password autoComplete="new-password" size="large" maxLength={200} />
              </Form.Item>
            )}
            <Button type={door && !link ? 'default' : 'primary'} htmlType="submit" size="large" block loading={busy}>{link ? t('create') : t('log_in')}</Button>
          </Form>
        </section>
      </main>
    </div>
  );
}

// A text field that finds things of the network as one types.
import { useEffect, useRef, useState } from 'react';
import { AutoComplete, Input } from 'antd';
import type { ReactNode } from 'react';
import { answered, api, type Hit } from '../api/client';
import { useLang } from '../lang';
import * as words from '../words';

/** Waits for a pause in typing, milliseconds. */
const PAUSE_MS = 180;

interface Props {
  id?: string;
  label: string;
  hint: string;
  text: string;
  /** Only hits of these tables; all where left out. */
  only?: readonly string[];
  prefix?: ReactNode;
  size?: 'middle' | 'large';
  clearable?: boolean;
  onText: (text: string) => void;
  onHit: (hit: Hit) => void;
  onEnter?: (text: string) => void;
}

export function Finder({ id, label, hint, text, only, prefix, size = 'middle', clearable = true, onText, onHit, onEnter }: Props) {
  const { lang, t } = useLang();
  const [hits, setHits] = useState<Hit[]>([]);
  const [asked, setAsked] = useState('');
  const [busy, setBusy] = useState(false);
  const [open, setOpen] = useState(false);
  const typed = useRef(false);

  useEffect(() => {
    const q = text.trim();
    if (!typed.current || !q) {
      setHits([]);
      setAsked('');
      return undefined;
    }
    const stop = new AbortController();
    const timer = window.setTimeout(() => {
      setBusy(true);
      answered(api.GET('/api/v1/search', { params: { query: { q, limit: 20 } }, signal: stop.signal }))
        .then((found) => {
          setHits(found.items.filter((hit) => !only || only.includes(hit.resource)));
          setAsked(q);
        })
        .catch(() => { if (!stop.signal.aborted) setHits([]); })
        .finally(() => setBusy(false));
    }, PAUSE_MS);
    return () => {
      window.clearTimeout(timer);
      stop.abort();
    };
  }, [text, only]);

  const options = hits.map((hit, at) => ({
    value: `${hit.resource}/${hit.id}`,
    at,
    label: (
      <span className="hit">
        <span className="hit-name">{hit.name || hit.code}</span>
        <span className="hit-what">{hit.resource === 'addresses' ? words.table(lang, hit.resource) : words.kind(lang, hit.kind)} · {hit.code}</span>
      </span>
    ),
  }));
  return (
    <AutoComplete
      className="finder"
      value={text}
      options={options}
      open={open && typed.current && text.trim() !== ''}
      onOpenChange={setOpen}
      notFoundContent={busy || asked !== text.trim() ? t('searching') : t('nothing_found')}
      defaultActiveFirstOption={!onEnter}
      onSelect={(value: string) => {
        const hit = hits.find((one) => `${one.resource}/${one.id}` === value);
        typed.current = false;
        setOpen(false);
        if (hit) onHit(hit);
      }}
      onChange={(value: string) => {
        if (hits.some((hit) => `${hit.resource}/${hit.id}` === value)) return;
        typed.current = true;
        setOpen(true);
        onText(value);
      }}
    >
      <Input
        {...(id ? { id } : {})}
        aria-label={label}
        placeholder={hint}
        prefix={prefix}
        size={size}
        allowClear={clearable}
        maxLength={200}
        onPressEnter={() => {
          if (onEnter && !(open && hits.length > 0 && document.querySelector('.ant-select-item-option-active'))) onEnter(text);
        }}
      />
    </AutoComplete>
  );
}

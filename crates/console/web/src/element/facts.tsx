// What a record says of itself.
import type { ReactNode } from 'react';
import { Progress } from 'antd';
import type { Reference } from '../api/client';
import { useLang, type Lang } from '../lang';
import { Chip } from '../shell/chip';
import type { TextKey } from '../texts';
import * as words from '../words';
import type { Choice } from './choice';
import { referred, type Any } from './record';

type Row = [label: TextKey, value: ReactNode];

export function To({ to, onChoose }: { to: Reference; onChoose: (choice: Choice) => void }) {
  return <button type="button" className="ref" onClick={() => onChoose(referred(to))}>{words.label(to)}</button>;
}

function All({ all, onChoose }: { all: Reference[]; onChoose: (choice: Choice) => void }) {
  return <ul className="refs">{all.map((to, at) => <li key={at}><To to={to} onChoose={onChoose} /></li>)}</ul>;
}

function Share({ free, all, lang, tone }: { free: number; all: number; lang: Lang; tone?: 'taken' }) {
  const share = all > 0 ? free / all : 0;
  const colour = tone === 'taken' ? undefined : share < 0.1 ? '#d43a3f' : share < 0.5 ? '#d18200' : '#0b8a78';
  const words_ = tone === 'taken'
    ? lang === 'zh' ? `已占 ${free} / ${all}` : `${free} of ${all} taken`
    : lang === 'zh' ? `空闲 ${free} / ${all}` : `${free} of ${all} free`;
  return (
    <span className="share">
      <b>{words_}</b>
      <Progress percent={Math.round(100 * share)} size="small" showInfo={false} aria-label={words_} {...(colour ? { strokeColor: colour } : {})} />
    </span>
  );
}

function ends(a: Reference | null | undefined, z: Reference | null | undefined, onChoose: (choice: Choice) => void): Row {
  return ['ends', <>{a && <To to={a} onChoose={onChoose} />} — {z && <To to={z} onChoose={onChoose} />}</>];
}

function rows(of: Any, lang: Lang, t: (key: TextKey) => string, onChoose: (choice: Choice) => void): Row[] {
  switch (of.resource) {
    case 'places':
      return [
        ['region', of.region],
        ['within', of.within && <To to={of.within} onChoose={onChoose} />],
        ['devices', of.devices.length > 0 && <All all={of.devices} onChoose={onChoose} />],
        ['contains', of.contains.length > 0 && <All all={of.contains} onChoose={onChoose} />],
      ];
    case 'spans':
      return [
        ends(of.a_end, of.z_end, onChoose),
        ['length', words.length(of.length_m)],
        [of.kind === 'pole_line' ? 'attachments' : 'bores', of.capacity != null && <Share free={of.taken} all={of.capacity} lang={lang} tone="taken" />],
        ['trench', of.trench],
        ['cables', of.cables.length > 0 && <All all={of.cables} onChoose={onChoose} />],
      ];
    case 'cables':
      return [
        ['cores', of.cores != null && (of.free != null
          ? <Share free={of.free} all={of.cores} lang={lang} />
          : <>{of.cores} <Chip tone="dear">{t('free_unknown')}</Chip></>)],
        ends(of.a_end, of.z_end, onChoose),
        ['length', words.length(of.length_m)],
        ['model', of.model],
        ['fibre_type', of.fibre],
        ['way_of_cable', of.route.length > 0 && (
          <ul className="refs">
            {of.route.map((hop, at) => hop.span && (
              <li key={at}><To to={hop.span} onChoose={onChoose} />{hop.bore != null && <span className="quiet"> · {t('bore')} {hop.bore}</span>}</li>
            ))}
          </ul>
        )],
      ];
    case 'devices':
      return [
        ['place', of.place && <To to={of.place} onChoose={onChoose} />],
        ['ports', <Share free={of.free} all={of.ports} lang={lang} />],
        ['board_slots', of.free_board_slots],
        ['model', of.model],
        ['contains', of.blocks.length > 0 && (
          <ul className="refs">
            {of.blocks.map((block, at) => (
              <li key={at}>{block.name} <span className="quiet">{block.first}–{block.first + block.count - 1} {[block.rate, block.interface].filter(Boolean).join(' · ')}</span></li>
            ))}
          </ul>
        )],
      ];
    case 'trails':
      return [
        ['layer', words.kind(lang, of.layer)],
        ['customer_of', of.customer],
        ['grade', of.grade],
      ];
    case 'links':
      return [
        ['layer', words.kind(lang, of.layer)],
        ['capacity', of.capacity_kbps != null && `${words.count(of.capacity_kbps)} kbit/s`],
      ];
    case 'addresses':
      return [
        ['address_text', of.text],
        ['premises', of.premises && <To to={of.premises} onChoose={onChoose} />],
        ['covered_by', of.covered_by.length > 0 && <All all={of.covered_by} onChoose={onChoose} />],
      ];
  }
}

function keeping(of: Any, lang: Lang): Row[] {
  if (!('ownership' in of)) return [];
  return [
    ['ownership', words.owner(lang, of.ownership)],
    ['unit', of.unit],
    ['notice_party', of.notice_party],
    ['available_from', of.available_from],
  ];
}

export function Facts({ of, onChoose }: { of: Any; onChoose: (choice: Choice) => void }) {
  const { lang, t } = useLang();
  const shown = [...rows(of, lang, t, onChoose), ...keeping(of, lang)];
  return (
    <dl className="facts">
      {shown.filter(([, value]) => value !== null && value !== undefined && value !== false && value !== '').map(([label, value]) => (
        <div key={label}><dt>{t(label)}</dt><dd>{value}</dd></div>
      ))}
    </dl>
  );
}

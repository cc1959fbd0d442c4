// What the signs and lines mean.
import { useEffect, useRef } from 'react';
import { useLang } from '../lang';
import * as words from '../words';
import { PALETTES, type Palette, type Theme } from './palette';
import { sign } from './symbols';

const PLACES = [
  'site_core', 'site_aggregation', 'site_access', 'cabinet', 'distribution_box', 'closure',
  'manhole', 'handhole', 'pole', 'entry', 'premises', 'address',
];

function Sign({ name, palette }: { name: string; palette: Palette }) {
  const holder = useRef<HTMLSpanElement>(null);
  useEffect(() => {
    const drawn = sign(name, palette);
    holder.current?.replaceChildren(...(drawn ? [drawn] : []));
  }, [name, palette]);
  return <span ref={holder} className="sign" aria-hidden />;
}

function Stroke({ colour, width, dash }: { colour: string; width: number; dash?: string }) {
  return (
    <svg className="stroke" viewBox="0 0 34 14" aria-hidden>
      <line x1="2" y1="7" x2="32" y2="7" stroke={colour} strokeWidth={width} strokeDasharray={dash} strokeLinecap={dash ? 'butt' : 'round'} />
    </svg>
  );
}

export function Legend({ theme }: { theme: Theme }) {
  const { lang, t } = useLang();
  const p = PALETTES[theme];
  return (
    <div className="legend">
      <section>
        <h3>{t('network_layers')}</h3>
        <ul>
          <li><Stroke colour={p.bed} width={8} />{words.kind(lang, 'duct')}</li>
          <li><Stroke colour={p.bedLine} width={5} dash="2 5" />{words.kind(lang, 'pole_line')}</li>
          <li><Stroke colour={p.bedLine} width={5} dash="10 4" />{words.kind(lang, 'buried')}</li>
          <li><Stroke colour={p.planned} width={3} dash="6 4" />{words.state(lang, 'under_construction')}</li>
        </ul>
      </section>
      <section>
        <h3>{words.kind(lang, 'cable')}</h3>
        <p>{t('by_cores')}</p>
        <p>{t('by_free')}</p>
        <ul>
          <li><Stroke colour={p.plenty} width={3} />{t('free_plenty')}</li>
          <li><Stroke colour={p.some} width={3} />{t('free_some')}</li>
          <li><Stroke colour={p.few} width={3} />{t('free_few')}</li>
          <li><Stroke colour={p.unknown} width={3} />{t('not_known')}</li>
        </ul>
      </section>
      <section>
        <h3>{t('of_the_answer')}</h3>
        <ul>
          <li><Stroke colour={p.route} width={5} />{t('existing_glass')}</li>
          <li><Stroke colour={p.fresh} width={5} dash="7 4" />{t('new_work')}</li>
          <li><Stroke colour={p.second} width={5} />{t('second_leg')}</li>
        </ul>
      </section>
      <section>
        <h3>{t('places')}</h3>
        <ul>
          {PLACES.map((name) => (
            <li key={name}><Sign name={name} palette={p} />{words.kind(lang, name)}</li>
          ))}
        </ul>
      </section>
    </div>
  );
}

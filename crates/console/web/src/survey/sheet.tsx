// The answer on paper: only printed, never on the screen.
import { createPortal } from 'react-dom';
import { lonLat, unproven, type Survey } from '../api/survey';
import { pick, useLang } from '../lang';
import * as words from '../words';
import { ProtectionSaid, told, type Shown } from './answer';
import { note, Refusals } from './refusals';
import { WayDetail } from './way';

export function Sheet({ survey, shown, picture, who }: { survey: Survey; shown: Shown; picture: string; who: string }) {
  const { lang, t } = useLang();
  const [zh, en] = survey.product_name;
  const position = lonLat(survey.customer.position);
  return createPortal(
    <div className="sheet">
      <header>
        <h1>{t('survey')} · {survey.customer.label}</h1>
        <p>{pick(lang, [en ?? '', zh ?? ''])} · {survey.bandwidth}{survey.far && ` · ${t('far_end')} ${survey.far.label}`}</p>
        <p>
          {position && `${position[0].toFixed(6)}, ${position[1].toFixed(6)} WGS-84 · `}
          {t('planned_on')} {t('version')} {survey.base} · {t('catalogue')} {survey.catalog.prices}
        </p>
        <p>{t('printed_on')} {new Date().toLocaleString(lang === 'zh' ? 'zh-CN' : 'en-GB')} · {who}</p>
      </header>
      {picture && <img src={picture} alt={t('map')} />}
      {survey.protection && <ProtectionSaid protection={survey.protection} />}
      {told(survey, shown).map(([way, title]) => (
        <article key={title}>
          <h2>
            {t(title)}{title === 'way' && ` ${way.rank}`} · {words.verdict(lang, way.verdict)}{unproven(way) && ` · ${t('to_check_on_site')}`} · {words.technology(lang, way.technology)} · {words.cny(way.cost_cny)}
          </h2>
          <WayDetail way={way} />
        </article>
      ))}
      {survey.notes.map((one, at) => <p key={at}>! {note(lang, one)}</p>)}
      {survey.rejected.length > 0 && <><h2>{t('refusals')}</h2><Refusals rejected={survey.rejected} /></>}
    </div>,
    document.body,
  );
}

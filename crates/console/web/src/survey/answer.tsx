// A survey's answer: the ways as cards, the chosen one whole, protection, refusals, notes.
import { Alert, Button, Collapse } from 'antd';
import { PrinterOutlined } from '@ant-design/icons';
import { legs, type Protection, type Survey, type Way } from '../api/survey';
import type { Choice } from '../element/choice';
import { pick, useLang } from '../lang';
import { Chip, VERDICT_TONES } from '../shell/chip';
import * as words from '../words';
import { Refs } from './parts';
import { note, Refusals } from './refusals';
import { VerdictTag, WayDetail } from './way';

export type Shown = number | 'legs';

function Card({ way, on, onShow }: { way: Way; on: boolean; onShow: () => void }) {
  const { lang, t } = useLang();
  return (
    <button type="button" className={on ? 'card on' : 'card'} aria-pressed={on} onClick={onShow}>
      <span className="card-top"><span className="rank">{way.rank}</span><VerdictTag way={way} /></span>
      <span className="figures">
        <span><small>{t('cost')}</small><b>{words.cny(way.cost_cny)}</b></span>
        <span><small>{t('time')}</small><b>{way.lead_time.working_days}</b> {t(way.lead_time.working_days === 1 ? 'day' : 'days')}</span>
        {way.drop_m > 0
          ? <span><small>{t('new_cable')}</small><b>{words.length(way.drop_m)}</b></span>
          : <span><small>{t('fibre_length')}</small><b>{words.length(way.length_m)}</b></span>}
      </span>
      <span className="card-foot">{way.access_point.name || way.access_point.code} · {words.technology(lang, way.technology)}</span>
      {way.lead_time.not_before && <span className="card-foot">{t('not_before')} {way.lead_time.not_before}</span>}
    </button>
  );
}

export function ProtectionSaid({ protection, onChoose }: { protection: Protection; onChoose?: (choice: Choice) => void }) {
  const { lang, t, colon } = useLang();
  const least = 'least_shared' in protection ? protection.least_shared : null;
  const title =
    protection.verdict === 'disjoint' ? t('protected_yes')
      : protection.verdict === 'dark' ? t('protected_dark')
        : protection.verdict === 'undecided' ? t('undecided')
          : protection.no_route ? t('protected_no_route') : t('protected_no');
  return (
    <Alert
      type={protection.verdict === 'disjoint' ? 'success' : 'warning'}
      showIcon
      title={title}
      description={
        <>
          {protection.verdict === 'disjoint' && (
            <>
              <div>{protection.optimal ? t('optimal') : `${t('gap')} ${words.cny(protection.gap_cny)}`}</div>
              {protection.common_end && <div>{t('both_end_on')} <Refs all={[protection.common_end]} onChoose={onChoose} short={false} /></div>}
              {protection.unrecorded.length > 0 && <div>{t('unrecorded_routes')}{colon}<Refs all={protection.unrecorded} onChoose={onChoose} /></div>}
            </>
          )}
          {protection.verdict === 'impossible' && protection.single && (
            <div>{t('every_way_through')} {words.shared(lang, protection.single.kind)} <Refs all={[protection.single.resource]} onChoose={onChoose} short={false} /></div>
          )}
          {least && (
            <>
              <div>{t('least_shared')}{colon}{least.shared.map((one, at) => (
                <span key={at}>{at > 0 && '; '}{words.shared(lang, one.kind)} <Refs all={[one.resource]} onChoose={onChoose} short={false} /></span>
              ))}</div>
              <div>{t('exception')}</div>
            </>
          )}
        </>
      }
    />
  );
}

function Legs({ protection, on, onShow }: { protection: Protection; on: boolean; onShow: () => void }) {
  const { t } = useLang();
  const pair = legs(protection);
  if (!pair) return null;
  const days = Math.max(pair.working.lead_time.working_days, pair.protection.lead_time.working_days);
  return (
    <button type="button" className={on ? 'card on' : 'card'} aria-pressed={on} onClick={onShow}>
      <span className="card-top"><span className="rank">1+1</span><b>{t('both_legs')}</b></span>
      <span className="figures">
        <span><small>{t('cost')}</small><b>{words.cny(pair.working.cost_cny + pair.protection.cost_cny)}</b></span>
        <span><small>{t('time')}</small><b>{days}</b> {t(days === 1 ? 'day' : 'days')}</span>
        <span><small>{t('fibre_length')}</small><b>{words.length(pair.working.length_m + pair.protection.length_m)}</b></span>
      </span>
    </button>
  );
}

/** The ways that are told whole for what is shown, with their titles. */
export function told(survey: Survey, shown: Shown): [way: Way, title: 'way' | 'working_leg' | 'protection_leg'][] {
  const pair = shown === 'legs' ? legs(survey.protection) : null;
  if (pair) return [[pair.working, 'working_leg'], [pair.protection, 'protection_leg']];
  const way = survey.alternatives[shown === 'legs' ? 0 : shown];
  return way ? [[way, 'way']] : [];
}

interface Props {
  survey: Survey;
  shown: Shown;
  onShow: (shown: Shown) => void;
  onChoose: (choice: Choice) => void;
  onPrint: () => void;
}

export function Answer({ survey, shown, onShow, onChoose, onPrint }: Props) {
  const { lang, t } = useLang();
  const [zh, en] = survey.product_name;
  return (
    <section className="answer" aria-label={t('of_the_answer')} aria-live="polite">
      <header>
        <div>
          <h2>{survey.customer.label}</h2>
          <p className="quiet">{pick(lang, [en ?? '', zh ?? ''])} · {survey.bandwidth}{survey.far && ` · ${t('far_end')} ${survey.far.label}`}</p>
        </div>
        <Button icon={<PrinterOutlined />} onClick={onPrint}>{t('print')}</Button>
      </header>
      {survey.alternatives.length === 0 && (
        <Alert type="error" showIcon title={t('no_way')} description={<Chip tone={VERDICT_TONES[survey.verdict]}>{words.verdict(lang, survey.verdict)}</Chip>} />
      )}
      {survey.protection && <ProtectionSaid protection={survey.protection} onChoose={onChoose} />}
      <div className="cards">
        {survey.protection && <Legs protection={survey.protection} on={shown === 'legs'} onShow={() => onShow('legs')} />}
        {survey.alternatives.map((way, at) => <Card key={way.rank} way={way} on={shown === at} onShow={() => onShow(at)} />)}
      </div>
      {survey.notes.map((one, at) => <Alert key={at} type="info" showIcon title={note(lang, one)} />)}
      {told(survey, shown).map(([way, title]) => (
        <article key={title} className={title}>
          <h3>{t(title)}{title === 'way' && ` ${way.rank}`}</h3>
          <WayDetail way={way} onChoose={onChoose} />
        </article>
      ))}
      {survey.rejected.length > 0 && (
        <Collapse
          defaultActiveKey={survey.alternatives.length === 0 ? ['rejected'] : []}
          items={[{
            key: 'rejected',
            label: `${t('refusals')} (${survey.rejected.length})`,
            children: <Refusals rejected={survey.rejected} onChoose={onChoose} />,
          }]}
        />
      )}
      <p className="quiet based">
        {t('planned_on')} {t('version')} {survey.base} · {t('catalogue')} {survey.catalog.prices}
      </p>
    </section>
  );
}

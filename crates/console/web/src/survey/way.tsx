// One way to connect a customer, whole.
import { unproven, type Activity, type Budget, type DirectionBudget, type Way } from '../api/survey';
import type { Choice } from '../element/choice';
import { useLang } from '../lang';
import { Chip, VERDICT_TONES } from '../shell/chip';
import * as words from '../words';
import { failure, Ref, Refs, Route } from './parts';

/** Less spare light than this is worth a word, dB. */
const THIN_DB = 1;

export function VerdictTag({ way }: { way: Way }) {
  const { lang, t } = useLang();
  const what = way.expansions.map((one) => words.expansion(lang, one)).join(', ');
  return (
    <span className="verdict">
      <Chip tone={VERDICT_TONES[way.verdict]}>{words.verdict(lang, way.verdict)}{what && ` · ${what}`}</Chip>
      {unproven(way) && <Chip tone="dear">{t('to_check_on_site')}</Chip>}
    </span>
  );
}

function Meter({ direction }: { direction: DirectionBudget }) {
  const { lang, t } = useLang();
  const parts = [
    ['fibre', direction.fibre_db], ['connectors', direction.connector_db], ['splices', direction.splice_db],
    ['splitters', direction.splitter_db], ['margin', direction.margin_db],
  ] as const;
  const whole = Math.max(direction.budget_db, direction.total_loss_db, 0.01);
  return (
    <div className="meter">
      <div className="meter-head">
        <b>{words.direction(lang, direction.direction)}</b> {direction.wavelength_nm} nm
        <span>{t('loss')} {direction.total_loss_db.toFixed(2)} / {direction.budget_db.toFixed(2)} dB · {t('spare')} <b>{direction.spare_db.toFixed(2)} dB</b></span>
      </div>
      <div className="bar" aria-hidden>
        {parts.map(([name, db]) => db > 0 && <i key={name} className={name} style={{ width: `${(100 * db) / whole}%` }} />)}
      </div>
      <div className="meter-foot">
        {parts.filter(([, db]) => db > 0).map(([name, db]) => (
          <span key={name}><i className={`dot ${name}`} />{t(name)} {db.toFixed(2)}</span>
        ))}
        {direction.attenuator_db > 0 && <span>{t('attenuator')} {direction.attenuator_db} dB</span>}
      </div>
      <div className="meter-foot">
        {t('received')} {direction.received_min_dbm.toFixed(1)} … {direction.received_max_dbm.toFixed(1)} dBm
        ({direction.sensitivity_dbm.toFixed(0)} … {direction.overload_dbm.toFixed(0)})
      </div>
    </div>
  );
}

function Light({ budget }: { budget: Budget | null }) {
  const { lang, t } = useLang();
  if (!budget) return <p>{t('no_budget')}</p>;
  const thin = budget.directions.some((one) => one.spare_db < THIN_DB);
  const failures = [...budget.line_failures, ...budget.directions.flatMap((one) => one.failures)];
  const said = [...new Set(failures.map((why) => failure(lang, why)))];
  return (
    <>
      <p><b>{budget.interface}</b> <Chip tone={budget.passes ? (thin ? 'dear' : 'good') : 'bad'}>{budget.passes ? t(thin ? 'barely' : 'passes') : t('fails')}</Chip></p>
      {budget.directions.map((one) => <Meter key={one.direction} direction={one} />)}
      {said.map((text) => <p key={text} className="warn">{text}</p>)}
    </>
  );
}

function Time({ way }: { way: Way }) {
  const { lang, t, colon } = useLang();
  const one = (activity: Activity, at: number) => (
    <span key={at}>{at > 0 && (lang === 'zh' ? '，' : ', ')}{words.activity(lang, activity.activity)}{activity.about && ` (${words.codes([activity.about])})`} {activity.working_days}</span>
  );
  const [before, after] = [way.lead_time.activities.filter((a) => a.parallel), way.lead_time.activities.filter((a) => !a.parallel)];
  return (
    <>
      <p><b>{way.lead_time.working_days} {t(way.lead_time.working_days === 1 ? 'working_day' : 'working_days')}</b>{way.lead_time.not_before && <> · {t('not_before')} {way.lead_time.not_before}</>}</p>
      {before.length > 0 && <p>{t('in_parallel')}{colon}{before.map(one)}</p>}
      {after.length > 0 && <p>{t('in_sequence')}{colon}{after.map(one)}</p>}
    </>
  );
}

export function WayDetail({ way, onChoose }: { way: Way; onChoose?: (choice: Choice) => void }) {
  const { lang, t } = useLang();
  return (
    <div className="way-detail">
      <section>
        <h4>{t('access_point')}</h4>
        <p>
          <Ref named={way.access_point} onChoose={onChoose} />
          {way.covers != null && <span className="quiet"> · {way.covers ? t('covers_yes') : t('covers_no')}</span>}
          {way.drop_m > 0 && <span className="quiet"> · {t('new_cable')} {words.length(way.drop_m)}</span>}
          <span className="quiet"> · {t('fibre_length')} {words.length(way.length_m)}</span>
        </p>
      </section>
      <section><h4>{t('route')}</h4><Route route={way.route} {...(onChoose ? { onChoose } : {})} /></section>
      <section><h4>{t('light')}</h4><Light budget={way.budget ?? null} /></section>
      <section>
        <h4>{t('bill')}</h4>
        <table className="bill">
          <thead><tr><th scope="col">{t('item')}</th><th scope="col">{t('quantity')}</th><th scope="col">{t('amount')}</th></tr></thead>
          <tbody>
            {way.bill.map((line) => (
              <tr key={line.item}>
                <td>{words.item(lang, line.item)}</td>
                <td>{words.count(Math.round(line.quantity))} {words.unit(lang, line.unit, Math.round(line.quantity))}</td>
                <td>{words.count(line.amount_cny)}</td>
              </tr>
            ))}
          </tbody>
          <tfoot><tr><th scope="row" colSpan={2}>{t('total')}</th><td>{words.cny(way.cost_cny)}</td></tr></tfoot>
        </table>
      </section>
      <section><h4>{t('lead_time')}</h4><Time way={way} /></section>
      {way.notify.length > 0 && (
        <section><h4>{t('notify')}</h4><p>{way.notify.map(([plant, party]) => `${party} (${words.codes([plant])})`).join('; ')}</p></section>
      )}
      {way.to_check.length > 0 && (
        <section><h4>{t('to_check_on_site')}</h4><p><Refs all={way.to_check} onChoose={onChoose} short={false} /></p></section>
      )}
    </div>
  );
}

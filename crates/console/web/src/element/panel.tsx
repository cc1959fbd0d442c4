// The chosen element: what it is, carries and rides on.
import { useEffect, useState } from 'react';
import { Alert, Button, Skeleton } from 'antd';
import { AimOutlined } from '@ant-design/icons';
import { asProblem, type Problem } from '../api/client';
import type { Trace } from '../api/trace';
import { useLang } from '../lang';
import { positions } from '../map/view';
import { Chip, stageTone } from '../shell/chip';
import { Nothing } from '../shell/nothing';
import { atHit, type Target } from '../survey/target';
import * as words from '../words';
import { Carried } from './carried';
import type { Choice } from './choice';
import { Facts } from './facts';
import { kindOf, read, trace, type Any } from './record';

interface Props {
  chosen: Choice | null;
  also: Choice[];
  onChoose: (choice: Choice) => void;
  onRead: (record: Any) => void;
  onSurvey: ((target: Target) => void) | null;
}

function target(of: Any): Target | null {
  if (of.resource !== 'places' && of.resource !== 'addresses') return null;
  return atHit({ resource: of.resource, code: of.code, name: of.name, position: positions(of.geometry)[0] ?? null });
}

export function ElementPanel({ chosen, also, onChoose, onRead, onSurvey }: Props) {
  const { lang, t } = useLang();
  const [record, setRecord] = useState<Any | null>(null);
  const [traced, setTraced] = useState<Trace | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [resource, id] = [chosen?.resource, chosen?.id];

  useEffect(() => {
    setRecord(null);
    setTraced(null);
    setProblem(null);
    if (!chosen) return undefined;
    const stop = new AbortController();
    const load = async () => {
      const found = await read(chosen, stop.signal);
      setRecord(found);
      onRead(found);
      setTraced(await trace(found, stop.signal));
    };
    load().catch((error: unknown) => { if (!stop.signal.aborted) setProblem(asProblem(error)); });
    return () => stop.abort();
    // The record is known by its table and id; its name may come with more or fewer words.
  }, [resource, id]);

  if (!chosen) return <Nothing title={t('no_element')} detail={t('no_element_detail')} />;
  const to = record && target(record);
  return (
    <section className="element" aria-label={t('element')} aria-live="polite">
      {also.length > 1 && (
        <nav className="also" aria-label={t('also_here')}>
          {also.map((one) => (
            <Button
              key={`${one.resource}/${one.id}`} size="small" onClick={() => onChoose(one)}
              type={one.resource === resource && one.id === id ? 'primary' : 'default'}
            >
              {words.kind(lang, one.kind)} {one.code}
            </Button>
          ))}
        </nav>
      )}
      {problem && <Alert type="error" showIcon title={problem.title} description={problem.message} />}
      {!record && !problem && <Skeleton active paragraph={{ rows: 8 }} title={{ width: '60%' }} />}
      {record && (
        <>
          <header>
            <div>
              <span className="eyebrow">{words.kind(lang, kindOf(record))} · {record.code}</span>
              <h2>{record.name || record.code}</h2>
              {'lifecycle_state' in record && (
                <Chip tone={stageTone(record.lifecycle_state)}>{words.state(lang, record.lifecycle_state)}</Chip>
              )}
            </div>
            {to && onSurvey && <Button icon={<AimOutlined />} onClick={() => onSurvey(to)}>{t('survey_here')}</Button>}
          </header>
          <Facts of={record} onChoose={onChoose} />
          {traced ? <Carried trace={traced} onChoose={onChoose} /> : record.resource !== 'addresses' && !problem && <Skeleton active title={false} />}
        </>
      )}
    </section>
  );
}

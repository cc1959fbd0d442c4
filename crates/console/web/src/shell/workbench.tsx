// The page after logging in: map, search, and the workbench beside it.
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { flushSync } from 'react-dom';
import { Alert, Button, Dropdown, Popover, Spin, Tabs } from 'antd';
import { DownOutlined, FullscreenOutlined, MinusOutlined, PlusOutlined, SearchOutlined, UnorderedListOutlined, UpOutlined, UserOutlined } from '@ant-design/icons';
import type { Feature, FeatureCollection, Geometry } from 'geojson';
import { answered, api, asProblem, type Hit, type Me, type Problem } from '../api/client';
import { lonLat, type Survey } from '../api/survey';
import type { Surroundings } from '../app';
import type { Choice } from '../element/choice';
import { ElementPanel } from '../element/panel';
import type { Any } from '../element/record';
import { pick, useLang } from '../lang';
import { Legend } from '../map/legend';
import { NetworkMap, NOTHING_DRAWN, type Drawn, type MapHandle } from '../map/map';
import { routeLines } from '../map/route';
import { around, network, positions, type Box } from '../map/view';
import { Answer, type Shown } from '../survey/answer';
import { FIRST_QUESTION, SurveyForm, type EndName, type Question } from '../survey/form';
import { Examples } from '../survey/examples';
import { Sheet } from '../survey/sheet';
import { atHit, atPosition, type Target } from '../survey/target';
import { Brand } from './brand';
import { Finder } from './finder';
import { Nothing } from './nothing';
import { Switches } from './switches';

interface Props {
  me: Me;
  around: Surroundings;
  onLeave: () => void;
}

type Tab = 'survey' | 'element';

function collection(features: Feature[]): FeatureCollection {
  return { type: 'FeatureCollection', features };
}

function mark(sign: 'customer' | 'far', target: { position: [number, number] | null; text: string } | null): Feature[] {
  if (!target?.position) return [];
  const geometry: Geometry = { type: 'Point', coordinates: target.position };
  return [{ type: 'Feature', properties: { sign, label: target.text }, geometry }];
}

export function Workbench({ me, around: surroundings, onLeave }: Props) {
  const { lang, t } = useLang();
  const map = useRef<MapHandle>(null);
  const maySurvey = me.permissions.includes('survey');
  const [tab, setTab] = useState<Tab>(maySurvey ? 'survey' : 'element');
  const [open, setOpen] = useState(true);
  const [first, setFirst] = useState<Box | null>(null);
  const [empty, setEmpty] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);

  const [words, setWords] = useState('');
  const [chosen, setChosen] = useState<Choice | null>(null);
  const [also, setAlso] = useState<Choice[]>([]);
  const [record, setRecord] = useState<Any | null>(null);

  const [question, setQuestion] = useState<Question>(FIRST_QUESTION);
  const [picking, setPicking] = useState<EndName>('customer');
  const [busy, setBusy] = useState(false);
  const [survey, setSurvey] = useState<Survey | null>(null);
  const [shown, setShown] = useState<Shown>(0);
  const [refused, setRefused] = useState<Problem | null>(null);
  const [route, setRoute] = useState<FeatureCollection>(NOTHING_DRAWN.route);
  const [picture, setPicture] = useState('');

  const whole = useCallback(() => {
    network()
      .then((box) => { setFirst(box); setEmpty(box === null); setProblem(null); })
      .catch((error: unknown) => setProblem(asProblem(error)));
  }, []);
  useEffect(whole, [whole]);

  const choose = useCallback((choice: Choice) => {
    setChosen(choice);
    setTab('element');
    setOpen(true);
  }, []);

  const read = useCallback((found: Any) => {
    setRecord(found);
    const box = around(positions(found.geometry));
    if (box) map.current?.show(box, true);
  }, []);

  const run = useCallback(async (asked: Question) => {
    if (!asked.customer) {
      setRefused({ title: t('no_survey'), message: t('need_customer') } as Problem);
      return;
    }
    setBusy(true);
    setRefused(null);
    try {
      const { product, bandwidth, protect, alternatives } = asked;
      const body = { customer: asked.customer.end, ...(asked.far ? { far: asked.far.end } : {}), product, bandwidth, protect, alternatives };
      // The client's types forget which lists are pairs.
      const found = (await answered(api.POST('/api/v1/survey', { body }))) as unknown as Survey;
      setShown(found.protection && found.protection.verdict !== 'dark' && (found.protection.verdict === 'disjoint' || found.protection.least_shared) ? 'legs' : 0);
      setSurvey(found);
    } catch (error) {
      setSurvey(null);
      setRefused(asProblem(error));
    } finally {
      setBusy(false);
    }
  }, [t]);

  const aim = useCallback((end: EndName, target: Target | null) => {
    const change = end === 'customer'
      ? { customer: target, customerText: target?.text ?? '' }
      : { far: target, farText: target?.text ?? '' };
    // What is taken from the map is in the map's own system.
    const asked = { ...question, ...change, ...(target?.end.crs ? { crs: target.end.crs } : {}) };
    setQuestion(asked);
    setPicking('customer');
    setTab('survey');
    setOpen(true);
    // The answer is a moment away: as soon as both ends are known there is nothing to wait for.
    if (asked.customer) void run(asked);
  }, [question, run]);

  // Where the ways of the answer lie.
  useEffect(() => {
    if (!survey) {
      setRoute(NOTHING_DRAWN.route);
      return undefined;
    }
    let stale = false;
    routeLines(survey, shown)
      .then((lines) => {
        if (stale) return;
        setRoute(lines);
        const ends = [survey.customer.position, survey.far?.position].filter((position) => position != null);
        const box = around([...ends, ...lines.features.flatMap((one) => one.geometry.coordinates)]);
        if (box) map.current?.show(box);
      })
      .catch((error: unknown) => { if (!stale) setRefused(asProblem(error)); });
    return () => { stale = true; };
  }, [survey, shown]);

  const drawn: Drawn = useMemo(() => {
    const customer = survey ? { position: lonLat(survey.customer.position), text: survey.customer.place?.name || survey.customer.address?.name || question.customer?.text || survey.customer.label } : question.customer;
    const far = survey?.far ? { position: lonLat(survey.far.position), text: survey.far.label } : question.far;
    const geometry = tab === 'element' ? (record?.geometry as Geometry | null | undefined) : null;
    return {
      chosen: collection(geometry ? [{ type: 'Feature', properties: {}, geometry }] : []),
      route,
      ends: collection([...mark('customer', customer), ...mark('far', far)]),
    };
  }, [question.customer, question.far, record, route, survey, tab]);

  const click = (position: [number, number], found: Choice[]) => {
    if (tab === 'survey') {
      const building = found.find((one) => one.kind === 'premises' || one.kind === 'address');
      aim(picking, building ? { ...atHit({ ...building, position }), position } : atPosition(position));
      return;
    }
    setAlso(found);
    if (found[0]) choose(found[0]);
  };

  const hit = (found: Hit) => {
    setWords(found.name || found.code);
    setAlso([]);
    choose({ resource: found.resource, id: found.id, code: found.code, name: found.name, kind: found.kind });
    if (found.bbox?.length === 4) map.current?.show(found.bbox as unknown as Box, true);
  };

  const print = async () => {
    const drawing = (await map.current?.picture()) ?? '';
    flushSync(() => setPicture(drawing));
    // The picture must be laid out before the browser takes the page.
    window.setTimeout(() => window.print(), 120);
  };

  const leave = () => {
    void answered(api.DELETE('/api/v1/session')).catch(() => undefined).finally(onLeave);
  };

  const surveyTab = (
    <>
      <SurveyForm
        question={question} busy={busy} picking={picking} network={first}
        onChange={(change) => setQuestion({ ...question, ...change })}
        onPick={setPicking} onRun={() => void run(question)} onTarget={aim}
      />
      {refused && <Alert className="refused" type="error" showIcon closable title={refused.title} description={refused.message} role="alert" />}
      {busy && <div className="busy" role="status"><Spin /> {t('surveying')}</div>}
      {!busy && survey && <Answer survey={survey} shown={shown} onShow={setShown} onChoose={choose} onPrint={() => void print()} />}
      {!busy && !survey && !refused && (
        <Nothing title={t('no_survey')} detail={t('no_survey_detail')}>
          <Examples onTarget={(target) => aim('customer', target)} />
        </Nothing>
      )}
    </>
  );
  const elementTab = (
    <ElementPanel chosen={chosen} also={also} onChoose={choose} onRead={read} onSurvey={maySurvey ? (target) => aim('customer', target) : null} />
  );
  const tabs = [
    ...(maySurvey ? [{ key: 'survey', label: t('survey'), children: surveyTab }] : []),
    { key: 'element', label: t('element'), children: elementTab },
  ];

  return (
    <div className={open ? 'workbench open' : 'workbench'}>
      <a className="skip" href="#workbench">{t('skip')}</a>
      <header className="top">
        <Brand />
        <div className="search" role="search">
          <Finder label={t('search')} hint={t('search_hint')} text={words} prefix={<SearchOutlined />} onText={setWords} onHit={hit} />
        </div>
        <Switches around={surroundings} />
        <Dropdown
          trigger={['click']}
          menu={{
            items: [
              { key: 'who', disabled: true, label: <>{me.display_name || me.username} · {pick(lang, [me.role_name[1] ?? '', me.role_name[0] ?? ''])}</> },
              { key: 'leave', label: t('log_out') },
            ],
            onClick: ({ key }) => { if (key === 'leave') leave(); },
          }}
        >
          <Button type="text" icon={<UserOutlined />} aria-label={`${t('account')}${lang === 'zh' ? '：' : ': '}${me.username}`}><span className="who">{me.username}</span></Button>
        </Dropdown>
      </header>
      <main className="stage" aria-label={t('map')}>
        <NetworkMap ref={map} theme={surroundings.theme} drawn={drawn} first={first} crosshair={tab === 'survey'} onClick={click} />
        {problem && (
          <Alert className="over-map" type="error" showIcon title={problem.title} description={problem.message} action={<Button size="small" onClick={whole}>{t('retry')}</Button>} />
        )}
        {empty && <Alert className="over-map" type="info" showIcon title={t('network_empty')} description={t('network_empty_detail')} />}
        <div className="tools">
          <Button icon={<PlusOutlined />} aria-label={t('zoom_in')} title={t('zoom_in')} onClick={() => map.current?.zoom(1)} />
          <Button icon={<MinusOutlined />} aria-label={t('zoom_out')} title={t('zoom_out')} onClick={() => map.current?.zoom(-1)} />
          <Button icon={<FullscreenOutlined />} aria-label={t('fit')} title={t('fit')} onClick={() => first && map.current?.show(first)} />
          <Popover trigger="click" placement="leftTop" content={<Legend theme={surroundings.theme} />}>
            <Button icon={<UnorderedListOutlined />} aria-label={t('legend')} title={t('legend')} />
          </Popover>
        </div>
      </main>
      <aside className="side" id="workbench" aria-label={t('panel')} tabIndex={-1}>
        <Button
          className="handle" type="text" icon={open ? <DownOutlined /> : <UpOutlined />}
          aria-label={open ? t('hide_panel') : t('show_panel')} aria-expanded={open} onClick={() => setOpen(!open)}
        />
        <Tabs activeKey={tab} onChange={(key) => { setTab(key as Tab); setOpen(true); }} items={tabs} />
      </aside>
      {survey && <Sheet survey={survey} shown={shown} picture={picture} who={me.display_name || me.username} />}
    </div>
  );
}

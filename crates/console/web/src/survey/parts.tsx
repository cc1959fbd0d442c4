// The element list of a route.
import type { ReactNode } from 'react';
import type { BudgetFailure, Core, Named, RouteElement } from '../api/survey';
import { choice, type Choice } from '../element/choice';
import { useLang, type Lang } from '../lang';
import { Chip } from '../shell/chip';
import * as words from '../words';

export function Ref({ named, onChoose, short }: { named: Named; onChoose?: ((choice: Choice) => void) | undefined; short?: boolean }) {
  const text = short ? words.codes([named]) : words.label(named);
  const known = ['place', 'span', 'cable', 'device', 'trail', 'link', 'address'].includes(named.table);
  if (!onChoose || !known) return <span>{text}</span>;
  return <button type="button" className="ref" onClick={() => onChoose(choice(named))} title={words.label(named)}>{text}</button>;
}

export function Refs({ all, onChoose, short = true }: { all: Named[]; onChoose?: ((choice: Choice) => void) | undefined; short?: boolean }) {
  return all.map((named, at) => (
    <span key={`${named.table}${named.id}${at}`}>{at > 0 && ', '}<Ref named={named} onChoose={onChoose} short={short} /></span>
  ));
}

/** Colours of fibres and tubes, IEC 60304. */
const GLASS: Record<string, string> = {
  blue: '#1e6fd9', orange: '#f07f13', green: '#2e9e44', brown: '#8a5a2b', slate: '#7b8794', white: '#ffffff',
  red: '#dc2f2f', black: '#1b1b1b', yellow: '#f2cf1d', violet: '#7d3fc1', rose: '#f29ab8', aqua: '#3cc6c9', natural: '#e9e4d4',
};

function CoreMark({ core, lang }: { core: Core; lang: Lang }) {
  const tube = core.tube === undefined ? '' : `${lang === 'zh' ? '束管' : 'tube'} ${core.tube}${core.tube_colour ? ` ${words.colour(lang, core.tube_colour)}` : ''}`;
  const fibre = core.colour ? `${lang === 'zh' ? '纤芯' : 'fibre'} ${words.colour(lang, core.colour)}` : '';
  const ribbon = core.ribbon ? `${lang === 'zh' ? '带' : 'ribbon'} ${core.ribbon}` : '';
  const said = [tube, ribbon, fibre].filter(Boolean).join(lang === 'zh' ? '，' : ', ');
  return (
    <span className="core">
      <b>{core.number}</b>
      {core.tube_colour && <i style={{ background: GLASS[core.tube_colour] }} className="tube" />}
      {core.colour && <i style={{ background: GLASS[core.colour] }} className="fibre" />}
      {said && <small>{said}</small>}
    </span>
  );
}

interface Step {
  sign: string;
  what: string;
  body: ReactNode;
  fresh?: boolean;
}

function step(part: RouteElement, lang: Lang, onChoose?: (choice: Choice) => void): Step {
  const zh = lang === 'zh';
  const ref = (named: Named, short = false) => <Ref named={named} onChoose={onChoose} short={short} />;
  switch (part.element) {
    case 'end':
      return { sign: 'end', what: zh ? '客户' : 'end', body: part.label };
    case 'new_cable':
      return {
        sign: 'new', fresh: true, what: zh ? '新布放光缆' : 'new cable',
        body: (
          <>
            <b>{words.length(part.length_m)}</b>{zh ? `，使用 ${part.fibres} 芯，` : `, ${part.fibres} ${part.fibres === 1 ? 'fibre' : 'fibres'}, `}
            {part.spans.length > 0 ? <>{zh ? '沿 ' : 'along '}<Refs all={part.spans} onChoose={onChoose} /></> : zh ? '直线新建（无既有管道杆路）' : 'direct, no duct or pole there'}
          </>
        ),
      };
    case 'place':
      return { sign: 'place', what: words.kind(lang, words.placeKind(part.kind)), body: ref(part.place) };
    case 'terminals':
      return {
        sign: 'port', what: zh ? '端子' : 'terminals',
        body: <>{ref(part.device)} {part.block} <b>{part.ports.length > 0 ? part.ports.join(', ') : zh ? '待核查' : 'to be checked'}</b></>,
      };
    case 'jumpers':
      return { sign: 'new', fresh: true, what: zh ? '新跳纤' : 'new jumpers', body: <b>× {part.count}</b> };
    case 'cable':
      return {
        sign: 'cable', what: zh ? '光缆' : 'cable',
        body: (
          <>
            {ref(part.cable)}{' '}
            <span className="quiet">{words.length(part.length_m)}{part.spans.length > 0 && <>{zh ? '，经 ' : ', in '}<Refs all={part.spans} onChoose={onChoose} /></>}</span>
            <span className="cores">
              {part.unproven
                ? <Chip tone="dear">{zh ? '纤芯占用未知，需现场核查' : 'cores to be checked on site'}</Chip>
                : <>{part.cores.map((core) => <CoreMark key={core.number} core={core} lang={lang} />)}<small>{part.of && (zh ? `共 ${part.of} 芯` : `of ${part.of}`)}</small></>}
            </span>
            {part.waiting && <Chip tone="plan">{words.state(lang, part.waiting[0])} {part.waiting[1] ?? ''}</Chip>}
          </>
        ),
      };
    case 'splice':
      return { sign: 'splice', what: zh ? '熔接' : 'splice', body: <>{part.splice.code} @ {ref(part.at)}</> };
    case 'new_splices':
      return { sign: 'new', fresh: true, what: zh ? '新熔接' : 'new splices', body: <><b>× {part.count}</b> @ {ref(part.at)}</> };
    case 'splitter':
      return {
        sign: part.new ? 'new' : 'port', fresh: part.new,
        what: part.new ? (zh ? '新增分光器' : 'new splitter') : zh ? '分光器' : 'splitter',
        body: <>1:{part.ratio} {ref(part.device)}{part.branch != null && <> {zh ? '分支' : 'branch'} <b>{part.branch}</b></>}</>,
      };
    case 'port':
      return {
        sign: 'equipment', what: zh ? '设备端口' : 'equipment port',
        body: <>{ref(part.device)} {part.port == null ? (zh ? '新增板卡端口' : 'port of a new board') : <>{zh ? '端口' : 'port'} <b>{part.port}</b></>} {part.interface} @ {ref(part.at)}</>,
      };
    case 'unrecorded_equipment':
      return { sign: 'equipment', what: zh ? '设备' : 'equipment', body: <>{zh ? '地图未记录设备，需核查' : 'not recorded on the map, to be checked'} @ {ref(part.at)}</> };
  }
}

export function Route({ route, onChoose }: { route: RouteElement[]; onChoose?: (choice: Choice) => void }) {
  const { lang } = useLang();
  return (
    <ol className="route">
      {route.map((part, at) => {
        const { sign, what, body, fresh } = step(part, lang, onChoose);
        return (
          <li key={at} className={fresh ? `${sign} fresh` : sign}>
            <span className="what">{what}</span>
            <span className="body">{body}</span>
          </li>
        );
      })}
    </ol>
  );
}

/** Why a budget fails, with the figures. */
export function failure(lang: Lang, given: unknown): string {
  const why = given as BudgetFailure;
  const zh = lang === 'zh';
  switch (why.reason) {
    case 'too-much-loss':
      return zh
        ? `链路损耗 ${why.total_loss_db.toFixed(2)} dB，超出允许值 ${why.budget_db.toFixed(2)} dB 达 ${why.short_db.toFixed(2)} dB`
        : `the line loses ${why.total_loss_db.toFixed(2)} dB, ${why.short_db.toFixed(2)} dB more than the ${why.budget_db.toFixed(2)} dB allowed`;
    case 'no-fitting-attenuator':
      return zh
        ? `防过载需 ${why.attenuator_db} dB 固定衰减器，最差情况下尚缺 ${why.short_db.toFixed(2)} dB`
        : `a good day needs a ${why.attenuator_db} dB attenuator, with which a bad day is ${why.short_db.toFixed(2)} dB short`;
    case 'too-much-dispersion':
      return zh
        ? `色散 ${why.dispersion_ps_per_nm.toFixed(0)} ps/nm，限值 ${why.limit_ps_per_nm.toFixed(0)}`
        : `dispersion is ${why.dispersion_ps_per_nm.toFixed(0)} ps/nm, the limit ${why.limit_ps_per_nm.toFixed(0)}`;
    case 'too-long':
      return zh
        ? `线路长 ${why.length_m.toFixed(0)} m，接口传输距离 ${why.reach_m.toFixed(0)} m`
        : `the line is ${why.length_m.toFixed(0)} m long, the interface reaches ${why.reach_m.toFixed(0)} m`;
    case 'too-many-branches':
      return zh ? `分光共 ${why.branches} 路，接口支持 ${why.limit} 路` : `the splitters make ${why.branches} branches, the interface serves ${why.limit}`;
    case 'too-many-stages':
      return zh ? `分光 ${why.stages} 级，上限 ${why.limit} 级` : `${why.stages} splitter stages, at most ${why.limit} allowed`;
    case 'below-acceptance':
      return zh
        ? `ONU 接收光功率可能低至 ${why.received_dbm.toFixed(1)} dBm，验收要求不低于 ${why.low_dbm.toFixed(0)} dBm`
        : `the ONU may receive only ${why.received_dbm.toFixed(1)} dBm, acceptance asks for ${why.low_dbm.toFixed(0)} dBm`;
    case 'splitter-in-line':
      return zh ? '点到点线路中有分光器，仅 PON 可用' : 'a splitter lies in a point-to-point line; only PON can use it';
  }
}

// Why other candidates cannot serve, and what else to know.
import type { Block, Note, Rejected } from '../api/survey';
import type { Choice } from '../element/choice';
import { useLang, type Lang } from '../lang';
import * as words from '../words';
import { failure, Ref } from './parts';

function block(lang: Lang, why: Block): string {
  const zh = lang === 'zh';
  switch (why.why) {
    case 'no_free_cores': {
      const total = why.free + why.blocked.reduce((sum, [, n]) => sum + n, 0);
      const states = why.blocked.map(([state, n]) => `${n} ${words.slot(lang, state)}`).join(zh ? '，' : ', ');
      return zh
        ? `光缆 ${words.codes(why.cables)}：${total} 芯中空闲 ${why.free} 芯，需 ${why.needed} 芯（${states}）`
        : `cable ${words.codes(why.cables)}: ${why.free} of ${total} cores free, ${why.needed} needed (${states})`;
    }
    case 'no_free_branch':
      return zh ? `分光器 ${words.label(why.splitter)}：${why.branches} 个分支全部占用` : `splitter ${words.label(why.splitter)}: 0 of ${why.branches} branches free`;
    case 'not_fed':
      return zh ? `分光器 ${words.label(why.splitter)} 未接入 OLT` : `splitter ${words.label(why.splitter)} is not connected to an OLT`;
    case 'feeder_broken':
      return zh
        ? `分光器 ${words.label(why.splitter)}：上联光路在 ${words.label(why.at)} 处故障或不可用`
        : `splitter ${words.label(why.splitter)}: its feeder is faulty or not available at ${words.label(why.at)}`;
    case 'not_computable':
      return why.reason;
    case 'no_free_port':
      return zh
        ? `${words.label(why.device)}：${why.ports} 个 ${why.rates.join('/')} 端口全部占用，且无空闲槽位`
        : `${words.label(why.device)}: 0 of ${why.ports} ${why.rates.join('/')} ports free and no free board slot`;
    case 'span_full':
      return zh ? `${words.label(why.span)}：${why.capacity} 个管孔全部占用` : `${words.label(why.span)}: ${why.capacity} of ${why.capacity} bores taken`;
    case 'not_available':
      return `${words.label(why.plant)} ${words.state(lang, why.stage)} (${why.available_from ?? (zh ? '未定日期' : 'no date announced')})`;
    case 'no_way_to_far_end':
      return zh ? `无光缆通达 ${why.far}` : `no cable leads from here to ${why.far}`;
    case 'no_way_to_equipment': {
      const wanted = why.wanted.map((kind) => words.kind(lang, kind)).join(zh ? '或' : ' or ');
      return zh ? `无光缆通达${wanted}` : `no glass leads from here to any ${wanted}`;
    }
    case 'budget':
      return `${why.interface}: ${why.failures.map((one) => failure(lang, one)).join('; ')}`;
    case 'disputed':
      return zh ? `光缆 ${words.codes(why.cables)}：纤芯接续记录冲突，需先更正` : `cable ${words.codes(why.cables)}: the records join its cores twice; correct them first`;
    case 'too_far':
      return zh
        ? `距离 ${words.length(why.distance_m)}，超过新建光缆上限 ${words.length(why.limit_m)}`
        : `${words.length(why.distance_m)} away; beyond the new-build limit of ${words.length(why.limit_m)}`;
  }
}

export function note(lang: Lang, one: Note): string {
  const zh = lang === 'zh';
  switch (one.note) {
    case 'cores_unknown':
      return zh ? '部分光缆纤芯占用情况未知，承诺前需现场核查' : 'Core occupancy unknown on some cables: to be checked on site before anything is promised.';
    case 'equipment_unknown':
      return zh ? '地图未记录设备，接入能力需核查' : 'The map records no equipment; what can serve is to be checked.';
    case 'search_bound':
      return zh ? '已达搜索上限，可能存在更优方案' : 'The search bound was reached; better ways may exist.';
    case 'nearest_only':
      return zh
        ? `上述结论限于策略规定的范围：两端各最近 ${one.street_spans} 段路由、${one.passing_cables} 条经过光缆`
        : `Proven for the ${one.street_spans} nearest streets at each end and ${one.passing_cables} cables passing there, as the policy sets them.`;
    case 'glass_all_the_way':
      return zh ? '对端按全程光缆查找，尚不查找经传输设备的电路' : 'The far end is sought in glass all the way; ways over transport equipment are not searched yet.';
    case 'overdue':
      return zh
        ? `${words.label(one.plant)} 计划 ${one.available_from} 投产，至今未在网，请核实`
        : `${words.label(one.plant)} should have been in service since ${one.available_from}; ask when it will be.`;
    case 'nearest_plant':
      return `${zh ? '最近的资源：' : 'Nearest plant: '}${words.label(one.place)} (${words.length(one.distance_m)})`;
  }
}

export function Refusals({ rejected, onChoose }: { rejected: Rejected[]; onChoose?: (choice: Choice) => void }) {
  const { lang } = useLang();
  return (
    <ul className="refusals">
      {rejected.map((one, at) => (
        <li key={at}>
          <Ref named={one.access_point} onChoose={onChoose} />{' '}
          <span className="quiet">{words.length(one.distance_m)}{one.technology && ` · ${words.technology(lang, one.technology)}`}</span>
          <div>{block(lang, one.block)}</div>
        </li>
      ))}
    </ul>
  );
}

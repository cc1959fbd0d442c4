// The field's words in English and Chinese, by the stable names of the API.
import { pick, type Lang } from './lang';
import type { Named, PlaceKind, SharedKind, Verdict } from './api/survey';

type Words = Record<string, readonly [en: string, zh: string]>;

const KINDS: Words = {
  site_core: ['core site', '核心局站'],
  site_aggregation: ['aggregation site', '汇聚局站'],
  site_access: ['access site', '接入局站'],
  manhole: ['manhole', '人孔'],
  handhole: ['handhole', '手孔'],
  pole: ['pole', '电杆'],
  cabinet: ['cabinet', '光交箱'],
  distribution_box: ['distribution box', '分纤箱'],
  closure: ['closure', '接头盒'],
  entry: ['building entry', '进局/进楼'],
  premises: ['premises', '客户端'],
  address: ['address', '标准地址'],
  node: ['node', '节点'],
  duct: ['duct', '管道段'],
  pole_line: ['pole line', '杆路段'],
  buried: ['buried span', '直埋段'],
  indoor: ['indoor span', '楼内段'],
  underwater: ['underwater span', '水线段'],
  unrecorded: ['span', '路由段'],
  cable: ['cable', '光缆'],
  odf: ['ODF', '光纤配线架'],
  ddf: ['DDF', '数字配线架'],
  splitter: ['splitter', '分光器'],
  adm: ['ADM', '分插复用器'],
  olt: ['OLT', 'OLT'],
  onu: ['ONU', 'ONU'],
  switch: ['switch', '交换机'],
  router: ['router', '路由器'],
  trail: ['route', '光路/电路'],
  link: ['link', '链路'],
  fibre: ['optical route', '光路'],
  section: ['section', '复用段'],
  circuit: ['circuit', '电路'],
};

const TABLES: Words = {
  places: ['place', '地点'],
  spans: ['span', '管线段'],
  cables: ['cable', '光缆'],
  devices: ['device', '设备'],
  trails: ['route or service', '光路/业务'],
  links: ['link', '链路'],
  addresses: ['address', '标准地址'],
};

const STATES: Words = {
  planned: ['planned', '规划'],
  under_construction: ['under construction', '在建'],
  in_service: ['in service', '在网'],
  retired: ['retired', '退网'],
};

const OWNERS: Words = {
  own: ['own', '自有'],
  leased: ['leased', '租用'],
  swapped: ['swapped', '置换'],
  shared: ['shared', '共享'],
  military: ['military', '军用'],
};

const SLOTS: Words = {
  idle: ['idle', '空闲'],
  reserved: ['reserved', '预占'],
  occupied: ['occupied', '占用'],
  releasing: ['releasing', '预释放'],
  set_aside: ['set aside', '预留'],
  selected: ['selected', '预选'],
  standby: ['standby', '备用'],
  out_of_use: ['out of use', '停用'],
  leftover: ['left over', '闲置'],
  damaged: ['damaged', '损坏'],
  under_test: ['under test', '测试'],
  temporary: ['temporary', '临时占用'],
  unknown: ['unknown', '未知'],
};

const VERDICTS: Record<Verdict, readonly [string, string]> = {
  direct: ['Can be opened directly', '直接开通'],
  jumper: ['Jumpers needed', '需跳纤'],
  drop: ['Drop cable needed', '需布放引入缆'],
  expansion: ['Expansion needed', '需扩容'],
  infeasible: ['Not feasible', '不具备'],
};

const TECHNOLOGIES: Words = {
  pon: ['IP over PON', 'IP+PON'],
  'ethernet-p2p': ['point-to-point Ethernet', '以太网点对点光纤'],
  sdh: ['SDH/MSTP', 'SDH/MSTP'],
};

const EXPANSIONS: Words = {
  board: ['board', '板卡'],
  module: ['optical module', '光模块'],
  splitter: ['splitter', '分光器'],
  cable: ['new cable', '新建光缆'],
  pole_line: ['new pole line', '新建杆路'],
  closure: ['opening a passing cable', '掏接'],
  regeneration: ['regeneration on the way', '中继'],
};

const SHARED: Words = {
  cable: ['cable', '光缆'],
  equipment: ['last free port or branch of', '最后一个空闲端口'],
  cores: ['last free cores of', '最后的空闲纤芯'],
  bore: ['last free bore of', '最后一个空闲管孔'],
};

const DIRECTIONS: Words = {
  'a-to-z': ['A to Z', 'A→Z'],
  'z-to-a': ['Z to A', 'Z→A'],
  downstream: ['downstream', '下行'],
  upstream: ['upstream', '上行'],
};

const ITEMS: Words = {
  drop_cable: ['drop cable, pulled and connected', '引入缆布放'],
  drop_cable_length: ['drop cable', '引入缆'],
  cable_unrecorded: ['cable along the line on the map', '沿地图线路的光缆'],
  duct_cable: ['cable in ducts', '管道光缆'],
  aerial_cable: ['aerial cable', '架空光缆'],
  buried_cable: ['buried cable', '直埋光缆'],
  pole_line: ['pole line', '杆路'],
  jumper: ['jumper', '跳纤'],
  splice: ['splice', '熔接'],
  closure: ['closure', '接头盒'],
  splitter: ['splitter', '分光器'],
  board: ['board', '板卡'],
  optic_module: ['optical module', '光模块'],
  attenuator: ['attenuator', '固定衰减器'],
  permit: ['permit', '报批'],
  regenerator: ['regenerator', '中继器'],
  customer_equipment: ['customer equipment', '用户端设备'],
};

const ACTIVITIES: Words = {
  municipal_permit: ['municipal permit', '市政报批'],
  property_permit: ['property permit', '物业协调'],
  board: ['board', '板卡采购'],
  splitter: ['splitter', '分光器备货'],
  optic_module: ['optical module', '光模块备货'],
  regenerator: ['regenerator', '中继器采购与安装'],
  customer_equipment: ['customer equipment', '用户端设备备货'],
  drop_cable: ['drop cable', '布放引入缆'],
  cable: ['cable works', '光缆施工'],
  pole_line: ['pole line works', '杆路施工'],
  jumpers_and_configuration: ['jumpers and configuration', '跳纤与数据配置'],
};

const UNITS: Words = { each: ['', '个'], core: ['cores', '芯'] };

const COLOURS: Words = {
  blue: ['blue', '蓝'],
  orange: ['orange', '橙'],
  green: ['green', '绿'],
  brown: ['brown', '棕'],
  slate: ['slate', '灰'],
  white: ['white', '白'],
  red: ['red', '红'],
  black: ['black', '黑'],
  yellow: ['yellow', '黄'],
  violet: ['violet', '紫'],
  rose: ['rose', '粉红'],
  aqua: ['aqua', '青绿'],
  natural: ['natural', '本色'],
};

function look(words: Words, lang: Lang, key: string): string {
  const pair = words[key];
  return pair ? pick(lang, pair) : key.replaceAll('_', ' ');
}

export const kind = (lang: Lang, key: string): string => look(KINDS, lang, key);
export const table = (lang: Lang, key: string): string => look(TABLES, lang, key);
export const state = (lang: Lang, key: string): string => look(STATES, lang, key);
export const owner = (lang: Lang, key: string): string => look(OWNERS, lang, key);
export const slot = (lang: Lang, key: string): string => look(SLOTS, lang, key);
export const verdict = (lang: Lang, key: Verdict): string => pick(lang, VERDICTS[key]);
export const technology = (lang: Lang, key: string): string => look(TECHNOLOGIES, lang, key);
export const expansion = (lang: Lang, key: string): string => look(EXPANSIONS, lang, key);
export const direction = (lang: Lang, key: string): string => look(DIRECTIONS, lang, key);
export const activity = (lang: Lang, key: string): string => look(ACTIVITIES, lang, key);
export const unit = (lang: Lang, key: string, quantity: number): string =>
  key === 'core' && lang === 'en' && quantity === 1 ? 'core' : key in UNITS ? look(UNITS, lang, key) : key;
export const colour = (lang: Lang, key: string): string => look(COLOURS, lang, key);

/** A line of a bill; customer equipment carries its rate behind a space. */
export function item(lang: Lang, key: string): string {
  const [name = '', ...rate] = key.split(' ');
  return [look(ITEMS, lang, name), ...rate].join(' ');
}

/** The kind of a place as the planner writes it. */
export function placeKind(key: PlaceKind): string {
  return typeof key === 'string' ? key : `site_${key.site}`;
}

/** The kind of a step of a trace: its only value, whatever it is a kind of. */
export function stepKind(kinds: Record<string, unknown> | null | undefined, of: string): string {
  const value = kinds && Object.values(kinds)[0];
  if (typeof value === 'string') return value;
  if (value && typeof value === 'object' && 'site' in value) return `site_${String(value.site)}`;
  return of;
}

export function shared(lang: Lang, key: SharedKind): string {
  if (typeof key === 'string') return look(SHARED, lang, key);
  return 'place' in key ? kind(lang, placeKind(key.place)) : kind(lang, key.span);
}

const UUID_LEN = 36;

/** Code and name; of a long machine-made code only its head. */
export function label(named: { code: string; name: string }): string {
  if (!named.name) return named.code;
  return named.code.length >= UUID_LEN ? named.name : `${named.code} ${named.name}`;
}

export function codes(named: Named[], shown = 6): string {
  const some = named.slice(0, shown).map((one) => (one.code.length >= UUID_LEN ? label(one) : one.code));
  return [...some, ...(named.length > shown ? ['…'] : [])].join(', ');
}

const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

export const cny = (amount: number): string => `¥${whole.format(amount)}`;
export const count = (number: number): string => whole.format(number);

export function length(metres: number): string {
  if (metres >= 10_000) return `${(metres / 1000).toFixed(1)} km`;
  return `${whole.format(metres)} m`;
}

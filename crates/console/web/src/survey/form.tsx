// What is asked of a survey.
import { AutoComplete, Button, Form, InputNumber, Select, Switch, Tooltip } from 'antd';
import { AimOutlined } from '@ant-design/icons';
import { pick, useLang } from '../lang';
import type { Box } from '../map/view';
import { Finder } from '../shell/finder';
import { sells, useProducts, usual } from './products';
import { atHit, atPosition, atText, pair, swapped, type Target } from './target';

export interface Question {
  customer: Target | null;
  customerText: string;
  far: Target | null;
  farText: string;
  product: string;
  bandwidth: string;
  protect: boolean;
  alternatives: number;
  /** System of coordinates that are typed. */
  crs: string;
}

export type EndName = 'customer' | 'far';

export const FIRST_QUESTION: Question = {
  customer: null, customerText: '', far: null, farText: '',
  product: 'internet', bandwidth: '100M', protect: false, alternatives: 3, crs: 'wgs84',
};

/** Systems a typed coordinate may be in: satellite, national, Gaode and Tencent, Baidu. */
const SYSTEMS: readonly [code: string, name: string][] = [
  ['wgs84', 'WGS-84'], ['cgcs2000', 'CGCS2000'], ['gcj02', 'GCJ-02'], ['bd09', 'BD-09'],
];
const FOUND = ['addresses', 'places'] as const;

interface Props {
  question: Question;
  busy: boolean;
  picking: EndName;
  /** Where the network lies. */
  network: Box | null;
  onChange: (change: Partial<Question>) => void;
  onPick: (end: EndName) => void;
  onRun: () => void;
  onTarget: (end: EndName, target: Target | null) => void;
}

export function SurveyForm({ question, busy, picking, network, onChange, onPick, onRun, onTarget }: Props) {
  const { lang, t } = useLang();
  const products = useProducts();
  const product = products.find((one) => one.code === question.product);

  const end = (name: EndName, label: string, hint: string) => {
    const text = name === 'customer' ? question.customerText : question.farText;
    const setText = (value: string) => {
      const target = atText(value, question.crs);
      onChange(name === 'customer' ? { customerText: value, customer: target } : { farText: value, far: target });
    };
    const other = swapped(text, network);
    return (
      <Form.Item
        label={label}
        htmlFor={`end-${name}`}
        className="end"
        help={other && (
          <span role="status">
            {t('swapped').replace('{}', other.join(', '))}{' '}
            <Button type="link" size="small" onClick={() => onTarget(name, atPosition(other, question.crs))}>{t('swap')}</Button>
          </span>
        )}
      >
        <span className={`letter ${name}`} aria-hidden>{name === 'customer' ? 'A' : 'Z'}</span>
        <Finder
          id={`end-${name}`} label={label} hint={hint} text={text} only={FOUND}
          onText={setText}
          onHit={(hit) => onTarget(name, atHit(hit))}
          onEnter={(value) => {
            const target = atText(value, question.crs);
            if (target) onTarget(name, target);
          }}
        />
        <Tooltip title={t('pick_on_map')}>
          <Button
            icon={<AimOutlined />}
            aria-label={`${label}${lang === 'zh' ? '：' : ': '}${t('pick_on_map')}`}
            aria-pressed={picking === name}
            type={picking === name ? 'primary' : 'default'}
            ghost={picking === name}
            onClick={() => onPick(name)}
          />
        </Tooltip>
      </Form.Item>
    );
  };

  return (
    <Form layout="vertical" className="survey-form" onFinish={onRun}>
      {end('customer', t('customer'), t('end_hint'))}
      {end('far', t('far_end'), t('far_hint'))}
      {(pair(question.customerText) ?? pair(question.farText)) && (
        <Form.Item label={t('coordinates')} htmlFor="crs" layout="horizontal" className="crs">
          <Select
            id="crs" size="small" value={question.crs} aria-label={t('coordinates')}
            options={SYSTEMS.map(([value, label]) => ({ value, label }))}
            onChange={(crs: string) => onChange({
              crs,
              ...(pair(question.customerText) ? { customer: atText(question.customerText, crs) } : {}),
              ...(pair(question.farText) ? { far: atText(question.farText, crs) } : {}),
            })}
          />
        </Form.Item>
      )}
      <div className="row">
        <Form.Item label={t('product')} htmlFor="product" className="wide">
          <Select
            id="product" value={question.product} aria-label={t('product')}
            loading={products.length === 0}
            options={products.map(({ code, name }) => ({ value: code, label: pick(lang, [name[1] ?? code, name[0] ?? code]) }))}
            onChange={(code: string) => {
              const next = products.find((one) => one.code === code);
              const fits = !next || sells(next, question.bandwidth);
              onChange({ product: code, ...(fits ? {} : { bandwidth: usual(next)[0] ?? question.bandwidth }) });
            }}
          />
        </Form.Item>
        <Form.Item label={t('bandwidth')} htmlFor="bandwidth">
          <AutoComplete
            id="bandwidth" value={question.bandwidth} aria-label={t('bandwidth')} filterOption={false}
            options={(product ? usual(product) : []).map((value) => ({ value, label: value }))}
            status={product && !sells(product, question.bandwidth) ? 'warning' : ''}
            onChange={(bandwidth: string) => onChange({ bandwidth })}
          />
        </Form.Item>
        <Form.Item label={t('alternatives')} htmlFor="alternatives">
          <InputNumber
            id="alternatives" min={1} max={20} precision={0} value={question.alternatives}
            onChange={(value) => onChange({ alternatives: value ?? 3 })}
          />
        </Form.Item>
      </div>
      <div className="row act">
        <label className="protect">
          <Switch size="small" checked={question.protect} onChange={(protect) => onChange({ protect })} aria-label={t('protect')} />
          <span>{t('protect')}</span>
        </label>
        <Button type="primary" htmlType="submit" loading={busy}>{t('run_survey')}</Button>
      </div>
    </Form>
  );
}

// What is asked of a survey.
import { Button, Form, InputNumber, Select, Switch, Tooltip } from 'antd';
import { AimOutlined } from '@ant-design/icons';
import { pick, useLang } from '../lang';
import { Finder } from '../shell/finder';
import { atHit, atText, type Target } from './target';

export interface Question {
  customer: Target | null;
  customerText: string;
  far: Target | null;
  farText: string;
  product: string;
  bandwidth: string;
  protect: boolean;
  alternatives: number;
}

export type EndName = 'customer' | 'far';

export const FIRST_QUESTION: Question = {
  customer: null, customerText: '', far: null, farText: '',
  product: 'internet', bandwidth: '100M', protect: false, alternatives: 3,
};

// The products of the built-in catalogue (crates/catalog/data/products.toml).
const PRODUCTS: readonly [code: string, name: readonly [string, string], bandwidths: readonly string[]][] = [
  ['internet', ['Internet leased line', '互联网专线'], ['10M', '50M', '100M', '200M', '500M', '1G', '10G']],
  ['vpn', ['MPLS VPN line', '虚拟专线'], ['2M', '10M', '50M', '100M', '200M', '500M', '1G', '10G']],
  ['data', ['SDH data line', '数据专线'], ['2M', '10M', '45M', '100M', '155M', '622M', '1G', '2.5G', '10G']],
  ['voice', ['Enterprise telephony', '企业电话+'], ['2M', '10M', '100M', '155M']],
];
const FOUND = ['addresses', 'places'] as const;

interface Props {
  question: Question;
  busy: boolean;
  picking: EndName;
  onChange: (change: Partial<Question>) => void;
  onPick: (end: EndName) => void;
  onRun: () => void;
  onTarget: (end: EndName, target: Target | null) => void;
}

export function SurveyForm({ question, busy, picking, onChange, onPick, onRun, onTarget }: Props) {
  const { lang, t } = useLang();
  const bandwidths = PRODUCTS.find(([code]) => code === question.product)?.[2] ?? [];

  const end = (name: EndName, label: string, hint: string) => {
    const text = name === 'customer' ? question.customerText : question.farText;
    const setText = (value: string) => {
      onChange(name === 'customer' ? { customerText: value, customer: atText(value) } : { farText: value, far: atText(value) });
    };
    return (
      <Form.Item label={label} htmlFor={`end-${name}`} className="end">
        <span className={`letter ${name}`} aria-hidden>{name === 'customer' ? 'A' : 'Z'}</span>
        <Finder
          id={`end-${name}`} label={label} hint={hint} text={text} only={FOUND}
          onText={setText}
          onHit={(hit) => onTarget(name, atHit(hit))}
          onEnter={(value) => {
            const target = atText(value);
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
      <div className="row">
        <Form.Item label={t('product')} htmlFor="product" className="wide">
          <Select
            id="product" value={question.product} aria-label={t('product')}
            options={PRODUCTS.map(([value, name]) => ({ value, label: pick(lang, name) }))}
            onChange={(product: string) => {
              const fits = PRODUCTS.find(([code]) => code === product)?.[2] ?? [];
              const bandwidth = fits.includes(question.bandwidth) ? question.bandwidth : product === 'data' ? '155M' : '100M';
              onChange({ product, bandwidth });
            }}
          />
        </Form.Item>
        <Form.Item label={t('bandwidth')} htmlFor="bandwidth">
          <Select
            id="bandwidth" value={question.bandwidth} aria-label={t('bandwidth')}
            options={bandwidths.map((value) => ({ value, label: value }))}
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

// A few standard addresses of the network, to begin with.
import { useEffect, useState } from 'react';
import { Button } from 'antd';
import { answered, api } from '../api/client';
import type { components } from '../api/schema';
import { positions } from '../map/view';
import { useLang } from '../lang';
import { atHit, type Target } from './target';

type Address = components['schemas']['Address'];
const SHOWN = 4;

export function Examples({ onTarget }: { onTarget: (target: Target) => void }) {
  const { t } = useLang();
  const [some, setSome] = useState<Address[]>([]);
  useEffect(() => {
    let stale = false;
    answered(api.GET('/api/v1/addresses', { params: { query: { limit: SHOWN } } }))
      .then((page) => { if (!stale) setSome((page as components['schemas']['Page_Address']).items); })
      // Nothing is lost without examples.
      .catch(() => undefined);
    return () => { stale = true; };
  }, []);
  if (some.length === 0) return null;
  return (
    <div className="examples">
      <span>{t('for_example')}</span>
      {some.map((one) => (
        <Button
          key={one.id} size="small"
          onClick={() => onTarget(atHit({ resource: 'addresses', code: one.code, name: one.name || one.text, position: positions(one.geometry)[0] ?? null }))}
        >
          {one.name || one.code}
        </Button>
      ))}
    </div>
  );
}

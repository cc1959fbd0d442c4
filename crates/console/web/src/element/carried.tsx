// What an element rides on and what it carries.
import { Alert, Tree } from 'antd';
import type { TreeDataNode } from 'antd';
import type { Branch, Trace } from '../api/trace';
import { useLang, type Lang } from '../lang';
import * as words from '../words';
import { choice, type Choice } from './choice';

function title(branch: Branch, lang: Lang, onChoose: (choice: Choice) => void) {
  const kind = words.kind(lang, words.stepKind(branch.kind, branch.table));
  const slots = branch.slots?.map((slot) => slot.number) ?? [];
  return (
    <span className="branch">
      <span className="branch-kind">{kind}</span>
      <button type="button" className="ref" tabIndex={-1} onClick={(event) => { event.stopPropagation(); onChoose(choice(branch)); }}>
        {words.label(branch)}
      </button>
      {slots.length > 0 && <span className="quiet"> # {slots.slice(0, 6).join(', ')}{slots.length > 6 && '…'}</span>}
      {branch.length_m != null && <span className="quiet"> {words.length(branch.length_m)}</span>}
      {branch.customer && <span className="quiet"> · {branch.customer}</span>}
      {branch.repeated && <span className="quiet"> …</span>}
    </span>
  );
}

function nodes(branches: Branch[], lang: Lang, onChoose: (choice: Choice) => void, path: string): TreeDataNode[] {
  return branches.map((branch, at) => {
    const key = `${path}/${at}`;
    return { key, title: title(branch, lang, onChoose), children: nodes(branch.then ?? [], lang, onChoose, key) };
  });
}

export function Carried({ trace, onChoose }: { trace: Trace; onChoose: (choice: Choice) => void }) {
  const { lang, t, colon } = useLang();
  const { affected } = trace;
  const own = affected.own_trails > 0 ? ` (${t('own_among').replace('{}', String(affected.own_trails))})` : '';
  const grow = (branches: Branch[], path: string) => (
    <Tree
      key={`${path}/${trace.subject.table}/${trace.subject.id}`}
      treeData={nodes(branches, lang, onChoose, path)} selectable={false} showLine blockNode
      defaultExpandedKeys={branches.length <= 4 ? branches.map((_, at) => `${path}/${at}`) : []}
    />
  );
  return (
    <>
      {(affected.trails > 0 || affected.customer_count > 0) && (
        <Alert
          type="warning" showIcon
          title={`${t('affected')}${colon}${affected.customer_count} ${t(affected.customer_count === 1 ? 'customer_one' : 'customers')}, ${affected.trails} ${t('routes_and_services')}${own}`}
        />
      )}
      {trace.rides_on.length > 0 && <section><h3>{t('rides_on')}</h3>{grow(trace.rides_on, 'down')}</section>}
      <section>
        <h3>{t('carries')}</h3>
        {trace.carries.length > 0 ? grow(trace.carries, 'up') : <p className="quiet">{t('nothing_carried')}</p>}
        {trace.truncated && <p className="quiet">{t('truncated')}</p>}
      </section>
    </>
  );
}

// Language and light or dark.
import { Button } from 'antd';
import { MoonOutlined, SunOutlined } from '@ant-design/icons';
import type { Surroundings } from '../app';
import { useLang } from '../lang';

export function Switches({ around }: { around: Surroundings }) {
  const { t } = useLang();
  const dark = around.theme === 'dark';
  return (
    <>
      <Button
        type="text"
        className="language"
        lang={around.lang === 'zh' ? 'en' : 'zh-CN'}
        onClick={() => around.setLang(around.lang === 'zh' ? 'en' : 'zh')}
      >
        {around.lang === 'zh' ? 'English' : '中文'}
      </Button>
      <Button
        type="text"
        aria-label={dark ? t('to_light') : t('to_dark')}
        title={dark ? t('to_light') : t('to_dark')}
        icon={dark ? <SunOutlined /> : <MoonOutlined />}
        onClick={() => around.setTheme(dark ? 'light' : 'dark')}
      />
    </>
  );
}

import { ActionIcon, Menu, useMantineColorScheme } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, Outlet, useLocation } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { Logo } from '../components/logo.tsx';
import { RoundNotice } from '../components/round-notice.tsx';
import { meQuery, useMay, useProjectSlug } from '../features/session/index.ts';
import { type Language, languages, spoken, t } from '../messages/index.ts';
import { api, chooseLanguage } from '../services.ts';

/** The bar at the top and the page below it. */
export function ProjectLayout() {
  const project = useProjectSlug();
  const may = useMay();
  const params = { project };
  const { pathname } = useLocation();
  const bar = useRef<HTMLDivElement>(null);
  // On a narrow screen the bar goes on past the edge: where one is stays in sight.
  useEffect(() => {
    const here = bar.current?.querySelector<HTMLElement>('a.active');
    if (bar.current !== null && here != null) bar.current.scrollLeft = here.offsetLeft - bar.current.offsetLeft - (bar.current.clientWidth - here.offsetWidth) / 2;
  }, [pathname]);
  return (
    <div className="shell">
      <a className="skip-link" href="#content">{t('app.skip')}</a>
      <nav className="bar" aria-label={t('app.menu')}>
        <Link to="/p/$project" params={params} className="bar-mark" aria-label={t('app.name')}><Logo /></Link>
        <div ref={bar} className="bar-nav">
          <Link to="/p/$project" params={params} activeOptions={{ exact: true }}>{t('nav.home')}</Link>
          <Link to="/p/$project/review" params={params}>{t('nav.review')}</Link>
          {may('adjudicator') && <Link to="/p/$project/adjudicate" params={params}>{t('nav.adjudicate')}</Link>}
          <Link to="/p/$project/rounds" params={params}>{t('nav.rounds')}</Link>
          <Link to="/p/$project/models" params={params}>{t('nav.models')}</Link>
          <Link to="/p/$project/datasets" params={params}>{t('nav.datasets')}</Link>
          <Link to="/p/$project/classes" params={params}>{t('nav.classes')}</Link>
          <Link to="/p/$project/schedules" params={params}>{t('nav.schedules')}</Link>
          {may('engineer') && <Link to="/p/$project/cameras" params={params}>{t('nav.cameras')}</Link>}
          {may('engineer') && <Link to="/p/$project/history" params={params}>{t('nav.history')}</Link>}
          {may('adjudicator') && <Link to="/p/$project/quality" params={params}>{t('nav.quality')}</Link>}
          {may('engineer') && <Link to="/p/$project/people" params={params}>{t('nav.people')}</Link>}
        </div>
        <PersonMenu />
      </nav>
      <RoundNotice project={project} />
      <main id="content" className="content" tabIndex={-1}><Outlet /></main>
    </div>
  );
}

const schemes = ['auto', 'light', 'dark'] as const;

function PersonMenu() {
  const me = useQuery(meQuery).data;
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const slug = useProjectSlug();
  const name = me?.name ?? '';
  const next = schemes[(schemes.indexOf(colorScheme) + 1) % schemes.length] ?? 'auto';
  async function signOut(): Promise<void> {
    await api.signOut().catch(() => undefined);
    location.assign('/sign-in');
  }
  return (
    <Menu position="bottom-end" width={240} shadow="md">
      <Menu.Target><ActionIcon variant="default" radius="xl" size="lg" aria-label={name === '' ? t('app.menu') : name} className="person">{name.slice(0, 1).toUpperCase() || '·'}</ActionIcon></Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{me?.email ?? name}</Menu.Label>
        {(me?.projects ?? []).filter((each) => each.slug !== slug).map((each) => <Menu.Item key={each.slug} component="a" href={`/p/${each.slug}`}>{t('app.project')}: {each.name}</Menu.Item>)}
        <Menu.Item closeMenuOnClick={false} onClick={() => setColorScheme(next)}>{t('app.theme')}: {t(`app.theme.${colorScheme}`)}</Menu.Item>
        {(Object.keys(languages) as Language[]).filter((each) => each !== spoken()).map((each) => <Menu.Item key={each} lang={each} onClick={() => chooseLanguage(each)}>{t('app.language')}: {languages[each]}</Menu.Item>)}
        <Menu.Divider />
        <Menu.Item onClick={() => { void signOut(); }}>{t('app.signOut')}</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

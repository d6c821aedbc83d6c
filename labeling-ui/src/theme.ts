import { createTheme, type MantineColorsTuple } from '@mantine/core';

const leaf: MantineColorsTuple = ['#e6f8f2', '#cdeee3', '#9bddc6', '#66cba8', '#3bbb8e', '#1eab7c', '#0f9a6d', '#0c8566', '#086b52', '#03513d'];

export const theme = createTheme({
  primaryColor: 'leaf',
  primaryShade: { light: 7, dark: 6 },
  autoContrast: true,
  luminanceThreshold: 0.34,
  colors: { leaf },
  defaultRadius: 'md',
  respectReducedMotion: true,
  cursorType: 'pointer',
  fontFamily: 'Inter, ui-sans-serif, system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif',
  headings: { fontWeight: '650' },
});

import { createTheme, type MantineColorsTuple } from '@mantine/core';

/** The one accent: the green of a fir. */
const fir: MantineColorsTuple = ['#e8f6f0', '#d2eae0', '#a4d5c1', '#73bf9f', '#4bac84', '#329f71', '#1f8a60', '#127452', '#0c6145', '#064d36'];

export const theme = createTheme({
  colors: { fir },
  primaryColor: 'fir',
  primaryShade: { light: 7, dark: 7 },
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif',
  headings: { fontWeight: '600' },
  defaultRadius: 'md',
  cursorType: 'pointer',
  respectReducedMotion: true,
});

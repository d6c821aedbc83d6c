import '@mantine/core/styles.css';
import './styles.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { z } from 'zod';
import { App } from './app.tsx';
import { languageOf, speak } from './messages/index.ts';
import { chosenLanguage } from './services.ts';

// Without this zod tries to compile its checks from text, which the content security policy rightly reports.
z.config({ jitless: true });

const language = languageOf(chosenLanguage(), navigator.languages);
await speak(language);
document.documentElement.lang = language;

const root = document.getElementById('root');
if (root !== null) createRoot(root).render(<StrictMode><App /></StrictMode>);

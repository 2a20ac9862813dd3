import { render } from 'preact';
import './styles/main.css';
import './app/theme';
import { Console } from './app/console';
import { keepFocus } from './focus/keep-focus';
import { loadLanguage } from './app/i18n';
import { enter } from './sign-in/sign-in';

const root = document.getElementById('console');

async function start(element: HTMLElement): Promise<void> {
  await Promise.all([loadLanguage(), enter()]);
  keepFocus();
  element.replaceChildren();
  render(<Console />, element);
}

if (root !== null) void start(root);

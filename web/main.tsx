import { render } from 'preact';
import { Console } from './console';
import './main.css';

const root = document.getElementById('console');
if (root !== null) render(<Console />, root);

import { createRoot } from 'react-dom/client';

import { App } from './app/App';
import { CrashBoundary } from './app/Crash';
import { LanguageProvider } from './i18n';
import './theme/global.css';
import { followTheme } from './theme/theme';
import { Toaster } from './ui/Toaster';

followTheme();

const root = document.getElementById('root');
if (root) {
  createRoot(root).render(
    <LanguageProvider>
      <CrashBoundary>
        <App />
      </CrashBoundary>
      <Toaster />
    </LanguageProvider>,
  );
}
